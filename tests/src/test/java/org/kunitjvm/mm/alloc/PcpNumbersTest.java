package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.PerCpuPages.NR_PCP_LISTS;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_FREE_HIGH_BATCH;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_PREV_FREE_HIGH_ORDER;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * How many pages move between a CPU's cache and the free lists, to the page, on both sides of every border. Everything
 * goes the long way, because a tracer watches.
 */
final class PcpNumbersTest {
    private static final int BATCH = 7;
    private static final int SCALED_BATCH = BATCH << PerCpuPages.PCP_BATCH_SCALE_MAX;

    private TestZone t = TestZone.full();
    private PerCpuPages pcp = t.zone.pcp[0];

    PcpNumbersTest() {
        t.trace();
    }

    @AfterEach
    void listsAreConsistent() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private int alloc(int order) {
        return t.allocator.allocPages(0, GFP_KERNEL, order);
    }

    private void free(int pfn, int order) {
        t.allocator.freePages(pfn, order);
    }

    /** Take pages and leave the cache empty, with nothing remembered. */
    private int[] pages(int count) {
        int[] pfns = new int[count];
        for (int i = 0; i < count; i++) {
            pfns[i] = alloc(0);
        }
        t.allocator.drainLocalPages(t.zone);
        pcp.freeCount = 0;
        pcp.allocFactor = 0;
        return pfns;
    }

    /** Put that many pages into the cache, whatever its bounds say. */
    private void fill(int count) {
        int[] pfns = pages(count);
        int highMin = pcp.highMin;
        int highMax = pcp.highMax;
        pcp.highMin = count + 1;
        pcp.highMax = count + 1;
        for (int pfn : pfns) {
            free(pfn, 0);
        }
        pcp.highMin = highMin;
        pcp.highMax = highMax;
        pcp.freeCount = 0;
        assertEquals(count, pcp.count);
    }

    // ---------------------------------------------------------------- refill

    @Test
    @Tag("M-074")
    void refillIsLimitedByTheRoomThatIsLeft() {
        alloc(3);
        assertEquals(8, pcp.count, "the second block of the refill");
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        pcp.high = 107;
        pcp.allocFactor = 4;
        alloc(0);
        assertEquals(8 + (107 - 8 - BATCH) - 1, pcp.count);
        assertEquals(4, pcp.allocFactor, "a refill that was limited does not grow");
    }

    @ParameterizedTest
    @CsvSource({"126, 4", "127, 5"})
    @Tag("M-074")
    void refillGrowsIfTheWholeBatchHadRoom(int high, int factor) {
        alloc(3);
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        pcp.high = high;
        pcp.allocFactor = 4;
        alloc(0);
        assertEquals(factor, pcp.allocFactor);
        assertEquals(8 + Math.min(112, high - 8 - BATCH) - 1, pcp.count);
    }

    @ParameterizedTest
    @CsvSource({"6, 1", "7, 7"})
    @Tag("M-080")
    void cacheIsOffWhenItsBoundIsBelowABatch(int high, int refill) {
        pcp.highMin = high;
        pcp.highMax = high;
        int pfn = t.allocator.pcp().alloc(t.zone, 0, 0, MIGRATE_MOVABLE, 0);
        assertEquals(TestZone.START, pfn, "a cache that is off still hands out a page");
        assertEquals(refill - 1, pcp.count);
        t.map.setRefcount(pfn, 1);
    }

    @Test
    @Tag("M-076")
    void batchOfOneIsNotRoundedUp() {
        pcp.batch = 1;
        alloc(1);
        assertEquals(0, pcp.count);
        pcp.batch = 2;
        alloc(1);
        assertEquals(2, pcp.count, "two blocks, one of them handed out");
    }

