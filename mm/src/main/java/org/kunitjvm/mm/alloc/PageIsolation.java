package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.page.PageFlags.MODEL_MOVABLE_OPS;
import static org.kunitjvm.mm.page.PageFlags.MODEL_OFFLINE;
import static org.kunitjvm.mm.page.PageFlags.PG_HWPOISON;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_RESERVED;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;

/**
 * Takes pageblocks out of use without taking their free pages off the lists: the lists of type Isolate are never
 * allocated from, and pages that are freed in such a pageblock go there. Models mm/page_isolation.c.
 *
 * <p>Ranges are half-open and rounded out to pageblocks.
 */
public final class PageIsolation {
    /** The range is going to be offlined: broken pages and offline ones do not matter. */
    public static final int MEMORY_OFFLINE = 1;
    /** Say which page cannot be moved. */
    public static final int REPORT_FAILURE = 2;

    private final AllocContext context;
    private final PageMap map;
    private final Buddy buddy;

    /** Works on the free lists of {@code allocator}. */
    public PageIsolation(PageAllocator allocator) {
        this.context = allocator.context();
        this.map = context.map;
        this.buddy = allocator.buddy();
    }

    // ---------------------------------------------------------------- ranges

    /**
     * Isolate all pageblocks of a range: the first, then the last, then those between, ascending. On failure all are as
     * before, except for the order of their free lists. Models mm/page_isolation.c: start_isolate_page_range.
     *
     * @param type migrate type to go back to if it fails
     * @throws ErrnoException {@code EBUSY} if a pageblock is isolated already or has a page that cannot be moved
     */
    public void startIsolatePageRange(int startPfn, int endPfn, int type, int flags) throws ErrnoException {
        int first = Pfns.alignDown(startPfn, PAGEBLOCK_NR_PAGES);
        int end = Pfns.alignUp(endPfn, PAGEBLOCK_NR_PAGES);
        boolean single = first == end - PAGEBLOCK_NR_PAGES;
        isolateSinglePageblock(first, first, flags, false, type);
        try {
            isolateSinglePageblock(end, end - PAGEBLOCK_NR_PAGES, flags, single, type);
        } catch (ErrnoException e) {
            unsetMigratetypeIsolate(first, type);
            throw e;
        }
        for (int pfn = first + PAGEBLOCK_NR_PAGES; pfn < end - PAGEBLOCK_NR_PAGES; pfn += PAGEBLOCK_NR_PAGES) {
            if (map.isValid(pfn) && !setMigratetypeIsolate(pfn, type, flags)) {
                undoIsolatePageRange(first, pfn, type);
                unsetMigratetypeIsolate(end - PAGEBLOCK_NR_PAGES, type);
                throw busy(pfn);
            }
        }
    }

    private static ErrnoException busy(int pfn) {
        return new ErrnoException(Errno.EBUSY, "pageblock " + pfn + " cannot be isolated");
    }

    /** Give all isolated pageblocks of a range back, ascending. Models mm/page_isolation.c: undo_isolate_page_range. */
    public void undoIsolatePageRange(int startPfn, int endPfn, int type) {
        int end = Pfns.alignUp(endPfn, PAGEBLOCK_NR_PAGES);
        for (int pfn = Pfns.alignDown(startPfn, PAGEBLOCK_NR_PAGES); pfn < end; pfn += PAGEBLOCK_NR_PAGES) {
            if (map.isValid(pfn) && map.blockType(pfn) == MIGRATE_ISOLATE) {
                unsetMigratetypeIsolate(pfn, type);
            }
        }
    }

