package org.kunitjvm.mm.page;

import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_IDXS;
import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.Arrays;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.types.MigrateType;

/**
 * The free lists of a zone: one list per order and type, where a type is an index of
 * {@link org.kunitjvm.mm.types.FreeType}. Models include/linux/mmzone.h: struct free_area and the raw list operations
 * of mm/page_alloc.c; page counters are the caller's business.
 *
 * <p>Blocks below pageblock order are linked through their first page's record. Larger ones are linked through the
 * entry of their first pageblock, so that they need no page records. A bit per order and type says which lists have
 * members.
 */
public final class FreeLists {
    /** Types that any request can have pages of, as bits. */
    private static final int COMMON_TYPES = 1 << MIGRATE_UNMOVABLE | 1 << MIGRATE_MOVABLE | 1 << MIGRATE_RECLAIMABLE
        | 1 << UNMAPPED_IDX;

    private final PageMap map;
    private final PageLists small;
    private final int[] firsts = new int[NR_PAGE_ORDERS * NR_FREETYPE_IDXS];
    private final int[] lasts = new int[NR_PAGE_ORDERS * NR_FREETYPE_IDXS];
    private final int[] nrFree = new int[NR_PAGE_ORDERS];
    private final int[] orderMasks = new int[NR_FREETYPE_IDXS];
    private final int[] blockPages = new int[NR_FREETYPE_IDXS];
    private int commonOrders;

    /** Empty lists over {@code map}. */
    public FreeLists(PageMap map) {
        this.map = map;
        this.small = new PageLists(map, PAGEBLOCK_ORDER * NR_FREETYPE_IDXS);
        Arrays.fill(firsts, NO_PFN);
        Arrays.fill(lasts, NO_PFN);
    }

    private static int list(int order, int type) {
        return order * NR_FREETYPE_IDXS + type;
    }

    /** Number of blocks of an order, all types ({@code nr_free}). */
    public int nrFree(int order) {
        return nrFree[order];
    }

    /** Bit k is set iff the list of order k of this type has members. */
    public int orderMask(int type) {
        return orderMasks[type];
    }

    /** Pages in whole pageblocks on the lists of this type. */
    public int blockPages(int type) {
        return blockPages[type];
    }

    /** Whether there is a block of at least {@code order} on a list that any request may take from, if need be. */
    public boolean hasCommonBlock(int order) {
        return commonOrders >>> order != 0;
    }

    /** As {@link #hasCommonBlock}, for a size in pages instead of its power of two. */
    public boolean hasCommonBlockOf(int nrPages) {
        return commonOrders >= nrPages;
    }

    private void markEmpty(int order, int type) {
        orderMasks[type] &= ~(1 << order);
        commonOrders = orderMasks[MIGRATE_UNMOVABLE] | orderMasks[MIGRATE_MOVABLE] | orderMasks[MIGRATE_RECLAIMABLE]
            | orderMasks[UNMAPPED_IDX];
    }

    private void markPopulated(int order, int type) {
        orderMasks[type] |= 1 << order;
        if ((COMMON_TYPES & 1 << type) != 0) {
            commonOrders |= 1 << order;
        }
    }

    /** Whether a list has no members. */
    public boolean isEmpty(int order, int type) {
        return (orderMasks[type] & 1 << order) == 0;
    }

    /** First page of the first block, or -1. */
    public int first(int order, int type) {
        return order < PAGEBLOCK_ORDER ? small.first(list(order, type)) : firsts[list(order, type)];
    }

    /** First page of the last block, or -1. */
    public int last(int order, int type) {
        return order < PAGEBLOCK_ORDER ? small.last(list(order, type)) : lasts[list(order, type)];
    }

    /** First page of the block that follows the one at {@code pfn}, or -1. */
    public int next(int order, int pfn) {
        return order < PAGEBLOCK_ORDER ? small.next(pfn) : map.blockNext[pfn >>> PAGEBLOCK_ORDER];
    }

    /** First page of the block before the one at {@code pfn}, or -1. */
    public int prev(int order, int pfn) {
        return order < PAGEBLOCK_ORDER ? small.prev(pfn) : map.blockPrev[pfn >>> PAGEBLOCK_ORDER];
    }

    /** Number of blocks of one list; walks it. */
    public int length(int order, int type) {
        int length = 0;
        for (int pfn = first(order, type); pfn >= 0; pfn = next(order, pfn)) {
            length++;
        }
        return length;
    }

    /** Put a block in front of its list ({@code __add_to_free_list}). */
    public void addFirst(int order, int type, int pfn) {
        if (order < PAGEBLOCK_ORDER) {
            int[] section = map.section(pfn);
            int at = PageMap.record(pfn);
            PageMap.markFree(section, at, order);
            small.addFirst(list(order, type), pfn, section, at);
        } else {
            addLarge(order, type, pfn, false);
        }
        nrFree[order]++;
        markPopulated(order, type);
    }

