package org.kunitjvm.kunit.report;

import java.time.LocalTime;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.ParseListener;
import org.kunitjvm.kunit.ktap.TestLog;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.ktap.TestStatus;

/**
 * Print results for people, byte for byte as kunit.py does, each as soon as it is known.
 *
 * <p>On a terminal there are colours, unless the user does not want them, and control characters in text that came from
 * the log are shown as {@code \xNN}, so that a log cannot drive the terminal; elsewhere text goes out as it came in, as
 * kunit.py prints it. Models tools/testing/kunit/kunit_printer.py and the printing half of kunit_parser.py.
 */
public final class PrettyPrinter implements ParseListener {
    private static final int FAILURES_FROM_TESTS = 100;

    private final KunitRelease release;
    private final Consumer<String> out;
    private final Supplier<LocalTime> clock;
    private final Screen screen;
    /** The latest time of day, and how it is printed; a clock may say the same many times. */
    private @Nullable LocalTime stampTime;
    private String stamp = "";

    /** What the output goes to. */
    public enum Screen {
        /** A file or a pipe: text is left alone. */
        NONE,
        /** A terminal without colours ({@code NO_COLOR}): control characters of the log are shown, not obeyed. */
        PLAIN,
        /** A terminal with colours. */
        COLOUR
    }

    /**
     * Create a printer.
     *
     * @param out takes lines without line end
     * @param clock the time of day for the time stamps
     */
    public PrettyPrinter(KunitRelease release, Consumer<String> out, Supplier<LocalTime> clock, Screen screen) {
        this.release = release;
        this.out = out;
        this.clock = clock;
        this.screen = screen;
    }

    /** Print {@code text} behind a time stamp. */
    public void timestamped(String text) {
        LocalTime now = clock.get();
        if (!now.equals(stampTime)) {
            stampTime = now;
            stamp = stampOf(now);
        }
        out.accept(stamp.concat(text));
    }

    private static String stampOf(LocalTime now) {
        StringBuilder stamp = new StringBuilder(11).append('[');
        twoDigits(stamp, now.getHour()).append(':');
        twoDigits(stamp, now.getMinute()).append(':');
        return twoDigits(stamp, now.getSecond()).append("] ").toString();
    }

    private static StringBuilder twoDigits(StringBuilder line, int value) {
        return line.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }

    /** Print {@code text} as it is. */
    public void plain(String text) {
        out.accept(text);
    }

    @Override
    public void start() {
        timestamped(Divider.FULL);
    }

    @Override
    public void header(TestResult test) {
        String message = safe(test.name());
        if (!message.isEmpty()) {
            message += " ";
        }
        if (test.plan() == 1) {
            message += "(1 subtest)";
        } else if (test.plan() > 1) {
            message += "(" + test.planText() + " subtests)";
        }
        timestamped(Divider.around(message, columns(message)));
    }

    @Override
    public void error(TestResult test, String text) {
        timestamped(paint(Colour.RED, "[ERROR]") + " Test: " + safe(test.name()) + ": " + text);
    }

    @Override
    public void log(TestResult test) {
        TestLog log = test.log();
        Dedent.lines(log.lines(), this::logLine);
        if (log.dropped() > 0) {
            logLine("(" + log.dropped() + " more lines of this log were not kept)");
        }
    }

    private void logLine(String text) {
        timestamped(paint(Colour.YELLOW, safe(text)));
    }

    @Override
    public void result(TestResult test) {
        logOfBroken(test);
        timestamped(paint(Colour.of(test.status()), test.status().marker()) + safe(test.name()) + paintedReason(test));
    }

    @Override
    public void footer(TestResult test) {
        logOfBroken(test);
        TestStatus status = test.status();
        String name = safe(test.name());
        int columns = columns(status.marker()) + columns(name) + columns(reason(test));
        String message = paint(Colour.of(status), status.marker()) + name + paintedReason(test);
        timestamped(Divider.around(message, columns));
    }

    private void logOfBroken(TestResult test) {
        if (Colour.of(test.status()) == Colour.RED) {
            log(test);
        }
    }

    @Override
    public void end(TestResult root) {
        timestamped(Divider.FULL);
    }

    /** Print the line that counts everything, and the list of failures if there are many tests and few failures. */
    public void summary(TestResult root) {
        Colour colour = Colour.of(root.status());
        timestamped(paint(colour, "Testing complete. " + root.counts()));
        if (root.status().ok() || root.counts().total() < FAILURES_FROM_TESTS) {
            return;
        }
        String failures = FailureList.of(root);
        if (!failures.isEmpty()) {
            timestamped(paint(colour, safe(failures)));
        }
    }

    /**
     * Print what {@code --failed} shows after the run: of everything below {@code root} that is not ok, all its lines.
     */
    public void failedOnly(TestResult root) {
        if (root.status() == TestStatus.FAILURE_TO_PARSE) {
            result(root);
            return;
        }
        start();
        record Open(TestResult test, Iterator<TestResult> subtests) { }
        ArrayDeque<Open> stack = new ArrayDeque<>();
        stack.push(new Open(root, root.subtests().iterator()));
        while (!stack.isEmpty()) {
            Open open = stack.element();
            if (!open.subtests().hasNext()) {
                stack.pop();
                if (open.test() != root) {
                    footer(open.test());
                }
                continue;
            }
            TestResult test = open.subtests().next();
            if (test.status().ok()) {
                continue;
            }
            if (test.isGroup()) {
                header(test);
                stack.push(new Open(test, test.subtests().iterator()));
            } else {
                result(test);
            }
        }
        end(root);
    }

    /**
     * Print how to decode the stack traces of a crashed kernel; for a run of exactly one kernel with a crashed test.
     */
    public void crashHint(String buildDir, String testLog, String command) {
        plain("The kernel seems to have crashed; you can decode the stack traces with:");
        plain("$ scripts/decode_stacktrace.sh " + buildDir + "/vmlinux " + buildDir + " < " + testLog + " | tee "
            + buildDir
                + "/decoded.log | " + command + " parse");
    }

    private String reason(TestResult test) {
        boolean shown = release.atLeast(KunitRelease.V7_2) && test.status() == TestStatus.SKIPPED
            && !test.skipReason().isEmpty();
        return shown ? " (" + safe(test.skipReason()) + ")" : "";
    }

    private String paintedReason(TestResult test) {
        String reason = reason(test);
        return reason.isEmpty() ? reason : paint(Colour.YELLOW, reason);
    }

    private String paint(Colour colour, String text) {
        return screen == Screen.COLOUR ? colour.paint(text) : text;
    }

    private String safe(String text) {
        return screen == Screen.NONE ? text : ControlText.escape(text);
    }

    private static int columns(String text) {
        return text.codePointCount(0, text.length());
    }
}
