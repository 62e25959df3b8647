package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.zone.Zone;

/** Taking blocks from the free lists and giving them back. */
final class BuddyTest {
    private TestZone t = TestZone.empty();

    @AfterEach
    void listsAreConsistent() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private int smallest(int order, int type) {
        return t.buddy.rmqueueSmallest(t.zone, order, type);
    }

    private int rmqueue(int order, int type, int flags) {
        t.buddy.resetMode();
        return t.buddy.rmqueue(t.zone, order, type, flags);
    }

    private void free(int pfn, int order) {
        t.buddy.freeOneBlockLocked(t.zone, pfn, order, t.map.blockType(pfn), Buddy.FPI_NONE);
    }

    @Test
    @Tag("M-031")
    @Tag("E1")
    void expandLeavesOneUpperHalfPerOrderAndReturnsTheLowestPage() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        assertEquals(0x8000, smallest(0, MIGRATE_MOVABLE));
        for (int order = 0; order < 10; order++) {
            assertArrayEquals(frames(0x8000 + (1 << order)), t.list(order, MIGRATE_MOVABLE), "order " + order);
        }
        assertEquals(0x8001, smallest(0, MIGRATE_MOVABLE));
        assertEquals(0x8002, smallest(0, MIGRATE_MOVABLE));
        assertArrayEquals(frames(0x8003), t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-030")
    void smallestTakesTheHeadOfTheLowestListThatHasSomething() {
        t.addFree(0x8400, 3, MIGRATE_MOVABLE);
        t.addFree(0x8408 + 8, 3, MIGRATE_MOVABLE);
        t.addFree(0x8800, 5, MIGRATE_MOVABLE);
        assertEquals(0x8400, smallest(2, MIGRATE_MOVABLE));
        assertEquals(0x8404, smallest(2, MIGRATE_MOVABLE));
        assertEquals(0x8410, smallest(3, MIGRATE_MOVABLE));
        assertEquals(0x8800, smallest(4, MIGRATE_MOVABLE));
        assertEquals(-1, smallest(5, MIGRATE_MOVABLE));
        assertEquals(-1, smallest(0, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-032")
    void freeMergesUpToTheLargestOrder() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        int a = smallest(0, MIGRATE_MOVABLE);
        int b = smallest(3, MIGRATE_MOVABLE);
        free(a, 0);
        assertEquals(-1, t.map.freeBlockOrder(b));
        free(b, 3);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_MOVABLE));
        assertEquals(1024, t.freePages());
    }

    @Test
    @Tag("M-032")
    void blocksOfOrder10DoNotMerge() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        t.inUse(0x8400, 0x8800, 0);
        t.map.setRefcount(0x8400, 0);
        free(0x8400, 10);
        assertArrayEquals(frames(0x8400, 0x8000), t.list(10, MIGRATE_MOVABLE));
        t.inUse(0x8401, 0x8402, 0);
    }