    /** Put a block at the end of its list ({@code __add_to_free_list} with {@code tail}). */
    public void addLast(int order, int type, int pfn) {
        if (order < PAGEBLOCK_ORDER) {
            int[] section = map.section(pfn);
            int at = PageMap.record(pfn);
            PageMap.markFree(section, at, order);
            small.addLast(list(order, type), pfn, section, at);
        } else {
            addLarge(order, type, pfn, true);
        }
        nrFree[order]++;
        markPopulated(order, type);
    }

    /** Take a block off its list ({@code __del_page_from_free_list}). */
    public void remove(int order, int type, int pfn) {
        if (order < PAGEBLOCK_ORDER) {
            int[] section = map.section(pfn);
            int at = PageMap.record(pfn);
            unlinkSmall(order, type, pfn, section, at);
            PageMap.unmarkFree(section, at);
        } else {
            unlinkLarge(order, type, pfn);
            map.blockOrders[pfn >>> PAGEBLOCK_ORDER] = 0;
        }
        nrFree[order]--;
    }

    /** Take the first block off a list that is not empty; its first page. */
    public int removeFirst(int order, int type) {
        if (order >= PAGEBLOCK_ORDER) {
            int pfn = firsts[list(order, type)];
            remove(order, type, pfn);
            return pfn;
        }
        int list = list(order, type);
        int pfn = small.first(list);
        int[] section = map.section(pfn);
        int at = PageMap.record(pfn);
        PageMap.unmarkFree(section, at);
        small.removeFirst(list, section, at);
        if (small.isEmpty(list)) {
            markEmpty(order, type);
        }
        nrFree[order]--;
        return pfn;
    }

    /** Take a block to the end of another type's list of the same order ({@code move_to_free_list}). */
    public void moveToLast(int order, int fromType, int toType, int pfn) {
        if (order < PAGEBLOCK_ORDER) {
            unlinkSmall(order, fromType, pfn, map.section(pfn), PageMap.record(pfn));
            small.addLast(list(order, toType), pfn);
        } else {
            unlinkLarge(order, fromType, pfn);
            addLarge(order, toType, pfn, true);
        }
        markPopulated(order, toType);
    }

    private void unlinkSmall(int order, int type, int pfn, int[] section, int at) {
        int list = list(order, type);
        if (!small.removeChecked(list, pfn, section, at)) {
            throw notOnList(order, type, pfn);
        }
        if (small.isEmpty(list)) {
            markEmpty(order, type);
        }
    }

    private void unlinkLarge(int order, int type, int pfn) {
        removeLarge(order, type, pfn);
        blockPages[type] -= 1 << order;
        if (firsts[list(order, type)] < 0) {
            markEmpty(order, type);
        }
    }

    private static KernelBug notOnList(int order, int type, int pfn) {
        return new KernelBug("free block %#x of order %d is not on the %s list that it is to be taken off", pfn, order,
            MigrateType.migratetypeName(type));
    }

    private void addLarge(int order, int type, int pfn, boolean atEnd) {
        map.changes++;
        int list = list(order, type);
        int block = pfn >>> PAGEBLOCK_ORDER;
        int before = atEnd ? lasts[list] : NO_PFN;
        int after = atEnd ? NO_PFN : firsts[list];
        blockPages[type] += 1 << order;
        map.blockOrders[block] = (byte) order;
        map.blockPrev[block] = before;
        map.blockNext[block] = after;
        if (before >= 0) {
            map.blockNext[before >>> PAGEBLOCK_ORDER] = pfn;
        } else {
            firsts[list] = pfn;
        }
        if (after >= 0) {
            map.blockPrev[after >>> PAGEBLOCK_ORDER] = pfn;
        } else {
            lasts[list] = pfn;
        }
    }

    private void removeLarge(int order, int type, int pfn) {
        map.changes++;
        int list = list(order, type);
        int before = map.blockPrev[pfn >>> PAGEBLOCK_ORDER];
        int after = map.blockNext[pfn >>> PAGEBLOCK_ORDER];
        if (before < 0 && firsts[list] != pfn || after < 0 && lasts[list] != pfn) {
            throw notOnList(order, type, pfn);
        }
        if (before >= 0) {
            map.blockNext[before >>> PAGEBLOCK_ORDER] = after;
        } else {
            firsts[list] = after;
        }
        if (after >= 0) {
            map.blockPrev[after >>> PAGEBLOCK_ORDER] = before;
        } else {
            lasts[list] = before;
        }
    }
}
