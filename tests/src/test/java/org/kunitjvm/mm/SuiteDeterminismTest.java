package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * What the suites of the page allocator and the mermap print depends on the seed alone, and they pass whatever the seed
 * is.
 */
final class SuiteDeterminismTest {
    private static final int SEEDS = 50;
    private static final int ROUNDS = 2;
    private static final long MEMORY_BYTES = 4L << 30;
    private static final List<String> SUITES = List.of("org.kunitjvm.mm.PageAllocKunit",
        "org.kunitjvm.mm.PageAllocBlocksKunit", "org.kunitjvm.mm.mermap.MermapKunit");
    private static final String CONTEXT = "";
    private static final String HOTPLUG = "movablecore=2G page_alloc_test.route=hotplug";

    private static List<TestSuite> suites() {
        return SuiteLoader.loadAll(SUITES.stream().<Class<?>>map(SuiteDeterminismTest::load).toList());
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    /** The KTAP text of one run, the lines of the kernel log among it, on kernels of its own. */
    private static String run(String cmdline, long seed) {
        StringBuilder out = new StringBuilder();
        BootOptions boot = new BootOptions(KernelConfig.defconfig(), cmdline, Machine.pc(2, MEMORY_BYTES), seed, null);
        KunitOptions options = KunitOptions.DEFAULT.withFilter("speed>slow").withShutdown("halt");
        new KunitExecutor(boot, options, KtapWriter.to(out)).run(suites());
        return out.toString();
    }

    private static void assertPassed(String output, long seed) {
        assertFalse(output.contains("not ok "), () -> "seed " + seed + "\n" + output);
        for (String suite : List.of("page_alloc", "page_alloc_blocks", "mermap")) {
            assertTrue(output.lines().anyMatch(line -> line.matches("ok \\d+ " + suite)),
                () -> suite + ", seed " + seed + "\n" + output);
        }
    }

    @Test
    void allPassWithFiftySchedulingSeeds() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertPassed(run(CONTEXT, seed), seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CONTEXT, HOTPLUG})
    void sameSeedPrintsTheSame(String cmdline) {
        long seed = 0x5eed;
        String once = run(cmdline, seed);
        assertPassed(once, seed);
        assertEquals(once, run(cmdline, seed), "seed " + seed);
    }

    /**
     * Each host thread boots kernels of its own at the same time as the other; whatever they shared would show in the
     * output.
     */
    @Test
    @Timeout(60)
    void kernelsSideBySidePrintWhatEachPrintsAlone() throws InterruptedException, ExecutionException {
        String first = run(CONTEXT, 1);
        String second = run(HOTPLUG, 2);
        CyclicBarrier start = new CyclicBarrier(2);
        try (ExecutorService hosts = Executors.newFixedThreadPool(2)) {
            Future<?> one = hosts.submit(() -> runAgain(start, CONTEXT, 1, first));
            Future<?> two = hosts.submit(() -> runAgain(start, HOTPLUG, 2, second));
            one.get();
            two.get();
        }
    }

    private static Void runAgain(CyclicBarrier start, String cmdline, long seed, String alone) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            start.await(30, TimeUnit.SECONDS);
            assertEquals(alone, run(cmdline, seed), "round " + round + ", seed " + seed);
        }
        return null;
    }
}
