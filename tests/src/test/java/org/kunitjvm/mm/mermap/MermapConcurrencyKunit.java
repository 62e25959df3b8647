package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.mermap.MermapFixture.PAGE_SIZE;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.KthreadFn;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.Page;

/**
 * Tasks that share an address space share the slots of a CPU and nothing else; a mapping belongs to the task and CPU
 * that got it.
 */
@KunitSuite(value = "mermap_concurrency", config = "MERMAP_CONCURRENCY_KUNIT_TEST", parallel = true)
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class MermapConcurrencyKunit {
    private static final int MAGIC = 0xc0c0;
    /** Few enough that every schedule with two preemptions can be tried. */
    private static final int ROUNDS = 2;
    private static final int PUSHES = 4;
    private static final int HOLD_MS = 10;

    private MermapSymbols symbols;

    /** Get, sleep, read, put, {@link #ROUNDS} times; the result counts what was wrong. */
    private static KthreadFn worker(MermapFixture fixture, MmStruct mm, Page page, int magic) {
        return () -> {
            int wrong = 0;
            fixture.kernel.mmSwitch().use(mm);
            for (int i = 0; i < ROUNDS; i++) {
                MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
                if (alloc == null) {
                    wrong++;
                    continue;
                }
                int cpu = fixture.kernel.current().cpu();
                fixture.kernel.sched().condResched();
                wrong += cpu == fixture.kernel.current().cpu() ? 0 : 1;
                wrong += fixture.kernel.mmu().readInt(alloc.addr()) == magic ? 0 : 1;
                fixture.mermap.putTo(mm, alloc);
            }
            fixture.kernel.mmSwitch().unuse(mm);
            return wrong;
        };
    }

    private static Page pageWith(MermapFixture fixture, int magic) {
        Page page = fixture.allocPage();
        fixture.kernel.mmu().writeInt(fixture.direct(page), magic);
        return page;
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void tasksOnTwoCpusUseRegionsOfTheirOwn(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Task a = fixture.startOn(0, "mermap-a", worker(fixture, mm, pageWith(fixture, MAGIC), MAGIC));
        Task b = fixture.startOn(1, "mermap-b", worker(fixture, mm, pageWith(fixture, MAGIC + 1), MAGIC + 1));
        fixture.kernel.sched().join(a, Long.MAX_VALUE);
        fixture.kernel.sched().join(b, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, a.exitCode(), 0);
        KUNIT_EXPECT_EQ(test, b.exitCode(), 0);
    }

    @KunitCase
    void threeTasksOnOneCpuShareItsSlots(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tasks.add(fixture.startOn(0, "mermap-" + i, worker(fixture, mm, pageWith(fixture, MAGIC + i), MAGIC + i)));
        }
        for (Task task : tasks) {
            fixture.kernel.sched().join(task, Long.MAX_VALUE);
            KUNIT_EXPECT_EQ_MSG(test, task.exitCode(), 0, "%s", task.comm());
        }
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void taskStaysOnItsCpuUnderMigrationPressure(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Task task = fixture.kernel.kthreads().run("mermap-pushed",
            worker(fixture, mm, pageWith(fixture, MAGIC), MAGIC));
        for (int i = 0; i < PUSHES && task.exitCode() == 0; i++) {
            push(fixture, task, i & 1);
        }
        fixture.kernel.sched().join(task, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, task.exitCode(), 0);
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void affinityChangeWaitsForThePut(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Page page = pageWith(fixture, MAGIC);
        MermapAlloc[] alloc = new MermapAlloc[1];
        int[] cpus = {-1, -1};
        Task holder = fixture.kernel.kthreads().run("mermap-holder", () -> {
            fixture.kernel.mmSwitch().use(mm);
            alloc[0] = fixture.rawGet(mm, page, PAGE_SIZE);
            cpus[0] = fixture.kernel.current().cpu();
            fixture.kernel.sched().msleep(HOLD_MS);
            cpus[1] = fixture.kernel.current().cpu();
            int read = alloc[0] == null ? 0 : fixture.kernel.mmu().readInt(alloc[0].addr());
            if (alloc[0] != null) {
                fixture.mermap.putTo(mm, alloc[0]);
            }
            fixture.kernel.mmSwitch().unuse(mm);
            return read;
        });
        while (cpus[0] < 0) {
            fixture.kernel.sched().msleep(1);
        }
        // Returns at once if the mapping was put already.
        push(fixture, holder, 1 - cpus[0]);
        KUNIT_EXPECT_FALSE_MSG(test, cpus[1] < 0, "the holder was moved from CPU %d while it had a mapping", cpus[0]);
        fixture.kernel.sched().join(holder, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, cpus[1], cpus[0]);
        KUNIT_EXPECT_EQ(test, holder.exitCode(), MAGIC);
    }

    private static void push(MermapFixture fixture, Task task, int cpu) {
        fixture.kernel.sched().condResched();
        try {
            fixture.kernel.kthreads().setCpusAllowed(task, CpuMask.of(cpu));
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void slotsRunOutAcrossTasksOfACpu(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        fixture.moveTo(0);
        MermapAlloc[] mine = new MermapAlloc[fixture.mermap.normalSlots()];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL(test, mine[i]);
        }
        Page page = fixture.allocPage();
        Task here = fixture.runOn(0, "same-cpu", () -> fixture.rawGet(mm, page, PAGE_SIZE) == null ? 0 : 1);
        KUNIT_EXPECT_EQ(test, here.exitCode(), 0);
        Task there = fixture.runOn(1, "other-cpu", () -> {
            MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
            if (alloc == null) {
                return 1;
            }
            fixture.mermap.putTo(mm, alloc);
            return 0;
        });
        KUNIT_EXPECT_EQ(test, there.exitCode(), 0);
        for (MermapAlloc alloc : mine) {
            fixture.mermap.putTo(mm, alloc);
        }
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void prepareByTwoTasksHappensOnce(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.allocMm();
        Task a = fixture.startOn(0, "prepare-a", () -> fixture.prepare(mm));
        Task b = fixture.startOn(1, "prepare-b", () -> fixture.prepare(mm));
        fixture.kernel.sched().join(a, Long.MAX_VALUE);
        fixture.kernel.sched().join(b, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, a.exitCode(), 0);
        KUNIT_EXPECT_EQ(test, b.exitCode(), 0);
        int tablesPerCpu = fixture.kernel.machine().cpus();
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().tables(mm).nrTables(), fixture.kernel.mmu().layout().levels() - 1 + tablesPerCpu);
    }

    @KunitCase
    void useInSoftirqIsRefused(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        long warnings = expectWarnings(fixture);
        fixture.kernel.interrupts().inSoftirq(() -> {
            KUNIT_EXPECT_TRUE(test, !fixture.mermap.isReady());
            KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        });
        fixture.kernel.warnings().setSuppressor(null);
        KUNIT_EXPECT_EQ(test, fixture.kernel.warnings().count(), warnings);
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void putIsForTheOwner(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.moveTo(0);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        List<String> seen = new ArrayList<>();
        fixture.kernel.warnings().setSuppressor(text -> seen.add(text));
        fixture.runOn(0, "stranger", () -> {
            fixture.mermap.putTo(mm, alloc);
            return 0;
        });
        fixture.kernel.warnings().setSuppressor(null);
        // The stranger is told, and finds that it never had migration disabled; the owner stays pinned.
        KUNIT_EXPECT_GE(test, seen.size(), 1);
        KUNIT_EXPECT_TRUE(test, seen.getFirst().startsWith("mermap: put by stranger/"));
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 1);
        fixture.kernel.preempt().migrateEnable();
    }

    @KunitCase
    void reserveWorksWhileEverySlotIsTaken(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Page page = pageWith(fixture, MAGIC);
        fixture.kernel.mmSwitch().use(mm);
        List<MermapAlloc> taken = new ArrayList<>();
        for (int i = 0; i < fixture.mermap.normalSlots(); i++) {
            taken.add(fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE));
        }
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            for (int i = 0; i < ROUNDS; i++) {
                MermapAlloc reserved = fixture.rawGetReserved(mm, page);
                KUNIT_EXPECT_NOT_NULL(test, reserved);
                if (reserved != null) {
                    KUNIT_EXPECT_STREQ(test, fixture.reportOfReading(reserved.addr()), "");
                    fixture.mermap.putTo(mm, reserved);
                }
            }
        }
        for (MermapAlloc alloc : taken) {
            KUNIT_ASSERT_NOT_NULL(test, alloc);
            fixture.mermap.putTo(mm, alloc);
        }
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void reserveIsThereOnce(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Page page = fixture.allocPage();
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            MermapAlloc reserved = fixture.rawGetReserved(mm, page);
            KUNIT_ASSERT_NOT_NULL(test, reserved);
            List<String> seen = fixture.collectWarnings(() -> KUNIT_EXPECT_NULL(test,
                fixture.rawGetReserved(mm, page)));
            KUNIT_EXPECT_EQ(test, seen.size(), 1);
            fixture.mermap.putTo(mm, reserved);
        }
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
    }

    @KunitCase
    void reserveWantsPreemptionOffAndOnePage(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Page pages = fixture.allocPages(1);
        MermapAlloc[] reserved = new MermapAlloc[1];
        List<String> seen = fixture.collectWarnings(() -> reserved[0] = fixture.rawGetReserved(mm, pages));
        KUNIT_EXPECT_EQ_MSG(test, seen.size(), 1, "preemption is on");
        KUNIT_ASSERT_NOT_NULL(test, reserved[0]);
        fixture.mermap.putTo(mm, reserved[0]);
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            seen = fixture.collectWarnings(
                () -> reserved[0] = fixture.mermap.getFrom(mm, pages.pfn(), 2 * PAGE_SIZE, Pgprot.PAGE_KERNEL, true));
            KUNIT_EXPECT_EQ_MSG(test, seen.size(), 1, "two pages");
            KUNIT_ASSERT_NOT_NULL(test, reserved[0]);
            fixture.mermap.putTo(mm, reserved[0]);
        }
    }

    private static long expectWarnings(MermapFixture fixture) {
        fixture.kernel.warnings().setSuppressor(text -> text.contains("Mermap"));
        return fixture.kernel.warnings().count();
    }
}