    @Test
    @Tag("M-032")
    void mergeAcrossPageblocksTakesTheTypeOfTheFreedPage() {
        t.addFree(0x8000, 9, MIGRATE_MOVABLE);
        t.map.setBlockType(0x8200, MIGRATE_UNMOVABLE);
        free(0x8200, 9);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_UNMOVABLE));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-032")
    void specialTypesDoNotMergeWithOthers() {
        for (int type : new int[] {MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_ISOLATE}) {
            int pfn = 0x8000 + 0x400 * type;
            t.addFree(pfn, 9, MIGRATE_MOVABLE);
            t.map.setBlockType(pfn + 0x200, type);
            t.zone.nrIsolatePageblock += type == MIGRATE_ISOLATE ? 1 : 0;
            free(pfn + 0x200, 9);
            assertArrayEquals(frames(pfn + 0x200), t.list(9, type), "type " + type);
            assertEquals(9, t.map.freeBlockOrder(pfn));
        }
    }

    @Test
    @Tag("M-032")
    void isolatedPageblocksMergeWithEachOther() {
        t.addFree(0x8000, 9, MIGRATE_ISOLATE);
        t.map.setBlockType(0x8200, MIGRATE_ISOLATE);
        t.zone.nrIsolatePageblock = 2;
        free(0x8200, 9);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_ISOLATE));
        assertEquals(0, t.folded() + t.zone.counters.diff(0, org.kunitjvm.mm.zone.ZoneStat.NR_FREE_PAGES));
    }

    @Test
    @Tag("M-033")
    @Tag("E5")
    void freedPageGoesToTheTailIfTheNextLargerBlockWouldMerge() {
        t.addFree(0x8100, 0, MIGRATE_MOVABLE);
        t.addFree(0x8002, 1, MIGRATE_MOVABLE);
        t.inUse(0x8000, 0x8002, 0);
        t.map.setRefcount(0x8001, 0);
        free(0x8001, 0);
        assertArrayEquals(frames(0x8100, 0x8001), t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-033")
    void upperHalfLooksAtTheSameBlockAsTheLowerOne() {
        for (int freed : new int[] {0x8000, 0x8002}) {
            t.close();
            t = TestZone.empty();
            t.addFree(0x8100, 1, MIGRATE_MOVABLE);
            t.addFree(0x8004, 2, MIGRATE_MOVABLE);
            t.inUse(0x8000, 0x8004, 0);
            t.map.setRefcount(freed, 0);
            free(freed, 1);
            assertArrayEquals(frames(0x8100, freed), t.list(1, MIGRATE_MOVABLE));
        }
    }

    @Test
    @Tag("M-031")
    void blockOfAPageblockThatNobodyTouchedCanBeCut() {
        t.map.setBlockType(0x8000, MIGRATE_MOVABLE);
        t.zone.free.addLast(9, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, 512, MIGRATE_MOVABLE);
        assertEquals(0x8000, smallest(0, MIGRATE_MOVABLE));
        assertArrayEquals(frames(0x8001), t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-033")
    void freedPageGoesToTheHeadOtherwise() {
        t.addFree(0x8100, 0, MIGRATE_MOVABLE);
        t.inUse(0x8000, 0x8004, 0);
        t.map.setRefcount(0x8001, 0);
        free(0x8001, 0);
        assertArrayEquals(frames(0x8001, 0x8100), t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-033")
    void order8LooksAtThePageblockBehindAndOrder9NeverDoes() {
        t.addFree(0x8800, 8, MIGRATE_MOVABLE);
        t.addFree(0x8200, 9, MIGRATE_MOVABLE);
        t.map.touch(0x8000);
        free(0x8000, 8);
        assertArrayEquals(frames(0x8800, 0x8000), t.list(8, MIGRATE_MOVABLE));
        t.map.setBlockType(0x8c00, MIGRATE_MOVABLE);
        free(0x8c00, 9);
        assertArrayEquals(frames(0x8c00, 0x8200), t.list(9, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-034")
    void toTailWins() {
        t.addFree(0x8100, 0, MIGRATE_MOVABLE);
        t.map.touch(0x8001);
        t.buddy.freeOneBlockLocked(t.zone, 0x8001, 0, MIGRATE_MOVABLE, Buddy.FPI_TO_TAIL);
        assertArrayEquals(frames(0x8100, 0x8001), t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-035")
    void largeFreeGoesPageblockByPageblock() {
        t.map.touch(0x8000);
        t.map.setBlockType(0x8000, MIGRATE_ISOLATE);
        t.map.setBlockType(0x8200, MIGRATE_UNMOVABLE);
        t.zone.nrIsolatePageblock = 1;
        t.buddy.freeLarge(t.zone, 0x8000, 10, Buddy.FPI_NONE);
        assertArrayEquals(frames(0x8000), t.list(9, MIGRATE_ISOLATE));
        assertArrayEquals(frames(0x8200), t.list(9, MIGRATE_UNMOVABLE));
    }

    // ---------------------------------------------------------------- fallback

    @Test
    @Tag("M-036")
    void fallbackTypesComeInTheirOrder() {
        assertEquals(-1, Fallback.suitableType(t.zone, 3, MIGRATE_UNMOVABLE));
        t.addFree(0x8000, 3, MIGRATE_MOVABLE);
        assertEquals(MIGRATE_MOVABLE, Fallback.suitableType(t.zone, 3, MIGRATE_UNMOVABLE));
        assertEquals(MIGRATE_MOVABLE, Fallback.suitableType(t.zone, 3, MIGRATE_RECLAIMABLE));
        assertEquals(-1, Fallback.suitableType(t.zone, 3, MIGRATE_MOVABLE));
        t.addFree(0x8400, 3, MIGRATE_UNMOVABLE);
        assertEquals(MIGRATE_UNMOVABLE, Fallback.suitableType(t.zone, 3, MIGRATE_MOVABLE));
        assertEquals(MIGRATE_UNMOVABLE, Fallback.suitableType(t.zone, 3, MIGRATE_RECLAIMABLE));
        t.addFree(0x8800, 3, MIGRATE_RECLAIMABLE);
        assertEquals(MIGRATE_RECLAIMABLE, Fallback.suitableType(t.zone, 3, MIGRATE_MOVABLE));
        assertEquals(MIGRATE_RECLAIMABLE, Fallback.suitableType(t.zone, 3, MIGRATE_UNMOVABLE));
        t.addFree(0x8c00, 4, MIGRATE_HIGHATOMIC);
        assertEquals(-1, Fallback.suitableType(t.zone, 4, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-036")
    void movableRequestsMayOnlyClaimFromOrder4On() {
        Fallback fallback = new Fallback(t.context, t.buddy);
        assertTrue(!fallback.mayClaim(3, MIGRATE_MOVABLE));
        assertTrue(fallback.mayClaim(4, MIGRATE_MOVABLE));
        assertTrue(fallback.mayClaim(0, MIGRATE_UNMOVABLE));
        assertTrue(fallback.mayClaim(0, MIGRATE_RECLAIMABLE));
        t.context.setMobilityDisabled(true);
        assertTrue(fallback.mayClaim(0, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-039")
    void claimOfALargeBlockConvertsItAndUpdatesTheCounterTwice() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        t.zone.counters.setThreshold(2000);
        t.zone.counters.fold(0);
        t.trace();
        assertEquals(0x8000, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(List.of("extfrag 8000 orders 0 10 types 0 1 owner 1"), t.events);
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8200));
        assertEquals(-1, t.zone.counters.diff(0, org.kunitjvm.mm.zone.ZoneStat.NR_FREE_PAGES));
        assertEquals(0, t.zone.watermarkBoost());
    }

    @Test
    @Tag("M-038")
    @Tag("M-040")
    void claimBelowPageblockOrderNeedsHalfOfThePageblock() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, PageFlags.PG_LRU);
        t.trace();
        assertEquals(0x8000, rmqueue(3, MIGRATE_UNMOVABLE, 0));
        assertEquals(List.of("zone_locked 8000 order 3 type 0 refill 1", "extfrag 8000 orders 3 8 types 0 1 owner 1"),
            t.events);
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-038")
    @Tag("M-041")
    void refusedClaimBecomesASteal() {
        t.addFree(0x8000, 7, MIGRATE_MOVABLE);
        t.addFree(0x8080, 4, MIGRATE_MOVABLE);
        t.inUse(0x8090, 0x8200, PageFlags.PG_LRU);
        t.trace();
        assertEquals(0x8080, rmqueue(3, MIGRATE_UNMOVABLE, 0));
        assertEquals(List.of("extfrag 8080 orders 3 4 types 0 1 owner 0"), t.events);
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8000));
        assertArrayEquals(frames(0x8088), t.list(3, MIGRATE_MOVABLE));
    }

    @Test
    @Tag("M-038")
    void pagesThatAreNotMovableCountAsAlikeForUnmovableRequests() {
        t.addFree(0x8000, 4, MIGRATE_MOVABLE);
        t.inUse(0x8010, 0x8100, 0);
        t.inUse(0x8100, 0x8200, PageFlags.PG_LRU);
        assertEquals(0x8000, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-040")
    void acceptedClaimReturnsTheSmallestBlockOfThePageblock() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.addFree(0x8100, 2, MIGRATE_MOVABLE);
        t.inUse(0x8104, 0x8200, 0);
        assertEquals(0x8100, rmqueue(2, MIGRATE_UNMOVABLE, 0));
        assertArrayEquals(frames(0x8000), t.list(8, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-037")
    void noFragmentOnlyClaimsWholePageblocks() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, 0);
        assertEquals(-1, rmqueue(0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT));
        t.addFree(0x8400, 9, MIGRATE_MOVABLE);
        t.inUse(0x8600, 0x8800, 0);
        assertEquals(0x8400, rmqueue(0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT));
    }

    @Test
    @Tag("M-043")
    void refillGoesOnStealingOnceItStole() {
        t.addFree(0x8000, 1, MIGRATE_MOVABLE);
        t.inUse(0x8002, 0x8200, PageFlags.PG_LRU);
        t.buddy.resetMode();
        assertEquals(0x8000, t.buddy.rmqueue(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        t.addFree(0x8400, 0, MIGRATE_UNMOVABLE);
        t.inUse(0x8401, 0x8600, 0);
        assertEquals(0x8001, t.buddy.rmqueue(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertEquals(-1, t.buddy.rmqueue(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        t.buddy.resetMode();
        assertEquals(0x8400, t.buddy.rmqueue(t.zone, 0, MIGRATE_UNMOVABLE, 0));
    }

    @Test
    @Tag("M-042")
    void earlyVariantCutsTheLargestBlockWhenItCannotClaim() {
        for (FallbackVariant variant : FallbackVariant.values()) {
            t.close();
            t = TestZone.empty();
            t.context.setFallbackVariant(variant);
            t.addFree(0x8000, 6, MIGRATE_MOVABLE);
            t.addFree(0x8040, 4, MIGRATE_MOVABLE);
            t.inUse(0x8050, 0x8200, PageFlags.PG_LRU);
            t.trace();
            int expected = variant == FallbackVariant.F0 ? 0x8000 : 0x8040;
            assertEquals(expected, rmqueue(2, MIGRATE_UNMOVABLE, 0), variant.name());
            assertEquals(1, t.events.size());
            assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8000));
        }
    }

    @Test
    @Tag("M-042")
    void earlyVariantTakesTheSmallestBlockForMovableRequests() {
        t.context.setFallbackVariant(FallbackVariant.F0);
        t.addFree(0x8000, 3, MIGRATE_UNMOVABLE);
        t.addFree(0x8010, 1, MIGRATE_UNMOVABLE);
        t.inUse(0x8020, 0x8200, 0);
        assertEquals(0x8010, rmqueue(0, MIGRATE_MOVABLE, 0));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
        assertArrayEquals(frames(0x8011), t.list(0, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-042")
    void bothVariantsClaimAlike() {
        for (FallbackVariant variant : FallbackVariant.values()) {
            t.close();
            t = TestZone.full();
            t.context.setFallbackVariant(variant);
            assertEquals(0x8000, rmqueue(0, MIGRATE_UNMOVABLE, 0));
            assertEquals(0x8001, rmqueue(0, MIGRATE_UNMOVABLE, 0));
            assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8200));
        }
    }

    @Test
    @Tag("M-015")
    void boostGrowsByAPageblockUpToOneAndAHalfTimesTheHighWatermark() {
        Fallback fallback = new Fallback(t.context, t.buddy);
        t.zone.setWatermark(Zone.WMARK_HIGH, 1000);
        assertTrue(fallback.boostWatermark(t.zone));
        assertEquals(512, t.zone.watermarkBoost());
        fallback.boostWatermark(t.zone);
        fallback.boostWatermark(t.zone);
        assertEquals(1500, t.zone.watermarkBoost());
        t.zone.setWatermarkBoost(0);
        t.zone.setWatermark(Zone.WMARK_HIGH, 10);
        fallback.boostWatermark(t.zone);
        fallback.boostWatermark(t.zone);
        assertEquals(512, t.zone.watermarkBoost());
        t.zone.setWatermarkBoost(0);
        t.zone.managedPages = 2047;
        assertTrue(!fallback.boostWatermark(t.zone));
        t.zone.managedPages = 2048;
        assertTrue(fallback.boostWatermark(t.zone));
        t.context.setWatermarkBoostFactor(0);
        assertTrue(!fallback.boostWatermark(t.zone));
        t.zone.setWatermarkBoost(0);
    }

    @Test
    @Tag("M-015")
    @Tag("M-052")
    void refusedClaimBoostsAndMarksTheZoneForKswapd() {
        t.addFree(0x8000, 4, MIGRATE_MOVABLE);
        t.inUse(0x8010, 0x8200, PageFlags.PG_LRU);
        t.zone.setWatermark(Zone.WMARK_HIGH, 1000);
        rmqueue(0, MIGRATE_UNMOVABLE, ALLOC_KSWAPD);
        assertEquals(512, t.zone.watermarkBoost());
        assertTrue(t.zone.has(Zone.ZONE_BOOSTED_WATERMARK));
    }

    // ---------------------------------------------------------------- CMA

    private void withCma() {
        t.close();
        t = new TestZone(Kernel.builder().cpus(1).config(TestZone.config().with("CMA", "y")), ZONE_NORMAL);
    }

    @Test
    @Tag("M-044")
    void cmaIsUsedFirstWhileItIsMoreThanHalfOfWhatIsFree() {
        withCma();
        t.addFree(0x8000, 10, MIGRATE_CMA);
        t.addFree(0x8400, 9, MIGRATE_MOVABLE);
        t.inUse(0x8600, 0x8800, 0);
        assertEquals(0x8000, rmqueue(9, MIGRATE_MOVABLE, ALLOC_CMA));
        assertEquals(0x8400, rmqueue(9, MIGRATE_MOVABLE, ALLOC_CMA));
        assertEquals(0x8200, rmqueue(9, MIGRATE_MOVABLE, ALLOC_CMA));
    }

    @Test
    @Tag("M-044")
    @Tag("M-043")
    void cmaServesTheWholeRefillWhenTheOwnListsAreEmpty() {
        withCma();
        t.addFree(0x8000, 1, MIGRATE_CMA);
        t.inUse(0x8002, 0x8200, 0);
        t.addFree(0x8400, 10, MIGRATE_UNMOVABLE);
        t.buddy.resetMode();
        assertEquals(0x8000, t.buddy.rmqueue(t.zone, 0, MIGRATE_MOVABLE, ALLOC_CMA));
        t.addFree(0x8200, 0, MIGRATE_MOVABLE);
        t.inUse(0x8201, 0x8400, 0);
        assertEquals(0x8001, t.buddy.rmqueue(t.zone, 0, MIGRATE_MOVABLE, ALLOC_CMA),
            "the own lists are not looked at again");
        assertEquals(0x8400, t.buddy.rmqueue(t.zone, 0, MIGRATE_MOVABLE, ALLOC_CMA), "then a pageblock is claimed");
    }

    @Test
    @Tag("M-044")
    void cmaIsNotForOthers() {
        withCma();
        t.addFree(0x8000, 10, MIGRATE_CMA);
        assertEquals(-1, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(-1, rmqueue(0, MIGRATE_MOVABLE, 0));
        assertEquals(0x8000, rmqueue(0, MIGRATE_MOVABLE, ALLOC_CMA));
        assertEquals(1023, t.zone.counters.exact(org.kunitjvm.mm.zone.ZoneStat.NR_FREE_CMA));
    }
}
