package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.mm.alloc.CompactResult;
import org.kunitjvm.mm.alloc.FreePageTaker;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * One run that makes the free memory of a zone contiguous. Two scanners walk towards each other:
 * <pre>
 *   start                                                   end
 *   | migrate scanner -->   used pages that can move             |
 *   |                              free pages   <-- free scanner |
 * </pre>
 * What the first finds is moved to what the second finds. When they meet the zone is done; the next run goes on where
 * this one stopped. Models mm/compaction.c: compact_zone. Differs from Linux: no skip bits, no search of the free lists
 * for shortcuts.
 */
final class ZoneCompactor {
    /** Instead of an order: go on until the scanners meet, whatever is free by then. */
    static final int WHOLE_ZONE = -1;

    private static final int COMPACT_CLUSTER_MAX = 32;

    private final PageAllocator allocator;
    private final Scheduler sched;
    private final PageMap map;
    private final VmEvents events;
    private final Lru lru;
    private final PagePopulation population;
    private final FreePageTaker taker;
    private final CompactionState state;
    private final Zone zone;
    private final boolean daemon;
    private final int[] sources = new int[COMPACT_CLUSTER_MAX];
    private final int[] targets = new int[COMPACT_CLUSTER_MAX + MAX_ORDER_NR_PAGES];
    private int nrTargets;
    private int nextTarget;
    private int migratePfn;
    private int freePfn;
    /** Where the free scanner is inside of its pageblock. */
    private int freeScanPfn;
    private int freeBlockEnd;

    /** A run; {@code daemon} says whether kcompactd does it. */
    ZoneCompactor(PageAllocator allocator, Lru lru, PagePopulation population, CompactionState state, boolean daemon) {
        this.allocator = allocator;
        this.sched = allocator.context().kernel().sched();
        this.map = allocator.context().map();
        this.events = allocator.context().events();
        this.lru = lru;
        this.population = population;
        this.taker = new FreePageTaker(allocator);
        this.state = state;
        this.zone = state.zone;
        this.daemon = daemon;
    }

    // ---------------------------------------------------------------- a run

    /**
     * Move pages until there is a free block.
     *
     * @param order wanted order, or {@link #WHOLE_ZONE}
     * @param type migrate type of the request: decides which free blocks count, and, without waiting, which pageblocks
     *     are emptied
     * @param async whether it must not wait
     * @param whole begin at the ends instead of where the last run stopped
     */
    CompactResult compact(int order, int type, boolean async, boolean whole) {
        if (whole || !state.hasPositions() || state.isRestarting(order)) {
            state.resetPositions();
        }
        migratePfn = state.migratePfn();
        freePfn = state.freePfn();
        boolean fromStart = migratePfn == zone.startPfn;
        if (!daemon) {
            allocator.compacts(zone);
        }
        lru.drain().drain();
        CompactResult result = finished(order, type, fromStart);
        while (result == CompactResult.CONTINUE) {
            int blockEnd = Math.min(Pfns.alignDown(migratePfn, PAGEBLOCK_NR_PAGES) + PAGEBLOCK_NR_PAGES, zone.endPfn());
            if (isSource(migratePfn, type, async)) {
                emptyBlock(blockEnd);
            }
            migratePfn = blockEnd;
            // What was freed must merge, and may be caught by the request, before anybody asks whether there is a
            // block.
            lru.drain().drain();
            allocator.drainLocalPages(zone);
            sched.condResched();
            result = finished(order, type, fromStart);
        }
        giveTargetsBack();
        if (migratePfn >= freePfn) {
            state.resetPositions();
        } else {
            state.stoppedAt(migratePfn, freePfn);
        }
        return result;
    }

    /** Models mm/compaction.c: __compact_finished. */
    private CompactResult finished(int order, int type, boolean fromStart) {
        if (!daemon && allocator.hasCaptured()) {
            return CompactResult.SUCCESS;
        }
        if (migratePfn >= freePfn) {
            return fromStart ? CompactResult.COMPLETE : CompactResult.PARTIAL_SKIPPED;
        }
        if (order == WHOLE_ZONE) {
            return CompactResult.CONTINUE;
        }
        for (int k = order; k < NR_PAGE_ORDERS; k++) {
            if (!zone.free.isEmpty(k, type) || type == MIGRATE_MOVABLE && !zone.free.isEmpty(k, MIGRATE_CMA)
                || mayClaim(k, type)) {
                return CompactResult.SUCCESS;
            }
        }
        return CompactResult.CONTINUE;
    }

