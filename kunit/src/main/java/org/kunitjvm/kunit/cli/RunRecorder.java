package org.kunitjvm.kunit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.SuiteResult;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Makes results of the events of one kernel's run, and has the store keep them as they come. Lines of the console are
 * counted, so that each result knows where in it it stands.
 */
final class RunRecorder {
    /** Virtual time after which KUnit says that a case should be marked slow. */
    private static final long SLOW_NS = 2_000_000_000L;
    /** Most lines of one case that get a file of their own; the console has them all. */
    private static final int MAX_LOG_LINES = 100_000;

    private final RunStore store;
    private final int kernel;
    private final String machine;
    private final Map<String, Integer> suiteOrder = new HashMap<>();
    private final Map<String, Integer> caseOrder = new HashMap<>();
    private final List<Path> sourceRoots;
    private final Path root;
    private final long runStartNanos;
    private final List<SuiteResult> suites = new ArrayList<>();
    private final List<CaseResult> cases = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final List<FailureResult> failures = new ArrayList<>();
    private final List<ParamResult> params = new ArrayList<>();
    private @Nullable SuiteResult suite;
    private String suiteFile = "";
    private @Nullable TestCase running;
    private int caseFrom;
    private long caseStart;
    private long paramStart;

    /**
     * Record one kernel.
     *
     * @param kernel its number in the run, from 1
     * @param machine name of its machine profile, or empty
     * @param runStartNanos when the run began, on the clock of {@link TimedEvent}
     */
    RunRecorder(RunStore store, int kernel, String machine, Path root, List<Path> sourceRoots, long runStartNanos) {
        this.runStartNanos = runStartNanos;
        this.store = store;
        this.kernel = kernel;
        this.machine = machine;
        this.root = root;
        this.sourceRoots = sourceRoots;
    }

    /** Learn the order in which suites and cases are linked. */
    void linked(SuiteSet all) {
        all.names().forEach(name -> suiteOrder.putIfAbsent(name, suiteOrder.size()));
        for (TestSuite each : all.loaded()) {
            for (int i = 0; i < each.cases().size(); i++) {
                caseOrder.put(each.name() + "." + each.cases().get(i).name(), i);
            }
        }
    }

    /** A line of the console; the store counts it. */
    void line(String line) {
        store.line(line);
        if (running != null && lines.size() < MAX_LOG_LINES) {
            lines.add(line);
        }
    }

    /** Take in an event; the lines that it printed came before. */
    void event(TimedEvent timed) {
        KunitEvent event = timed.event();
        if (event instanceof KunitEvent.SuiteStarted e) {
            startSuite(e.suite());
        } else if (event instanceof KunitEvent.CaseStarted e) {
            startCase(e, timed.hostNanos());
        } else if (event instanceof KunitEvent.Failed e) {
            failures.add(failure(e.failure()));
        } else if (event instanceof KunitEvent.ParamStarted) {
            paramStart = timed.hostNanos();
        } else if (event instanceof KunitEvent.ParamFinished e) {
            params.add(new ParamResult(e.number(), e.name(), status(e.result().status()), e.result().comment(),
                timed.hostNanos() - paramStart, e.result().durationNs()));
        } else if (event instanceof KunitEvent.CaseFinished e) {
            endCase(e, timed.hostNanos() - caseStart);
        } else if (event instanceof KunitEvent.SuiteFinished) {
            endSuite();
        }
    }

    private void startSuite(TestSuite started) {
        endSuite();
        suite = new SuiteResult(started.name(), suiteOrder.getOrDefault(started.name(), suiteOrder.size()), kernel,
            machine, List.of());
        suiteFile = sourceOf(started);
        store.suite(suite);
    }

    /** The file that the class of a suite is written in, if it has the usual name. */
    private String sourceOf(TestSuite started) {
        String name = started.className();
        int inner = name.indexOf('$');
        String file = (inner < 0 ? name : name.substring(0, inner)).replace('.', '/') + ".java";
        for (Path sources : sourceRoots) {
            Path path = sources.resolve(file);
            if (Files.exists(path)) {
                return (path.startsWith(root) ? root.relativize(path) : path).toString();
            }
        }
        return "";
    }

    private void startCase(KunitEvent.CaseStarted e, long nanos) {
        running = e.testCase();
        caseFrom = store.lines();
        caseStart = nanos;
        lines.clear();
        failures.clear();
        params.clear();
        store.started(e.testCase().name(), order(e.suite(), e.testCase()));
    }

    private int order(TestSuite of, TestCase test) {
        return caseOrder.getOrDefault(of.name() + "." + test.name(), 0);
    }

    private void endCase(KunitEvent.CaseFinished e, long hostNanos) {
        TestCase test = e.testCase();
        Speed speed = test.speed() != Speed.UNSET ? test.speed() : e.suite().speed();
        boolean slow = e.result().durationNs() >= SLOW_NS && speed != Speed.SLOW && speed != Speed.VERY_SLOW;
        String log = lines.size() > 1 ? store.log(e.suite().name(), test.name(), lines) : null;
        CaseResult result = new CaseResult(e.suite().name(), test.name(), order(e.suite(), test),
            status(e.result().status()), e.result().comment(), suiteFile, test.line(), caseStart - runStartNanos,
            hostNanos, e.result().durationNs(), slow, caseFrom, store.lines(), log, failures, params);
        cases.add(result);
        store.result(result);
        running = null;
    }

    private void endSuite() {
        SuiteResult ended = suite;
        if (ended != null) {
            suites.add(new SuiteResult(ended.name(), ended.order(), ended.kernel(), ended.machine(), cases));
            cases.clear();
            suite = null;
        }
    }

    private static FailureResult failure(KunitFailure failure) {
        return new FailureResult(failure.kind().name().toLowerCase(Locale.ROOT), failure.file(), failure.line(),
            failure.text().stripTrailing().stripIndent().lines().toList(), failure.expected(), failure.actual());
    }

    private static ResultStatus status(KunitStatus status) {
        return switch (status) {
            case SUCCESS -> ResultStatus.PASS;
            case FAILURE -> ResultStatus.FAIL;
            case SKIPPED -> ResultStatus.SKIP;
        };
    }

    /** The results so far; a case that has none was running when the kernel was stopped. */
    List<SuiteResult> results() {
        TestCase cut = running;
        SuiteResult open = suite;
        if (cut != null && open != null) {
            cases.add(new CaseResult(open.name(), cut.name(), caseOrder.getOrDefault(open.name() + "." + cut.name(), 0),
                ResultStatus.ERROR, "it was running when the run ended", suiteFile, cut.line(),
                caseStart - runStartNanos, 0, 0, false, caseFrom, store.lines(),
                lines.isEmpty() ? null : store.log(open.name(), cut.name(), lines), failures, params));
            running = null;
        }
        endSuite();
        return suites;
    }
}
