package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.RecordedPolicy;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.ScheduleSearch;
import org.kunitjvm.kernel.sched.ScheduleTable;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.fault.Frames;
import org.kunitjvm.mm.fault.UserMemory;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.pagemap.KPageFlags;
import org.kunitjvm.mm.pagemap.PageFiles;
import org.kunitjvm.mm.pagemap.PagemapEntry;
import org.kunitjvm.mm.sysctl.VmSysctl;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.mm.vma.VmaSpace;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * The selftest that failed one time in a hundred. A test locks a mapping with MLOCK_ONFAULT, writes its first page and
 * looks whether that page is unevictable, in {@code /proc/kpageflags}. But the page waits in the batch of its CPU, and
 * becomes unevictable only when somebody drains that. Usually a neighbour on the same CPU does, whose own mlock()
 * drains, while the test looks up the frame number and offers the CPU to others on the way.
 *
 * <p>Each run is a kernel of its own with as little memory management as the race needs: no page allocator, only
 * frames.
 */
final class MlockRace implements ScheduleSearch.Subject {
    private static final int NR_FRAMES = 64;
    private static final List<Initcall> NO_INITCALLS = List.of();
    private static final KernelConfig CONFIG = KernelConfig.of(Map.of("SMP", "y", "PREEMPT", "y", "HZ", "1000"));
    private static final VmaSettings SETTINGS = VmaSettings.DEFAULT;

    /** What the test does between the write and the look, and what it looks at. */
    enum Check {
        /** Looks at {@code kpageflags} right away, as the selftest of 2015 did. */
        HISTORICAL,
        /** Calls {@code sched_yield()} before. */
        SCHED_YIELD,
        /** Writes 1 to {@code /proc/sys/vm/compact_memory} before, which drains as a side effect. */
        COMPACT_MEMORY,
        /** Looks at {@code smaps} alone, as the selftest does today: unevictable pages are none of its business. */
        TOLERANT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Check check;
    private final int batchSize;
    private final PageMap map = new PageMap();
    private final RaceFrames frames = new RaceFrames();

    /** The race with this check, in a kernel whose batches have {@code batchSize} entries. */
    MlockRace(Check check, int batchSize) {
        this.check = check;
        this.batchSize = batchSize;
        map.ensureSpan(PAGEBLOCK_NR_PAGES);
        map.touch(0);
    }

    @Override
    public @Nullable String run(SchedulingPolicy policy, Runnable decided) {
        return run(policy, decided, null);
    }

    /** Run once under a schedule. */
    @Nullable String replay(Schedule schedule) {
        return run(new RecordedPolicy(schedule), () -> { });
    }

    /** Run once and return the table of what each CPU did, with the outcome in the last line. */
    String table(Schedule schedule) {
        ScheduleTable[] table = new ScheduleTable[1];
        String failure = run(new RecordedPolicy(schedule), () -> { }, table);
        return table[0] + "outcome: " + (failure == null ? "passed" : failure) + "\n";
    }

    private @Nullable String run(SchedulingPolicy policy, Runnable decided, ScheduleTable @Nullable [] table) {
        Kernel kernel = Kernel.builder().cpus(2).memory("4M").config(CONFIG).policy(policy).initcalls(NO_INITCALLS)
            .build();
        World world = new World(kernel, decided);
        if (table != null) {
            table[0] = new ScheduleTable(kernel.sched(), kernel.clock());
            kernel.sched().addPointListener(table[0]);
            world.steps = table[0];
        }
        String[] failure = new String[1];
        Task[] tasks = {
            world.task("mlock2-tests", 0, () -> failure[0] = world.test()),
            world.task("neighbour", 0, world::neighbour),
            world.task("far", 1, world::farNeighbour)};
        // All three are there before the first of CPU 0 can begin.
        kernel.preempt().disable();
        for (Task task : tasks) {
            kernel.sched().wake(task);
        }
        kernel.preempt().enable();
        for (Task task : tasks) {
            kernel.sched().join(task, Long.MAX_VALUE);
            if (task.deathCause() != null) {
                throw new KernelBug("%s died: %s", task.comm(), task.deathCause());
            }
        }
        world.lru.drain().drainAll();
        kernel.close();
        frames.reset();
        return failure[0];
    }

    /** What a task does; it may be refused. */
    @FunctionalInterface
    private interface Body {
        void run() throws ErrnoException;
    }

    /** One kernel and the three who run on it. */
    private final class World {
        private final Kernel kernel;
        private final Lru lru;
        private final UserMemory memory;
        private final PageFiles files;
        private final VmSysctl sysctl;
        private final Runnable decided;
        private @Nullable ScheduleTable steps;

