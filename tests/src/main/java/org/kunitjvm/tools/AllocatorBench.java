package org.kunitjvm.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.trace.TraceReplay;
import org.kunitjvm.mm.trace.TraceResult;
import org.kunitjvm.mm.types.GfpFlags;

/**
 * {@code kunit bench [RECORDING...]}: measure the page allocator, the boot and its memory, and print a small table with
 * the machine; with recordings, also how fast they are verified. Times are those of the thread, best of some rounds, so
 * that other work on the machine disturbs them less; lockdep and sleep checks are off, as in the recorded kernels.
 */
final class AllocatorBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int GFP = GfpFlags.GFP_KERNEL | GfpFlags.__GFP_NOWARN;
    private static final int ROUNDS = 7;
    private static final int PAIRS = 2_000_000;
    private static final int[] ORDERS = {0, 1, 3, 4, 9};
    private static final int STRESS_OPERATIONS = 5_000_000;
    private static final int STRESS_CAPACITY = 65536;
    private static final List<String> MEMORY = List.of("256M", "4G", "64G", "1T");
    private static final String[] COLUMNS = {"order-0", "order-1", "order-3", "order-4", "order-9", "stress"};
    /** How often memory is measured; collections are asked for, not ordered. */
    private static final int MEMORY_TRIES = 3;

    private AllocatorBench() {
    }

    /**
     * Measure and print.
     *
     * @param recordings files to verify, maybe none
     * @throws IOException if one of them cannot be read
     */
    static void run(List<String> recordings, PrintStream out) throws IOException {
        out.printf(Locale.ROOT, "%s, %d processors, %s %s, Java %s%n%n", processor(),
            Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"), System.getProperty("os.arch"),
            System.getProperty("java.vm.version"));
        allocator(out);
        if (!recordings.isEmpty()) {
            verify(recordings, out);
        }
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("unknown processor");
        } catch (IOException e) {
            return "unknown processor";
        }
    }

    // ---------------------------------------------------------------- allocator

    private static void allocator(PrintStream out) {
        out.print("memory    boot ms  heap KiB");
        for (String column : COLUMNS) {
            out.printf("%10s", column);
        }
        out.println("    ns per pair or operation");
        List<double[]> rows = new ArrayList<>();
        long withoutKernel = usedAfterCollection();
        for (String memory : MEMORY) {
            rows.add(row(memory, withoutKernel, out));
            out.flush();
        }
        out.print("1T / 256M                  ");
        for (int i = 0; i < COLUMNS.length; i++) {
            out.printf(Locale.ROOT, "%10.2f", rows.getLast()[i] / rows.getFirst()[i]);
        }
        out.println();
    }

    private static double[] row(String memory, long withoutKernel, PrintStream out) {
        double boot = Double.MAX_VALUE;
        double[] best = new double[COLUMNS.length];
        Arrays.fill(best, Double.MAX_VALUE);
        for (int round = 0; round < ROUNDS; round++) {
            boot = Math.min(boot, round(memory, best));
        }
        out.printf(Locale.ROOT, "%-8s %8.2f %9d", memory, boot, heapKib(memory, withoutKernel));
        for (double ns : best) {
            out.printf(Locale.ROOT, "%10.1f", ns);
        }
        out.println();
        return best;
    }

    /** Measure once and keep the best; returns the milliseconds of the boot. */
    private static double round(String memory, double[] best) {
        long start = THREADS.getCurrentThreadCpuTime();
        try (Kernel kernel = boot(memory)) {
            double boot = (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
            PageAllocator allocator = Mm.of(kernel).machineSpace().allocator();
            for (int i = 0; i < ORDERS.length; i++) {
                best[i] = Math.min(best[i], pairs(allocator, ORDERS[i]));
            }
            best[ORDERS.length] = Math.min(best[ORDERS.length], stress(allocator));
            return boot;
        }
    }

    private static Kernel boot(String memory) {
        KernelConfig config = KernelConfig.defconfig().with("LOCKDEP", "n").with("PROVE_LOCKING", "n")
            .with("DEBUG_ATOMIC_SLEEP", "n");
        return Kernel.builder().memory(memory).cpus(1).config(config).build();
    }

    /**
     * What a booted kernel keeps on the heap: in use after a collection, more than before there was one. Not the
     * difference to just before its boot: the kernel before it may then still be there, and go in between.
     */
    private static long heapKib(String memory, long withoutKernel) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MEMORY_TRIES; i++) {
            least = Math.min(least, usedWithKernel(memory));
        }
        return least - withoutKernel >> 10;
    }

    /** Apart, so that no frame that is still there remembers the kernel when the next one is measured. */
    private static long usedWithKernel(String memory) {
        try (Kernel kernel = boot(memory)) {
            long used = usedAfterCollection();
            Reference.reachabilityFence(kernel);
            return used;
        }
    }

    private static long usedAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /**
     * Allocate and free a block again and again. The other half of the block that it was cut from is held, so that from
     * order 4 on, past the CPU's lists, the same block comes and goes, as in memory that has been in use for a while;
     * fresh memory would be split and merged over and over.
     */
    private static double pairs(PageAllocator allocator, int order) {
        int count = order == 9 ? PAIRS / 20 : PAIRS;
        int held = allocator.allocPages(0, GFP, order);
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            allocator.freePages(allocator.allocPages(0, GFP, order), order);
        }
        double perPair = (THREADS.getCurrentThreadCpuTime() - start) / (double) count;
        allocator.freePages(held, order);
        return perPair;
    }

    /**
     * The shape of {@code test_stress_interleaved_allocs}: at least 100 blocks of orders 0 to 3, else a coin decides.
     */
    private static double stress(PageAllocator allocator) {
        int[] live = new int[STRESS_CAPACITY];
        int[] orders = new int[STRESS_CAPACITY];
        int count = 0;
        long x = 88172645463325252L;
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < STRESS_OPERATIONS; i++) {
            x ^= x >>> 12;
            x ^= x << 25;
            x ^= x >>> 27;
            long random = x * 0x2545F4914F6CDD1DL >>> 32;
            if (count < 100 || count < STRESS_CAPACITY && (random & 1) != 0) {
                int order = (int) (random >>> 8 & 3);
                live[count] = allocator.allocPages(0, GFP, order);
                orders[count++] = order;
            } else {
                int victim = (int) (random * count >>> 32);
                allocator.freePages(live[victim], orders[victim]);
                live[victim] = live[--count];
                orders[victim] = orders[count];
            }
        }
        double perOperation = (THREADS.getCurrentThreadCpuTime() - start) / (double) STRESS_OPERATIONS;
        while (count > 0) {
            count--;
            allocator.freePages(live[count], orders[count]);
        }
        return perOperation;
    }

    // ---------------------------------------------------------------- recordings

    private static void verify(List<String> files, PrintStream out) throws IOException {
        long operations = 0;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 2; round++) {
            operations = 0;
            long mismatches = 0;
            long start = THREADS.getCurrentThreadCpuTime();
            for (String file : files) {
                TraceResult result = TraceTool.replay(Path.of(file), new TraceReplay.Options());
                operations += result.operations();
                mismatches += result.mismatches();
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e9);
            if (round == 0) {
                out.printf(Locale.ROOT, "%n%d recordings: %d operations, %d mismatches%n", files.size(), operations,
                    mismatches);
            }
        }
        out.printf(Locale.ROOT, "verified %,.0f operations per second%n", operations / best);
    }
}
