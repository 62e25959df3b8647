package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_HIGHATOMIC;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_MIN_RESERVE;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NON_BLOCK;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_OOM;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_LOW;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MIN;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOMEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;
import static org.kunitjvm.mm.zone.Zone.ZONE_BELOW_HIGH;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.Zonelist;

/** Which zone a request may take from, and with which flags it tries. */
final class WatermarksTest {
    private TestZone t;

    @BeforeEach
    void fullZone() {
        t = TestZone.full();
    }

    @AfterEach
    void close() {
        t.close();
    }

    private void setFree(long pages) {
        t.zone.counters.set(ZoneStat.NR_FREE_PAGES, pages);
    }

    private boolean ok(int order, int mark, int flags) {
        return Watermarks.ok(t.zone, order, mark, ZONE_NORMAL, flags);
    }

    @Test
    @Tag("M-047")
    @Tag("E11")
    void freePagesMustBeMoreThanTheMark() {
        setFree(101);
        assertTrue(ok(0, 100, 0));
        setFree(100);
        assertFalse(ok(0, 100, 0));
        t.zone.setLowmemReserve(ZONE_NORMAL, 5);
        setFree(105);
        assertFalse(ok(0, 100, 0));
        assertTrue(Watermarks.ok(t.zone, 0, 100, ZONE_DMA32, 0), "the reserve is against requests for higher zones");
    }

    @Test
    @Tag("M-047")
    void reservesLowerTheMark() {
        int[][] cases = {{ALLOC_MIN_RESERVE, 400}, {ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 300}, {ALLOC_OOM, 400},
            {ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK | ALLOC_OOM, 150}, {ALLOC_NON_BLOCK, 800}, {ALLOC_HIGHATOMIC, 800}};
        for (int[] c : cases) {
            setFree(c[1] + 1);
            assertTrue(ok(0, 800, c[0]), "flags " + c[0]);
            setFree(c[1]);
            assertFalse(ok(0, 800, c[0]), "flags " + c[0]);
        }
    }

    @Test
    @Tag("M-047")
    void highOrderNeedsABlockOfAFittingType() {
        t.close();
        t = TestZone.empty();
        t.addFree(0x8000, 3, MIGRATE_HIGHATOMIC);
        t.addFree(0x8400, 4, MIGRATE_CMA);
        t.addFree(0x8800, 2, MIGRATE_UNMOVABLE);
        setFree(10_000);
        assertTrue(ok(2, 0, 0));
        assertFalse(ok(3, 0, 0));
        assertTrue(ok(3, 0, ALLOC_HIGHATOMIC));
        assertTrue(ok(3, 0, ALLOC_OOM));
        assertFalse(ok(3, 0, ALLOC_MIN_RESERVE));
        assertTrue(ok(4, 0, ALLOC_CMA));
        assertFalse(ok(5, 0, ALLOC_CMA | ALLOC_HIGHATOMIC));
    }

    @Test
    @Tag("M-047")
    void highatomicAndCmaPagesDoNotCountForOthers() {
        setFree(200);
        t.zone.setNrFreeHighatomic(60);
        t.zone.counters.set(ZoneStat.NR_FREE_CMA, 50);
        assertFalse(ok(0, 90, 0));
        assertTrue(ok(0, 89, 0));
        assertTrue(ok(0, 139, ALLOC_CMA));
        assertTrue(ok(0, 149, ALLOC_NON_BLOCK));
        setFree(200 + 7);
        assertFalse(ok(3, 90, 0), "one block less the page that is asked for");
        setFree(201 + 7);
        assertTrue(ok(3, 90, 0));
    }

    @Test
    @Tag("M-048")
    void fastTestAgreesAndGivesAtomicRequestsASecondChanceWithoutBoost() {
        t.zone.setWatermark(WMARK_MIN, 100);
        t.zone.setWatermarkBoost(1000);
        setFree(60);
        int mark = t.zone.mark(WMARK_MIN);
        assertFalse(Watermarks.fast(t.zone, 0, mark, ZONE_NORMAL, ALLOC_WMARK_MIN));
        assertTrue(Watermarks.fast(t.zone, 0, mark, ZONE_NORMAL, ALLOC_WMARK_MIN | ALLOC_MIN_RESERVE));
        assertFalse(Watermarks.fast(t.zone, 1, mark, ZONE_NORMAL, ALLOC_WMARK_MIN | ALLOC_MIN_RESERVE));
        assertFalse(Watermarks.fast(t.zone, 0, mark, ZONE_NORMAL, ALLOC_WMARK_LOW | ALLOC_MIN_RESERVE));
        t.zone.setWatermarkBoost(0);
        setFree(100);
        assertFalse(Watermarks.fast(t.zone, 0, 100, ZONE_NORMAL, 0));
        setFree(101);
        assertTrue(Watermarks.fast(t.zone, 0, 100, ZONE_NORMAL, 0));
    }

