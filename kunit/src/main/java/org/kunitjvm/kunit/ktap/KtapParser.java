package org.kunitjvm.kunit.ktap;

import org.jspecify.annotations.Nullable;

/**
 * Parse the lines of one KTAP block as kunit.py does, pushed in one at a time.
 *
 * <p>kunit.py decides nesting by version lines, headers, plans and names alone and looks one line ahead. Here that is a
 * machine with an explicit stack: every open test is a {@link Frame} with a {@link State}, and a line that is not a
 * diagnostic is offered to the innermost frame until one consumes it. So a log of any depth is parsed without
 * recursion, and each result is reported the moment its line arrives.
 *
 * <p>Diagnostic lines gather in one pending log; where they belong is known only when the next other line comes.
 *
 * <p>What a hostile log can make this class hold is bounded: {@link #MAX_DEPTH} open tests, {@value #LOG_UNITS} units
 * of logs of open tests and as many of finished ones, {@value #TREE_UNITS} units of results, {@link #MAX_FILLED}
 * results made up for a plan. Beyond that, tests are counted and reported, but not kept.
 *
 * <p>Differs from kunit.py 6.12 where that never ends: a plan behind results is read as 6.15 reads it, if some open
 * test has no plan of its own. Models tools/testing/kunit/kunit_parser.py: parse_test.
 */
public final class KtapParser {
    /** Most tests open at once; headers nested deeper are an error, reported once, and then diagnostics. */
    public static final int MAX_DEPTH = 200_000;

    /** Most results that are made up, and reported one by one, for subtests that a plan announced and the log lacks. */
    public static final int MAX_FILLED = 100_000;

    /** Room for the logs of open tests, and again for those of finished tests; see {@link TestLog#MAX_UNITS}. */
    public static final long LOG_UNITS = 32L << 20;

    /** Room for finished tests: one costs the characters of its name and {@value #RESULT_COST} more. */
    public static final long TREE_UNITS = 128L << 20;

    static final int RESULT_COST = 128;

    /** Which finished tests the tree keeps; the others are counted. */
    public enum KeepTests {
        /** Those that are not ok: what a summary names. A log in which all passed needs no memory then. */
        NOT_OK,
        /** All, for a report. */
        ALL
    }

    /** Which logs of finished tests the tree keeps. */
    public enum KeepLogs { NONE, FAILED, ALL }

    /** What a frame waits for. */
    private enum State {
        /** The root, before its version line. */
        START,
        /** A subtest whose version line was read: its header can only be the very next line. */
        HEADER,
        /** A parent before its plan. */
        PLAN,
        /** A parent between subtests. */
        SUBTESTS,
        /** Anything below the root, before its own result line. */
        RESULT
    }

    /** One open test. */
    private static final class Frame {
        final TestResult test;
        final @Nullable Frame up;
        final long number;
        final TestCounts counts = new TestCounts();
        State state;
        boolean parent;
        /** A plan came after the first subtest of this parent. */
        boolean latePlan;
        /** This leaf began with such a plan. */
        boolean startedByPlan;
        long next = 1;

        Frame(TestResult test, @Nullable Frame up, long number, State state) {
            this.test = test;
            this.up = up;
            this.number = number;
            this.state = state;
        }

        boolean hasSubtests() {
            return next > 1;
        }
    }

    private final KunitRelease release;
    private final ParseListener listener;
    private final KeepTests keepTests;
    private final KeepLogs keepLogs;
    private final KtapLine line;
    private final TestLog.Budget openLogs = new TestLog.Budget(LOG_UNITS);
    private final TestLog.Budget keptLogs = new TestLog.Budget(LOG_UNITS);
    private final TestLog.Budget tree = new TestLog.Budget(TREE_UNITS);
    private final TestLog pending = new TestLog();
    private final TestResult root = new TestResult(null);

    private Frame top = new Frame(root, null, 0, State.START);
    private int depth = 1;
    private int openWithoutPlan;
    private int fillsLeft = MAX_FILLED;
    private boolean dropStrayPlans;
    private boolean depthReported;
    private boolean anyLine;
    private boolean parentNotOk;
    private boolean lineWaits;
    private boolean atEnd;
    private boolean done;
    private @Nullable String abort;

