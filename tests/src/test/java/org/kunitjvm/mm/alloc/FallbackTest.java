package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.zone.Zone;

/** When a pageblock of another type is claimed, on both sides of each border, and what is stolen otherwise. */
final class FallbackTest {
    private final TestZone t = TestZone.empty();
    private final Fallback fallback = new Fallback(t.context, t.buddy);

    @AfterEach
    void shutDown() {
        t.close();
    }

    private int rmqueue(int order, int type, int flags) {
        t.buddy.resetMode();
        return t.buddy.rmqueue(t.zone, order, type, flags);
    }

    // ---------------------------------------------------------------- the half that must be free or alike

    @ParameterizedTest
    @CsvSource({"240, true", "239, false"})
    @Tag("M-038")
    void movableRequestCountsPagesThatCanBeMovedAsAlike(int movable, boolean claimed) {
        t.addFree(0x8000, 4, MIGRATE_UNMOVABLE);
        t.inUse(0x8010, 0x8200, 0);
        t.inUse(0x8010, 0x8010 + movable, PageFlags.PG_LRU);
        assertEquals(0x8000, rmqueue(0, MIGRATE_MOVABLE, 0));
        assertEquals(claimed ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @ParameterizedTest
    @CsvSource({"240, true", "239, false"})
    @Tag("M-038")
    void pagesWhoseOwnerMovesThemAreMovable(int movable, boolean claimed) {
        t.addFree(0x8000, 4, MIGRATE_UNMOVABLE);
        t.inUse(0x8010, 0x8200, 0);
        t.inUse(0x8010, 0x8010 + movable, PageFlags.MODEL_MOVABLE_OPS);
        rmqueue(0, MIGRATE_MOVABLE, 0);
        assertEquals(claimed ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @ParameterizedTest
    @CsvSource({"272, true", "271, false"})
    @Tag("M-038")
    void requestForOthersCountsInMovableBlocksWhatCannotBeMoved(int notMovable, boolean claimed) {
        t.addFree(0x8000, 4, MIGRATE_MOVABLE);
        t.inUse(0x8010, 0x8200, PageFlags.PG_LRU);
        t.inUse(0x8010, 0x8010 + notMovable - 32, 0);
        rmqueue(0, MIGRATE_UNMOVABLE, 0);
        assertEquals(claimed ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-038")
    void betweenUnmovableAndReclaimableOnlyFreePagesCount() {
        t.addFree(0x8000, 7, MIGRATE_RECLAIMABLE);
        t.inUse(0x8080, 0x8200, 0);
        assertEquals(0x8000, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(MIGRATE_RECLAIMABLE, t.map.blockType(0x8000));
    }

    @ParameterizedTest
    @CsvSource({"240, true", "239, false"})
    @Tag("M-038")
    void singleFreePagesCount(int singles, boolean claimed) {
        t.addFree(0x8000, 4, MIGRATE_UNMOVABLE);
        t.inUse(0x8010, 0x8200, 0);
        for (int i = 0; i < singles; i++) {
            int pfn = 0x8010 + 2 * i;
            t.map.setRefcount(pfn, 0);
            t.addFree(pfn, 0, MIGRATE_UNMOVABLE);
        }
        rmqueue(4, MIGRATE_MOVABLE, 0);
        assertEquals(claimed ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @Test
    @Tag("M-038")
    void freePagesOfTheNextPageblockDoNotCount() {
        t.addFree(0x8000, 4, MIGRATE_UNMOVABLE);
        t.inUse(0x8010, 0x8200, 0);
        t.addFree(0x8200, 9, MIGRATE_MOVABLE);
        assertEquals(NO_PFN, fallback.claim(t.zone, 0, MIGRATE_MOVABLE, 0));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 0, false", "0, 1, false"})
    @Tag("M-038")
    void pageblockMustLieInTheZone(int missingAtStart, int missingAtEnd, boolean claimed) {
        t.addFree(0x8100, 8, MIGRATE_MOVABLE);
        t.inUse(0x8000, 0x8100, PageFlags.PG_LRU);
        t.zone.startPfn = 0x8000 + missingAtStart;
        t.zone.spannedPages = 0x8200 - missingAtEnd - t.zone.startPfn;
        assertEquals(0x8100, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(claimed ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE, t.map.blockType(0x8000));
    }

    // ---------------------------------------------------------------- which block

    @Test
    @Tag("M-037")
    void blocksOfUnmovablePagesAreClaimedToo() {
        t.addFree(0x8000, 10, MIGRATE_UNMOVABLE);
        assertEquals(0x8000, fallback.claim(t.zone, 3, MIGRATE_MOVABLE, 0));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8200));
    }

    @Test
    @Tag("M-037")
    void theLargestBlockIsClaimedFirst() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, 0);
        t.addFree(0x8400, 9, MIGRATE_MOVABLE);
        t.inUse(0x8600, 0x8800, 0);
        t.addFree(0x8800, 10, MIGRATE_MOVABLE);
        assertEquals(0x8800, fallback.claim(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertEquals(0x8a00, fallback.claim(t.zone, 9, MIGRATE_RECLAIMABLE, 0), "unmovable blocks come before movable");
    }

    @Test
    @Tag("M-040")
    void claimHandsOutTheSmallestBlockEvenIfItIsFromAnotherPageblock() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, 0);
        t.addFree(0x8400, 2, MIGRATE_UNMOVABLE);
        t.inUse(0x8404, 0x8600, 0);
        t.trace();
        assertEquals(0x8400, fallback.claim(t.zone, 1, MIGRATE_UNMOVABLE, 0));
        assertEquals(List.of("zone_locked 8400 order 1 type 0 refill 1", "extfrag 8400 orders 1 8 types 0 1 owner 1"),
            t.events);
        assertArrayEquals(frames(0x8000), t.list(8, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-039")
    void blockOfPageblockOrderIsClaimedWholeAndBoostsNothing() {
        t.zone.setWatermark(Zone.WMARK_HIGH, 1000);
        t.addFree(0x8000, 9, MIGRATE_MOVABLE);
        t.trace();
        assertEquals(0x8000, fallback.claim(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertEquals(List.of("extfrag 8000 orders 0 9 types 0 1 owner 1"), t.events);
        assertEquals(0, t.zone.watermarkBoost());
    }

    @Test
    @Tag("M-039")
    void blockOfMemoryThatNobodyTouchedCanBeClaimed() {
        t.map.setBlockTypes(0x8000, 10, MIGRATE_MOVABLE);
        t.zone.free.addLast(10, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, 1024, MIGRATE_MOVABLE);
        assertEquals(0x8000, fallback.claim(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertArrayEquals(frames(0x8001), t.list(0, MIGRATE_UNMOVABLE));
    }

    @ParameterizedTest
    @CsvSource({"8, false", "9, true"})
    @Tag("M-037")
    void withoutMixingOnlyWholePageblocksAreClaimed(int order, boolean claimed) {
        t.addFree(0x8000, order, MIGRATE_MOVABLE);
        t.inUse(0x8000 + (1 << order), 0x8400, 0);
        assertEquals(claimed, fallback.claim(t.zone, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT) >= 0);
    }

    @Test
    @Tag("M-041")
    void theLargestBlockCanBeStolenWhenItIsWanted() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        assertEquals(0x8000, fallback.steal(t.zone, 10, MIGRATE_UNMOVABLE));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8000));
        assertEquals(NO_PFN, fallback.steal(t.zone, 0, MIGRATE_UNMOVABLE));
    }

    // ---------------------------------------------------------------- the early variant

    @ParameterizedTest
    @EnumSource
    @Tag("M-042")
    void nothingToTakeIsNothingTaken(FallbackVariant variant) {
        t.context.setFallbackVariant(variant);
        assertEquals(NO_PFN, rmqueue(0, MIGRATE_MOVABLE, 0));
    }

    @Test
    @Tag("M-042")
    void earlyVariantBoostsEvenWhenItMayNotClaim() {
        t.context.setFallbackVariant(FallbackVariant.F0);
        t.zone.setWatermark(Zone.WMARK_HIGH, 1000);
        t.addFree(0x8000, 1, MIGRATE_UNMOVABLE);
        t.inUse(0x8002, 0x8200, PageFlags.PG_LRU);
        assertEquals(0x8000, rmqueue(0, MIGRATE_MOVABLE, 0));
        assertEquals(512, t.zone.watermarkBoost());
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    @ParameterizedTest
    @CsvSource({"8, false", "9, true"})
    @Tag("M-042")
    void earlyVariantWithoutMixingTakesOnlyWholePageblocks(int order, boolean taken) {
        t.context.setFallbackVariant(FallbackVariant.F0);
        t.addFree(0x8000, order, MIGRATE_MOVABLE);
        t.inUse(0x8000 + (1 << order), 0x8400, 0);
        assertEquals(taken ? 0x8000 : NO_PFN, rmqueue(0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 9, 10})
    @Tag("M-042")
    void earlyVariantTakesABlockOfJustTheRightOrder(int order) {
        t.context.setFallbackVariant(FallbackVariant.F0);
        t.addFree(0x8000, order, MIGRATE_UNMOVABLE);
        t.inUse(0x8000 + (1 << order), 0x8400, 0);
        assertEquals(0x8000, rmqueue(order, MIGRATE_MOVABLE, 0));
        assertEquals(0, t.freePages());
    }

    // ---------------------------------------------------------------- boost

    @ParameterizedTest
    @CsvSource({"0, false", "2048, true"})
    @Tag("M-052")
    void kswapdIsOnlyMarkedForThoseWhoMayWakeIt(int flags, boolean marked) {
        assertEquals(ALLOC_KSWAPD, 2048);
        t.zone.setWatermark(Zone.WMARK_HIGH, 1000);
        t.addFree(0x8000, 4, MIGRATE_MOVABLE);
        t.inUse(0x8010, 0x8200, PageFlags.PG_LRU);
        fallback.claim(t.zone, 0, MIGRATE_UNMOVABLE, flags);
        assertEquals(512, t.zone.watermarkBoost());
        assertEquals(marked, t.zone.has(Zone.ZONE_BOOSTED_WATERMARK));
    }

    @Test
    @Tag("M-015")
    void zoneWithoutWatermarksIsNotBoosted() {
        t.zone.setWatermark(Zone.WMARK_HIGH, 0);
        assertFalse(fallback.boostWatermark(t.zone));
        assertEquals(0, t.zone.watermarkBoost());
    }

    // ---------------------------------------------------------------- words

    @Test
    void eachDecisionIsExplained() {
        List<String> notes = new ArrayList<>();
        t.context.setExplainer((format, args) -> notes.add(String.format(format, args)));
        t.addFree(0x8000, 4, MIGRATE_MOVABLE);
        t.inUse(0x8010, 0x8200, PageFlags.PG_LRU);
        rmqueue(0, MIGRATE_UNMOVABLE, 0);
        assertTrue(notes.contains("claim at 32768 order 4 refused: too few pages free or alike in a block of Movable"),
            notes.toString());
        assertTrue(notes.contains("steal of 32768 order 4 from Movable: block keeps its type"), notes.toString());
        t.addFree(0x8400, 8, MIGRATE_MOVABLE);
        t.inUse(0x8500, 0x8600, PageFlags.PG_LRU);
        rmqueue(0, MIGRATE_RECLAIMABLE, 0);
        assertTrue(notes.contains("claim at 33792 order 8: the pageblock was of Movable"), notes.toString());
        assertTrue(notes.contains("free list of Reclaimable order 8: took its head 33792"), notes.toString());
        t.addFree(0x8800, 9, MIGRATE_MOVABLE);
        rmqueue(0, MIGRATE_UNMOVABLE, 0);
        assertTrue(notes.contains("claim of the whole block 34816 order 9, it was of Movable"), notes.toString());
    }
}
