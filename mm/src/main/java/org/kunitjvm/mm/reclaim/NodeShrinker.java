package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.mm.alloc.BulkAllocator;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.Watermarks;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.lru.LruList;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * Takes pages from the ends of a node's LRU lists and drops those that can be dropped. Models mm/vmscan.c: shrink_node.
 *
 * <p>Differs from Linux: without swap only the lists of files are looked at, one list is not scanned in proportion to
 * the other, and what cannot be dropped goes back to the front of its list by way of the batches.
 */
final class NodeShrinker {
    private static final int GB_PAGES_SHIFT = 30 - PAGE_SHIFT;

    private final Scheduler sched;
    private final PageMap map;
    private final VmEvents events;
    private final Lru lru;
    private final BulkAllocator bulk;
    private final PagePopulation population;
    private final Compaction compaction;

    NodeShrinker(PageAllocator allocator, Lru lru, PagePopulation population, Compaction compaction) {
        this.sched = allocator.context().kernel().sched();
        this.map = allocator.context().map();
        this.events = allocator.context().events();
        this.lru = lru;
        this.bulk = new BulkAllocator(allocator);
        this.population = population;
        this.compaction = compaction;
    }

    /** Reclaim from a node as {@code sc} says, and add what was done to it. */
    void shrinkNode(NodeData node, ScanControl sc) {
        int before;
        do {
            before = sc.nrReclaimed;
            shrinkLists(node, sc);
            if (sc.nrReclaimed > before) {
                node.kswapdFailures = 0;
            }
        } while (shouldContinue(node, sc, sc.nrReclaimed - before));
    }

    // ---------------------------------------------------------------- how much

    /** Models mm/vmscan.c: shrink_lruvec. */
    private void shrinkLists(NodeData node, ScanControl sc) {
        int inactive = (int) (size(node, LruList.LRU_INACTIVE_FILE, sc.highestIndex) >> sc.priority);
        int active = (int) (size(node, LruList.LRU_ACTIVE_FILE, sc.highestIndex) >> sc.priority);
        int reclaimed = sc.nrReclaimed;
        while ((inactive > 0 || active > 0) && sc.nrReclaimed - reclaimed < sc.nrToReclaim) {
            int now = Math.min(inactive, ScanControl.SWAP_CLUSTER_MAX);
            inactive -= now;
            shrinkInactive(node, now, sc);
            now = Math.min(active, ScanControl.SWAP_CLUSTER_MAX);
            active -= now;
            if (isInactiveLow(node, sc.highestIndex)) {
                shrinkActive(node, now, sc);
            }
            sched.condResched();
        }
        if (isInactiveLow(node, sc.highestIndex)) {
            shrinkActive(node, ScanControl.SWAP_CLUSTER_MAX, sc);
        }
    }

    /** Pages of the zones that matter on a list, with what the CPUs have not folded yet ({@code lruvec_lru_size}). */
    static long size(NodeData node, LruList list, int highestIndex) {
        long pages = 0;
        for (int index = 0; index <= highestIndex; index++) {
            pages += node.zone(index).counters.snapshot(list.zoneStat());
        }
        return pages;
    }

    /**
     * Whether the inactive list is too short for the pages on it to show whether they are used. Models mm/vmscan.c:
     * inactive_is_low.
     */
    static boolean isInactiveLow(NodeData node, int highestIndex) {
        long inactive = size(node, LruList.LRU_INACTIVE_FILE, highestIndex);
        long active = size(node, LruList.LRU_ACTIVE_FILE, highestIndex);
        long gb = inactive + active >> GB_PAGES_SHIFT;
        long ratio = gb == 0 ? 1 : (long) Math.sqrt(10 * gb);
        return inactive * ratio < active;
    }

    /** Whether compaction needs more free pages than there are. Models mm/vmscan.c: should_continue_reclaim. */
    private boolean shouldContinue(NodeData node, ScanControl sc, int reclaimed) {
        boolean forCompaction = compaction.isEnabled() && sc.order > 0
            && (sc.order > PAGE_ALLOC_COSTLY_ORDER || sc.priority < ScanControl.DEF_PRIORITY - 2);
        if (!forCompaction || reclaimed == 0) {
            return false;
        }
        for (int index = 0; index <= sc.highestIndex; index++) {
            Zone zone = node.zone(index);
            if (zone.isManaged() && (Watermarks.ok(zone, sc.order, zone.mark(WMARK_MIN), sc.highestIndex, 0)
                || compaction.isSuitable(zone, sc.order, sc.highestIndex))) {
                return false;
            }
        }
        return size(node, LruList.LRU_INACTIVE_FILE, sc.highestIndex) > Compaction.gap(sc.order);
    }

    // ---------------------------------------------------------------- lists

    /** Models mm/vmscan.c: shrink_inactive_list. */
    private void shrinkInactive(NodeData node, int nrToScan, ScanControl sc) {
        if (nrToScan == 0) {
            return;
        }
        lru.drain().drain();
        int taken = lru.isolateTail(node.nid, LruList.LRU_INACTIVE_FILE, sc.highestIndex, nrToScan, sc.pages);
        sc.nrScanned += taken;
        events.add(sc.kswapd ? VmEvent.PGSCAN_KSWAPD : VmEvent.PGSCAN_DIRECT, taken);
        events.add(VmEvent.PGSCAN_FILE, taken);
        int freed = 0;
        for (int i = 0; i < taken; i++) {
            if (population.isReclaimable(sc.pages[i])) {
                population.drop(sc.pages[i]);
                sc.dead[freed++] = sc.pages[i];
            } else {
                lru.putback(sc.pages[i]);
            }
        }
        bulk.freeUnrefFolios(sc.dead, null, freed);
        sc.nrReclaimed += freed;
        events.add(sc.kswapd ? VmEvent.PGSTEAL_KSWAPD : VmEvent.PGSTEAL_DIRECT, freed);
        events.add(VmEvent.PGSTEAL_FILE, freed);
    }

    /** Models mm/vmscan.c: shrink_active_list. */
    private void shrinkActive(NodeData node, int nrToScan, ScanControl sc) {
        if (nrToScan == 0) {
            return;
        }
        lru.drain().drain();
        int taken = lru.isolateTail(node.nid, LruList.LRU_ACTIVE_FILE, sc.highestIndex, nrToScan, sc.pages);
        events.add(VmEvent.PGREFILL, taken);
        for (int i = 0; i < taken; i++) {
            map.clearFlags(sc.pages[i], PG_ACTIVE);
            lru.putback(sc.pages[i]);
        }
        events.add(VmEvent.PGDEACTIVATE, taken);
        lru.drain().drain();
    }
}
