package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.page.FreeLists;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Takes blocks from the free lists of a zone and gives them back. The caller holds {@code zone->lock} for every method.
 *
 * <p>The number of separate updates of NR_FREE_PAGES per operation is part of the behaviour, because a difference is
 * folded when a single update exceeds the threshold: see {@link #account}.
 */
public final class Buddy {
    /** No special treatment of a freed block. */
    static final int FPI_NONE = 0;
    /** The page reporting need not know. */
    static final int FPI_SKIP_REPORT_NOTIFY = 1;
    /** Put the block at the end of its list. */
    static final int FPI_TO_TAIL = 2;

    /** Take from the lists of the wanted type first. */
    static final int RMQUEUE_NORMAL = 0;
    /** Start with the CMA lists. */
    static final int RMQUEUE_CMA = 1;
    /** Start with claiming a pageblock of another type. */
    static final int RMQUEUE_CLAIM = 2;
    /** Only steal single blocks of another type. */
    static final int RMQUEUE_STEAL = 3;

    private static final int NR_FREE_PAGES = ZoneStat.NR_FREE_PAGES.ordinal();
    private static final int NR_FREE_CMA = ZoneStat.NR_FREE_CMA.ordinal();

    private final AllocContext context;
    private final PageMap map;
    private final Fallback fallback;
    /** Orders below this are kept as guards when a block is cut; 0 unless somebody debugs. */
    private final int guardOrders;
    private int mode;
    private @Nullable CompactionCapture capture;

    Buddy(AllocContext context) {
        this.context = context;
        this.map = context.map;
        this.fallback = new Fallback(context, this);
        this.guardOrders = GuardPages.orders(context.kernel);
    }

    /** Let the running direct compaction catch a block that fits. */
    void setCapture(@Nullable CompactionCapture newCapture) {
        capture = newCapture;
    }

    /** What compaction for the running task catches, or {@code null}. */
    @Nullable CompactionCapture capture() {
        return capture;
    }

    /** Start a new attempt: what was learnt about the lists in earlier ones is forgotten. */
    void resetMode() {
        mode = RMQUEUE_NORMAL;
    }

    // ---------------------------------------------------------------- taking

    /**
     * Take a block of {@code order} for a request of {@code type}. How far the search got is remembered until
     * {@link #resetMode}, so that the rest of a refill does not search again. Models mm/page_alloc.c: __rmqueue.
     *
     * @return its first page, or -1
     */
    int rmqueue(Zone zone, int order, int type, int allocFlags) {
        boolean mayUseCma = context.hasCma && (allocFlags & ALLOC_CMA) != 0;
        if (mayUseCma && isMoreThanHalfCma(zone)) {
            int pfn = rmqueueSmallest(zone, order, MIGRATE_CMA);
            if (pfn >= 0) {
                return pfn;
            }
        }
        if (mode == RMQUEUE_NORMAL) {
            int pfn = rmqueueSmallest(zone, order, type);
            if (pfn >= 0) {
                return pfn;
            }
        }
        return rmqueueElsewhere(zone, order, type, allocFlags, mayUseCma);
    }

    private int rmqueueElsewhere(Zone zone, int order, int type, int allocFlags, boolean mayUseCma) {
        if (FreeType.isUnmapped(type)) {
            // Nothing falls back across the border of the direct map: whole blocks change sides instead.
            return NO_PFN;
        }
        if (mode <= RMQUEUE_CMA && mayUseCma) {
            int pfn = rmqueueSmallest(zone, order, MIGRATE_CMA);
            if (pfn >= 0) {
                mode = RMQUEUE_CMA;
                return pfn;
            }
        }
        if (context.fallbackVariant() == FallbackVariant.F0) {
            return fallback.claimOrStealFromLargest(zone, order, type, allocFlags);
        }
        if (mode <= RMQUEUE_CLAIM) {
            int pfn = fallback.claim(zone, order, type, allocFlags);
            if (pfn >= 0) {
                mode = RMQUEUE_NORMAL;
                return pfn;
            }
        }
        if ((allocFlags & ALLOC_NOFRAGMENT) == 0) {
            int pfn = fallback.steal(zone, order, type);
            if (pfn >= 0) {
                mode = RMQUEUE_STEAL;
                return pfn;
            }
        }
        return NO_PFN;
    }

    private static boolean isMoreThanHalfCma(Zone zone) {
        return zone.counters.read(NR_FREE_CMA) > zone.counters.read(NR_FREE_PAGES) / 2;
    }

    /**
     * Take the head of the lowest list of {@code type} that has a large enough block, and cut it to size.
     * Models mm/page_alloc.c: __rmqueue_smallest.
     *
     * @return its first page, or -1
     */
    int rmqueueSmallest(Zone zone, int order, int type) {
        FreeLists free = zone.free;
        int orders = free.orderMask(type) >>> order;
        if (orders == 0) {
            return NO_PFN;
        }
        int found = order + Integer.numberOfTrailingZeros(orders);
        int pfn = free.removeFirst(found, type);
        expandTaken(zone, pfn, order, found, type);
        if (context.explainer != null) {
            context.explainer.note("free list of %s order %d: took its head %d", MigrateType.migratetypeName(type),
                found, pfn);
        }
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.pageAllocZoneLocked(pfn, order, FreeType.migratetypeOf(type),
                PerCpuPages.isAllowedOrder(order) && PerCpuPages.hasLists(type));
        }
        return pfn;
    }

    /** Take a block off its list, keep {@code 2^order} pages and free the rest: one update of the counter. */
    void takeAndExpand(Zone zone, int pfn, int order, int found, int type) {
        zone.free.remove(found, type, pfn);
        expandTaken(zone, pfn, order, found, type);
    }

    private void expandTaken(Zone zone, int pfn, int order, int found, int type) {
        if (found >= PAGEBLOCK_ORDER) {
            map.touch(pfn);
        }
        int guards = expand(zone, pfn, order, found, type);
        account(zone, -(1 << order) - guards, type);
    }

    /**
     * Put the upper halves of a block on the lists, largest first, each at the head, until {@code order} is left.
     * Models mm/page_alloc.c: expand.
     *
     * @return how many pages of them became guards, which are on no list
     */
    int expand(Zone zone, int pfn, int order, int found, int type) {
        FreeLists free = zone.free;
        int smallest = Math.max(order, guardOrders);
        for (int high = found - 1; high >= smallest; high--) {
            free.addFirst(high, type, pfn + (1 << high));
        }
        return guardOrders > order ? guardRest(zone, pfn, order, Math.min(found, guardOrders)) : 0;
    }

    private int guardRest(Zone zone, int pfn, int order, int endOrder) {
        int guards = 0;
        for (int high = endOrder - 1; high >= order; high--) {
            map.markGuard(pfn + (1 << high), high);
            guards += 1 << high;
        }
        zone.guardPages += guards;
        return guards;
    }

    /**
     * One update of the free page counters for pages on lists of {@code type}. Models mm/page_alloc.c:
     * account_freepages.
     */
    void account(Zone zone, int nrPages, int type) {
        if (type == MIGRATE_ISOLATE) {
            return;
        }
        zone.counters.mod(context.cpu(), NR_FREE_PAGES, nrPages);
        if (type == MIGRATE_CMA) {
            zone.counters.mod(context.cpu(), NR_FREE_CMA, nrPages);
        } else if (type == MIGRATE_HIGHATOMIC) {
            zone.setNrFreeHighatomic(zone.nrFreeHighatomic() + nrPages);
        }
    }

    // ---------------------------------------------------------------- giving back

    /**
     * Free a block and merge it with its buddies. Models mm/page_alloc.c: __free_one_page.
     *
     * @param type the type of its pageblock
     * @param fpiFlags {@code FPI_*}
     */
    void freeOneBlockLocked(Zone zone, int startPfn, int startOrder, int type, int fpiFlags) {
        account(zone, 1 << startOrder, type);
        int pfn = startPfn;
        int order = startOrder;
        FreeLists free = zone.free;
        // A buddy below pageblock order lies in the same pageblock, hence in the same zone and on a list of the same
        // type.
        while (order < PAGEBLOCK_ORDER) {
            if (capture != null && isCaptured(zone, pfn, order, type)) {
                return;
            }
            int buddy = pfn ^ 1 << order;
            if (map.isSmallFreeBlock(buddy, order)) {
                free.remove(order, type, buddy);
            } else if (isGuard(buddy, order)) {
                map.unmarkGuard(buddy);
                zone.guardPages -= 1 << order;
                account(zone, 1 << order, type);
            } else {
                place(zone, pfn, order, type, fpiFlags);
                return;
            }
            pfn &= buddy;
            order++;
        }
        while (order < MAX_PAGE_ORDER) {
            if (capture != null && isCaptured(zone, pfn, order, type)) {
                return;
            }
            if (!mergesWithBuddy(zone, pfn, order, type)) {
                break;
            }
            pfn &= ~(1 << order);
            order++;
        }
        place(zone, pfn, order, type, fpiFlags);
    }

    private boolean isGuard(int pfn, int order) {
        return order < guardOrders && map.isGuard(pfn, order);
    }

    /** Merge with a buddy of pageblock order, whose pageblock may have another type; takes the buddy off its list. */
    private boolean mergesWithBuddy(Zone zone, int pfn, int order, int type) {
        int buddy = pfn ^ 1 << order;
        if (!map.isFreeBlock(buddy, order) || !map.sameZone(pfn, buddy)) {
            return false;
        }
        int buddyType = map.blockType(buddy);
        if (buddyType != type) {
            if (!MigrateType.isMergeable(type) || !MigrateType.isMergeable(buddyType)) {
                return false;
            }
            context.setBlockTypes(buddy, order, type);
        }
        zone.free.remove(order, buddyType, buddy);
        return true;
    }

    private boolean isCaptured(Zone zone, int pfn, int order, int type) {
        CompactionCapture control = capture;
        if (control == null || !control.accepts(context.sched.current(), zone, order, type)) {
            return false;
        }
        account(zone, -(1 << order), type);
        control.take(pfn);
        return true;
    }

    private void place(Zone zone, int pfn, int order, int type, int fpiFlags) {
        if ((fpiFlags & FPI_TO_TAIL) != 0 || isMergeLikely(pfn, order)) {
            zone.free.addLast(order, type, pfn);
        } else {
            zone.free.addFirst(order, type, pfn);
        }
    }

    /**
     * Whether the next larger block would merge at once if this block's buddy came back: then the block should be used
     * last. Models mm/page_alloc.c: buddy_merge_likely.
     */
    private boolean isMergeLikely(int pfn, int order) {
        if (order >= MAX_PAGE_ORDER - 1) {
            return false;
        }
        int combined = pfn & ~(1 << order);
        int buddy = combined ^ 1 << order + 1;
        return order + 1 < PAGEBLOCK_ORDER ? map.isSmallFreeBlock(buddy, order + 1) || isGuard(buddy, order + 1)
            : map.isFreeBlock(buddy, order + 1) && map.sameZone(pfn, buddy);
    }

    /**
     * Free a block that may be larger than a pageblock: each pageblock goes to the lists of its own type.
     * Models mm/page_alloc.c: split_large_buddy.
     */
    void freeLarge(Zone zone, int startPfn, int order, int fpiFlags) {
        int step = Math.min(order, PAGEBLOCK_ORDER);
        int endPfn = startPfn + (1 << order);
        for (int pfn = startPfn; pfn < endPfn; pfn += 1 << step) {
            freeOneBlockLocked(zone, pfn, step, map.blockType(pfn), fpiFlags);
        }
    }

    // ---------------------------------------------------------------- moving between types

    /**
     * Move every free block inside the pageblock of {@code pfn} to the end of another type's lists, in ascending order,
     * and set the pageblock's type. Models mm/page_alloc.c: move_freepages_block.
     *
     * @return pages moved, or -1 if the pageblock is not wholly inside the zone
     */
    int moveFreepagesBlock(Zone zone, int pfn, int oldType, int newType) {
        int startPfn = Pfns.alignDown(pfn, 1 << PAGEBLOCK_ORDER);
        if (!zone.spans(startPfn) || !zone.spans(startPfn + (1 << PAGEBLOCK_ORDER) - 1)) {
            return -1;
        }
        int moved = moveFreeBlocks(zone, startPfn, oldType, newType);
        context.setBlockType(startPfn, newType);
        return moved;
    }

    /**
     * Move the free blocks of one pageblock; two counter updates for each. Models mm/page_alloc.c:
     * __move_freepages_block.
     */
    int moveFreeBlocks(Zone zone, int startPfn, int oldType, int newType) {
        int moved = 0;
        int pfn = startPfn;
        while (pfn < startPfn + (1 << PAGEBLOCK_ORDER)) {
            int order = map.freeBlockOrder(pfn);
            if (order < 0) {
                pfn++;
                continue;
            }
            zone.free.moveToLast(order, oldType, newType, pfn);
            account(zone, -(1 << order), oldType);
            account(zone, 1 << order, newType);
            moved += 1 << order;
            pfn += 1 << order;
        }
        return moved;
    }
}
