package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.mm.mermap.MermapFixture.PAGE_SIZE;

import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.Page;

/** No access through a mermap address ever uses a translation that is not in force; one that would is reported. */
@KunitSuite(value = "mermap_tlb", config = "MERMAP_TLB_KUNIT_TEST")
final class MermapTlbKunit {
    private static final int MAGIC = 0x7a6e;
    private static final int NORMAL_PAGES = 511;

    @KunitCase
    void readAfterPutIsStale(Kunit test) {
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
    void writeThroughAReadOnlyMappingFaults(Kunit test) {
        MermapFixture fixture = new MermapFixture(test);
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
    void addressOfAnotherCpuIsRefused(Kunit test) {
        MermapFixture fixture = new MermapFixture(test);
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
    void otherCpusKeepTheirTranslationsWhenOneFlushes(Kunit test) {
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
        MermapFixture fixture = new MermapFixture(test);
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
