package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.zone.Zone;

/** Isolation of pageblocks, ranges of given frames, and bulk requests. */
final class ContigTest {
    private static final int MOVABLE = PageFlags.MODEL_MOVABLE_OPS;

    private TestZone t = TestZone.full();
    private PageIsolation isolation = new PageIsolation(t.allocator);
    private ContigAllocator contig = new ContigAllocator(t.allocator, isolation);

    @AfterEach
    void listsAreConsistent() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private Errno errnoOf(int startPfn, int nr, int gfp) {
        return assertThrows(ErrnoException.class, () -> contig.allocContigRange(startPfn, startPfn + nr,
            MIGRATE_MOVABLE, gfp)).errno();
    }

    // ---------------------------------------------------------------- isolation

    @Test
    @Tag("M-064")
    void blockInsideALargerOneIsCutOut() throws ErrnoException {
        isolation.startIsolatePageRange(0x8400, 0x8600, MIGRATE_MOVABLE, 0);
        assertArrayEquals(frames(0x8400), t.list(9, MIGRATE_ISOLATE));
        assertArrayEquals(frames(0x8600), t.list(9, MIGRATE_MOVABLE));
        assertEquals(TestZone.PAGES - 512, t.folded());
        isolation.undoIsolatePageRange(0x8400, 0x8600, MIGRATE_MOVABLE);
        int[] large = t.list(10, MIGRATE_MOVABLE);
        assertEquals(0x8400, large[large.length - 1], "merged again, at the tail");
        assertEquals(TestZone.PAGES, t.folded());
        assertEquals(0, t.zone.nrIsolatePageblock);
    }

    @Test
    @Tag("M-064")
    @Tag("M-121")
    @Tag("E10")
    void sectionComesOnlineInAscendingOrder() {
        t.close();
        t = TestZone.empty();
        isolation = new PageIsolation(t.allocator);
        contig = new ContigAllocator(t.allocator, isolation);
        t.zone.nrIsolatePageblock = 64;
        for (int pfn = TestZone.START; pfn < TestZone.START + TestZone.PAGES; pfn += 1024) {
            t.map.setBlockTypes(pfn, 10, MIGRATE_ISOLATE);
        }
        for (int pfn = TestZone.START; pfn < TestZone.START + TestZone.PAGES; pfn += 1024) {
            t.buddy.freeLarge(t.zone, pfn, 10, Buddy.FPI_TO_TAIL);
        }
        assertEquals(0, t.folded());
        isolation.undoIsolatePageRange(TestZone.START, TestZone.START + TestZone.PAGES, MIGRATE_MOVABLE);
        int[] expected = new int[32];
        Arrays.setAll(expected, i -> TestZone.START + i * 1024);
        assertArrayEquals(expected, t.list(10, MIGRATE_MOVABLE));
        assertEquals(0, t.zone.free.nrFree(9));
    }

    @Test
    @Tag("M-064")
    void refusalInTheMiddlePutsEverythingBack() {
        int pfn = TestZone.START + 0x900;
        t.zone.free.remove(10, MIGRATE_MOVABLE, TestZone.START + 0x800);
        t.buddy.account(t.zone, -1024, MIGRATE_MOVABLE);
        t.inUse(TestZone.START + 0x800, TestZone.START + 0xc00, MOVABLE);
        t.map.setFlags(pfn, 0);
        assertThrows(ErrnoException.class, () -> isolation.startIsolatePageRange(TestZone.START + 0x400,
            TestZone.START + 0x1000, MIGRATE_MOVABLE, 0));
        assertEquals(0, t.zone.nrIsolatePageblock);
        assertEquals(TestZone.PAGES - 1024, t.folded());
    }

    @Test
    @Tag("M-064")
    void isolatedPageblockCannotBeIsolatedAgain() throws ErrnoException {
        isolation.startIsolatePageRange(0x8400, 0x8600, MIGRATE_MOVABLE, 0);
        assertThrows(ErrnoException.class, () -> isolation.startIsolatePageRange(0x8400, 0x8600, MIGRATE_MOVABLE, 0));
        assertEquals(1, t.zone.nrIsolatePageblock);
        assertEquals(0x8600, isolation.testPagesIsolated(0x8400, 0x8600, 0));
        assertTrue(isolation.testPagesIsolated(0x8400, 0x8800, 0) < 0x8800);
    }