    public KtapParser(KunitRelease release, ParseListener listener, KeepTests keepTests, KeepLogs keepLogs) {
        this.release = release;
        this.listener = listener;
        this.keepTests = keepTests;
        this.keepLogs = keepLogs;
        line = new KtapLine(release);
        dropStrayPlans = release.atLeast(KunitRelease.V6_15);
    }

    /**
     * Take in the next line of the block, as {@link KtapFilter} gives it.
     *
     * @return false once the top-level plan is fulfilled: later lines mean nothing
     */
    public boolean accept(String text) {
        if (done) {
            return false;
        }
        if (!anyLine) {
            anyLine = true;
            root.name("main");
        }
        if (line.read(text) == KtapLine.Kind.DIAGNOSTIC) {
            if (top.state == State.HEADER) {
                top.state = State.PLAN;
            }
            pending.add(text, openLogs);
            return true;
        }
        lineWaits = true;
        while (lineWaits && !done) {
            step();
        }
        return !done;
    }

    /** Say that the log is over. Reports what is missing; after that {@link #root()} is complete. */
    public void end() {
        if (done) {
            return;
        }
        atEnd = true;
        if (!anyLine) {
            reportNothingFound();
            return;
        }
        while (!done) {
            step();
        }
    }

    /** Return the root of the results; its status and counts are those of the run. */
    public TestResult root() {
        return root;
    }

    /** Tell whether all that can matter was read. */
    public boolean done() {
        return done;
    }

    /**
     * Return why the parse was cut short, or {@code null}. kunit.py 6.12 dies when a log ends with a result line where
     * the result line of an unnamed subtest is due; then nothing more is reported and the run has failed.
     */
    public @Nullable String abort() {
        return abort;
    }

    /** Tell whether a parent was reported as failed or crashed: the run may count as passed all the same. */
    public boolean parentNotOk() {
        return parentNotOk;
    }

    private void reportNothingFound() {
        root.name("<missing>");
        String text = "Could not find any KTAP output. Did any KUnit tests run?";
        error(top, release.atLeast(KunitRelease.V7_1)
                ? text + "\nTry running with the --raw_output=all option to see any log messages." : text);
        root.status(TestStatus.FAILURE_TO_PARSE);
        root.counts(top.counts);
        finish();
    }

    private void finish() {
        done = true;
        listener.end(root);
    }

    /** Offer the waiting line, or the end of the log, to the innermost frame; it consumes it or changes its state. */
    private void step() {
        Frame frame = top;
        switch (frame.state) {
            case START -> {
                belongsTo(frame);
                if (is(KtapLine.Kind.VERSION)) {
                    checkVersion(frame);
                    consume();
                }
                frame.state = State.PLAN;
            }
            case HEADER -> {
                if (is(KtapLine.Kind.HEADER)) {
                    frame.test.name(line.name());
                    consume();
                }
                frame.state = State.PLAN;
            }
            case PLAN -> readPlan(frame);
            case SUBTESTS -> nextSubtest(frame);
            case RESULT -> readResult(frame);
        }
    }

    private boolean is(KtapLine.Kind kind) {
        return !atEnd && line.kind() == kind;
    }

    private void consume() {
        lineWaits = false;
    }

    private void belongsTo(Frame frame) {
        if (!pending.isEmpty()) {
            frame.test.openLog().takeAll(pending, openLogs);
        }
    }

    private void checkVersion(Frame frame) {
        long version = line.number();
        String words = line.isTap() ? "TAP version " : "KTAP version ";
        if (version < (line.isTap() ? 13 : 1)) {
            error(frame, words + "lower than expected!");
        } else if (version > (line.isTap() ? 14 : 1)) {
            error(frame, words + (release.atLeast(KunitRelease.V7_1) ? "higher" : "higer") + " than expected!");
        }
    }

