package org.kunitjvm.bench;

import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The page allocator on one CPU: alloc+free pairs, and the shape of test_stress_interleaved_allocs. Lock validation and
 * sleep checks are off, as they were in the kernel that the figures are compared with. {@code -p memory=256M,1T}
 * compares machines.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PageAllocBench {
    private static final int STRESS_OPS = 10_000_000;
    private static final int POOL = 65_536;
    private static final int MIN_LIVE = 100;
    private static final int NEIGHBOUR_ORDER = 4;

    /** Memory of the machine. */
    @Param({"4G"})
    public String memory = "4G";

    private Kernel kernel = Kernel.builder().build();
    private PageAllocator allocator = kernel.get(PageAllocator.class);
    private final int[] livePfns = new int[POOL];
    private final byte[] liveOrders = new byte[POOL];
    /** Held, so that the block beside it can come and go without being merged. */
    private int neighbour;
    private int live;

    /** Boot the machine. */
    @Setup(Level.Trial)
    public void boot() {
        kernel.shutdown();
        kernel = Kernel.builder().cpus(1).memory(memory)
            .config(KernelConfig.defconfig().with("PROVE_LOCKING", "n").with("LOCKDEP", "n")
            .with("DEBUG_ATOMIC_SLEEP", "n")).build();
        allocator = Objects.requireNonNull(kernel.get(PageAllocator.class));
        neighbour = allocator.allocPages(0, GFP_KERNEL, NEIGHBOUR_ORDER);
    }

    /** Give everything back. */
    @TearDown(Level.Trial)
    public void shutdown() {
        freeAll();
        allocator.freePages(neighbour, NEIGHBOUR_ORDER);
        kernel.shutdown();
    }

    private void freeAll() {
        while (live > 0) {
            live--;
            allocator.freePages(livePfns[live], liveOrders[live]);
        }
    }

    private int pair(int order) {
        int pfn = allocator.allocPages(0, GFP_KERNEL, order);
        allocator.freePages(pfn, order);
        return pfn;
    }

    /** One page out of and back into the CPU's list. */
    @Benchmark
    public int order0Pair() {
        return pair(0);
    }

    /** Eight pages out of and back into the CPU's list. */
    @Benchmark
    public int order3Pair() {
        return pair(3);
    }

    /** Sixteen pages past the CPU's lists, in memory where the other half of the block is in use: nothing is split. */
    @Benchmark
    public int order4Pair() {
        return pair(NEIGHBOUR_ORDER);
    }

    /**
     * The 10,000,000 random allocations and frees of orders 0 to 3 of the case, from nothing. The number of blocks that
     * are out walks at random: left alone it goes far beyond what the case has, and cache misses decide.
     */
    @Benchmark
    @OperationsPerInvocation(STRESS_OPS)
    public int stress() {
        freeAll();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < STRESS_OPS; i++) {
            int bits = random.nextInt();
            if (live < MIN_LIVE || live < POOL && (bits & 1) == 0) {
                int order = (bits >>> 1) & 3;
                livePfns[live] = allocator.allocPages(0, GFP_KERNEL, order);
                liveOrders[live] = (byte) order;
                live++;
            } else {
                int victim = (int) (((bits >>> 1) * (long) live) >>> 31);
                allocator.freePages(livePfns[victim], liveOrders[victim]);
                live--;
                livePfns[victim] = livePfns[live];
                liveOrders[victim] = liveOrders[live];
            }
        }
        return live;
    }
}
