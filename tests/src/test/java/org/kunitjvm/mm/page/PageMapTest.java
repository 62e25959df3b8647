package org.kunitjvm.mm.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.bug.KernelBug;

/** Page records appear when they are needed and say the same as before. */
final class PageMapTest {
    private final PageMap map = new PageMap();

    PageMapTest() {
        map.ensureSpan(0x2_0000);
        map.setZoneId(0, 0x2_0000, 1);
    }

    @Test
    @Tag("M-005")
    void largeFreeBlocksNeedNoRecords() {
        FreeLists lists = new FreeLists(map);
        for (int pfn = 0; pfn < 0x2_0000; pfn += 1024) {
            lists.addLast(10, MIGRATE_MOVABLE, pfn);
        }
        assertEquals(0, map.touchedSections());
        assertEquals(128, lists.nrFree(10));
        assertEquals(128, lists.length(10, MIGRATE_MOVABLE));
        lists.remove(10, MIGRATE_MOVABLE, 0x400);
        assertEquals(0x800, lists.next(10, 0));
        assertEquals(-1, map.freeBlockOrder(0x400));
        map.touch(0x400);
        lists.addFirst(8, MIGRATE_UNMOVABLE, 0x500);
        assertEquals(1, map.touchedSections());
        assertEquals(8, map.freeBlockOrder(0x500));
        assertEquals(0x500, map.freeBlockAround(0x5ff));
        assertEquals(-1, map.freeBlockAround(0x400));
        assertEquals(1 << 8, lists.orderMask(MIGRATE_UNMOVABLE));
        lists.remove(8, MIGRATE_UNMOVABLE, 0x500);
        assertEquals(0, lists.orderMask(MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-003")
    void statesExcludeEachOther() {
        map.touch(0);
        FreeLists lists = new FreeLists(map);
        lists.addFirst(3, MIGRATE_MOVABLE, 8);
        assertTrue(map.page(8).isBuddy());
        assertEquals(-1, map.mapcount(8));
        lists.remove(3, MIGRATE_MOVABLE, 8);
        map.setAllocated(8);
        assertFalse(map.page(8).isBuddy());
        map.makeCompound(8, 3);
        assertTrue(map.isHead(8) && !map.isTail(8) && map.isTail(15) && !map.isHead(15) && !map.isTail(16));
        assertEquals(0, map.dissolveCompound(8, 3));
        assertFalse(map.page(9).isCompound());
    }

    @Test
    @Tag("M-003")
    void reservedBlocksKeepTheirStateWhenRecordsAreMade() {
        map.markReserved(0x8000, 0x8400);
        map.markReserved(0x8400, 0x8401);
        map.markOffline(0x1_0000, 0x1_0200);
        assertEquals(1, map.touchedSections());
        assertEquals(PageFlags.PG_RESERVED, map.flags(0x8123));
        assertEquals(1, map.refcount(0x8123));
        assertEquals(0, map.flags(0x8401));
        map.touch(0x1_0000);
        assertTrue(map.hasFlag(0x1_01ff, PageFlags.MODEL_OFFLINE));
        assertFalse(map.hasFlag(0x1_0200, PageFlags.MODEL_OFFLINE));
        map.markOnline(0x1_0000, 0x1_0200);
        assertEquals(0, map.flags(0x1_0000) | map.refcount(0x1_0000));
    }

    @Test
    void oneObjectPerFrame() {
        assertSame(map.page(7), map.page(7));
        assertNotSame(map.page(7), map.page(8));
        assertSame(map.page(8), map.page(7).plus(1));
        assertThrows(KernelBug.class, () -> map.page(0x2_0000));
    }

    @Test
    @Tag("M-007")
    void flagsHaveTheKernelsBits() {
        String[] names = {"locked", "writeback", "referenced", "uptodate", "dirty", "lru", "head", "waiters", "active",
            "workingset", "owner_priv_1", "owner_2", "arch_1", "reserved", "private", "private_2", "reclaim",
            "swapbacked", "unevictable", "mlocked"};
        for (int bit = 0; bit < names.length; bit++) {
            assertEquals(names[bit], PageFlags.describe(1 << bit));
        }
        assertEquals("uptodate|lru|active", PageFlags.describe(PageFlags.PG_ACTIVE | PageFlags.PG_LRU
            | PageFlags.PG_UPTODATE));
        assertEquals(PageFlags.PG_OWNER_PRIV_1, PageFlags.PG_SWAPCACHE);
        assertEquals(PageFlags.PG_RECLAIM, PageFlags.PG_READAHEAD);
        assertEquals(PageFlags.PG_UPTODATE, PageFlags.PG_REPORTED);
    }

    @Test
    void listsKeepTheirOrder() {
        map.touch(0);
        PageLists lists = new PageLists(map, 2);
        lists.addFirst(1, 5);
        lists.addFirst(1, 6);
        lists.addLast(1, 7);
        assertEquals(6, lists.first(1));
        assertEquals(7, lists.last(1));
        lists.remove(1, 5);
        assertEquals(7, lists.next(6));
        assertEquals(6, lists.prev(7));
        assertEquals(7, lists.removeLast(1));
        assertEquals(6, lists.removeFirst(1));
        assertTrue(lists.isEmpty(1) && lists.isEmpty(0));
    }
}
