package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.alloc.ContigAllocator;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageIsolation;
import org.kunitjvm.mm.hotplug.MemoryHotplug;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.reclaim.MemoryReclaim;
import org.kunitjvm.mm.reclaim.PagePopulation;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;

/** A CONFIG symbol changes the kernel that is booted with it: what each does, shown on the kernel itself. */
final class ConfigSymbolsTest {
    /** Lets everybody else go first, at every point where that is allowed. */
    private static final SchedulingPolicy EAGER = new SchedulingPolicy() {
        @Override
        public boolean decidesEverywhere() {
            return true;
        }

        @Override
        public int choose(DecisionPoint kind, String label, List<Task> candidates) {
            return candidates.size() - 1;
        }
    };

    private static Kernel boot(String symbol, String value) {
        return boot(symbol, value, "");
    }

    private static Kernel boot(String symbol, String value, String cmdline) {
        return Kernel.builder().config(KernelConfig.defconfig().with(symbol, value)).cmdline(cmdline).build();
    }

    private static Kernel bootTwoNodes(KernelConfig config) {
        return Kernel.builder().machine(Machine.numa(List.of(0, 0, 1, 1), List.of(1L << 30, 1L << 30))).config(config)
            .build();
    }

    private static List<String> log(Kernel kernel) {
        return kernel.log().records().stream().map(each -> each.text()).toList();
    }

    // ---- the machine ----

    @Test
    void withoutSmpOneCpuIsUsed() {
        try (Kernel kernel = bootTwoNodes(KernelConfig.defconfig().with("SMP", "n"))) {
            assertEquals(1, kernel.machine().cpus());
            assertEquals(2, kernel.machine().nodes());
        }
    }

    @Test
    void nrCpusIsTheMostThatAreUsed() {
        try (Kernel kernel = bootTwoNodes(KernelConfig.defconfig().with("NR_CPUS", "3"))) {
            assertEquals(3, kernel.machine().cpus());
            assertTrue(log(kernel).contains("CPU topo: CPU limit of 3 reached. Ignoring further CPUs"));
        }
        try (Kernel kernel = bootTwoNodes(KernelConfig.defconfig().with("NR_CPUS", "4"))) {
            assertEquals(4, kernel.machine().cpus());
            assertTrue(log(kernel).stream().noneMatch(line -> line.startsWith("CPU topo: ")));
        }
    }

    @Test
    void withoutNumaAllMemoryIsInNode0() {
        try (Kernel kernel = bootTwoNodes(KernelConfig.defconfig())) {
            assertEquals("0-1", Mm.of(kernel).nodes().list(NodeState.N_MEMORY));
        }
        try (Kernel kernel = bootTwoNodes(KernelConfig.defconfig().with("NUMA", "n"))) {
            assertEquals("0", Mm.of(kernel).nodes().list(NodeState.N_MEMORY));
            assertEquals(2L << 30, kernel.machine().memoryBytes());
            assertEquals(4, kernel.machine().cpus());
        }
    }

    // ---- preemption ----

    /**
     * What two tasks on one CPU do, each in three steps with a preempt_enable() and then a might_sleep() between, and
     * the init task in one, {@code i}.
     */
    private static String interleaving(String model) {
        KernelConfig config = KernelConfig.defconfig().with("PREEMPT", "n").with("DEBUG_PREEMPT", "n").with(model, "y");
        StringBuilder steps = new StringBuilder();
        try (Kernel kernel = Kernel.builder().cpus(1).memory("64M").policy(EAGER).config(config).initcalls(List.of())
            .build()) {
            List<Task> tasks = new ArrayList<>();
            // Neither may begin before both are there.
            kernel.preempt().disable();
            for (String name : List.of("a", "b")) {
                tasks.add(kernel.kthreads().run(name, () -> {
                    steps.append(name).append('1');
                    kernel.preempt().disable();
                    kernel.preempt().enable();
                    steps.append(name).append('2');
                    kernel.preempt().mightSleep();
                    steps.append(name).append('3');
                    return 0;
                }));
            }
            kernel.preempt().enable();
            steps.append('i');
            tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
        }
        return steps.toString();
    }

    @ParameterizedTest
    @CsvSource({"PREEMPT_NONE, false, false", "PREEMPT_VOLUNTARY, false, true", "PREEMPT, true, false"})
    void preemptionModelDecidesWhereATaskIsReplaced(String model, boolean atPreemptEnable, boolean atMightSleep) {
        String steps = interleaving(model);

        assertEquals(atPreemptEnable, !(steps.contains("a1a2") && steps.contains("b1b2")), steps);
        assertEquals(atMightSleep, !(steps.contains("a2a3") && steps.contains("b2b3")), steps);
    }

    // ---- pages ----

