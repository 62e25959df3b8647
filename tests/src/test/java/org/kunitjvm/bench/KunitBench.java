package org.kunitjvm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitAssert;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What KUnit itself costs: cases that check one fact, run from the suite to the KTAP text on a kernel with all its
 * subsystems, each with its two kthreads, its cleanup and its search for leaks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class KunitBench {
    private static final int CASES = 1_000;
    private static final int SUITES = 100;
    private static final KernelFactory KERNELS = KunitBench::boot;

    private final List<TestSuite> oneCase = List.of(suite("one", KunitBench::trivial, 1));
    private final List<TestSuite> oneSuite = List.of(suite("many", KunitBench::trivial, CASES));
    private final List<TestSuite> failing = List.of(suite("failing", KunitBench::fail, CASES));
    private final List<TestSuite> manySuites = IntStream.range(0, SUITES)
        .mapToObj(i -> suite("suite_" + i, KunitBench::trivial, CASES / SUITES)).toList();

    private static Kernel boot(Consumer<LogRecord> console, boolean platformThreads) {
        return Kernel.builder().cpus(2).memory("1G").console(console).platformThreads(platformThreads).build();
    }

    private static TestSuite suite(String name, TestCase.Body body, int cases) {
        List<TestCase> list = new ArrayList<>();
        for (int i = 0; i < cases; i++) {
            list.add(TestCase.of("case_" + i, body).withModule("bench"));
        }
        return TestSuite.named(name).cases(list);
    }

    private static void trivial(Kunit test) {
        KunitAssert.KUNIT_EXPECT_EQ(test, 1, 1);
    }

    private static void fail(Kunit test) {
        KunitAssert.KUNIT_EXPECT_EQ(test, test.paramIndex(), 1);
    }

    private static int run(List<TestSuite> suites, KunitStatus wanted) {
        StringBuilder text = new StringBuilder();
        Consumer<KunitEvent> writer = KtapWriter.to(text);
        KunitStatus status = new KunitExecutor(KERNELS, KunitOptions.DEFAULT, writer).run(suites);
        if (status != wanted) {
            throw new IllegalStateException(text.toString());
        }
        return text.length();
    }

    /** A whole run of one case: boot, case, shut down. */
    @Benchmark
    public int runOfOneCase() {
        return run(oneCase, KunitStatus.SUCCESS);
    }

    /** 1,000 cases in one suite on one kernel, the time of all of them. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int thousandCases() {
        return run(oneSuite, KunitStatus.SUCCESS);
    }

    /** 1,000 cases in 100 suites, each of which boots a kernel, the time of all of them. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int thousandCasesInHundredSuites() {
        return run(manySuites, KunitStatus.SUCCESS);
    }

    /** One case of many in one suite. */
    @Benchmark
    @OperationsPerInvocation(CASES)
    public int oneCase() {
        return run(oneSuite, KunitStatus.SUCCESS);
    }

    /** One case of many in one suite, each of which fails one expectation, with the text of its operands. */
    @Benchmark
    @OperationsPerInvocation(CASES)
    public int oneFailingCase() {
        return run(failing, KunitStatus.FAILURE);
    }
}
