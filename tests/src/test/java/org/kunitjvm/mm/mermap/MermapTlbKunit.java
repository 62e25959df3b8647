package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.mm.mermap.MermapFixture.PAGE_SIZE;

import java.util.List;

import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.mmu.Pte;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.Page;

/** No access through a mermap address ever uses a translation that is not in force; one that would is reported. */
@KunitSuite(value = "mermap_tlb", config = "MERMAP_TLB_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class MermapTlbKunit {
    private static final int MAGIC = 0x7a6e;
    private static final int NORMAL_PAGES = 511;

    private MermapSymbols symbols;

    @KunitCase
    void readAfterPutIsStale(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        long addr = readThenPut(test, fixture, mm, page);

        String report = fixture.reportOfReading(addr);

        KUNIT_EXPECT_TRUE_MSG(test, report.startsWith("BUG: use of a stale TLB entry: read of "), "%s", report);
        KUNIT_EXPECT_TRUE_MSG(test, report.contains("unmapped by kunit_try_catch/"), "%s", report);
        KUNIT_EXPECT_TRUE_MSG(test, report.contains("in mermap_put"), "%s", report);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void writeAfterPutIsStale(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        long addr = readThenPut(test, fixture, mm, page);

        String report = fixture.reportOf(() -> fixture.kernel.mmu().writeInt(addr, MAGIC));

        KUNIT_EXPECT_TRUE_MSG(test, report.startsWith("BUG: use of a stale TLB entry: write of "), "%s", report);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void readAfterPutAndFlushIsAPageFault(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        long addr = readThenPut(test, fixture, mm, page);
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            fixture.kernel.mmu().flushTlbLocal();
        }

        String report = fixture.reportOfReading(addr);

        KUNIT_EXPECT_TRUE_MSG(test, report.startsWith("BUG: unable to handle page fault for address: "), "%s", report);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void addressNeverReadIsAPageFaultAfterPut(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        long addr = alloc.addr();
        fixture.mermap.putTo(mm, alloc);

        KUNIT_EXPECT_TRUE(test, fixture.reportOfReading(addr).contains("not-present page"));
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void reuseAfterWrapSeesTheNewPage(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page first = fixture.allocPage();
        Page second = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmu().writeInt(fixture.direct(first), MAGIC);
        fixture.kernel.mmu().writeInt(fixture.direct(second), MAGIC + 1);
        fixture.kernel.mmSwitch().use(mm);
        fixture.kernel.preempt().migrateDisable();
        for (int i = 0; i < NORMAL_PAGES; i++) {
            readThenPut(test, fixture, mm, first);
        }
        KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 0);

        MermapAlloc again = fixture.rawGet(mm, second, PAGE_SIZE);

        KUNIT_ASSERT_NOT_NULL(test, again);
        KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 1);
        KUNIT_EXPECT_STREQ(test, fixture.reportOfReading(again.addr()), "");
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().readInt(again.addr()), MAGIC + 1);
        fixture.mermap.putTo(mm, again);
        fixture.kernel.preempt().migrateEnable();
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void putLeavesAnEmptyEntry(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        MermapAlloc alloc = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        long addr = alloc.addr();
        KUNIT_EXPECT_TRUE(test, Pte.isHardwarePresent(fixture.kernel.mmu().lookupPte(mm, addr)));
        fixture.mermap.putTo(mm, alloc);
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().lookupPte(mm, addr), 0);
    }

    @KunitCase
    void pagesOfOneMappingAreConsecutive(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page block = fixture.allocPages(2);
        MmStruct mm = fixture.preparedMm();
        for (int i = 0; i < 4; i++) {
            fixture.kernel.mmu().writeInt(fixture.direct(block) + i * PAGE_SIZE, MAGIC + i);
        }
        fixture.kernel.mmSwitch().use(mm);
        MermapAlloc alloc = fixture.rawGet(mm, block, 3 * PAGE_SIZE + 1);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        KUNIT_EXPECT_EQ_MSG(test, alloc.sizeBytes(), 4 * PAGE_SIZE, "sizes are rounded up to pages");
        for (int i = 0; i < 4; i++) {
            KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().readInt(alloc.addr() + i * PAGE_SIZE), MAGIC + i);
        }
        KUNIT_EXPECT_TRUE(test, fixture.reportOfReading(alloc.addr() + 4 * PAGE_SIZE).contains("not-present page"));
        long end = alloc.addr() + 4 * PAGE_SIZE;
        fixture.mermap.putTo(mm, alloc);
        for (long addr = end - 4 * PAGE_SIZE; addr < end; addr += PAGE_SIZE) {
            KUNIT_EXPECT_EQ_MSG(test, fixture.kernel.mmu().lookupPte(mm, addr), 0, "every page is unmapped");
        }
        fixture.kernel.mmSwitch().unuse(mm);
    }

    /**
     * Take all that normal requests may have, then the last page from what is kept back: next_addr is then at the
     * region's very end.
     */
    private static void useUpToTheEnd(Kunit test, MermapFixture fixture, MmStruct mm, Page page) {
        MermapAlloc all = fixture.rawGet(mm, page, NORMAL_PAGES * PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, all);
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            MermapAlloc last = fixture.rawGetReserved(mm, page);
            KUNIT_ASSERT_NOT_NULL(test, last);
            KUNIT_EXPECT_EQ(test, last.addr(), all.addr() + NORMAL_PAGES * PAGE_SIZE);
            fixture.mermap.putTo(mm, last);
        }
        fixture.mermap.putTo(mm, all);
    }

    @KunitCase
    void normalGetAfterTheReserveStaysInItsRegion(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPages(9);
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.preempt().migrateDisable();
        long base = fixture.mermap.layout().cpuBase(fixture.kernel.preempt().smpProcessorId());
        useUpToTheEnd(test, fixture, mm, page);

        MermapAlloc next = fixture.rawGet(mm, page, PAGE_SIZE);

        KUNIT_ASSERT_NOT_NULL(test, next);
        KUNIT_EXPECT_EQ(test, next.addr(), base);
        KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 1);
        fixture.mermap.putTo(mm, next);
        fixture.kernel.preempt().migrateEnable();
    }

    @KunitCase
    void reserveAtTheEndFlushesAndGoesBackToo(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPages(9);
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.preempt().migrateDisable();
        long base = fixture.mermap.layout().cpuBase(fixture.kernel.preempt().smpProcessorId());
        useUpToTheEnd(test, fixture, mm, page);
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            MermapAlloc reserved = fixture.rawGetReserved(mm, page);
            KUNIT_ASSERT_NOT_NULL(test, reserved);
            KUNIT_EXPECT_EQ_MSG(test, reserved.addr(), base, "nothing is in use, so it goes back to the start");
            KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 1);
            fixture.mermap.putTo(mm, reserved);
        }
        // With all of the normal pages in use, the only place to go back to is the last page.
        MermapAlloc most = fixture.rawGet(mm, page, (NORMAL_PAGES - 1) * PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, most);
        for (int flushes = 1; flushes <= 3; flushes++) {
            try (var _ = fixture.kernel.preempt().preemptGuard()) {
                MermapAlloc reserved = fixture.rawGetReserved(mm, page);
                KUNIT_ASSERT_NOT_NULL(test, reserved);
                KUNIT_EXPECT_EQ(test, reserved.addr(), base + NORMAL_PAGES * PAGE_SIZE);
                KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), flushes);
                fixture.mermap.putTo(mm, reserved);
            }
        }
        fixture.mermap.putTo(mm, most);
        fixture.kernel.preempt().migrateEnable();
    }

    @KunitCase
    void getWithoutAFreeSlotMayHaveFlushed(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPages(9);
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.preempt().migrateDisable();
        MermapAlloc[] allocs = new MermapAlloc[fixture.mermap.normalSlots()];
        for (int i = 0; i < allocs.length; i++) {
            allocs[i] = fixture.rawGet(mm, page, PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL(test, allocs[i]);
        }
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        KUNIT_EXPECT_EQ_MSG(test, fixture.mermap.tlbFlushes(mm), 0, "there was room ahead");
        // The reserve moves the next address on, up to the end of what normal requests may use.
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            for (int i = allocs.length; i < NORMAL_PAGES; i++) {
                MermapAlloc reserved = fixture.rawGetReserved(mm, page);
                KUNIT_ASSERT_NOT_NULL(test, reserved);
                fixture.mermap.putTo(mm, reserved);
            }
        }
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        KUNIT_EXPECT_EQ_MSG(test, fixture.mermap.tlbFlushes(mm), 1, "the flush comes before the search for a slot");
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 1);
        for (MermapAlloc alloc : allocs) {
            fixture.mermap.putTo(mm, alloc);
        }
        fixture.kernel.preempt().migrateEnable();
    }

    @KunitCase
    void writeThroughAReadOnlyMappingFaults(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        MermapAlloc alloc = fixture.mermap.getFrom(mm, page.pfn(), PAGE_SIZE, Pgprot.PAGE_KERNEL_RO, false);
        KUNIT_ASSERT_NOT_NULL(test, alloc);

        KUNIT_EXPECT_STREQ(test, fixture.reportOfReading(alloc.addr()), "");
        String report = fixture.reportOf(() -> fixture.kernel.mmu().writeInt(alloc.addr(), 1));
        KUNIT_EXPECT_TRUE_MSG(test, report.contains("#PF: error_code(0x0003) - permissions violation"), "%s", report);
        fixture.mermap.putTo(mm, alloc);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void globalProtectionIsRefused(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        int pfn = fixture.allocPage().pfn();
        List<String> seen = fixture.collectWarnings(
            () -> KUNIT_EXPECT_NULL(test, fixture.mermap.getFrom(mm, pfn, PAGE_SIZE, Pgprot.PAGE_KERNEL_GLOBAL,
            false)));
        KUNIT_EXPECT_EQ(test, seen.size(), 1);
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void addressOfAnotherCpuIsRefused(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.moveTo(0);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        String[] report = {""};
        fixture.runOn(1, "other-cpu", () -> {
            fixture.kernel.mmSwitch().use(mm);
            report[0] = fixture.reportOfReading(alloc.addr());
            fixture.kernel.mmSwitch().unuse(mm);
            return 0;
        });

        KUNIT_EXPECT_TRUE_MSG(test, report[0].startsWith("BUG: use of a mermap address of CPU 0 on CPU 1"), "%s", report[0]);
        fixture.mermap.putTo(mm, alloc);
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void otherCpusKeepTheirTranslationsWhenOneFlushes(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        fixture.moveTo(0);
        long flushesOfOther = fixture.kernel.mmu().tlbFlushes(1);
        fixture.kernel.preempt().migrateDisable();
        for (int i = 0; i <= NORMAL_PAGES; i++) {
            MermapAlloc alloc = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL(test, alloc);
            fixture.mermap.putTo(mm, alloc);
        }

        KUNIT_EXPECT_EQ(test, fixture.mermap.tlbFlushes(mm), 1);
        KUNIT_EXPECT_EQ_MSG(test, fixture.kernel.mmu().tlbFlushes(1), flushesOfOther, "a local flush is no shootdown");
        fixture.kernel.preempt().migrateEnable();
    }

    @KunitCase
    void anotherAddressSpaceDoesNotSeeTheMapping(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        MmStruct other = fixture.preparedMm();
        fixture.kernel.mmSwitch().use(mm);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        fixture.kernel.mmu().readInt(alloc.addr());
        fixture.kernel.mmSwitch().unuse(mm);
        fixture.kernel.mmSwitch().use(other);

        KUNIT_EXPECT_TRUE(test, fixture.reportOfReading(alloc.addr()).contains("not-present page"));
        fixture.kernel.mmSwitch().unuse(other);
        fixture.kernel.mmSwitch().use(mm);
        KUNIT_EXPECT_STREQ(test, fixture.reportOfReading(alloc.addr()), "");
        fixture.mermap.putTo(mm, alloc);
        fixture.kernel.mmSwitch().unuse(mm);
    }

    @KunitCase
    void lazyTaskStillSeesTheBorrowedRegion(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.moveTo(0);
        fixture.kernel.mmu().writeInt(fixture.direct(page), MAGIC);
        fixture.kernel.mmSwitch().use(mm);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        fixture.kernel.mmSwitch().unuse(mm);

        KUNIT_EXPECT_TRUE(test, fixture.kernel.mmu().isLoaded(0, mm));
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().readInt(alloc.addr()), MAGIC);
        fixture.mermap.putTo(mm, alloc);
        KUNIT_EXPECT_FALSE(test, fixture.mermap.isReady());
    }

    private static long readThenPut(Kunit test, MermapFixture fixture, MmStruct mm, Page page) {
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        long addr = alloc.addr();
        KUNIT_EXPECT_STREQ(test, fixture.reportOfReading(addr), "");
        fixture.mermap.putTo(mm, alloc);
        return addr;
    }
}