    @Test
    void debugVmChecksEveryPage() {
        for (String value : List.of("n", "y")) {
            try (Kernel kernel = boot("DEBUG_VM", value)) {
                assertEquals(value.equals("y"), kernel.get(PageAllocator.class).checks().checksEnabled());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"DEBUG_PAGEALLOC, debug_pagealloc=on", "PAGE_POISONING, page_poison=1"})
    void parameterOfADebugFeatureNeedsItsSymbol(String symbol, String parameter) {
        for (String value : List.of("n", "y")) {
            try (Kernel kernel = boot(symbol, value, parameter)) {
                assertEquals(value.equals("y"), kernel.get(PageAllocator.class).checks().checksEnabled(), value);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"INIT_ON_ALLOC_DEFAULT_ON, init_on_alloc=0", "INIT_ON_FREE_DEFAULT_ON, init_on_free=0"})
    void zeroingCanBeTheDefault(String symbol, String off) {
        try (Kernel kernel = boot(symbol, "y")) {
            assertTrue(kernel.get(PageAllocator.class).checks().checksEnabled());
        }
        try (Kernel kernel = boot(symbol, "y", off)) {
            assertFalse(kernel.get(PageAllocator.class).checks().checksEnabled());
        }
    }

    @Test
    void cmaHasAMigrateTypeOfItsOwn() {
        for (String value : List.of("n", "y")) {
            try (Kernel kernel = boot("CMA", value)) {
                assertEquals(value.equals("y"), Mm.of(kernel).proc(ProcFile.PAGETYPEINFO).contains(" CMA "), value);
            }
        }
    }

    /** Every second page of memory is in use and can be moved; a block of 16 pages is asked for, and time is given. */
    @ParameterizedTest
    @CsvSource({"y, true", "n, false"})
    void pagesAreMovedTogetherOnlyWithCompaction(String value, boolean moved) {
        KernelConfig config = KernelConfig.defconfig().with("TRANSPARENT_HUGEPAGE", "n").with("COMPACTION", value);
        try (Kernel kernel = Kernel.builder().cpus(1).memory("128M").config(config).build();
                MemoryReclaim reclaim = MemoryReclaim.start(kernel)) {
            PagePopulation population = reclaim.population();
            population.addAnon(0, Integer.MAX_VALUE);
            population.release(Arrays.stream(population.pfns()).filter(pfn -> (pfn & 1) == 0).toArray());
            Mm.of(kernel).drainAllPages(null);
            PageAllocator allocator = kernel.get(PageAllocator.class);
            List<Integer> blocks = new ArrayList<>();
            for (int pfn = 0; pfn >= 0 && blocks.size() < 4000;
                    pfn = allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN, 4)) {
                if (pfn > 0) {
                    blocks.add(pfn);
                }
                kernel.sched().msleep(1);
            }

            VmEvents events = kernel.get(VmEvents.class);
            assertEquals(moved, events.get(VmEvent.PGMIGRATE_SUCCESS) > 0);
            assertEquals(moved, events.get(VmEvent.COMPACT_STALL) > 0);
            assertEquals(moved, events.get(VmEvent.COMPACT_DAEMON_WAKE) > 0);
            blocks.forEach(pfn -> allocator.freePages(pfn, 4));
        }
    }

    @Test
    void hugePagesRaiseTheReserve() {
        assertTrue(reserve("y") > reserve("n"), reserve("y") + " > " + reserve("n"));
    }

    /** {@code min_free_kbytes}, which khugepaged raises. */
    private static long reserve(String hugePages) {
        try (Kernel kernel = boot("TRANSPARENT_HUGEPAGE", hugePages)) {
            return Mm.of(kernel).proc(ProcFile.ZONEINFO).lines().map(String::strip)
                .filter(line -> line.startsWith("min ")).mapToLong(line -> Long.parseLong(line.substring(4).strip()))
                .sum();
        }
    }

    @Test
    void memoryComesAndGoesOnlyWithHotplug() throws ErrnoException {
        try (Kernel kernel = boot("MEMORY_HOTPLUG", "n")) {
            assertEquals(Errno.ENOSYS, assertThrows(ErrnoException.class,
                () -> Mm.of(kernel).hotplug().addMemory(0, 16L << 30, 128L << 20)).errno());
        }
        try (Kernel kernel = boot("MEMORY_HOTREMOVE", "n")) {
            MemoryHotplug hotplug = Mm.of(kernel).hotplug();
            assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class,
                () -> hotplug.deviceOffline(List.copyOf(hotplug.blocks().all()).getLast())).errno());
        }
    }

    @Test
    void rangesCanBeAllocatedOnlyWithContigAlloc() {
        try (Kernel kernel = boot("CONTIG_ALLOC", "n")) {
            PageAllocator allocator = kernel.get(PageAllocator.class);
            ContigAllocator contig = new ContigAllocator(allocator, new PageIsolation(allocator));
            int pfn = 0x20000;
            assertEquals(Errno.ENOSYS, assertThrows(ErrnoException.class,
                () -> contig.allocContigRange(pfn, pfn + 512, MigrateType.MIGRATE_MOVABLE, 0)).errno());
        }
    }

    @ParameterizedTest
    @CsvSource({"FAIL_PAGE_ALLOC, 'fail_page_alloc=1,100,0,1'", "FAILSLAB, 'failslab=1,100,0,1'"})
    void withoutItsSymbolFaultInjectionIsUnknown(String symbol, String parameter) {
        String unknown = "Unknown kernel command line parameters \"" + parameter + "\", will be passed to user space.";
        try (Kernel kernel = boot(symbol, "n", parameter)) {
            assertTrue(log(kernel).contains(unknown), log(kernel)::toString);
        }
        try (Kernel kernel = boot(symbol, "y", parameter)) {
            assertFalse(log(kernel).contains(unknown));
        }
    }
}