    @Test
    @Tag("M-048")
    void fastTestLeavesOutWhatIsReservedForOthers() {
        setFree(200);
        t.zone.setNrFreeHighatomic(60);
        t.zone.counters.set(ZoneStat.NR_FREE_CMA, 50);
        t.zone.setLowmemReserve(ZONE_NORMAL, 5);
        int[][] cases = {{0, 84}, {ALLOC_CMA, 134}, {ALLOC_NON_BLOCK, 144}, {ALLOC_CMA | ALLOC_NON_BLOCK, 194}};
        for (int[] c : cases) {
            assertTrue(Watermarks.fast(t.zone, 0, c[1], ZONE_NORMAL, c[0]), "flags " + c[0]);
            assertFalse(Watermarks.fast(t.zone, 0, c[1] + 1, ZONE_NORMAL, c[0]), "flags " + c[0]);
        }
    }

    @Test
    @Tag("M-017")
    @Tag("M-018")
    void onlyTheSafeTestSeesDifferencesThatAreNotFolded() {
        setFree(110);
        t.zone.counters.setThreshold(100);
        t.zone.counters.setDiff(0, ZoneStat.NR_FREE_PAGES, -50);
        assertTrue(ok(0, 100, 0));
        assertTrue(Watermarks.okSafe(t.zone, 0, 100, ZONE_NORMAL, 0), "there is no drift mark");
        t.zone.percpuDriftMark = 120;
        assertFalse(Watermarks.okSafe(t.zone, 0, 100, ZONE_NORMAL, 0));
        t.zone.percpuDriftMark = 110;
        assertTrue(Watermarks.okSafe(t.zone, 0, 100, ZONE_NORMAL, 0));
        t.zone.counters.set(ZoneStat.NR_FREE_PAGES, -3);
        assertEquals(0, t.zone.counters.read(ZoneStat.NR_FREE_PAGES));
    }

    @Test
    @Tag("M-046")
    void belowHighIsSetByTheFirstRequestThatFailsTheHighMark() {
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        assertTrue(t.allocator.allocPages(0, GFP_KERNEL, 0) >= 0);
        assertTrue(t.zone.has(ZONE_BELOW_HIGH));
    }

    @Test
    @Tag("M-065")
    @Tag("M-017")
    void requestFailsAtTheMarkAndIsTracedOnce() {
        t.zone.setWatermark(WMARK_MIN, TestZone.PAGES);
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        t.zone.setWatermark(WMARK_LOW, TestZone.PAGES);
        t.trace();
        assertEquals(-1, t.allocator.allocPages(0, GFP_NOWAIT, 2));
        assertEquals(List.of("alloc NULL order 2 type 0"), t.events);
    }

    @Test
    @Tag("M-024")
    void slowFlagsFollowFromTheMask() {
        Zonelist list = t.nodes.zonelist(0, false);
        int[][] cases = {
            {GFP_KERNEL, 0, AllocFlags.ALLOC_CPUSET | ALLOC_KSWAPD},
            {GFP_ATOMIC, 0, ALLOC_KSWAPD | ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK},
            {GFP_ATOMIC, 1, ALLOC_KSWAPD | ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK | ALLOC_HIGHATOMIC},
            {GFP_ATOMIC | __GFP_NOMEMALLOC, 1, ALLOC_KSWAPD | ALLOC_MIN_RESERVE},
            {GFP_NOWAIT, 3, AllocFlags.ALLOC_CPUSET | ALLOC_KSWAPD | ALLOC_NON_BLOCK}};
        for (int[] c : cases) {
            AllocRequest request = new AllocRequest(c[0], c[1], list, ZONE_NORMAL, MIGRATE_UNMOVABLE,
                AllocRequest.ANY_NODE);
            assertEquals(c[2], SlowPath.slowFlags(request), "gfp " + Integer.toHexString(c[0]) + " order " + c[1]);
        }
        AllocRequest movable = new AllocRequest(GFP_HIGHUSER_MOVABLE, 0, list, ZONE_NORMAL, MIGRATE_MOVABLE,
            AllocRequest.ANY_NODE);
        assertEquals(ALLOC_CMA, SlowPath.slowFlags(movable) & ALLOC_CMA);
    }

    // ---------------------------------------------------------------- two zones