        World(Kernel kernel, Runnable decided) {
            this.kernel = kernel;
            this.decided = decided;
            ZoneTable zones = new ZoneTable(kernel, map);
            map.setZoneId(0, PAGEBLOCK_NR_PAGES, zones.add(0, ZONE_NORMAL).id);
            NodeCounters counters = new NodeCounters();
            Lru.Memory parts = new Lru.Memory(map, zones, new VmEvents(), _ -> counters);
            this.lru = new Lru(kernel, parts, frames::free, batchSize);
            this.memory = new UserMemory(kernel, parts, lru, frames);
            this.files = new PageFiles(memory);
            this.sysctl = new VmSysctl(kernel, lru, zones, () -> { });
        }

        Task task(String name, int cpu, Body body) {
            return kernel.kthreads().createOnCpu(name, cpu, () -> {
                try {
                    body.run();
                } catch (ErrnoException e) {
                    throw new KernelBug("%s: %s", name, e.getMessage());
                }
                return 0;
            });
        }

        private MmStruct newMm() {
            MmStruct mm = kernel.sched().mmTable().alloc();
            mm.attach(VmaSpace.class, new VmaSpace(kernel, mm, SETTINGS));
            memory.attachTo(mm);
            return mm;
        }

        private void exit(MmStruct mm) throws ErrnoException {
            VmaSpace.of(mm).munmap(0, SETTINGS.taskSize());
            mm.mmput();
        }

        /** The next thing that user space does. It can be preempted before each. */
        private void step(String what) {
            if (steps != null) {
                steps.note(what);
            }
            kernel.sched().decisionPoint(DecisionPoint.PREEMPT_ENABLE, "return to user space");
        }

        private static long map(VmaSpace space, int pages) throws ErrnoException {
            return space.mmap(0, pages * Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, null, 0);
        }

        /** Models tools/testing/selftests/mm/mlock2-tests.c: test_mlock_onfault, of its time. */
        @Nullable String test() throws ErrnoException {
            MmStruct mm = newMm();
            VmaSpace space = VmaSpace.of(mm);
            step("mmap");
            long addr = map(space, 2);
            step("mlock2(MLOCK_ONFAULT)");
            space.mlock2(addr, 2 * Mman.PAGE_SIZE, Mman.MLOCK_ONFAULT);
            step("write the first page");
            space.faults().touch(addr, true);
            String failure = look(mm, addr);
            decided.run();
            step(failure == null ? "pass, exit" : "FAIL, exit");
            exit(mm);
            return failure;
        }

        private @Nullable String look(MmStruct mm, long addr) throws ErrnoException {
            switch (check) {
                case TOLERANT -> {
                    step("read smaps");
                    return lookAtSmaps(VmaSpace.of(mm));
                }
                case SCHED_YIELD -> {
                    step("sched_yield");
                    kernel.sched().yieldCpu();
                }
                case COMPACT_MEMORY -> {
                    step("write compact_memory");
                    sysctl.writeCompactMemory("1");
                }
                case HISTORICAL -> { }
            }
            step("read pagemap");
            int pfn = PagemapEntry.pfn(files.entryOf(mm, addr));
            step("read kpageflags");
            long flags = files.flagsOf(pfn);
            return KPageFlags.UNEVICTABLE.isIn(flags) ? null
                : "unexpected flags after fault: " + KPageFlags.describe(flags);
        }

        private static @Nullable String lookAtSmaps(VmaSpace space) {
            String smaps = MapsText.smaps(space);
            boolean locked = smaps.contains(" lo ");
            boolean partly = smaps.contains("Rss:                   4 kB\n");
            return locked && partly ? null : "not locked on fault:\n" + smaps;
        }

        /** Somebody who locks memory of his own on the same CPU. */
        void neighbour() throws ErrnoException {
            MmStruct mm = newMm();
            step("mmap");
            long addr = map(VmaSpace.of(mm), 1);
            step("mlock");
            VmaSpace.of(mm).mlock(addr, Mman.PAGE_SIZE);
            step("exit");
            exit(mm);
        }

        /** Somebody on the other CPU who drains, too: but only what that CPU has, which is no use to the test. */
        void farNeighbour() {
            step("lru_add_drain");
            lru.drain().drain();
        }
    }

    /** Frames 1 to 63, handed out in turn. All must be back when a run is over. */
    private final class RaceFrames implements Frames {
        private int next = 1;
        private int out;

        @Override
        public int allocUserPage() {
            if (next == NR_FRAMES) {
                return NO_PFN;
            }
            int pfn = next++;
            out++;
            map.setAllocated(pfn);
            return pfn;
        }

        @Override
        public int zeroPfn() {
            return 0;
        }

        void free(int pfn, int order) {
            map.clearForFree(pfn);
            out--;
        }

        void reset() {
            if (out != 0) {
                throw new KernelBug("%d frames were not freed", out);
            }
            next = 1;
        }
    }
}
