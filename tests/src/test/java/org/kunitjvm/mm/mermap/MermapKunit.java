package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL_MSG;
import static org.kunitjvm.mm.mermap.MermapFixture.PAGE_SIZE;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.Preempt;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.Page;

/**
 * The four posted cases of the mermap, in their latest form.
 *
 * <p>They get and put through the internal entry points that take the address space, so that only reading through a
 * mapping needs it to be in use. As posted, mappings that stand at the end are put by the clean-up, which is another
 * task: see {@code put_is_for_the_owner} in the suite mermap_concurrency for what the kernel says of that; here every
 * case gives back what it got while it still runs.
 */
@KunitSuite(value = "mermap", config = "MERMAP_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class MermapKunit {
    private static final int MAGIC = 0xe4a4;
    private static final int MAX_GETS = 1_000_000;

    private MermapSymbols symbols;

    @KunitCase
    void testBasicAlloc(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();

        MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);

        KUNIT_ASSERT_NOT_NULL(test, alloc);
        fixture.mermap.putTo(mm, alloc);
    }

    @KunitCase
    void testSize(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        TestMermap mermap = fixture.mermap;
        Preempt preempt = fixture.kernel.preempt();
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        preempt.migrateDisable();
        int cpu = preempt.smpProcessorId();
        long region = mermap.layout().cpuEnd(cpu) - mermap.layout().cpuBase(cpu) - PAGE_SIZE;
        long large = region - PAGE_SIZE;

        // As much as there is for normal requests.
        MermapAlloc whole = fixture.rawGet(mm, page, region);
        KUNIT_ASSERT_NOT_NULL(test, whole);
        mermap.putTo(mm, whole);

        // More than that can never be had.
        KUNIT_EXPECT_NULL_MSG(test, fixture.rawGet(mm, page, region + PAGE_SIZE), "the last page is for reserved requests only");
        KUNIT_EXPECT_EQ(test, mermap.tlbFlushes(mm), 0);

        // The next address is at the end: this one flushes.
        MermapAlloc most = fixture.rawGet(mm, page, large);
        KUNIT_ASSERT_NOT_NULL(test, most);
        KUNIT_EXPECT_EQ(test, mermap.tlbFlushes(mm), 1);
        MermapAlloc last = fixture.rawGet(mm, page, PAGE_SIZE);
        KUNIT_ASSERT_NOT_NULL(test, last);

        // Everything is in use up to the end: nothing to flush.
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, page, PAGE_SIZE));
        KUNIT_EXPECT_EQ(test, mermap.tlbFlushes(mm), 1);

        // The last page of the region is still there for those who must have one.
        boolean flags = preempt.localIrqSave();
        MermapAlloc reserved = fixture.rawGetReserved(mm, page);
        KUNIT_EXPECT_NOT_NULL(test, reserved);
        if (reserved != null) {
            mermap.putTo(mm, reserved);
        }
        preempt.localIrqRestore(flags);
        mermap.putTo(mm, last);
        mermap.putTo(mm, most);
        // As posted, migration stays disabled.
    }

    @KunitCase
    void testMultipleAllocs(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        Kernel kernel = fixture.kernel;
        TestMermap mermap = fixture.mermap;
        MmStruct mm = fixture.preparedMm();
        int normal = 3;
        Page[] pages = new Page[normal + 1];
        MermapAlloc[] allocs = new MermapAlloc[normal];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = fixture.allocPage();
            kernel.mmu().writeInt(fixture.direct(pages[i]), MAGIC + i);
        }
        // The first posting read the CPU before any get had pinned the task: a migration in between would have moved
        // the region.
        kernel.preempt().migrateDisable();
        for (int i = 0; i < normal; i++) {
            int cpu = kernel.preempt().rawSmpProcessorId();
            allocs[i] = fixture.rawGet(mm, pages[i], PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL_MSG(test, allocs[i], "alloc %d failed", i);
            expectInRegion(test, mermap, i, allocs[i].addr(), cpu);
        }
        KUNIT_EXPECT_NULL(test, fixture.rawGet(mm, pages[normal], PAGE_SIZE));

        kernel.mmSwitch().use(mm);
        for (int i = 0; i < normal; i++) {
            KUNIT_EXPECT_EQ_MSG(test, kernel.mmu().readInt(allocs[i].addr()), MAGIC + i, "alloc %d does not map pfn 0x%lx", i,
                pages[i].pfn());
        }
        kernel.preempt().disable();
        MermapAlloc reserved = fixture.rawGetReserved(mm, pages[normal]);
        KUNIT_EXPECT_NOT_NULL(test, reserved);
        if (reserved != null) {
            KUNIT_EXPECT_EQ(test, kernel.mmu().readInt(reserved.addr()), MAGIC + normal);
            mermap.putTo(mm, reserved);
        }
        kernel.preempt().enable();
        kernel.mmSwitch().unuse(mm);
        for (MermapAlloc alloc : allocs) {
            mermap.putTo(mm, alloc);
        }
        kernel.preempt().migrateEnable();
    }

    private static void expectInRegion(Kunit test, TestMermap mermap, int i, long addr, int cpu) {
        KUNIT_EXPECT_GE_MSG(test, addr, mermap.layout().cpuBase(cpu), "alloc %d out of range", i);
        KUNIT_EXPECT_LT_MSG(test, addr, mermap.layout().cpuEnd(cpu), "alloc %d out of range", i);
    }

    @KunitCase
    void testTlbFlushed(Kunit test) {
        MermapFixture fixture = new MermapFixture(test, symbols);
        TestMermap mermap = fixture.mermap;
        Page page = fixture.allocPage();
        MmStruct mm = fixture.preparedMm();
        fixture.kernel.preempt().migrateDisable();
        long previous = 0;
        boolean reused = false;
        for (int i = 0; i < MAX_GETS && !reused; i++) {
            KUNIT_ASSERT_EQ_MSG(test, mermap.tlbFlushes(mm), 0, "unexpected flush before alloc %d", i);
            MermapAlloc alloc = fixture.rawGet(mm, page, PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL_MSG(test, alloc, "alloc %d failed", i);
            long addr = alloc.addr();
            mermap.putTo(mm, alloc);
            reused = previous != 0 && Long.compareUnsigned(addr, previous) <= 0;
            previous = addr;
            fixture.kernel.sched().condResched();
        }
        KUNIT_ASSERT_TRUE_MSG(test, reused, "no address reuse");
        KUNIT_ASSERT_EQ(test, mermap.tlbFlushes(mm), 1);
        fixture.kernel.preempt().migrateEnable();
    }
}