    @Test
    @Tag("M-064")
    void compoundPageAcrossTheBorderForbidsIsolation() {
        int pfn = t.buddy.rmqueueSmallest(t.zone, 10, MIGRATE_MOVABLE);
        t.map.setAllocated(pfn);
        t.map.makeCompound(pfn, 10);
        t.map.addFlags(pfn, PageFlags.PG_LRU);
        assertThrows(ErrnoException.class, () -> isolation.startIsolatePageRange(pfn + 512, pfn + 1024, MIGRATE_MOVABLE,
            0));
        assertThrows(ErrnoException.class, () -> isolation.startIsolatePageRange(pfn, pfn + 512, MIGRATE_MOVABLE, 0));
        assertEquals(0, t.zone.nrIsolatePageblock);
    }

    @Test
    @Tag("M-061")
    @Tag("M-034")
    void singleBlockIsOnlyTakenAboveTheMinimum() {
        t.zone.setWatermark(Zone.WMARK_MIN, TestZone.PAGES - 1024);
        assertFalse(isolation.isolateFreePage(t.zone, 0x8000, 10));
        t.zone.setWatermark(Zone.WMARK_MIN, TestZone.PAGES - 1025);
        assertTrue(isolation.isolateFreePage(t.zone, 0x8000, 10));
        assertEquals(TestZone.PAGES - 1024, t.freePages());
        isolation.putbackIsolatedPage(t.zone, 0x8000, 10, MIGRATE_MOVABLE);
        int[] list = t.list(10, MIGRATE_MOVABLE);
        assertEquals(0x8000, list[list.length - 1]);
    }

