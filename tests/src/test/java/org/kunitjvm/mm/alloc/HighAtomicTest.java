package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reserve of pageblocks for atomic requests: what goes in, who may take, what comes out first. */
final class HighAtomicTest {
    private final TestZone t = TestZone.empty();
    private final HighAtomic reserve = t.allocator.highAtomic();

    HighAtomicTest() {
        t.zone.managedPages = 100_000;
    }

    @AfterEach
    void close() {
        t.close();
    }

    private AllocRequest request(int type) {
        return new AllocRequest(GFP_KERNEL, 0, t.nodes.zonelist(0, false), ZONE_NORMAL, type, AllocRequest.ANY_NODE);
    }

    @ParameterizedTest
    @CsvSource({"0, 512", "1, 512", "2, 512", "3, 0", "4, 0", "5, 0"})
    @Tag("M-049")
    void onlyPageblocksOfTheOrdinaryTypesGoIn(int type, int reserved) {
        t.map.setBlockType(0x8000, type);
        t.inUse(0x8000, 0x8200, 0);
        reserve.reserve(t.zone, 0x8000, 1);
        assertEquals(reserved, t.zone.nrReservedHighatomic);
        assertEquals(reserved > 0 ? MIGRATE_HIGHATOMIC : type, t.map.blockType(0x8000));
        assertEquals(4, MIGRATE_CMA);
        assertEquals(5, MIGRATE_ISOLATE);
    }

    @ParameterizedTest
    @CsvSource({"9, 512, false", "10, 1024, true"})
    @Tag("M-049")
    void largeBlockGoesInWhole(int order, int reserved, boolean secondBlock) {
        t.map.setBlockTypes(0x8000, 10, MIGRATE_UNMOVABLE);
        t.inUse(0x8000, 0x8400, 0);
        reserve.reserve(t.zone, 0x8000, order);
        assertEquals(reserved, t.zone.nrReservedHighatomic);
        assertEquals(MIGRATE_HIGHATOMIC, t.map.blockType(0x8000));
        assertEquals(secondBlock ? MIGRATE_HIGHATOMIC : MIGRATE_UNMOVABLE, t.map.blockType(0x8200));
    }

    /** The low mark fails, so that the request gets what is allowed below it. */
    @ParameterizedTest
    @CsvSource({"GFP_ATOMIC, 1, 512", "GFP_ATOMIC, 0, 0", "GFP_NOWAIT, 1, 0"})
    @Tag("M-049")
    void atomicRequestOfSeveralPagesPutsItsPageblockIn(String gfp, int order, int reserved) {
        t.freeAll();
        t.zone.setWatermark(WMARK_LOW, 2 * TestZone.PAGES);
        t.zone.setWatermark(WMARK_HIGH, 2 * TestZone.PAGES);
        int pfn = t.allocator.allocPages(0, gfp.equals("GFP_ATOMIC") ? GFP_ATOMIC : GFP_NOWAIT, order);
        assertTrue(pfn >= 0);
        assertEquals(reserved, t.zone.nrReservedHighatomic);
        assertEquals(reserved > 0 ? MIGRATE_HIGHATOMIC : MIGRATE_UNMOVABLE, t.map.blockType(pfn));
    }

    @Test
    @Tag("M-051")
    void atomicRequestTakesFromTheReserveBeforeTheOrdinaryLists() {
        t.addFree(0x8000, 9, MIGRATE_UNMOVABLE);
        t.addFree(0x8400, 9, MIGRATE_HIGHATOMIC);
        assertEquals(0x8000, t.allocator.allocPages(0, GFP_ATOMIC, 4), "not while the low mark is passed");
        t.zone.setWatermark(WMARK_LOW, TestZone.PAGES);
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        assertEquals(0x8010, t.allocator.allocPages(0, GFP_NOWAIT, 4), "it may, but only when nothing else is left");
        assertEquals(0x8400, t.allocator.allocPages(0, GFP_ATOMIC, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE})
    @Tag("M-050")
    void smallestBlocksPageblockComesOutFirstAndOnlyThat(int type) {
        t.addFree(0x8000, 5, MIGRATE_HIGHATOMIC);
        t.addFree(0x8400, 3, MIGRATE_HIGHATOMIC);
        t.addFree(0x8480, 5, MIGRATE_HIGHATOMIC);
        t.addFree(0x8800, 3, type);
        t.inUse(0x8020, 0x8200, 0);
        t.inUse(0x8408, 0x8480, 0);
        t.inUse(0x84a0, 0x8600, 0);
        t.zone.nrReservedHighatomic = 1024;
        assertTrue(reserve.unreserve(request(type), false));
        assertEquals(512, t.zone.nrReservedHighatomic);
        assertEquals(type, t.map.blockType(0x8400), "converted to the type that is asked for");
        assertArrayEquals(frames(0x8800, 0x8400), t.list(3, type), "at the tail");
        assertArrayEquals(frames(0x8480), t.list(5, type), "all free blocks of the pageblock");
        assertArrayEquals(frames(0x8000), t.list(5, MIGRATE_HIGHATOMIC));
        assertFalse(reserve.unreserve(request(type), false), "the last pageblock stays");
        assertEquals(32, t.zone.nrFreeHighatomic());
    }

    @Test
    @Tag("M-050")
    void blockOfTwoPageblocksComesOutWhole() {
        t.addFree(0x8000, 10, MIGRATE_HIGHATOMIC);
        t.zone.nrReservedHighatomic = 1024;
        assertTrue(reserve.unreserve(request(MIGRATE_MOVABLE), false));
        assertEquals(0, t.zone.nrReservedHighatomic);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_MOVABLE));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8000));
        assertEquals(MIGRATE_MOVABLE, t.map.blockType(0x8200));
        assertEquals(0, t.zone.nrFreeHighatomic());
    }
}
