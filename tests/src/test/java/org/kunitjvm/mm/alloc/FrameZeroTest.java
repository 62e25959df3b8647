package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frame 0 is a frame like any other: 0 is never taken for "none", on no path. */
final class FrameZeroTest {
    private final TestZone t = TestZone.emptyAt(0);

    @AfterEach
    void nothingIsBroken() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private int rmqueue(int order, int type, int allocFlags) {
        t.buddy.resetMode();
        return t.buddy.rmqueue(t.zone, order, type, allocFlags);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 9, 10})
    void ownListCacheAndBack(int order) {
        t.addFree(0, 10, MIGRATE_UNMOVABLE);
        assertEquals(0, t.allocator.allocPages(0, GFP_KERNEL, order));
        t.allocator.freePages(0, order);
        t.allocator.drainAllPages(null);
        assertArrayEquals(new int[] {0}, t.list(10, MIGRATE_UNMOVABLE));
    }

    @Test
    void contiguousReserve() {
        t.addFree(0, 9, MIGRATE_CMA);
        assertEquals(0, rmqueue(0, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA));
        assertEquals(MIGRATE_CMA, t.map.blockType(0));
        assertEquals(1, rmqueue(0, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA));
    }

    @Test
    void contiguousReserveWhenTheOwnListsAreEmptyAndItIsSmall() {
        t.addFree(0, 3, MIGRATE_CMA);
        t.addFree(0x400, 10, MIGRATE_UNMOVABLE);
        assertEquals(0, rmqueue(3, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA));
        assertEquals(1024, t.freePages());
    }

    @Test
    void claimOfAWholeBlock() {
        t.addFree(0, 10, MIGRATE_MOVABLE);
        assertEquals(0, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0));
    }

    @Test
    void claimOfPartOfABlock() {
        t.addFree(0, 8, MIGRATE_MOVABLE);
        t.inUse(0x100, 0x200, 0);
        assertEquals(0, rmqueue(0, MIGRATE_UNMOVABLE, 0));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0));
    }

    @Test
    void stealFromAMostlyUsedBlock() {
        t.addFree(0, 2, MIGRATE_UNMOVABLE);
        t.inUse(4, 0x200, 0);
        assertEquals(0, rmqueue(1, MIGRATE_MOVABLE, 0));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0));
        assertArrayEquals(new int[] {2}, t.list(1, MIGRATE_UNMOVABLE));
    }

    @Test
    void earlyFallbackRules() {
        t.context.setFallbackVariant(FallbackVariant.F0);
        t.addFree(0, 2, MIGRATE_UNMOVABLE);
        t.inUse(4, 0x200, 0);
        assertEquals(0, rmqueue(1, MIGRATE_MOVABLE, 0));
    }

    @Test
    void reserveForAtomicRequests() {
        t.addFree(0, 4, MIGRATE_HIGHATOMIC);
        t.zone.nrReservedHighatomic = 512;
        assertEquals(0, t.allocator.allocPages(0, GFP_ATOMIC, 4));
    }

    @Test
    void highatomicBlockGoesBack() {
        t.addFree(0, 4, MIGRATE_HIGHATOMIC);
        t.zone.nrReservedHighatomic = 512;
        AllocRequest request = new AllocRequest(GFP_KERNEL, 0, t.nodes.zonelist(0, false), t.zone.index,
            MIGRATE_UNMOVABLE, AllocRequest.ANY_NODE);
        assertEquals(true, t.allocator.highAtomic().unreserve(request, true));
        assertArrayEquals(new int[] {0}, t.list(4, MIGRATE_UNMOVABLE));
        assertEquals(0, t.zone.nrReservedHighatomic);
    }
}
