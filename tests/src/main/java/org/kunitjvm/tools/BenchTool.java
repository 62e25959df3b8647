package org.kunitjvm.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.types.GfpFlags;

/**
 * {@code kunit bench}: measure the page allocator and the boot, and print a small table with the machine. Times are those of the
 * thread, so that other work on the machine disturbs them less; lockdep is off, as in a production kernel.
 */
public final class BenchTool implements Tool {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int GFP = GfpFlags.GFP_KERNEL | GfpFlags.__GFP_NOWARN;
    private static final int ROUNDS = 7;
    private static final int PAIRS = 3_000_000;
    private static final int STRESS_OPERATIONS = 10_000_000;
    private static final int STRESS_CAPACITY = 65536;
    private static final List<String> MEMORY = List.of("256M", "4G", "64G", "1T");

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String summary() {
        return "measure the page allocator on this machine";
    }

    @Override
    public int run(List<String> args, Context context) {
        PrintStream out = context.out();
        if (args.contains("--help") || args.contains("-h")) {
            out.println("usage: kunit bench [runner]\n\nMeasures the page allocator; with 'runner', what running cases costs.");
            return 0;
        }
        if (args.equals(List.of("runner"))) {
            return runner(context);
        }
        if (!args.isEmpty()) {
            context.err().println("kunit bench: takes 'runner' or nothing, not '" + args.get(0) + "'");
            return 2;
        }
        out.printf(Locale.ROOT, "%s, %s %s, %d processors%n%n", System.getProperty("java.vm.version"), System.getProperty("os.name"),
            System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
        out.println("memory    boot ms   order-0   order-1   order-3   order-4   order-9   stress    (ns per pair or operation)");
        for (String memory : MEMORY) {
            row(memory, out);
            out.flush();
        }
        return 0;
    }

    private static int runner(Context context) {
        try {
            return RunnerBench.run(context.out());
        } catch (IOException e) {
            context.err().println("kunit bench: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    private static void row(String memory, PrintStream out) {
        KernelConfig config = KernelConfig.defconfig().with("LOCKDEP", "n").with("PROVE_LOCKING", "n").with("DEBUG_ATOMIC_SLEEP", "n");
        double boot = Double.MAX_VALUE;
        double[] best = {1e9, 1e9, 1e9, 1e9, 1e9, 1e9};
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            try (Kernel kernel = Kernel.builder().memory(memory).cpus(1).config(config).build()) {
                boot = Math.min(boot, (THREADS.getCurrentThreadCpuTime() - start) / 1e6);
                PageAllocator allocator = Mm.of(kernel).machineSpace().allocator();
                int[] orders = {0, 1, 3, 4, 9};
                for (int i = 0; i < orders.length; i++) {
                    best[i] = Math.min(best[i], pairs(allocator, orders[i], orders[i] == 9 ? PAIRS / 20 : PAIRS));
                }
                best[5] = Math.min(best[5], stress(allocator));
            }
        }
        out.printf(Locale.ROOT, "%-8s %8.1f %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f%n", memory, boot, best[0], best[1], best[2], best[3],
            best[4], best[5]);
    }

    private static double pairs(PageAllocator allocator, int order, int count) {
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            allocator.freePages(allocator.allocPages(0, GFP, order), order);
        }
        return (THREADS.getCurrentThreadCpuTime() - start) / (double) count;
    }

    /** The shape of {@code test_stress_interleaved_allocs}: at least 100 blocks of orders 0 to 3, else a coin decides. */
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
}
