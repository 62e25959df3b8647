package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;

import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;

/**
 * What happens when the lists of the wanted type are empty: claim a whole pageblock of another type, or steal a single
 * block. The caller holds {@code zone->lock}.
 */
final class Fallback {
    private static final int[][] TYPES = {
        {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE},
        {MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE},
        {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE}};
    /** A pageblock is claimed when at least half of it is free or of the wanted kind. */
    private static final int CLAIM_PAGES = PAGEBLOCK_NR_PAGES / 2;
    private static final int BOOST_DENOMINATOR = 10_000;

    private final AllocContext context;
    private final PageMap map;
    private final Buddy buddy;
    private int freePages;
    private int movablePages;

    Fallback(AllocContext context, Buddy buddy) {
        this.context = context;
        this.map = context.map;
        this.buddy = buddy;
    }

    /**
     * The first fallback type that has a block of exactly this order, or -1. Models mm/page_alloc.c:
     * find_suitable_fallback.
     */
    static int suitableType(Zone zone, int order, int startType) {
        for (int type : TYPES[startType]) {
            if (!zone.free.isEmpty(order, type)) {
                return type;
            }
        }
        return -1;
    }

    /**
     * Whether a block of this order is worth trying to claim its pageblock. Models mm/page_alloc.c:
     * should_try_claim_block.
     */
    boolean mayClaim(int order, int startType) {
        return order >= PAGEBLOCK_ORDER / 2 || startType == MIGRATE_RECLAIMABLE || startType == MIGRATE_UNMOVABLE
            || context.isMobilityDisabled();
    }

    /**
     * Convert a pageblock of another type, looking at large free blocks first. Models mm/page_alloc.c: __rmqueue_claim.
     *
     * @return a block of {@code order}, or -1
     */
    int claim(Zone zone, int order, int startType, int allocFlags) {
        int minOrder = order < PAGEBLOCK_ORDER && (allocFlags & ALLOC_NOFRAGMENT) != 0 ? PAGEBLOCK_ORDER : order;
        for (int found = MAX_PAGE_ORDER; found >= minOrder; found--) {
            int type = suitableType(zone, found, startType);
            if (type < 0) {
                continue;
            }
            if (!mayClaim(found, startType)) {
                return NO_PFN;
            }
            int pfn = tryClaim(zone, zone.free.first(found, type), found, order, startType, allocFlags);
            if (pfn >= 0) {
                traceExtfrag(pfn, order, found, startType, type);
                return pfn;
            }
        }
        return NO_PFN;
    }

    /**
     * Take the smallest block of another type; its pageblock keeps its type. Models mm/page_alloc.c: __rmqueue_steal.
     *
     * @return a block of {@code order}, or -1
     */
    int steal(Zone zone, int order, int startType) {
        for (int found = order; found <= MAX_PAGE_ORDER; found++) {
            int type = suitableType(zone, found, startType);
            if (type >= 0) {
                return stealFrom(zone, zone.free.first(found, type), found, order, startType, type);
            }
        }
        return NO_PFN;
    }

    private int stealFrom(Zone zone, int pfn, int found, int order, int startType, int type) {
        buddy.takeAndExpand(zone, pfn, order, found, type);
        note("steal of %d order %d from %s: block keeps its type", pfn, found, type);
        traceExtfrag(pfn, order, found, startType, type);
        return pfn;
    }

    /**
     * The fallback of early 6.12 releases: whatever the largest block is, claim its pageblock or cut from it.
     * Models mm/page_alloc.c: __rmqueue_fallback.
     */
    int claimOrStealFromLargest(Zone zone, int order, int startType, int allocFlags) {
        int minOrder = order < PAGEBLOCK_ORDER && (allocFlags & ALLOC_NOFRAGMENT) != 0 ? PAGEBLOCK_ORDER : order;
        for (int found = MAX_PAGE_ORDER; found >= minOrder; found--) {
            int type = suitableType(zone, found, startType);
            if (type < 0) {
                continue;
            }
            if (!mayClaim(found, startType) && startType == MIGRATE_MOVABLE && found > order) {
                return claimOrCut(zone, smallestSuitable(zone, order, startType), order, startType, allocFlags);
            }
            return claimOrCut(zone, found, order, startType, allocFlags);
        }
        return NO_PFN;
    }

    private static int smallestSuitable(Zone zone, int order, int startType) {
        int found = order;
        while (suitableType(zone, found, startType) < 0) {
            found++;
        }
        return found;
    }

    private int claimOrCut(Zone zone, int found, int order, int startType, int allocFlags) {
        int type = suitableType(zone, found, startType);
        int head = zone.free.first(found, type);
        int pfn = tryClaimEarly(zone, head, found, order, startType, allocFlags);
        if (pfn < 0) {
            buddy.takeAndExpand(zone, head, order, found, map.blockType(head));
            pfn = head;
        }
        traceExtfrag(pfn, order, found, startType, type);
        return pfn;
    }

