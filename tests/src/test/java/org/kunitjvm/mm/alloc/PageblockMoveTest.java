package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is done to the free blocks of one pageblock: moved to another type, all of them, and only inside of the zone.
 */
final class PageblockMoveTest {
    private final TestZone t = TestZone.emptyAt(0x8000);

    @AfterEach
    void close() {
        t.close();
    }

    @Test
    @Tag("M-040")
    void everyFreeBlockMovesToTheTailInAscendingOrder() {
        t.addFree(0x8600, 3, MIGRATE_UNMOVABLE);
        t.addFree(0x8200, 3, MIGRATE_MOVABLE);
        t.addFree(0x8210, 0, MIGRATE_MOVABLE);
        t.addFree(0x83f8, 3, MIGRATE_MOVABLE);
        t.inUse(0x8208, 0x8210, 0);
        t.inUse(0x8211, 0x83f8, 0);
        assertEquals(17, t.buddy.moveFreepagesBlock(t.zone, 0x8212, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
        assertArrayEquals(new int[] {0x8600, 0x8200, 0x83f8}, t.list(3, MIGRATE_UNMOVABLE));
        assertArrayEquals(new int[] {0x8210}, t.list(0, MIGRATE_UNMOVABLE));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8200));
        assertEquals(List.of(), t.faults());
    }

    @Test
    void thePageblockBehindIsNotTouched() {
        t.addFree(0x8200, 0, MIGRATE_MOVABLE);
        t.addFree(0x8400, 0, MIGRATE_MOVABLE);
        t.inUse(0x8201, 0x8400, 0);
        assertEquals(1, t.buddy.moveFreepagesBlock(t.zone, 0x8200, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
        assertArrayEquals(new int[] {0x8400}, t.list(0, MIGRATE_MOVABLE));
    }

    @Test
    void aPageblockThatReachesOutOfTheZoneStays() {
        t.zone.startPfn = 0x8100;
        assertEquals(-1, t.buddy.moveFreepagesBlock(t.zone, 0x8180, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
        t.zone.spannedPages = 0x8300 - 0x8100;
        assertEquals(-1, t.buddy.moveFreepagesBlock(t.zone, 0x8200, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
        t.zone.spannedPages = 0x83ff - 0x8100;
        assertEquals(-1, t.buddy.moveFreepagesBlock(t.zone, 0x8200, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
        t.zone.spannedPages = 0x8400 - 0x8100;
        assertEquals(0, t.buddy.moveFreepagesBlock(t.zone, 0x8200, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-033")
    void order9GoesToTheHeadEvenBesideAFreeBlockOfOrder10() {
        t.addFree(0x9000, 9, MIGRATE_MOVABLE);
        t.addFree(0x8400, 10, MIGRATE_MOVABLE);
        t.inUse(0x8200, 0x8400, 0);
        t.map.setBlockType(0x8000, MIGRATE_MOVABLE);
        t.buddy.freeOneBlockLocked(t.zone, 0x8000, 9, MIGRATE_MOVABLE, Buddy.FPI_NONE);
        assertArrayEquals(new int[] {0x8000, 0x9000}, t.list(9, MIGRATE_MOVABLE));
    }

    @Test
    void pagesOfALargeBlockGetRecordsWhenItIsCut() {
        t.map.setBlockTypes(0x8000, 10, MIGRATE_MOVABLE);
        t.zone.free.addLast(10, MIGRATE_MOVABLE, 0x8000);
        t.buddy.account(t.zone, 1024, MIGRATE_MOVABLE);
        assertFalse(t.map.isTouched(0x8000));
        assertEquals(0x8000, t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE));
        assertTrue(t.map.isTouched(0x8000));
        assertEquals(List.of(), t.faults());
    }

    @Test
    @Tag("M-044")
    void movableRequestsGetTheContiguousReserveLastUnlessItIsMoreThanHalf() {
        t.addFree(0x8000, 3, MIGRATE_CMA);
        t.addFree(0x8600, 3, MIGRATE_MOVABLE);
        t.buddy.resetMode();
        assertEquals(0x8600, t.buddy.rmqueue(t.zone, 3, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA),
            "half is not more than half");
        t.addFree(0x8600, 2, MIGRATE_MOVABLE);
        assertEquals(0x8000, t.buddy.rmqueue(t.zone, 2, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA), "eight of twelve are");
    }

    @Test
    @Tag("M-044")
    void withoutTheFlagTheReserveIsNotTouched() {
        t.addFree(0x8000, 3, MIGRATE_CMA);
        t.buddy.resetMode();
        assertEquals(-1, t.buddy.rmqueue(t.zone, 0, MIGRATE_MOVABLE, 0));
        assertEquals(-1, t.buddy.rmqueue(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertEquals(0x8000, t.buddy.rmqueue(t.zone, 0, MIGRATE_MOVABLE, AllocFlags.ALLOC_CMA));
    }
}