    @Test
    @Tag("M-043")
    void everyRefillStartsWithTheOwnLists() {
        t.close();
        t = TestZone.empty();
        pcp = t.zone.pcp[0];
        t.addFree(0x8000, 0, MIGRATE_MOVABLE);
        t.inUse(0x8001, 0x8200, PageFlags.PG_LRU);
        assertEquals(0x8000, t.allocator.pcp().alloc(t.zone, 0, 0, MIGRATE_RECLAIMABLE, 0));
        t.map.setRefcount(0x8000, 1);
        t.addFree(0x8400, 0, MIGRATE_RECLAIMABLE);
        t.inUse(0x8401, 0x8600, 0);
        assertEquals(0x8400, t.allocator.pcp().alloc(t.zone, 0, 0, MIGRATE_RECLAIMABLE, 0));
        t.map.setRefcount(0x8400, 1);
    }

    @Test
    @Tag("M-085")
    void cacheThatCannotBeRefilledHasNothing() {
        t.close();
        t = TestZone.empty();
        pcp = t.zone.pcp[0];
        assertEquals(MmConstants.NO_PFN, t.allocator.pcp().alloc(t.zone, 0, 0, MIGRATE_MOVABLE, 0));
        assertEquals(0, pcp.count);
        assertEquals(0, pcp.lists.length(PerCpuPages.index(0, MIGRATE_MOVABLE)));
    }

    // ---------------------------------------------------------------- free

    @ParameterizedTest
    @CsvSource({"222, 223", "223, 224", "224, 224"})
    @Tag("M-077")
    void freeCountStopsAtTheScaledBatch(int before, int after) {
        int pfn = alloc(0);
        pcp.freeCount = before;
        free(pfn, 0);
        assertEquals(after, pcp.freeCount);
    }

    @ParameterizedTest
    @CsvSource({"7, 0, true", "6, 0, false", "8, 2, true"})
    @Tag("M-078")
    void streakNeedsABatchOfFreedPages(int freeCount, int flag, boolean flushes) {
        int pfn = alloc(3);
        t.allocator.drainLocalPages(t.zone);
        pcp.setFlags(PCPF_PREV_FREE_HIGH_ORDER | flag);
        pcp.freeCount = freeCount;
        free(pfn, 3);
        assertEquals(flushes ? 0 : 8, pcp.count);
    }

    @ParameterizedTest
    @CsvSource({"8, 0", "9, 8"})
    @Tag("M-078")
    void largeDataCacheFlushesOnlyWhatIsABatch(int batch, int left) {
        int pfn = alloc(3);
        t.allocator.drainLocalPages(t.zone);
        pcp.batch = batch;
        pcp.setFlags(PCPF_PREV_FREE_HIGH_ORDER | PCPF_FREE_HIGH_BATCH);
        pcp.freeCount = batch;
        free(pfn, 3);
        assertEquals(left, pcp.count);
    }