    /**
     * Whether every page of a range is free and isolated. Models mm/page_isolation.c: test_pages_isolated.
     *
     * @return the first frame that is not, or at least {@code endPfn}
     */
    public int testPagesIsolated(int startPfn, int endPfn, int flags) {
        int pfn = firstNotIsolated(startPfn, endPfn);
        if (pfn >= endPfn) {
            pfn = firstInUse(startPfn, endPfn, flags);
        }
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.testPagesIsolated(startPfn, endPfn, pfn);
        }
        return pfn;
    }

    private int firstNotIsolated(int startPfn, int endPfn) {
        int pfn = startPfn;
        while (pfn < endPfn && (!map.isValid(pfn) || map.blockType(pfn) == MIGRATE_ISOLATE)) {
            pfn += PAGEBLOCK_NR_PAGES;
        }
        return pfn;
    }

    private int firstInUse(int startPfn, int endPfn, int flags) {
        boolean offline = (flags & MEMORY_OFFLINE) != 0;
        int pfn = startPfn;
        while (pfn < endPfn) {
            int order = map.freeBlockOrder(pfn);
            if (order >= 0) {
                pfn += 1 << order;
            } else if (offline && (map.hasFlag(pfn, PG_HWPOISON)
                || map.hasFlag(pfn, MODEL_OFFLINE) && map.refcount(pfn) == 0)) {
                pfn++;
            } else {
                return pfn;
            }
        }
        return pfn;
    }

    /** Isolate a pageblock at the border of a range, unless a compound page reaches across the border. */
    private void isolateSinglePageblock(int boundaryPfn, int blockPfn, int flags, boolean isIsolatedAlready, int type)
            throws ErrnoException {
        if (!isIsolatedAlready && !setMigratetypeIsolate(blockPfn, type, flags)) {
            throw busy(blockPfn);
        }
        boolean isLast = blockPfn < boundaryPfn;
        if (!isOnline(isLast ? boundaryPfn : boundaryPfn - 1)) {
            return;
        }
        Zone zone = context.zones.zoneOf(blockPfn);
        int pfn = Math.max(Pfns.alignDown(blockPfn, MAX_ORDER_NR_PAGES), zone.startPfn);
        while (pfn < boundaryPfn) {
            int order = map.freeBlockOrder(pfn);
            if (order >= 0) {
                pfn += 1 << order;
            } else if (map.isHead(pfn) || map.isTail(pfn)) {
                int head = map.headOf(pfn);
                int endOfCompound = head + (1 << map.compoundOrder(head));
                if (endOfCompound > boundaryPfn) {
                    if (!isIsolatedAlready) {
                        unsetMigratetypeIsolate(blockPfn, type);
                    }
                    throw busy(blockPfn);
                }
                pfn = endOfCompound;
            } else {
                pfn++;
            }
        }
    }

    private boolean isOnline(int pfn) {
        return map.isValid(pfn) && !map.isBlockOffline(pfn);
    }

    // ---------------------------------------------------------------- pageblocks

    /** Models mm/page_isolation.c: set_migratetype_isolate; returns whether it worked. */
    private boolean setMigratetypeIsolate(int pfn, int type, int flags) {
        Zone zone = context.zones.zoneOf(pfn);
        zone.lock.lockIrqsave();
        int unmovable = NO_PFN;
        boolean isolated = false;
        if (map.blockType(pfn) != MIGRATE_ISOLATE) {
            unmovable = findUnmovable(zone, pfn, type, flags);
            isolated = unmovable < 0 && moveIsolating(zone, pfn, MIGRATE_ISOLATE);
            zone.nrIsolatePageblock += isolated ? 1 : 0;
        }
        zone.lock.unlockIrqrestore();
        if (unmovable >= 0 && (flags & REPORT_FAILURE) != 0) {
            new BadPages(context).dump(context.kernel.log(), unmovable, "unmovable page");
        }
        return isolated;
    }

    /**
     * The first page of a pageblock that cannot be moved away, or -1. Models mm/page_isolation.c: has_unmovable_pages.
     */
    private int findUnmovable(Zone zone, int startPfn, int type, int flags) {
        if (map.blockType(startPfn) == MIGRATE_CMA) {
            return type == MIGRATE_CMA ? NO_PFN : startPfn;
        }
        if (FreeType.isUnmapped(map.blockType(startPfn))) {
            // Nobody would put it back into the direct map.
            return startPfn;
        }
        int pfn = Math.max(startPfn, zone.startPfn);
        int end = Math.min(startPfn + PAGEBLOCK_NR_PAGES, zone.endPfn());
        while (pfn < end) {
            if (map.hasFlag(pfn, PG_RESERVED)) {
                return pfn;
            }
            if (zone.index == ZONE_MOVABLE) {
                pfn++;
                continue;
            }
            int skip = movablePagesAt(pfn, flags);
            if (skip == 0) {
                return pfn;
            }
            pfn += skip;
        }
        return NO_PFN;
    }

    /** How many pages from {@code pfn} on can be moved or are free; 0 if this one cannot. */
    private int movablePagesAt(int pfn, int flags) {
        if (map.isHead(pfn) || map.isTail(pfn)) {
            int head = map.headOf(pfn);
            return map.hasFlag(head, PG_LRU | MODEL_MOVABLE_OPS) ? head + (1 << map.compoundOrder(head)) - pfn : 0;
        }
        if (map.refcount(pfn) == 0) {
            int order = map.freeBlockOrder(pfn);
            return order >= 0 ? 1 << order : 1;
        }
        boolean offline = (flags & MEMORY_OFFLINE) != 0;
        return offline && map.hasFlag(pfn, PG_HWPOISON | MODEL_OFFLINE) || map.hasFlag(pfn, PG_LRU | MODEL_MOVABLE_OPS)
            ? 1 : 0;
    }

    /** Models mm/page_isolation.c: unset_migratetype_isolate. */
    private void unsetMigratetypeIsolate(int pfn, int type) {
        Zone zone = context.zones.zoneOf(pfn);
        zone.lock.lockIrqsave();
        if (map.blockType(pfn) == MIGRATE_ISOLATE) {
            unsetLocked(zone, pfn, type);
            zone.nrIsolatePageblock--;
        }
        zone.lock.unlockIrqrestore();
    }

    private void unsetLocked(Zone zone, int pfn, int type) {
        int order = map.freeBlockOrder(pfn);
        if (order >= PAGEBLOCK_ORDER && order < MAX_PAGE_ORDER && mayMergeOutside(pfn, order)
            && isolateFreePage(zone, pfn, order)) {
            // Free pages never merge into an isolated pageblock, so the block has to be freed again to merge now.
            context.setBlockType(pfn, type);
            putbackIsolatedPage(zone, pfn, order, type);
            return;
        }
        context.kernel.warnings().warnOnOnce(!moveIsolating(zone, pfn, type));
    }

    private boolean mayMergeOutside(int pfn, int order) {
        int other = pfn ^ 1 << order;
        return map.isFreeBlock(other, order) && map.sameZone(pfn, other) && map.blockType(other) != MIGRATE_ISOLATE;
    }

    /**
     * Change the type of a pageblock whose free pages may belong to a larger block: that block is taken apart first.
     * Models mm/page_alloc.c: move_freepages_block_isolate.
     */
    boolean moveIsolating(Zone zone, int pfn, int newType) {
        int startPfn = Pfns.alignDown(pfn, PAGEBLOCK_NR_PAGES);
        if (!zone.spans(startPfn) || !zone.spans(startPfn + PAGEBLOCK_NR_PAGES - 1)) {
            return false;
        }
        int large = findLargeBuddy(startPfn);
        int order = map.freeBlockOrder(large);
        if (large != startPfn || order > PAGEBLOCK_ORDER) {
            int oldType = map.blockType(large);
            zone.free.remove(order, oldType, large);
            buddy.account(zone, -(1 << order), oldType);
            context.setBlockType(startPfn, newType);
            buddy.freeLarge(zone, large, order, Buddy.FPI_NONE);
            return true;
        }
        buddy.moveFreeBlocks(zone, startPfn, map.blockType(startPfn), newType);
        context.setBlockType(startPfn, newType);
        return true;
    }

    /**
     * First page of the free block that reaches over {@code startPfn}, or that frame. Models mm/page_alloc.c:
     * find_large_buddy.
     */
    int findLargeBuddy(int startPfn) {
        int pfn = startPfn;
        int order = 0;
        while (map.freeBlockOrder(pfn) < 0) {
            if (++order > MAX_PAGE_ORDER) {
                return startPfn;
            }
            pfn = Pfns.alignDown(pfn, 1 << order);
        }
        return pfn + (1 << map.freeBlockOrder(pfn)) > startPfn ? pfn : startPfn;
    }

    // ---------------------------------------------------------------- single free blocks

    /**
     * Take a whole free block off its list. Models mm/page_alloc.c: __isolate_free_page.
     *
     * @return whether it was taken; a block in use is refused when the zone would fall below its minimum
     */
    boolean isolateFreePage(Zone zone, int pfn, int order) {
        int type = map.blockType(pfn);
        if (type != MIGRATE_ISOLATE && !Watermarks.ok(zone, 0, zone.watermark(WMARK_MIN) + (1 << order), 0,
            ALLOC_CMA)) {
            return false;
        }
        zone.free.remove(order, type, pfn);
        buddy.account(zone, -(1 << order), type);
        map.touch(pfn);
        if (order >= PAGEBLOCK_ORDER - 1) {
            for (int block = pfn; block < pfn + (1 << order) - 1; block += PAGEBLOCK_NR_PAGES) {
                if (MigrateType.isMergeable(map.blockType(block))) {
                    context.setBlockType(block, MIGRATE_MOVABLE);
                }
            }
        }
        return true;
    }

    /** Undo {@link #isolateFreePage}. Models mm/page_alloc.c: __putback_isolated_page. */
    void putbackIsolatedPage(Zone zone, int pfn, int order, int type) {
        buddy.freeOneBlockLocked(zone, pfn, order, type, Buddy.FPI_SKIP_REPORT_NOTIFY | Buddy.FPI_TO_TAIL);
    }
}
