package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.mermap.MermapFixture.PAGE_SIZE;

import java.util.List;

import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.Page;

/** The mermap lives from the preparation to the last user of its address space, and what is mapped then is named. */
@KunitSuite(value = "mermap_lifetime", config = "MERMAP_LIFETIME_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class MermapLifetimeKunit {
    private MermapSymbols symbols;

    @KunitCase
    void regionsLieBehindTheLdtMappingOnePmdEach(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        long base = fixture.kernel.mmu().layout().mmLocalBase() + PageTable.PMD_SIZE;
        for (int cpu = 0; cpu < fixture.kernel.machine().cpus(); cpu++) {
            KUNIT_EXPECT_EQ(test, fixture.mermap.layout().cpuBase(cpu), base + cpu * PageTable.PMD_SIZE);
            KUNIT_EXPECT_EQ(test, fixture.mermap.layout().cpuEnd(cpu), base + (cpu + 1) * PageTable.PMD_SIZE);
        }
        // One table of entries per CPU, and one each for the levels above.
        int above = fixture.kernel.mmu().layout().levels() - 1;
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().tables(mm).nrTables(), above + fixture.kernel.machine().cpus());
    }

    @KunitCase
    void tablesGoWithTheLastUser(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.kernel.sched().mmTable().alloc();
        mm.mmgrab();
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        mm.mmput();
        KUNIT_EXPECT_EQ(test, mm.mmUsers(), 0);
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().tables(mm).nrTables(), 1);
        mm.mmdrop();
    }

    @KunitCase
    void secondPrepareChangesNothing(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        MermapAlloc alloc = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        int tables = fixture.kernel.mmu().tables(mm).nrTables();
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        KUNIT_EXPECT_EQ(test, fixture.kernel.mmu().tables(mm).nrTables(), tables);
        MermapAlloc next = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, next);
        KUNIT_EXPECT_EQ_MSG(test, next.addr(), alloc.addr() + PAGE_SIZE, "the first mapping is still known");
        fixture.mermap.putTo(mm, next);
        fixture.mermap.putTo(mm, alloc);
    }

    @KunitCase
    void readyNeedsAPreparedAddressSpaceInUse(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.allocMm();
        KUNIT_EXPECT_FALSE(test, fixture.mermap.isReady());
        fixture.kernel.mmSwitch().use(mm);
        KUNIT_EXPECT_FALSE(test, fixture.mermap.isReady());
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        KUNIT_EXPECT_TRUE(test, fixture.mermap.isReady());
        fixture.kernel.mmSwitch().unuse(mm);
        KUNIT_EXPECT_FALSE(test, fixture.mermap.isReady());
    }

    @KunitCase
    void sizeBeyondTheRegionIsRefusedBeforeAnythingElse(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.allocMm();
        Page page = fixture.allocPage();
        List<String> seen = fixture.collectWarnings(() -> {
            KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, fixture.mermap.layout().regionBytes() + 1));
            KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, Long.MAX_VALUE));
        });
        KUNIT_EXPECT_EQ_MSG(test, seen.size(), 0, "that it is not prepared does not matter");
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, Long.MAX_VALUE));
    }

    @KunitCase
    void unpreparedAddressSpaceHasNoMermap(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.allocMm();
        List<String> seen = fixture.collectWarnings(() -> KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE)));
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
        KUNIT_EXPECT_EQ(test, seen.size(), 1);
    }

    @KunitCase
    void releaseWhileMappedWarnsAndNamesTheOwner(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.kernel.sched().mmTable().alloc();
        mm.mmgrab();
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        List<String> released = fixture.collectWarnings(mm::mmput);
        KUNIT_EXPECT_EQ(test, released.size(), 1);
        KUNIT_EXPECT_TRUE(test, released.getFirst().contains("got by kunit_try_catch/"));
        List<String> put = fixture.collectWarnings(() -> fixture.mermap.putTo(mm, alloc));
        KUNIT_EXPECT_EQ(test, put.size(), 1);
        KUNIT_EXPECT_TRUE(test, put.getFirst().startsWith("mermap: put after the last user"));
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
        mm.mmdrop();
    }

    @KunitCase
    void releaseWhileTheReserveIsMappedWarnsToo(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.kernel.sched().mmTable().alloc();
        mm.mmgrab();
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        try (var _ = fixture.kernel.preempt().preemptGuard()) {
            MermapAlloc reserved = fixture.rawGetReserved(mm, page);
            KUNIT_ASSERT_NOT_NULL(test, reserved);
            KUNIT_EXPECT_EQ(test, fixture.collectWarnings(mm::mmput).size(), 1);
            KUNIT_EXPECT_EQ(test, fixture.collectWarnings(() -> fixture.mermap.putTo(mm, reserved)).size(), 1);
        }
        mm.mmdrop();
    }

    @KunitCase
    void cleanUpPutsBeforeItReleases(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        MermapAlloc alloc = fixture.get(mm, fixture.allocPage(), PAGE_SIZE, false);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        // Actions run last in, first out: this one runs between the put above and the release of the address space.
        KUNIT_EXPECT_TRUE(test, alloc.isInUse());
        List<String> seen = fixture.collectWarnings(test::cleanup);
        KUNIT_EXPECT_EQ(test, seen.size(), 0);
        KUNIT_EXPECT_FALSE(test, alloc.isInUse());
        KUNIT_EXPECT_EQ(test, mm.mmUsers(), 0);
        test.bindToCurrent();
    }

    @KunitCase
    void secondPutWarnsAndChangesNothing(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        MermapAlloc alloc = fixture.rawGet(mm, fixture.allocPage(), PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        fixture.mermap.putTo(mm, alloc);
        List<String> seen = fixture.collectWarnings(() -> fixture.mermap.putTo(mm, alloc));
        KUNIT_EXPECT_EQ(test, seen.size(), 1);
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
    }

    @KunitCase
    void failedGetLeavesNothingBehind(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.preparedMm();
        Page page = fixture.allocPage();
        fixture.mermap.failNextMaps(1);
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        KUNIT_EXPECT_EQ(test, fixture.kernel.current().migrateDisabled(), 0);
        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, alloc);
        fixture.mermap.putTo(mm, alloc);
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void teardownLooksAtEveryCpuFromAnyContext(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.kernel.sched().mmTable().alloc();
        mm.mmgrab();
        KUNIT_EXPECT_EQ(test, fixture.prepare(mm), 0);
        Page page = fixture.allocPage();
        fixture.moveTo(0);
        fixture.runOn(1, "leaker", () -> fixture.rawGet(mm, page, PAGE_SIZE) == null ? 1 : 0);
        long from = fixture.logPosition();
        List<String> seen = fixture.collectWarnings(mm::mmput);
        KUNIT_EXPECT_EQ(test, fixture.logged(from, "BUG: using smp_processor_id() in preemptible"), 0);
        KUNIT_EXPECT_EQ(test, seen.size(), 1);
        mm.mmdrop();
    }

    @KunitCase
    void useCountsReferencesAndNotUsers(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        MmStruct mm = fixture.allocMm();
        KUNIT_EXPECT_EQ(test, mm.mmCount(), 1);
        fixture.kernel.mmSwitch().use(mm);
        KUNIT_EXPECT_EQ(test, mm.mmUsers(), 1);
        KUNIT_EXPECT_EQ(test, mm.mmCount(), 2);
        fixture.kernel.mmSwitch().unuse(mm);
        KUNIT_EXPECT_EQ(test, mm.mmCount(), 2);
        KUNIT_EXPECT_TRUE(test, fixture.kernel.current().activeMm() == mm);
        KUNIT_EXPECT_NULL(test, fixture.kernel.current().mm());
    }
}