    /** Whether a free block of another type would do: one that may be claimed with its pageblock, not only stolen. */
    private boolean mayClaim(int order, int type) {
        boolean claims = order >= PAGEBLOCK_ORDER / 2 || type == MIGRATE_RECLAIMABLE || type == MIGRATE_UNMOVABLE;
        return claims && (!zone.free.isEmpty(order, MIGRATE_MOVABLE) || !zone.free.isEmpty(order, MIGRATE_UNMOVABLE)
            || !zone.free.isEmpty(order, MIGRATE_RECLAIMABLE));
    }

    // ---------------------------------------------------------------- the migrate scanner

    /** Models mm/compaction.c: suitable_migration_source. */
    private boolean isSource(int pfn, int type, boolean async) {
        if (map.zoneId(pfn) != zone.id || map.isBlockOffline(pfn)) {
            return false;
        }
        int block = map.blockType(pfn);
        if (!async) {
            return true;
        }
        return type == MIGRATE_MOVABLE ? isMovable(block) : block == type;
    }

    private static boolean isMovable(int blockType) {
        return blockType == MIGRATE_MOVABLE || blockType == MIGRATE_CMA;
    }

    /** Move everything that can be moved from {@link #migratePfn} to the end of its pageblock. */
    private void emptyBlock(int blockEnd) {
        int pfn = migratePfn;
        while (pfn < blockEnd && pfn < freePfn) {
            int found = 0;
            int scanned = 0;
            while (pfn < blockEnd && found < COMPACT_CLUSTER_MAX) {
                int order = map.freeBlockOrder(pfn);
                scanned++;
                if (order >= 0) {
                    pfn += 1 << order;
                    continue;
                }
                if (map.hasFlag(pfn, PageFlags.PG_LRU) && population.isolate(pfn)) {
                    sources[found++] = pfn;
                }
                pfn++;
            }
            events.add(daemon ? VmEvent.COMPACT_DAEMON_MIGRATE_SCANNED : VmEvent.COMPACT_MIGRATE_SCANNED, scanned);
            events.add(VmEvent.COMPACT_ISOLATED, found);
            if (!migrate(found)) {
                return;
            }
        }
    }

    /** Move the isolated pages; false if there is nowhere to move them. */
    private boolean migrate(int found) {
        int moved = 0;
        while (moved < found) {
            int target = nextTarget();
            if (target < 0) {
                break;
            }
            int source = sources[moved++];
            taker.prepare(target);
            population.migrate(source, target);
            allocator.freePages(source, 0);
        }
        events.add(VmEvent.PGMIGRATE_SUCCESS, moved);
        events.add(VmEvent.PGMIGRATE_FAIL, found - moved);
        for (int i = moved; i < found; i++) {
            population.putback(sources[i]);
        }
        return moved == found;
    }

    // ---------------------------------------------------------------- the free scanner

    private int nextTarget() {
        while (nextTarget == nrTargets) {
            nextTarget = 0;
            nrTargets = 0;
            if (freeScanPfn >= freeBlockEnd && !nextFreeBlock()) {
                return -1;
            }
            takeMore();
        }
        return targets[nextTarget++];
    }

    /** Go on with the next lower pageblock that may be filled; false if the scanners met. */
    private boolean nextFreeBlock() {
        while (freePfn - PAGEBLOCK_NR_PAGES > migratePfn) {
            freePfn -= PAGEBLOCK_NR_PAGES;
            if (isTarget(freePfn)) {
                freeScanPfn = Math.max(freePfn, zone.startPfn);
                freeBlockEnd = Math.min(freePfn + PAGEBLOCK_NR_PAGES, zone.endPfn());
                return true;
            }
        }
        return false;
    }

    private void takeMore() {
        int from = freeScanPfn;
        nrTargets = taker.take(zone, from, freeBlockEnd, COMPACT_CLUSTER_MAX, targets);
        freeScanPfn = taker.nextPfn();
        events.add(daemon ? VmEvent.COMPACT_DAEMON_FREE_SCANNED : VmEvent.COMPACT_FREE_SCANNED, freeScanPfn - from);
    }

    /**
     * Models mm/compaction.c: suitable_migration_target. A large free block is what compaction wants to have, not to
     * break.
     */
    private boolean isTarget(int pfn) {
        return map.zoneId(pfn) == zone.id && !map.isBlockOffline(pfn) && isMovable(map.blockType(pfn))
            && map.freeBlockOrder(pfn) < PAGEBLOCK_ORDER;
    }

    private void giveTargetsBack() {
        while (nextTarget < nrTargets) {
            taker.giveBack(targets[nextTarget++]);
        }
        // The block may have free pages left: the next run looks at it again.
        if (freeScanPfn < freeBlockEnd) {
            freePfn += PAGEBLOCK_NR_PAGES;
        }
        allocator.drainLocalPages(zone);
    }
}