    private void readPlan(Frame frame) {
        belongsTo(frame);
        if (is(KtapLine.Kind.PLAN)) {
            frame.test.plan(line.number(), line.numberText());
            consume();
        } else {
            openWithoutPlan++;
        }
        if (frame.up != null) {
            listener.header(frame.test);
        }
        frame.state = State.SUBTESTS;
        leaveIfFulfilled(frame);
    }

    private void leaveIfFulfilled(Frame frame) {
        long plan = frame.test.plan();
        if (plan != TestResult.NO_PLAN && frame.next > plan) {
            leaveSubtests(frame);
        }
    }

    private void leaveSubtests(Frame frame) {
        if (frame.test.plan() == TestResult.NO_PLAN) {
            openWithoutPlan--;
        }
        if (frame.up == null) {
            finishRoot(frame);
        } else {
            frame.state = State.RESULT;
        }
    }

    private void nextSubtest(Frame frame) {
        if (atEnd || (frame.up != null && line.isResultOf(frame.test.name()))) {
            endOfSubtests(frame);
            return;
        }
        if (is(KtapLine.Kind.PLAN)) {
            strayPlan(frame);
            return;
        }
        if (depth >= MAX_DEPTH && !is(KtapLine.Kind.RESULT)) {
            refuseDeeper(frame);
            return;
        }
        Frame child = push(frame);
        switch (line.kind()) {
            case VERSION -> {
                child.parent = true;
                checkVersion(child);
                child.state = State.HEADER;
                consume();
            }
            case HEADER -> {
                child.parent = true;
                child.test.name(line.name());
                child.state = State.PLAN;
                consume();
            }
            default -> { }
        }
    }

    private void refuseDeeper(Frame frame) {
        if (!depthReported) {
            depthReported = true;
            error(frame, "subtests nested deeper than " + MAX_DEPTH + " levels!");
        }
        pending.add(line.text(), openLogs);
        consume();
    }

    private Frame push(Frame frame) {
        Frame child = new Frame(new TestResult(frame.test), frame, frame.next, State.RESULT);
        belongsTo(child);
        top = child;
        depth++;
        return child;
    }

    private void endOfSubtests(Frame frame) {
        if (frame.test.plan() > 0) {
            fill(frame, "missing expected subtest!");
            leaveSubtests(frame);
            return;
        }
        belongsTo(frame);
        if (atEnd && !frame.latePlan && release.atLeast(KunitRelease.V6_15) && frame.hasSubtests()) {
            error(frame, "missing test plan!");
        }
        leaveSubtests(frame);
    }

    /**
     * A plan where a subtest is due. 6.12 makes a crashed test of it without consuming it, again and again until the
     * plan of every open test is fulfilled, and for ever if one has none. In that case, from there on, and always from
     * 6.15 on, the plan is dropped and the subtest is what follows.
     */
    private void strayPlan(Frame frame) {
        dropStrayPlans |= openWithoutPlan > 0;
        if (!dropStrayPlans) {
            fill(frame, null);
            leaveSubtests(frame);
            return;
        }
        frame.latePlan = true;
        push(frame).startedByPlan = true;
        consume();
    }

    /**
     * Make up a crashed subtest, with an error unless {@code error} is null, for every one that the plan still lacks.
     */
    private void fill(Frame frame, @Nullable String error) {
        long missing = frame.test.plan() - frame.next + 1;
        int shown = (int) Math.min(missing, fillsLeft);
        fillsLeft -= shown;
        for (int i = 0; i < shown; i++) {
            if (error != null) {
                error(frame, error);
            }
            TestResult made = new TestResult(frame.test);
            if (!pending.isEmpty()) {
                made.openLog().takeAll(pending, openLogs);
            }
            listener.result(made);
            settleLog(made);
            keep(frame, made);
        }
        long rest = missing - shown;
        if (rest > 0) {
            listener.error(frame.test, (error != null ? error : "missing expected subtest!") + " (" + rest + " more)");
            frame.counts.addErrors(error != null ? rest : 0);
            frame.test.omitSubtests(rest);
            pending.release(openLogs);
        }
        frame.counts.add(TestStatus.CRASHED, missing);
        frame.next += missing;
    }

