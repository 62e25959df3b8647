package org.kunitjvm.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.util.concurrent.TimeUnit;

import org.kunitjvm.kunit.ktap.LineSource;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.Outcome;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Parsing a log of a million lines, from its bytes, and printing it, without the terminal. The first iteration is what
 * a cold program needs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 5)
@Fork(3)
public class ParserBench {
    private static final int LINES = 1_000_000;
    private static final int CASES = 100;
    private static final int NOISE = 9;
    private static final int DEPTH = 50;

    /**
     * What the log is made of: {@code cases}, suites of a hundred cases, one in ten failing; {@code noise}, the same
     * with nine lines of kernel log before each result; {@code nested}, one case below fifty levels of suites, again
     * and again; {@code stamped}, cases behind the time stamps of a console.
     */
    @Param({"cases", "noise", "nested", "stamped"})
    public String kind = "cases";

    private byte[] log = {};

    /** Write the log. */
    @Setup
    public void write() {
        StringBuilder text = new StringBuilder(LINES * 40);
        String stamp = kind.equals("stamped") ? "[   12.345678] " : "";
        text.append(stamp).append("KTAP version 1\n");
        int lines = 1;
        for (int suite = 1; lines < LINES; suite++) {
            lines += kind.equals("nested") ? nested(text, suite)
                : suite(text, stamp, suite, kind.equals("noise") ? NOISE : 0);
        }
        log = text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static int suite(StringBuilder text, String stamp, int suite, int noise) {
        text.append(stamp).append("    KTAP version 1\n").append(stamp).append("    # Subtest: suite_").append(suite)
            .append('\n').append(stamp).append("    1..").append(CASES).append('\n');
        for (int test = 1; test <= CASES; test++) {
            for (int line = 0; line < noise; line++) {
                text.append("[   12.345678] something: a line of the kernel's log, number ").append(line).append('\n');
            }
            text.append(stamp).append(test % 10 == 0 ? "    not ok " : "    ok ").append(test).append(" case_number_")
                .append(test).append('\n');
        }
        text.append(stamp).append("not ok ").append(suite).append(" suite_").append(suite).append('\n');
        return CASES * (noise + 1) + 4;
    }

    private static int nested(StringBuilder text, int suite) {
        for (int level = 0; level < DEPTH; level++) {
            text.append("KTAP version 1\n# Subtest: level_").append(level).append("\n1..1\n");
        }
        text.append("ok 1 leaf\n");
        for (int level = DEPTH - 1; level >= 0; level--) {
            text.append("ok ").append(level == 0 ? suite : 1).append(" level_").append(level).append('\n');
        }
        return 4 * DEPTH + 1;
    }

    /** All of it, line by line. */
    @Benchmark
    public Outcome parse() throws IOException {
        long[] printed = {0};
        KtapConsumer consumer = new KtapConsumer(KtapConsumer.Options.PLAIN, line -> printed[0] += line.length(),
            () -> LocalTime.NOON);
        Outcome outcome = consumer.drain(LineSource.of(new ByteArrayInputStream(log), LineSource.Breaks.STREAM));
        if (printed[0] == 0) {
            throw new IllegalStateException("nothing printed");
        }
        return outcome;
    }
}
