package org.kunitjvm.bench;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.mermap.Mermap;
import org.kunitjvm.mm.mermap.MermapAlloc;
import org.kunitjvm.mm.page.Page;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The mermap on one CPU, by its public entry points: a mapping, a read through it, and the cycle of 512 gets with its
 * one flush.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MermapBench {
    private static final int CYCLE = 512;
    private static final int PAGE_SIZE = 4096;

    private Kernel kernel = Kernel.builder().build();
    private Mermap mermap = kernel.get(Mermap.class);
    private Mmu mmu = kernel.mmu();
    private MmStruct mm = kernel.sched().mmTable().alloc();
    private Page page = Mm.of(kernel).page(0x1000);

    /** Boot a machine with one CPU and adopt an address space whose mermap is prepared. */
    @Setup(Level.Trial)
    public void boot() throws ErrnoException {
        kernel.shutdown();
        kernel = Kernel.builder().cpus(1).memory("256M")
            .config(KernelConfig.defconfig().with("PROVE_LOCKING", "n").with("LOCKDEP", "n")).build();
        mermap = kernel.get(Mermap.class);
        mmu = kernel.mmu();
        mm = kernel.sched().mmTable().alloc();
        mermap.mmPrepare(mm);
        kernel.mmSwitch().use(mm);
        page = Mm.of(kernel).page(0x1000);
    }

    /** Give everything back. */
    @TearDown(Level.Trial)
    public void shutdown() {
        kernel.mmSwitch().unuse(mm);
        kernel.mmSwitch().exitMm(kernel.current());
        mm.mmput();
        kernel.shutdown();
    }

    /** {@code mermap_get()} and {@code mermap_put()} of one page; each 512th get flushes the TLB. */
    @Benchmark
    public long getPut() {
        MermapAlloc alloc = Objects.requireNonNull(mermap.get(page, PAGE_SIZE, Pgprot.PAGE_KERNEL));
        long addr = alloc.addr();
        mermap.put(alloc);
        return addr;
    }

    /** The same with a read through the mapping, which fills a TLB entry. */
    @Benchmark
    public int getReadPut() {
        MermapAlloc alloc = Objects.requireNonNull(mermap.get(page, PAGE_SIZE, Pgprot.PAGE_KERNEL));
        int read = mmu.readInt(alloc.addr());
        mermap.put(alloc);
        return read;
    }

    /** From one flush to the next: 512 gets with a read each, after which 511 stale entries are thrown away at once. */
    @Benchmark
    public int flushCycle() {
        int sum = 0;
        for (int i = 0; i < CYCLE; i++) {
            sum += getReadPut();
        }
        return sum;
    }
}
