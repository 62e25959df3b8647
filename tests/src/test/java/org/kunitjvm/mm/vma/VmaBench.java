package org.kunitjvm.mm.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.TestSuite;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an operation costs on an mm with few and with many areas, and the 15 posted cases from boot to KTAP. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class VmaBench {
    private static final long BASE = 0x1_0000_0000L;
    /** Four pages mapped, four not. */
    private static final long STRIDE = 8 * Mman.PAGE_SIZE;
    private static final Set<String> POSTED = Set.of("simple_merge", "merge_new", "merge_special_flags",
        "merge_with_close", "merge_new_with_close", "merge_existing", "anon_vma_non_mergeable", "dup_anon_vma",
        "vmi_prealloc_fail", "merge_extend", "copy_vma", "expand_only_mode", "simple_modify", "simple_expand",
        "simple_shrink");

    /** The posted cases, loaded. */
    @State(Scope.Thread)
    public static class Posted {
        final List<TestSuite> suites = new ArrayList<>();

        /** Leave the other cases out. */
        public Posted() {
            int cases = 0;
            for (TestSuite suite : SuiteLoader.loadAll(List.of(VmaMergeKunit.class, VmaModifyKunit.class))) {
                TestSuite posted = suite.withCases(suite.cases().stream().filter(kase -> POSTED.contains(kase.name()))
                    .toList());
                cases += posted.cases().size();
                suites.add(posted);
            }
            if (cases != POSTED.size()) {
                throw new IllegalStateException(cases + " of " + POSTED.size() + " posted cases");
            }
        }
    }

    /** Run them all, each suite on a fresh kernel. */
    @Benchmark
    public String fifteenPostedCases(Posted posted) {
        StringBuilder console = new StringBuilder();
        new KunitExecutor((out, platform) -> Kernel.builder().memory("64M").initcalls(List.of(new VmaInitcall()))
            .console(out).platformThreads(platform).build(), KunitOptions.DEFAULT.withShutdown("halt"),
            KtapWriter.to(console)).run(posted.suites);
        if (console.indexOf("not ok") >= 0) {
            throw new IllegalStateException(console.toString());
        }
        return console.toString();
    }

    /** An address space with so many areas. */
    @State(Scope.Thread)
    public static class Areas {
        /** How many. */
        @Param({"1000", "100000"})
        public int areas;

        private final SplittableRandom random = new SplittableRandom(1);
        private Kernel kernel;
        private MmStruct mm;
        private VmaSpace space;

        /** Map them. */
        @Setup(Level.Trial)
        public void map() throws ErrnoException {
            kernel = Kernel.builder().cpus(1).memory("64M").initcalls(List.of()).build();
            mm = kernel.sched().mmTable().alloc();
            space = new VmaSpace(kernel, mm, VmaSettings.DEFAULT.withMaxMapCount(2 * areas + 1000));
            mm.attach(VmaSpace.class, space);
            for (int i = 0; i < areas; i++) {
                map(i);
            }
        }

        private void map(int slot) throws ErrnoException {
            space.mmap(BASE + slot * STRIDE, STRIDE / 2, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, null, 0);
        }

        /** Unmap them. */
        @TearDown(Level.Trial)
        public void end() {
            mm.mmput();
            kernel.close();
        }
    }

    /** Map, protect, advise, resize or look up at a random place; the number of areas stays about the same. */
    @Benchmark
    public Object randomOperation(Areas state) throws ErrnoException {
        VmaSpace space = state.space;
        int slot = state.random.nextInt(state.areas);
        long addr = BASE + slot * STRIDE;
        switch (state.random.nextInt(5)) {
            case 0 -> {
                space.munmap(addr, STRIDE / 2);
                state.map(slot);
            }
            case 1 -> {
                space.mprotect(addr + Mman.PAGE_SIZE, Mman.PAGE_SIZE, Mman.PROT_READ);
                space.mprotect(addr + Mman.PAGE_SIZE, Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE);
            }
            case 2 -> space.madvise(addr, STRIDE / 2, Mman.MADV_SEQUENTIAL);
            case 3 -> space.mremap(addr, STRIDE / 2, STRIDE / 2, 0, 0);
            default -> {
                VmArea found = space.lookup(addr + state.random.nextInt((int) STRIDE));
                return found == null ? space : found;
            }
        }
        return space;
    }
}