    /** Leave only blocks smaller than a pageblock of another type in the main zone. */
    private void fragmentMainZone() {
        t.close();
        t = TestZone.empty();
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, 0);
    }

    @Test
    @Tag("M-023")
    @Tag("M-045")
    void smallerZoneOfTheNodeIsTriedBeforeTypesAreMixed() {
        fragmentMainZone();
        Zone dma32 = t.otherZone(0, ZONE_DMA32);
        t.useZonelist(t.zone, dma32);
        t.nodes.setNrOnlineNodes(2);
        int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0);
        assertEquals(dma32, t.zones.zoneOf(pfn));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-023")
    @Tag("M-045")
    void localMemoryIsMixedBeforeAnotherNodeIsUsed() {
        fragmentMainZone();
        Zone dma32 = t.zones.add(0, ZONE_DMA32);
        dma32.presentPages = 1;
        Zone remote = t.otherZone(1, ZONE_NORMAL);
        t.useZonelist(t.zone, remote);
        t.nodes.setNrOnlineNodes(2);
        int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0);
        assertEquals(t.zone, t.zones.zoneOf(pfn));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-045")
    void typesAreMixedWhenNothingElseIsLeft() {
        fragmentMainZone();
        assertEquals(1, t.nodes.nrOnlineNodes());
        assertEquals(0x8000, t.allocator.allocPages(0, GFP_KERNEL, 0));
    }

    @Test
    @Tag("M-010")
    @Tag("M-011")
    void fallbackToAnotherNodeIsCounted() {
        Zone remote = t.otherZone(1, ZONE_NORMAL);
        t.useZonelist(t.zone, remote);
        t.nodes.setNrOnlineNodes(2);
        t.allocator.allocPages(0, GFP_KERNEL, 0);
        assertEquals(1, t.zone.counters.numa(NumaStat.NUMA_HIT));
        assertEquals(1, t.zone.counters.numa(NumaStat.NUMA_LOCAL));
        int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0, 1L << 1);
        assertEquals(remote, t.zones.zoneOf(pfn), "the node mask allows only node 1");
        assertEquals(1, remote.counters.numa(NumaStat.NUMA_HIT), "the preferred zone is the first that is allowed");
        assertEquals(1, remote.counters.numa(NumaStat.NUMA_OTHER));
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        t.zone.setWatermark(WMARK_LOW, TestZone.PAGES);
        t.zone.setWatermark(WMARK_MIN, TestZone.PAGES);
        t.allocator.allocPages(0, GFP_KERNEL, 0);
        assertEquals(1, remote.counters.numa(NumaStat.NUMA_MISS));
        assertEquals(1, t.zone.counters.numa(NumaStat.NUMA_FOREIGN));
    }

    @Test
    @Tag("M-066")
    void orderThatDoesNotExistWarnsOnceAndFails() {
        t.trace();
        assertEquals(-1, t.allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN, 11));
        assertEquals(0, t.kernel.warnings().count());
        assertEquals(-1, t.allocator.allocPages(0, GFP_KERNEL, 11));
        assertEquals(-1, t.allocator.allocPages(0, GFP_KERNEL, 12));
        assertEquals(1, t.kernel.warnings().count());
        assertEquals(List.of(), t.events);
    }

    // ---------------------------------------------------------------- highatomic

    @Test
    @Tag("M-049")
    void reserveTakesOnePercentAndNothingFromSmallZones() {
        HighAtomic reserve = t.allocator.highAtomic();
        int pfn = t.buddy.rmqueueSmallest(t.zone, 2, MIGRATE_MOVABLE);
        reserve.reserve(t.zone, pfn, 2);
        assertEquals(0, t.zone.nrReservedHighatomic, "managed / 100 is below a pageblock");
        t.zone.managedPages = 51_200;
        reserve.reserve(t.zone, pfn, 2);
        assertEquals(512, t.zone.nrReservedHighatomic);
        assertEquals(MIGRATE_HIGHATOMIC, t.map.blockType(pfn));
        assertEquals(508, t.zone.nrFreeHighatomic());
        int next = t.buddy.rmqueueSmallest(t.zone, 10, MIGRATE_MOVABLE);
        reserve.reserve(t.zone, next, 2);
        assertEquals(512, t.zone.nrReservedHighatomic, "that is all");
        t.zone.managedPages = 51_300;
        reserve.reserve(t.zone, next, 2);
        assertEquals(1024, t.zone.nrReservedHighatomic, "one percent is rounded up");
        reserve.reserve(t.zone, pfn, 2);
        assertEquals(1024, t.zone.nrReservedHighatomic);
        assertEquals(List.of(), t.faults());
    }

    @Test
    @Tag("M-050")
    void unreserveKeepsTheLastPageblockUnlessForced() {
        t.zone.managedPages = 100_000;
        HighAtomic reserve = t.allocator.highAtomic();
        int pfn = t.buddy.rmqueueSmallest(t.zone, 3, MIGRATE_MOVABLE);
        reserve.reserve(t.zone, pfn, 3);
        AllocRequest request = new AllocRequest(GFP_KERNEL, 3, t.nodes.zonelist(0, false), ZONE_NORMAL,
            MIGRATE_UNMOVABLE, AllocRequest.ANY_NODE);
        assertFalse(reserve.unreserve(request, false));
        assertTrue(reserve.unreserve(request, true));
        assertEquals(0, t.zone.nrReservedHighatomic);
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(pfn));
        assertEquals(0, t.zone.nrFreeHighatomic());
        assertFalse(reserve.unreserve(request, true));
        assertEquals(List.of(), t.faults());
    }

    @Test
    @Tag("M-051")
    void reserveIsForAtomicRequestsAndForThoseThatCannotWait() {
        t.close();
        t = TestZone.empty();
        t.addFree(0x8000, 9, MIGRATE_HIGHATOMIC);
        assertEquals(-1, t.allocator.allocPages(0, GFP_KERNEL & ~0x400 | __GFP_NOMEMALLOC | __GFP_NOWARN, 4));
        assertEquals(0x8000, t.allocator.allocPages(0, GFP_NOWAIT, 0));
        assertEquals(0x8010, t.allocator.allocPages(0, GFP_ATOMIC, 4));
    }
}