    @Test
    @Tag("M-079")
    @Tag("M-080")
    void reclaimLetsTheCacheKeepFourBatches() {
        t.zone.flags |= Zone.ZONE_RECLAIM_ACTIVE;
        fillWithout(4 * BATCH - 1);
        int pfn = alloc(0);
        pcp.high = 400;
        pcp.freeCount = 9;
        free(pfn, 0);
        assertEquals(4 * BATCH - 1, pcp.count, "one page below the border nothing is spilled");
        assertEquals(400 - 10, pcp.high);
        int[] more = {t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_UNMOVABLE)};
        t.map.setRefcount(more[0], 1);
        pcp.freeCount = 9;
        free(more[0], 0);
        assertEquals(4 * BATCH - 10, pcp.count, "what was freed lately goes");
    }

    /** The cache may keep as much as its lower bound; what was freed lately goes, and its bound falls by as much. */
    @ParameterizedTest
    @CsvSource({"98, 9, 99, 390", "99, 9, 90, 390", "99, 0, 93, 393", "99, 400, 7, 100"})
    @Tag("M-079")
    void belowTheHighWatermarkTheCacheFallsToItsLowerBound(int filled, int freeCount, int left, int high) {
        fill(filled);
        int pfn = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_UNMOVABLE);
        t.map.setRefcount(pfn, 1);
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        t.zone.setWatermark(Zone.WMARK_HIGH, TestZone.PAGES);
        pcp.high = 400;
        pcp.freeCount = freeCount;
        free(pfn, 0);
        assertEquals(left, pcp.count);
        assertEquals(high, pcp.high);
        assertTrue(t.zone.has(Zone.ZONE_BELOW_HIGH));
    }

    private void fillWithout(int count) {
        int flags = t.zone.flags;
        t.zone.flags = 0;
        fill(count);
        t.zone.flags = flags;
    }

    @Test
    @Tag("M-079")
    @Tag("M-080")
    void fixedBoundSpillsAllButABatch() {
        int[] pfns = pages(50);
        pcp.highMin = 50;
        pcp.highMax = 50;
        for (int i = 0; i < 49; i++) {
            free(pfns[i], 0);
        }
        assertEquals(49, pcp.count);
        free(pfns[49], 0);
        assertEquals(BATCH, pcp.count);
        assertEquals(50, pcp.high);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "6, 5"})
    @Tag("M-080")
    void cacheAsLargeAsABatchSpillsNothingAndASmallerOneAPage(int high, int left) {
        int[] pfns = pages(high);
        pcp.highMin = high;
        pcp.highMax = high;
        for (int pfn : pfns) {
            free(pfn, 0);
        }
        assertEquals(left, pcp.count);
    }

    // ---------------------------------------------------------------- bulk free

    @Test
    @Tag("M-081")
    void spillGoesOnWithTheNextListNotWithTheOneBefore() {
        int unmovable = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE);
        int movable = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE);
        int reclaimable = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE);
        pcp.lists.addFirst(0, unmovable);
        pcp.lists.addFirst(1, movable);
        pcp.lists.addFirst(2, reclaimable);
        pcp.count = 3;
        t.allocator.pcp().freeBulk(t.zone, 2, pcp, 1);
        assertEquals(1, pcp.count);
        assertArrayEquals(frames(unmovable), t.pcpList(0));
    }

    @Test
    @Tag("M-081")
    void spillWrapsFromTheLastListToTheFirst() {
        int page = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE);
        int huge = t.buddy.rmqueueSmallest(t.zone, 9, MIGRATE_MOVABLE);
        pcp.lists.addFirst(0, page);
        pcp.lists.addFirst(NR_PCP_LISTS - 1, huge);
        pcp.count = 513;
        t.allocator.pcp().freeBulk(t.zone, 513, pcp, NR_PCP_LISTS - 1);
        assertEquals(0, pcp.count);
        assertEquals(TestZone.PAGES, t.freePages());
    }

    // ---------------------------------------------------------------- the worker

    @Test
    @Tag("M-084")
    void decayStopsAtTheLowerBoundAndSpillsPortionByPortion() {
        fill(20);
        pcp.highMin = 2;
        pcp.high = 3;
        assertEquals(1 + 3, t.allocator.pcp().decayHigh(t.zone, pcp), "still above the bound, and 7 + 7 + 3 pages");
        assertEquals(3, pcp.count);
        pcp.high = 101;
        pcp.highMin = 100;
        assertEquals(0, t.allocator.pcp().decayHigh(t.zone, pcp));
        assertEquals(100, pcp.high);
        pcp.high = 800;
        assertEquals(1, t.allocator.pcp().decayHigh(t.zone, pcp));
        assertEquals(700, pcp.high);
    }

    @Test
    @Tag("M-084")
    void highThatIsAtItsLowerBoundStaysThere() {
        fill(400);
        pcp.highMin = 100;
        pcp.high = 100;
        assertEquals((300 + BATCH - 1) / BATCH, t.allocator.pcp().decayHigh(t.zone, pcp));
        assertEquals(100, pcp.high);
        assertEquals(100, pcp.count);
    }

    @Test
    @Tag("M-084")
    void fullCacheDecaysNoFasterThanAScaledBatch() {
        fill(400);
        pcp.highMin = 2;
        pcp.high = 190;
        t.allocator.pcp().decayHigh(t.zone, pcp);
        assertEquals(400 - SCALED_BATCH, pcp.high);
    }

    /** The only CPU is on node 1, the zone on node 0. */
    private void useRemoteCpu() {
        t.close();
        t = new TestZone(Kernel.builder().machine(new Machine(List.of(1), List.of(), List.of(List.of(10, 20),
            List.of(20, 10)))).config(TestZone.config()), ZONE_NORMAL);
        t.freeAll();
        t.trace();
        pcp = t.zone.pcp[0];
    }

    @Test
    @Tag("M-084")
    void pagesOfARemoteZoneExpireThreeTicksAfterTheLastChange() {
        useRemoteCpu();
        t.zone.counters.setThreshold(100);
        fill(20);
        pcp.highMin = 100;
        pcp.high = 100;
        t.zone.counters.fold(0);
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES.ordinal(), 1);
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES.ordinal(), -1);
        VmstatWorker worker = new VmstatWorker(t.allocator);
        assertEquals(0, worker.refreshCpuVmStats(), "nothing changed, so nothing expires");
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES.ordinal(), 5);
        assertEquals(2, worker.refreshCpuVmStats(), "folded, and a tick");
        assertEquals(2, pcp.expire);
        assertEquals(1, worker.refreshCpuVmStats());
        assertEquals(20, pcp.count);
        assertEquals(1, worker.refreshCpuVmStats());
        assertEquals(20 - BATCH, pcp.count, "one batch, not all");
        assertEquals(0, pcp.expire);
        t.zone.counters.fold(0);
        assertEquals(0, worker.refreshCpuVmStats(), "the next drain needs another change");
        t.zone.counters.set(ZoneStat.NR_FREE_PAGES, t.freePages());
    }

    @Test
    @Tag("M-084")
    void remoteDrainTakesWhatThereIsOfABatch() {
        useRemoteCpu();
        fill(3);
        t.allocator.pcp().drainZonePages(t.zone, pcp);
        assertEquals(0, pcp.count);
        long steps = t.kernel.clock().steps();
        t.allocator.pcp().drainZonePages(t.zone, pcp);
        assertEquals(steps, t.kernel.clock().steps(), "an empty cache is not even locked");
    }

    // ---------------------------------------------------------------- locks and words

    /** Notes for each event whether the locks of the zone and the cache were held. */
    private List<String> watchLocks() {
        List<String> seen = new ArrayList<>();
        TextTracer text = new TextTracer(new ArrayList<>());
        t.context.setTracer(new WatchingTracer(text, () -> seen.add((t.zone.lock.isLocked() ? "zone" : "-")
            + (pcp.lock.isLocked() ? "+cache" : ""))));
        return seen;
    }

    @Test
    @Tag("M-204")
    void refillSpillAndDrainsHoldBothLocks() {
        List<String> seen = watchLocks();
        alloc(0);
        assertEquals(List.of("zone+cache"), seen.stream().distinct().toList(), "refill");
        seen.clear();
        t.allocator.drainLocalPages(t.zone);
        assertEquals(List.of("zone+cache"), seen.stream().distinct().toList(), "drain");
        t.context.setTracer(null);
        fill(20);
        seen = watchLocks();
        pcp.high = 3;
        pcp.highMin = 2;
        t.allocator.pcp().decayHigh(t.zone, pcp);
        assertEquals(List.of("zone+cache"), seen.stream().distinct().toList(), "decay");
        pcp.highMin = 100;
        t.context.setTracer(null);
        fill(20);
        seen = watchLocks();
        t.allocator.pcp().drainZonePages(t.zone, pcp);
        assertEquals(List.of("zone+cache"), seen.stream().distinct().toList(), "drain of a remote cache");
    }

    @Test
    void refillAndSpillAreExplained() {
        List<String> notes = new ArrayList<>();
        t.context.setExplainer((format, args) -> notes.add(String.format(format, args)));
        int pfn = t.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0);
        assertTrue(notes.contains("pcp list 1 was empty: refilled with 7 of 7 blocks"), notes.toString());
        pcp.highMin = 7;
        pcp.highMax = 7;
        free(pfn, 0);
        assertTrue(notes.contains("pcp has 7 pages: spill of 0 starting with list 1"), notes.toString());
        assertEquals(MmConstants.NO_PFN, t.zone.pcp[0].lists.first(0));
    }
}
