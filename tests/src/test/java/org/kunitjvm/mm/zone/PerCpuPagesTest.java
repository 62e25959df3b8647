package org.kunitjvm.mm.zone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_FREE_HIGH_BATCH;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_PREV_FREE_HIGH_ORDER;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.page.PageMap;

/** A CPU's cache by itself: which list is for what, when there is room, and what is noted of each block. */
final class PerCpuPagesTest {
    private final Kernel kernel = Kernel.builder().build();
    private final PerCpuPages pcp = new PerCpuPages(new PageMap(), kernel.locks());

    @AfterEach
    void shutDown() {
        kernel.shutdown();
    }

    @ParameterizedTest
    @Tag("M-070")
    @CsvSource({"0, 0, 0", "0, 1, 1", "0, 2, 2", "1, 0, 3", "2, 1, 7", "3, 0, 9", "3, 2, 11", "9, 0, 12", "9, 1, 13",
        "9, 2, 12"})
    void listsOfMappedPages(int order, int type, int index) {
        assertEquals(index, PerCpuPages.index(order, type));
        assertEquals(order, PerCpuPages.orderOf(index));
    }

    @ParameterizedTest
    @CsvSource({"0, 14", "1, 15", "2, 16", "3, 17", "9, 18"})
    void listsOfUnmappedPagesComeBehind(int order, int index) {
        assertEquals(index, PerCpuPages.index(order, UNMAPPED_IDX));
        assertEquals(order, PerCpuPages.orderOf(index));
    }

    @Test
    void smallListsAreTheListsByTypeAndOrder() {
        for (int type = 0; type < 3; type++) {
            for (int order = 0; order <= 3; order++) {
                assertEquals(pcp.lists.list(PerCpuPages.index(order, type)), pcp.smallLists(type)[order]);
            }
        }
    }

    @ParameterizedTest
    @Tag("M-077")
    @CsvSource({"90, 0, true", "99, 0, false", "98, 0, true", "98, 1, false", "97, 1, true",
        "92, 3, false", "91, 3, true"})
    void roomIsWhatDoesNotReachTheBound(int count, int order, boolean room) {
        pcp.highMin = 50;
        pcp.high = 100;
        pcp.highMax = 200;
        pcp.count = count;
        assertEquals(room, pcp.hasRoomFor(1 << order));
    }

    @ParameterizedTest
    @CsvSource({"49, false", "50, true", "51, true", "199, true", "200, true", "201, false"})
    void boundThatHasToBeAdjustedIsNotForTheShortWay(int high, boolean room) {
        pcp.highMin = 50;
        pcp.high = high;
        pcp.highMax = 200;
        assertEquals(room, pcp.hasRoomFor(1));
    }

    @ParameterizedTest
    @Tag("M-078")
    @CsvSource({"6, 1, 1, true", "7, 1, 1, false", "7, 0, 1, true", "7, 1, 0, true", "7, 1, 3, false"})
    void streakOfHighOrdersIsNotForTheShortWay(int freeCount, int order, int flags, boolean room) {
        pcp.high = 100;
        pcp.highMax = 200;
        pcp.batch = 7;
        pcp.freeCount = freeCount;
        pcp.setFlags(flags);
        assertEquals(room, pcp.hasRoomFor(1 << order));
    }

    @Test
    @Tag("M-074")
    void takingHalvesTheFreeCount() {
        pcp.count = 20;
        pcp.freeCount = 9;
        pcp.noteTaken(4);
        assertEquals(16, pcp.count);
        assertEquals(4, pcp.freeCount);
    }

    @Test
    @Tag("M-077")
    void freeingHalvesTheFactorAndRemembersTheOrder() {
        pcp.batch = 7;
        pcp.allocFactor = 5;
        pcp.setFlags(PCPF_FREE_HIGH_BATCH);
        pcp.noteFreed(4);
        assertEquals(4, pcp.count);
        assertEquals(2, pcp.allocFactor);
        assertEquals(4, pcp.freeCount);
        assertEquals(PCPF_FREE_HIGH_BATCH | PCPF_PREV_FREE_HIGH_ORDER, pcp.flags());
        pcp.freeCount = 223;
        pcp.noteFreed(1);
        assertEquals(224, pcp.freeCount);
        assertEquals(PCPF_FREE_HIGH_BATCH, pcp.flags());
        pcp.noteFreed(8);
        assertEquals(224, pcp.freeCount);
    }

    @Test
    void textNamesTheListsThatHoldPages() {
        pcp.count = 1032;
        pcp.high = 40;
        pcp.highMin = 10;
        pcp.highMax = 50;
        pcp.batch = 7;
        assertEquals("pcp count 1032 high 40 (10-50) batch 7", pcp.toString());
        pcp.lists.addFirst(1, 10);
        pcp.lists.addFirst(9, 16);
        pcp.lists.addFirst(12, 512);
        pcp.lists.addFirst(13, 1024);
        pcp.lists.addFirst(14, 3);
        pcp.lists.addFirst(14, 4);
        assertEquals("pcp count 1032 high 40 (10-50) batch 7, 1 x order 0 Movable, 1 x order 3 Unmovable, "
            + "1 x order 9 not movable, 1 x order 9 Movable, 2 x order 0 unmapped", pcp.toString());
        assertEquals(8, pcp.pagesOn(9));
        assertEquals(2, pcp.pagesOn(14));
        assertEquals("Reclaimable", PerCpuPages.typeOf(11));
    }

    @Test
    void onlyCachedOrdersAndTypesHaveLists() {
        assertTrue(PerCpuPages.hasLists(2) && PerCpuPages.hasLists(UNMAPPED_IDX));
        assertFalse(PerCpuPages.hasLists(3));
        assertTrue(PerCpuPages.isAllowedOrder(3) && PerCpuPages.isAllowedOrder(9));
        assertFalse(PerCpuPages.isAllowedOrder(4) || PerCpuPages.isAllowedOrder(8) || PerCpuPages.isAllowedOrder(10));
    }

    /** A list is a ring that grows: it must stay in order wherever it begins. */
    @ParameterizedTest
    @CsvSource({"0", "5", "15", "16", "17"})
    void listKeepsItsOrderWhenItGrows(int shift) {
        PcpLists lists = pcp.lists;
        for (int i = 0; i < shift; i++) {
            lists.addLast(0, -i);
            lists.removeFirst(0);
        }
        assertEquals(NO_PFN, lists.first(0));
        int[] expected = new int[100];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 1000 + i;
            lists.addLast(0, expected[i]);
        }
        assertArrayEquals(expected, lists.toArray(0));
        lists.addFirst(0, 999);
        assertEquals(999, lists.first(0));
        assertEquals(1000, lists.get(0, 1));
        assertEquals(101, lists.length(0));
        assertEquals(1099, lists.removeLast(0));
        assertEquals(999, lists.removeFirst(0));
        assertFalse(lists.isEmpty(0));
        assertTrue(lists.isEmpty(1));
    }
}