    private void readResult(Frame frame) {
        belongsTo(frame);
        // At the end of the log kunit.py still sees the last line, though it was consumed.
        boolean named = !frame.test.name().isEmpty();
        if (named && !line.isResultOf(frame.test.name())) {
            error(frame, "missing subtest result line!");
        } else if (atEnd && release.atLeast(KunitRelease.V6_18) && !frame.startedByPlan) {
            listener.log(frame.test);
            frame.test.status(TestStatus.NO_TESTS);
            error(frame, "No more test results!");
        } else if (line.kind() == KtapLine.Kind.RESULT) {
            if (atEnd) {
                abort = "the log ends where the result line of "
                    + (named ? "'" + frame.test.name() + "'" : "an unnamed subtest")
                        + " is due; last line was " + line.text().strip();
                done = true;
                return;
            }
            takeResult(frame);
            consume();
        }
        finishSubtest(frame);
    }

    private void takeResult(Frame frame) {
        TestResult test = frame.test;
        boolean skip = line.isSkip();
        test.name(line.name());
        if (line.number() != frame.number) {
            error(frame, "Expected test number " + frame.number + " but found " + line.numberText());
        }
        if (skip) {
            test.status(TestStatus.SKIPPED);
            test.skipReason(line.skipReason());
        } else {
            test.status(line.isOk() ? TestStatus.SUCCESS : TestStatus.FAILURE);
        }
    }

    private void finishSubtest(Frame frame) {
        summarise(frame);
        TestResult test = frame.test;
        if (frame.parent) {
            parentNotOk |= !test.status().ok();
            listener.footer(test);
        } else {
            listener.result(test);
        }
        settleLog(test);
        Frame up = frame.up;
        if (up == null) {
            throw new IllegalStateException("the root has no result line");
        }
        top = up;
        depth--;
        up.counts.add(frame.counts);
        if (frame.parent || frame.counts.errors() > 0) {
            test.counts(frame.counts);
        }
        keep(up, test);
        up.next++;
        leaveIfFulfilled(up);
    }

    private void finishRoot(Frame frame) {
        summarise(frame);
        root.counts(frame.counts);
        if (root.status() != TestStatus.NO_TESTS) {
            root.status(frame.counts.status());
        }
        finish();
    }

    /** Settle status and counts of a test all of whose lines were read. */
    private void summarise(Frame frame) {
        TestResult test = frame.test;
        TestStatus reported = test.status();
        if (frame.parent || frame.up == null) {
            if (!frame.hasSubtests() && (reported == TestStatus.CRASHED || reported == TestStatus.SUCCESS)) {
                listener.log(test);
                test.status(TestStatus.NO_TESTS);
                error(frame, "0 tests run!");
                reported = TestStatus.NO_TESTS;
            }
        }
        TestCounts counts = frame.counts;
        if (counts.total() == 0) {
            counts.add(reported, 1);
        } else if (counts.crashed() > 0) {
            test.status(TestStatus.CRASHED);
        }
        if (release.atLeast(KunitRelease.V6_18) && reported == TestStatus.FAILURE
            && counts.status() == TestStatus.SUCCESS) {
            counts.add(TestStatus.FAILURE, 1);
        }
    }

    private void settleLog(TestResult test) {
        TestLog log = test.logOrNull();
        if (log == null) {
            return;
        }
        boolean keep = switch (keepLogs) {
            case NONE -> false;
            case FAILED -> !test.status().ok();
            case ALL -> true;
        };
        if (keep) {
            log.settle(openLogs, keptLogs);
        } else {
            log.release(openLogs);
            test.dropLog();
        }
    }

    private void keep(Frame frame, TestResult subtest) {
        boolean ok = subtest.status().ok();
        if (ok) {
            frame.test.subtestIsOk();
        }
        if (ok && keepTests == KeepTests.NOT_OK
            || !tree.take(RESULT_COST + subtest.name().length() + subtest.skipReason().length())) {
            frame.test.omitSubtests(1);
        } else {
            frame.test.add(subtest);
        }
    }

    private void error(Frame frame, String text) {
        frame.counts.addErrors(1);
        listener.error(frame.test, text);
    }
}
