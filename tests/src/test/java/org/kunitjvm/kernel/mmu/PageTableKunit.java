package org.kunitjvm.kernel.mmu;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;

/** Tables are pages of the allocator, made when an address first needs them and given back with the address space. */
@KunitSuite(value = "page_table", config = "PAGE_TABLE_KUNIT_TEST")
final class PageTableKunit {
    private static final Action<MmStruct> MMPUT = MmStruct::mmput;
    private static final int PFN = 0x1000;

    /** In the mm-local region, far above what the mermap uses, at the start of a PMD entry. */
    private static long base(Kunit test) {
        return test.kernel().mmu().layout().mmLocalBase() + PageTable.PUD_SIZE / 2;
    }

    /** Tables that one page needs: one of each level. */
    private static int levels(Kunit test) {
        return test.kernel().mmu().layout().levels();
    }

    private static MmStruct allocMm(Kunit test) {
        MmStruct mm = test.kernel().sched().mmTable().alloc();
        test.addActionOrReset(MMPUT, mm);
        return mm;
    }

    private static int map(Kunit test, MmStruct mm, long addr, long size, Pgprot prot) {
        int[] pfn = {PFN};
        try {
            test.kernel().mmu().applyToPageRange(mm, addr, size,
                (mmu, pteAddr, at) -> mmu.setPte(mm, pteAddr, at, Pte.of(pfn[0]++, prot), "page_table"));
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    @KunitCase
    void firstPageNeedsATableOfEachLevel(Kunit test) {
        MmStruct mm = allocMm(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).nrTables(), levels(test));
    }

    @KunitCase
    void rangeAcrossAPmdNeedsOneTableMore(Kunit test) {
        MmStruct mm = allocMm(test);
        long start = base(test) + PageTable.PMD_SIZE - PageTable.PAGE_SIZE;
        KUNIT_ASSERT_EQ(test, map(test, mm, start, 2 * PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).nrTables(), levels(test) + 1);
        KUNIT_EXPECT_EQ(test, Pte.pfn(test.kernel().mmu().lookupPte(mm, start)), PFN);
        KUNIT_EXPECT_EQ(test, Pte.pfn(test.kernel().mmu().lookupPte(mm, start + PageTable.PAGE_SIZE)), PFN + 1);
    }

    @KunitCase
    void rangeAcrossAPudNeedsTwoTablesMore(Kunit test) {
        MmStruct mm = allocMm(test);
        long start = test.kernel().mmu().layout().mmLocalBase() + PageTable.PUD_SIZE - PageTable.PAGE_SIZE;
        KUNIT_ASSERT_EQ(test, map(test, mm, start, 2 * PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).nrTables(), levels(test) + 2);
    }

    @KunitCase
    void tablesArePagesOfTheAllocator(Kunit test) {
        MmStruct mm = test.kernel().sched().mmTable().alloc();
        mm.mmgrab();
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        Page root = Mm.of(test.kernel()).page(test.kernel().mmu().tables(mm).rootPfn());
        KUNIT_EXPECT_EQ(test, root.refcount(), 1);
        mm.mmput();
        // The root stays with the struct; that the other tables came back is what the search for leaks looks at.
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).nrTables(), 1);
        KUNIT_EXPECT_EQ(test, root.refcount(), 1);
        mm.mmdrop();
        KUNIT_EXPECT_EQ(test, root.refcount(), 0);
    }

    @KunitCase
    void existingOnlyFormVisitsWhatHasTables(Kunit test) {
        MmStruct mm = allocMm(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        List<Long> visited = new ArrayList<>();
        try {
            test.kernel().mmu().applyToExistingPageRange(mm, base(test) - PageTable.PAGE_SIZE, 2 * PageTable.PAGE_SIZE,
                (_, _, at) -> visited.add(at));
        } catch (ErrnoException e) {
            visited.clear();
        }
        KUNIT_EXPECT_EQ(test, visited.size(), 1);
        KUNIT_EXPECT_EQ(test, visited.getFirst(), base(test));
    }

    @KunitCase
    void protNoneIsPresentToTheKernelOnly(Kunit test) {
        MmStruct mm = allocMm(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), PageTable.PAGE_SIZE, Pgprot.PAGE_NONE), 0);
        long pte = test.kernel().mmu().lookupPte(mm, base(test));
        KUNIT_EXPECT_TRUE(test, Pte.isPresent(pte));
        KUNIT_EXPECT_FALSE(test, Pte.isHardwarePresent(pte));
    }

    @KunitCase
    void writeSetsDirtyAndReadSetsAccessed(Kunit test) {
        MmStruct mm = allocMm(test);
        Mm pages = Mm.of(test.kernel());
        Pgprot clean = new Pgprot(Pte.PRESENT | Pte.RW | Pte.NX);
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), PageTable.PAGE_SIZE, clean), 0);
        KUNIT_ASSERT_EQ(test, pages.page(PFN).pfn(), PFN);
        test.kernel().mmSwitch().use(mm);
        Mmu mmu = test.kernel().mmu();
        mmu.readInt(base(test));
        KUNIT_EXPECT_EQ(test, mmu.lookupPte(mm, base(test)) & (Pte.ACCESSED | Pte.DIRTY), Pte.ACCESSED);
        mmu.writeInt(base(test), mmu.readInt(base(test)));
        KUNIT_EXPECT_EQ(test, mmu.lookupPte(mm, base(test)) & (Pte.ACCESSED | Pte.DIRTY), Pte.ACCESSED | Pte.DIRTY);
        test.kernel().mmSwitch().unuse(mm);
    }

    /** The report that an access makes, or an empty string. */
    private static String reportOf(Runnable access) {
        try {
            access.run();
            return "";
        } catch (KernelBug bug) {
            return String.valueOf(bug.getMessage());
        }
    }

    @KunitCase
    void changedEntryIsStaleUntilTheFlush(Kunit test) {
        Mmu mmu = test.kernel().mmu();
        MmStruct mm = allocMm(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, base(test), 2 * PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        test.kernel().mmSwitch().use(mm);
        long second = base(test) + PageTable.PAGE_SIZE;
        mmu.readInt(second);
        // The first frame where the second was.
        KUNIT_ASSERT_EQ(test, map(test, mm, second, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        KUNIT_EXPECT_TRUE(test, reportOf(() -> mmu.readInt(second)).startsWith("BUG: use of a stale TLB entry: read of "));
        mmu.flushTlbMmRange(mm, second, second + PageTable.PAGE_SIZE);
        KUNIT_EXPECT_STREQ(test, reportOf(() -> mmu.readInt(second)), "");
        test.kernel().mmSwitch().unuse(mm);
    }

    @KunitCase
    void rightThatWasTakenAwayIsStaleUntilTheFlush(Kunit test) {
        Mmu mmu = test.kernel().mmu();
        MmStruct mm = allocMm(test);
        long addr = base(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        test.kernel().mmSwitch().use(mm);
        mmu.writeInt(addr, 1);
        KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL_RO), 0);
        KUNIT_EXPECT_TRUE(test, reportOf(() -> mmu.writeInt(addr, 2)).startsWith("BUG: use of a stale TLB entry with more rights"));
        mmu.flushTlbMmRange(mm, addr, addr + PageTable.PAGE_SIZE);
        KUNIT_EXPECT_TRUE(test, reportOf(() -> mmu.writeInt(addr, 2)).contains("permissions violation"));
        KUNIT_EXPECT_EQ(test, mmu.readInt(addr), 1);
        test.kernel().mmSwitch().unuse(mm);
    }

    @KunitCase
    void shootdownReachesTheOtherCpus(Kunit test) {
        Mmu mmu = test.kernel().mmu();
        MmStruct mm = allocMm(test);
        long addr = base(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        boolean[] stop = {false};
        List<Task> readers = new ArrayList<>();
        for (int cpu = 0; cpu < test.kernel().machine().cpus(); cpu++) {
            Task reader = test.kernel().kthreads().createOnCpu("reader", cpu, () -> {
                test.kernel().mmSwitch().use(mm);
                mmu.readInt(addr);
                while (!stop[0]) {
                    test.kernel().sched().cpuRelax();
                }
                test.kernel().mmSwitch().unuse(mm);
                return 0;
            });
            test.kernel().sched().wake(reader);
            readers.add(reader);
        }
        for (int cpu = 0; cpu < readers.size(); cpu++) {
            while (!mmu.tlbHas(cpu, addr)) {
                test.kernel().sched().cpuRelax();
            }
        }
        mmu.flushTlbMmRange(mm, addr, addr + PageTable.PAGE_SIZE);
        for (int cpu = 0; cpu < readers.size(); cpu++) {
            KUNIT_EXPECT_FALSE(test, mmu.tlbHas(cpu, addr));
        }
        stop[0] = true;
        readers.forEach(reader -> test.kernel().sched().join(reader, Long.MAX_VALUE));
    }

    /** Keep the running task on one CPU until the guard is closed. */
    private static Guard onOneCpu(Kunit test) {
        return test.kernel().preempt().migrateGuard();
    }

    private static void touch(Kunit test, MmStruct mm, long addr) {
        test.kernel().mmSwitch().use(mm);
        test.kernel().mmu().readInt(addr);
        test.kernel().mmSwitch().unuse(mm);
    }

    @KunitCase
    void flushWhileAnotherIsLoadedTakesEffectOnTheWayBack(Kunit test) {
        Mmu mmu = test.kernel().mmu();
        MmStruct mm = allocMm(test);
        MmStruct other = allocMm(test);
        long addr = base(test);
        KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        KUNIT_ASSERT_EQ(test, map(test, other, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
        try (Guard _ = onOneCpu(test)) {
            touch(test, mm, addr);
            touch(test, other, addr);
            KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_NONE), 0);
            mmu.flushTlbMmRange(mm, addr, addr + PageTable.PAGE_SIZE);
            test.kernel().mmSwitch().use(mm);
            KUNIT_EXPECT_TRUE(test, reportOf(() -> mmu.readInt(addr)).startsWith("BUG: unable to handle page fault"));
            test.kernel().mmSwitch().unuse(mm);
        }
    }

    @KunitCase
    void translationsOfFewAddressSpacesSurviveTheirSwitch(Kunit test) {
        Mmu mmu = test.kernel().mmu();
        long addr = base(test);
        List<MmStruct> spaces = new ArrayList<>();
        for (int i = 0; i <= CpuTlb.NR_ASIDS; i++) {
            MmStruct mm = allocMm(test);
            KUNIT_ASSERT_EQ(test, map(test, mm, addr, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL), 0);
            spaces.add(mm);
        }
        MmStruct first = spaces.getFirst();
        try (Guard _ = onOneCpu(test)) {
            touch(test, first, addr);
            touch(test, spaces.get(1), addr);
            test.kernel().mmSwitch().use(first);
            KUNIT_EXPECT_TRUE(test, mmu.tlbHas(test.kernel().preempt().smpProcessorId(), addr));
            test.kernel().mmSwitch().unuse(first);
            spaces.subList(1, spaces.size()).forEach(mm -> touch(test, mm, addr));
            test.kernel().mmSwitch().use(first);
            KUNIT_EXPECT_FALSE_MSG(test, mmu.tlbHas(test.kernel().preempt().smpProcessorId(), addr), "its place was needed");
            test.kernel().mmSwitch().unuse(first);
        }
    }

    @KunitCase
    void addressSpaceWithoutMappingsHasNoTables(Kunit test) {
        MmStruct mm = allocMm(test);
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).nrTables(), 0);
        KUNIT_EXPECT_EQ(test, test.kernel().mmu().tables(mm).rootPfn(), PageTableAllocator.NO_FRAME);
    }
}
