package org.kunitjvm.mm.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.bug.KernelBug;

/** Free lists keep their order whatever is taken out of them, below pageblock order and from it on, also at frame 0. */
final class FreeListsTest {
    private final PageMap map = new PageMap();
    private final FreeLists lists;

    FreeListsTest() {
        map.ensureSpan(0x2_0000);
        map.setZoneId(0, 0x2_0000, 1);
        map.touch(0);
        lists = new FreeLists(map);
    }

    private List<Integer> frames(int order, int type) {
        List<Integer> frames = new ArrayList<>();
        int before = NO_PFN;
        for (int pfn = lists.first(order, type); pfn >= 0; pfn = lists.next(order, pfn)) {
            assertEquals(before, lists.prev(order, pfn));
            frames.add(pfn);
            before = pfn;
        }
        assertEquals(before, lists.last(order, type));
        assertEquals(frames.size(), lists.length(order, type));
        assertEquals(frames.isEmpty(), lists.isEmpty(order, type));
        return frames;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 9, 10})
    @Tag("M-005")
    void anyMemberCanLeave(int order) {
        int size = 1 << order;
        for (int leaving = 0; leaving < 3; leaving++) {
            for (int i = 0; i < 3; i++) {
                lists.addLast(order, MIGRATE_MOVABLE, i * size);
            }
            lists.remove(order, MIGRATE_MOVABLE, leaving * size);
            List<Integer> left = new ArrayList<>(List.of(0, size, 2 * size));
            left.remove(leaving);
            assertEquals(left, frames(order, MIGRATE_MOVABLE));
            assertEquals(2, lists.nrFree(order));
            assertEquals(order < 9 ? 0 : 2 * size, lists.blockPages(MIGRATE_MOVABLE));
            left.forEach(pfn -> lists.remove(order, MIGRATE_MOVABLE, pfn));
            assertEquals(List.of(), frames(order, MIGRATE_MOVABLE));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 9, 10})
    @Tag("M-086")
    void movedBlockGoesToTheEndOfTheOtherList(int order) {
        int size = 1 << order;
        lists.addLast(order, MIGRATE_UNMOVABLE, 5 * size);
        lists.addFirst(order, MIGRATE_MOVABLE, size);
        lists.addFirst(order, MIGRATE_MOVABLE, 0);
        lists.moveToLast(order, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0);
        assertEquals(List.of(5 * size, 0), frames(order, MIGRATE_UNMOVABLE));
        assertEquals(List.of(size), frames(order, MIGRATE_MOVABLE));
        assertEquals(3, lists.nrFree(order));
        assertEquals(order, map.freeBlockOrder(0));
        assertEquals(order < 9 ? 0 : 2 * size, lists.blockPages(MIGRATE_UNMOVABLE));
        assertEquals(order < 9 ? 0 : size, lists.blockPages(MIGRATE_MOVABLE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 9, 10})
    void blockIsOnlyOnItsOwnList(int order) {
        lists.addFirst(order, MIGRATE_MOVABLE, 1 << order);
        lists.addFirst(order, MIGRATE_UNMOVABLE, 2 << order);
        KernelBug bug = assertThrows(KernelBug.class, () -> lists.remove(order, MIGRATE_UNMOVABLE, 1 << order));
        assertEquals(String.format("free block %#x of order %d is not on the Unmovable list that it is to be taken off",
            1 << order, order), bug.getMessage());
    }

    @Test
    @Tag("M-047")
    void commonBlocksAreThoseThatAnyRequestMayUse() {
        for (int type : new int[] {MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_ISOLATE}) {
            lists.addFirst(10, type, 1024 * type);
            assertFalse(lists.hasCommonBlock(0), "type " + type);
        }
        for (int type : new int[] {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, UNMAPPED_IDX}) {
            lists.addFirst(3, type, 8 * (type + 1));
            assertTrue(lists.hasCommonBlock(0) && lists.hasCommonBlock(3), "type " + type);
            assertFalse(lists.hasCommonBlock(4), "type " + type);
            assertTrue(lists.hasCommonBlockOf(1) && lists.hasCommonBlockOf(8), "type " + type);
            assertFalse(lists.hasCommonBlockOf(16), "type " + type);
            lists.remove(3, type, 8 * (type + 1));
            assertFalse(lists.hasCommonBlock(0), "type " + type);
        }
    }

    @Test
    @Tag("M-005")
    void anySequenceLeavesWhatAListOfFramesWould() {
        long seed = 0xf7ee;
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int pfn = 1024 * random.nextInt(32);
            if (expected.remove((Integer) pfn)) {
                lists.remove(10, MIGRATE_MOVABLE, pfn);
            } else if (random.nextBoolean()) {
                lists.addFirst(10, MIGRATE_MOVABLE, pfn);
                expected.add(0, pfn);
            } else {
                lists.addLast(10, MIGRATE_MOVABLE, pfn);
                expected.add(pfn);
            }
            assertEquals(expected, frames(10, MIGRATE_MOVABLE), "seed " + seed + " step " + i);
        }
    }
}