    private int tryClaimEarly(Zone zone, int head, int found, int order, int startType, int allocFlags) {
        if (found < PAGEBLOCK_ORDER && !mayClaim(found, startType)) {
            if (map.blockType(head) != MIGRATE_HIGHATOMIC) {
                boost(zone, allocFlags);
            }
            return NO_PFN;
        }
        return tryClaim(zone, head, found, order, startType, allocFlags);
    }

    /** Models mm/page_alloc.c: try_to_claim_block. */
    private int tryClaim(Zone zone, int pfn, int found, int order, int startType, int allocFlags) {
        int blockType = map.blockType(pfn);
        if (blockType == MIGRATE_HIGHATOMIC) {
            return NO_PFN;
        }
        if (found >= PAGEBLOCK_ORDER) {
            claimWhole(zone, pfn, found, order, startType, blockType);
            return pfn;
        }
        boost(zone, allocFlags);
        if (!countPages(zone, pfn)) {
            return NO_PFN;
        }
        int alike = alikePages(startType, blockType);
        if (freePages + alike < CLAIM_PAGES && !context.isMobilityDisabled()) {
            note("claim at %d order %d refused: too few pages free or alike in a block of %s", pfn, found, blockType);
            return NO_PFN;
        }
        int startPfn = Pfns.alignDown(pfn, PAGEBLOCK_NR_PAGES);
        buddy.moveFreeBlocks(zone, startPfn, blockType, startType);
        context.setBlockType(startPfn, startType);
        note("claim at %d order %d: the pageblock was of %s", pfn, found, blockType);
        return buddy.rmqueueSmallest(zone, order, startType);
    }

    private void claimWhole(Zone zone, int pfn, int found, int order, int startType, int blockType) {
        zone.free.remove(found, blockType, pfn);
        buddy.account(zone, -(1 << found), blockType);
        context.setBlockTypes(pfn, found, startType);
        map.touch(pfn);
        int guards = buddy.expand(zone, pfn, order, found, startType);
        buddy.account(zone, (1 << found) - (1 << order) - guards, startType);
        note("claim of the whole block %d order %d, it was of %s", pfn, found, blockType);
    }

    /** Pages in use in a pageblock that are as good as of {@code startType}, as far as can be told. */
    private int alikePages(int startType, int blockType) {
        if (startType == MIGRATE_MOVABLE) {
            return movablePages;
        }
        return blockType == MIGRATE_MOVABLE ? PAGEBLOCK_NR_PAGES - (freePages + movablePages) : 0;
    }

    /**
     * Count free pages and movable pages of the pageblock. Models mm/page_alloc.c: prep_move_freepages_block.
     *
     * @return whether the pageblock lies wholly inside the zone
     */
    private boolean countPages(Zone zone, int pfnInBlock) {
        int startPfn = Pfns.alignDown(pfnInBlock, PAGEBLOCK_NR_PAGES);
        if (!zone.spans(startPfn) || !zone.spans(startPfn + PAGEBLOCK_NR_PAGES - 1)) {
            return false;
        }
        freePages = 0;
        movablePages = 0;
        int pfn = startPfn;
        while (pfn < startPfn + PAGEBLOCK_NR_PAGES) {
            int order = map.freeBlockOrder(pfn);
            if (order >= 0) {
                freePages += 1 << order;
                pfn += 1 << order;
                continue;
            }
            if (map.hasFlag(pfn, PageFlags.PG_LRU | PageFlags.MODEL_MOVABLE_OPS)) {
                movablePages++;
            }
            pfn++;
        }
        return true;
    }

    private void boost(Zone zone, int allocFlags) {
        if (boostWatermark(zone) && (allocFlags & ALLOC_KSWAPD) != 0) {
            zone.flags |= Zone.ZONE_BOOSTED_WATERMARK;
        }
    }

    /**
     * Raise the watermarks of a zone that is getting fragmented. Models mm/page_alloc.c: boost_watermark.
     *
     * @return whether the zone is boosted at all
     */
    boolean boostWatermark(Zone zone) {
        int factor = context.watermarkBoostFactor();
        if (factor == 0 || PAGEBLOCK_NR_PAGES * 4 > zone.managedPages) {
            return false;
        }
        int max = (int) ((long) zone.watermark(WMARK_HIGH) * factor / BOOST_DENOMINATOR);
        if (max == 0) {
            return false;
        }
        max = Math.max(PAGEBLOCK_NR_PAGES, max);
        zone.setWatermarkBoost(Math.min(zone.watermarkBoost() + PAGEBLOCK_NR_PAGES, max));
        return true;
    }

    private void traceExtfrag(int pfn, int order, int found, int startType, int type) {
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.pageAllocExtfrag(pfn, order, found, startType, type, map.blockType(pfn) == startType);
        }
    }

    private void note(String format, int pfn, int order, int type) {
        if (context.explainer != null) {
            context.explainer.note(format, pfn, order, MigrateType.migratetypeName(type));
        }
    }
}
