package org.kunitjvm.bench;

import java.time.LocalTime;
import java.util.concurrent.TimeUnit;

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
 * Parsing a console of a million lines and printing it, without the terminal. The first iteration is what a cold
 * program needs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 5)
@Fork(3)
public class ParserBench {
    private static final int LINES = 1_000_000;
    private static final int CASES_PER_SUITE = 100;

    /** How many diagnostic lines stand before each result. */
    @Param({"0", "9"})
    public int noise;

    private String[] log = {};

    /** Write the log: suites of a hundred cases, one case in ten failing. */
    @Setup
    public void write() {
        int suites = LINES / (CASES_PER_SUITE * (noise + 1) + 4);
        log = new String[2 + suites * (CASES_PER_SUITE * (noise + 1) + 4)];
        int at = 0;
        log[at++] = "KTAP version 1";
        log[at++] = "1.." + suites;
        for (int suite = 1; suite <= suites; suite++) {
            log[at++] = "    KTAP version 1";
            log[at++] = "    # Subtest: suite_" + suite;
            log[at++] = "    1.." + CASES_PER_SUITE;
            for (int test = 1; test <= CASES_PER_SUITE; test++) {
                for (int line = 0; line < noise; line++) {
                    log[at++] = "[   12.345678] something: a line of the kernel's log, number " + line;
                }
                log[at++] = (test % 10 == 0 ? "    not ok " : "    ok ") + test + " case_number_" + test;
            }
            log[at++] = "not ok " + suite + " suite_" + suite;
        }
    }

    /** All of it, line by line. */
    @Benchmark
    public Outcome parse() {
        long[] printed = {0};
        KtapConsumer consumer = new KtapConsumer(KtapConsumer.Options.PLAIN, line -> printed[0] += line.length(),
            () -> LocalTime.NOON);
        for (String line : log) {
            consumer.accept(line);
        }
        Outcome outcome = consumer.end();
        if (printed[0] == 0) {
            throw new IllegalStateException("nothing printed");
        }
        return outcome;
    }
}