    @Test
    @Tag("M-061")
    void largeBlockThatIsTakenBecomesMovable() {
        int pfn = t.buddy.rmqueueSmallest(t.zone, 9, MIGRATE_MOVABLE);
        t.map.setBlockType(pfn, MIGRATE_UNMOVABLE);
        t.map.setBlockType(pfn + 512, MIGRATE_MOVABLE);
        t.map.setRefcount(pfn, 0);
        t.buddy.freeOneBlockLocked(t.zone, pfn, 9, MIGRATE_UNMOVABLE, Buddy.FPI_NONE);
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(pfn + 512), "merging took the type along");
        assertTrue(isolation.isolateFreePage(t.zone, pfn, 10));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(pfn));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(pfn + 512));
        isolation.putbackIsolatedPage(t.zone, pfn, 10, MIGRATE_MOVABLE);
    }

    @ParameterizedTest
    @CsvSource({"7, 0, 0", "8, 0, 1", "9, 2, 1", "8, 3, 3", "10, 4, 4"})
    @Tag("M-061")
    void halfAPageblockThatIsTakenBecomesMovableUnlessItsTypeIsSpecial(int order, int type, int after) {
        t.zone.free.remove(10, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, -1024, MIGRATE_MOVABLE);
        t.map.setBlockTypes(0x8000, 10, type);
        t.addFree(0x8000, order, type);
        t.inUse(0x8000 + (1 << order), 0x8400, 0);
        assertTrue(isolation.isolateFreePage(t.zone, 0x8000, order));
        assertEquals(after, t.map.blockType(0x8000));
        isolation.putbackIsolatedPage(t.zone, 0x8000, order, after);
    }

    @Test
    @Tag("M-061")
    void isolatedBlockIsTakenWhateverTheWatermarks() {
        t.zone.free.remove(10, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, -1024, MIGRATE_MOVABLE);
        t.zone.nrIsolatePageblock = 2;
        t.addFree(0x8000, 10, MIGRATE_ISOLATE);
        t.zone.setWatermark(Zone.WMARK_MIN, 2 * TestZone.PAGES);
        assertTrue(isolation.isolateFreePage(t.zone, 0x8000, 10));
        assertEquals(MIGRATE_ISOLATE, t.map.blockType(0x8000));
        assertFalse(isolation.isolateFreePage(t.zone, 0x8400, 10));
        isolation.putbackIsolatedPage(t.zone, 0x8000, 10, MIGRATE_ISOLATE);
    }

    /** Each of three pageblocks has a page that cannot be moved; the first that is looked at refuses, with a dump. */
    @ParameterizedTest
    @CsvSource({"0x8400 0x8a00 0x8e00, 0x8400", "0x8a00 0x8800 0x8e00, 0x8e00", "0x8a00 0x8800, 0x8800"})
    @Tag("M-064")
    void firstThenLastThenTheMiddleAscending(String pinned, String refused) {
        for (String text : pinned.split(" ")) {
            int pfn = Integer.decode(text);
            int block = pfn & ~1023;
            if (t.map.freeBlockOrder(block) == 10) {
                t.zone.free.remove(10, MIGRATE_MOVABLE, block);
                t.buddy.account(t.zone, -1024, MIGRATE_MOVABLE);
                t.inUse(block, block + 1024, MOVABLE);
            }
            t.map.setFlags(pfn, 0);
        }
        long free = t.folded();
        assertThrows(ErrnoException.class, () -> isolation.startIsolatePageRange(0x8400, 0x9000, MIGRATE_MOVABLE,
            PageIsolation.REPORT_FAILURE));
        String pfn = String.format("pfn:%#x", Integer.decode(refused));
        assertEquals(1, t.log().stream().filter(line -> line.contains("unmovable page")).count());
        assertTrue(t.log().stream().anyMatch(line -> line.endsWith(pfn)), t.log().toString());
        assertEquals(0, t.zone.nrIsolatePageblock);
        assertEquals(free, t.folded());
    }

    // ---------------------------------------------------------------- contiguous ranges

    @Test
    @Tag("M-063")
    void rangeIsTakenPageByPageAndTheRestGivenBack() throws ErrnoException {
        t.trace();
        contig.allocContigRange(0x8410, 0x8420, MIGRATE_MOVABLE, GFP_KERNEL);
        assertEquals("migrate 8410 8420 migrated 0", t.events.get(0));
        assertEquals("isolated 8400 8420 success", t.events.get(1));
        for (int pfn = 0x8410; pfn < 0x8420; pfn++) {
            assertEquals(1, t.map.refcount(pfn));
        }
        assertEquals(TestZone.PAGES - 16, t.freePages());
        contig.freeContigRange(0x8410, 16);
        t.allocator.drainAllPages(t.zone);
        assertEquals(TestZone.PAGES, t.freePages());
    }

    @Test
    @Tag("M-063")
    void maskIsCheckedBeforeAnythingHappens() {
        t.trace();
        assertEquals(Errno.EINVAL, errnoOf(0x8400, 512, GFP_KERNEL | __GFP_NORETRY));
        assertEquals(Errno.EINVAL, errnoOf(0x8400, 512, GFP_ATOMIC));
        assertEquals(List.of(), t.events);
    }

    @Test
    @Tag("M-063")
    void pageThatCannotMoveIsBusyAtOnceAndAPinnedOneLate() {
        int pfn = t.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0);
        t.trace();
        assertEquals(Errno.EBUSY, errnoOf(pfn, 1, GFP_KERNEL));
        assertEquals(List.of(), t.events);
        t.map.addFlags(pfn, PageFlags.PG_LRU);
        assertEquals(Errno.EBUSY, errnoOf(pfn, 1, GFP_KERNEL));
        assertTrue(t.events.get(t.events.size() - 1).endsWith("fail"), t.events.toString());
        assertEquals(0, t.zone.nrIsolatePageblock);
    }

    @Test
    @Tag("M-063")
    void movablePagesAreMovedLastFirst() throws ErrnoException {
        int a = t.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0);
        int b = t.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0);
        t.map.addFlags(a, MOVABLE);
        t.map.addFlags(b, MOVABLE);
        List<Integer> moved = new ArrayList<>();
        contig.setMigrator(new PageMigrator() {
            @Override
            public boolean isolate(int pfn) {
                return t.map.hasFlag(pfn, MOVABLE);
            }

            @Override
            public void migrate(int fromPfn, int toPfn) {
                moved.add(fromPfn);
                assertTrue(toPfn < 0x8000 || toPfn >= 0x8200, "target is outside of the range");
            }
        });
        contig.allocContigRange(0x8000, 0x8200, MIGRATE_MOVABLE, GFP_KERNEL);
        assertEquals(List.of(b, a), moved);
        assertEquals(2, contig.nrMigrated());
        assertEquals(1, t.map.refcount(a));
    }

    @Test
    @Tag("M-063")
    void compoundRangeMustBeOneWholeBlock() throws ErrnoException {
        contig.allocContigRange(0x8400, 0x8800, MIGRATE_MOVABLE, GFP_KERNEL | __GFP_COMP);
        assertEquals(10, t.map.compoundOrder(0x8400));
        contig.freeContigRange(0x8400, 512);
        assertEquals(1, t.kernel.warnings().count());
        contig.freeContigRange(0x8400, 1024);
        assertEquals(TestZone.PAGES, t.freePages());
        assertEquals(Errno.EINVAL, errnoOf(0x8800, 4, GFP_KERNEL | __GFP_COMP));
        assertTrue(t.log().contains("PFN range: requested [34816, 34820), allocated [34816, 35328)"),
            t.log().toString());
        assertEquals(TestZone.PAGES - 512, t.freePages(), "the pages are lost, as in Linux");
    }

    @Test
    @Tag("M-063")
    void freeingPagesInUseWarns() throws ErrnoException {
        contig.allocContigRange(0x8400, 0x8402, MIGRATE_MOVABLE, GFP_KERNEL);
        t.allocator.getPage(0x8401);
        contig.freeContigRange(0x8400, 2);
        assertTrue(t.log().contains("1 pages are still in use!"));
        t.allocator.freePages(0x8401, 0);
    }

    @Test
    @Tag("M-063")
    void searchStepsOverReservedPages() {
        t.zone.free.remove(10, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, -1024, MIGRATE_MOVABLE);
        t.inUse(0x8000, 0x8400, PageFlags.PG_RESERVED);
        assertEquals(0x8400, contig.allocContigPages(64, GFP_KERNEL, 0, AllocRequest.ANY_NODE));
        assertEquals(-1, contig.allocContigPages(TestZone.PAGES, GFP_KERNEL, 0, AllocRequest.ANY_NODE));
    }

    // ---------------------------------------------------------------- bulk

    @Test
    @Tag("M-062")
    void bulkFillsEmptySlotsWithoutAllocEvents() {
        BulkAllocator bulk = new BulkAllocator(t.allocator);
        int[] pfns = {77, -1, 88, -1, -1};
        t.trace();
        assertEquals(5, bulk.allocPagesBulk(0, GFP_KERNEL, 5, pfns));
        assertArrayEquals(frames(77, 0x8000, 88, 0x8001, 0x8002), pfns);
        assertTrue(t.events.stream().noneMatch(line -> line.startsWith("alloc")), t.events.toString());
        assertEquals(5, bulk.allocPagesBulk(0, GFP_KERNEL, 5, pfns), "nothing to do");
        int[] one = {-1};
        assertEquals(1, bulk.allocPagesBulk(0, GFP_KERNEL, 1, one));
        assertEquals("alloc " + Integer.toHexString(one[0]) + " order 0 type 0", t.events.get(t.events.size() - 1));
    }

    @Test
    @Tag("M-062")
    void bulkBelowItsMarkBecomesOneRequest() {
        BulkAllocator bulk = new BulkAllocator(t.allocator);
        t.zone.setWatermark(Zone.WMARK_LOW, TestZone.PAGES - 50);
        int[] pfns = new int[60];
        Arrays.fill(pfns, -1);
        assertEquals(1, bulk.allocPagesBulk(0, GFP_KERNEL, 60, pfns));
        assertEquals(-1, pfns[1]);
    }

    @Test
    @Tag("M-062")
    void bulkThatFailsOnPurposeKeepsWhatWasThereAndIsNotTriedAgain() {
        int[] calls = new int[1];
        t.allocator.setInjection((gfp, order) -> {
            calls[0]++;
            return true;
        });
        t.trace();
        int[] pfns = {77, -1, -1, -1};
        assertEquals(1, new BulkAllocator(t.allocator).allocPagesBulk(0, GFP_KERNEL, 4, pfns));
        assertArrayEquals(frames(77, -1, -1, -1), pfns);
        assertEquals(1, calls[0]);
        assertEquals(List.of(), t.events);
        t.allocator.setInjection(null);
    }

    /** The low mark and all that is asked for must be there, what is filled already included. */
    @ParameterizedTest
    @CsvSource({"59, 4", "60, 2"})
    @Tag("M-062")
    void bulkNeedsTheWholeNumberAboveTheLowMark(int aboveTheMark, int got) {
        t.zone.setWatermark(Zone.WMARK_LOW, TestZone.PAGES - 64 + (aboveTheMark - 59));
        t.zone.setWatermark(Zone.WMARK_HIGH, TestZone.PAGES);
        int[] pfns = new int[63];
        Arrays.fill(pfns, 77);
        Arrays.fill(pfns, 1, 4, -1);
        BulkAllocator bulk = new BulkAllocator(t.allocator);
        int filled = bulk.allocPagesBulk(0, GFP_KERNEL, 63, pfns);
        assertEquals(got == 4 ? 63 : 2, filled);
        assertEquals(got == 4, pfns[2] >= 0);
        assertEquals(got != 4, t.zone.has(Zone.ZONE_BELOW_HIGH), "only the request for a single page looks at it");
    }

    @Test
    @Tag("M-087")
    void batchIsPreparedFirstAndThenCommitted() {
        BulkAllocator bulk = new BulkAllocator(t.allocator);
        int[] pfns = {-1, -1};
        bulk.allocPagesBulk(0, GFP_KERNEL, 2, pfns);
        t.trace();
        bulk.putPages(pfns, 2);
        assertEquals(List.of("free 8000 order 0", "free 8001 order 0", "batched 8000", "batched 8001"), t.events);
    }

    /** What is not cached goes in the first pass; in the second each page is followed by what it pushes out. */
    @Test
    @Tag("M-087")
    @Tag("M-226")
    void spillsStandBetweenTheFoliosOfABatch() {
        int[] pfns = new int[4];
        int[] orders = {0, 4, 0, 0};
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = t.allocator.allocPages(0, GFP_KERNEL | (orders[i] > 0 ? __GFP_COMP : 0), orders[i]);
            t.map.setRefcount(pfns[i], 0);
        }
        t.allocator.drainLocalPages(t.zone);
        t.zone.pcp[0].batch = 1;
        t.zone.pcp[0].highMin = 2;
        t.zone.pcp[0].highMax = 2;
        String[] hex = Arrays.stream(pfns).mapToObj(Integer::toHexString).toArray(String[]::new);
        int large = pfns[1];
        t.trace();
        new BulkAllocator(t.allocator).freeUnrefFolios(pfns, orders, 4);
        assertEquals(List.of("free " + hex[0] + " order 0", "free " + hex[1] + " order 4", "free " + hex[2]
            + " order 0", "free " + hex[3] + " order 0", "batched " + hex[0], "batched " + hex[2], "drain " + hex[0]
            + " order 0 type 0", "batched " + hex[3], "drain " + hex[2] + " order 0 type 0"), t.events);
        assertTrue(t.map.freeBlockAround(large) >= 0, "the large one is on the free lists");
        assertEquals(1, t.zone.pcp[0].count);
    }

    @Test
    @Tag("M-087")
    @Tag("M-086")
    void isolatedPagesOfABatchGoStraightToTheFreeLists() throws ErrnoException {
        BulkAllocator bulk = new BulkAllocator(t.allocator);
        int[] pfns = {-1, -1};
        bulk.allocPagesBulk(0, GFP_HIGHUSER_MOVABLE, 2, pfns);
        t.map.addFlags(pfns[0], MOVABLE);
        t.map.addFlags(pfns[1], MOVABLE);
        t.allocator.drainAllPages(t.zone);
        isolation.startIsolatePageRange(0x8000, 0x8200, MIGRATE_MOVABLE, 0);
        t.map.clearFlags(pfns[0], MOVABLE);
        t.trace();
        bulk.putPages(pfns, 2);
        assertEquals(List.of("free 8000 order 0", "free 8001 order 0"), t.events);
        assertEquals(0, t.zone.pcp[0].count);
    }
}
