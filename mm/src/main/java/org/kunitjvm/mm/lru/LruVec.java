package org.kunitjvm.mm.lru;

import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageLists;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.Zone;

/**
 * The LRU lists of one node and their counters. Everything here is under {@link #lock}. Models include/linux/mmzone.h:
 * struct lruvec.
 */
public final class LruVec {
    private final PageMap map;
    private final NodeCounters counters;
    private final PageLists lists;
    /** Protects the lists; interrupts are off while it is held ({@code lru_lock}). */
    final QuickLock lock;

    LruVec(PageMap map, NodeCounters counters, QuickLock lock) {
        this.map = map;
        this.counters = counters;
        this.lock = lock;
        this.lists = new PageLists(map, LruList.values().length);
    }

    /** Put a folio in front of the list that its flags say. Models include/linux/mm_inline.h: lruvec_add_folio. */
    void addFolio(Zone zone, int cpu, int pfn) {
        LruList list = LruList.of(map.flags(pfn));
        updateSize(zone, cpu, list, 1 << map.compoundOrder(pfn));
        if (list != LruList.LRU_UNEVICTABLE) {
            lists.addFirst(list.ordinal(), pfn);
        }
    }

    /**
     * As {@link #addFolio}, but at the end, where reclaim begins. Models include/linux/mm_inline.h:
     * lruvec_add_folio_tail.
     */
    void addFolioTail(Zone zone, int cpu, int pfn) {
        LruList list = LruList.of(map.flags(pfn));
        updateSize(zone, cpu, list, 1 << map.compoundOrder(pfn));
        lists.addLast(list.ordinal(), pfn);
    }

    /** Take a folio off the list that its flags say. Models include/linux/mm_inline.h: lruvec_del_folio. */
    void delFolio(Zone zone, int cpu, int pfn) {
        LruList list = LruList.of(map.flags(pfn));
        if (list != LruList.LRU_UNEVICTABLE) {
            lists.remove(list.ordinal(), pfn);
        }
        updateSize(zone, cpu, list, -(1 << map.compoundOrder(pfn)));
    }

    private void updateSize(Zone zone, int cpu, LruList list, int nrPages) {
        counters.mod(list.nodeStat(), nrPages);
        zone.counters.mod(cpu, list.zoneStat(), nrPages);
    }

    /** Pages on a list, as its counter says ({@code lruvec_page_state}). */
    public long size(LruList list) {
        return counters.read(list.nodeStat());
    }

    /** The folio at the end of a list, -1 if the list is empty. */
    int last(LruList list) {
        return lists.last(list.ordinal());
    }

    /** The folios of a list, the one that reclaim would take last first. Of unevictable folios there is no list. */
    public int[] folios(LruList list) {
        int[] pfns = new int[lists.length(list.ordinal())];
        int at = 0;
        for (int pfn = lists.first(list.ordinal()); pfn >= 0; pfn = lists.next(pfn)) {
            pfns[at++] = pfn;
        }
        return pfns;
    }
}
