package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_HIGHATOMIC;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_MIN_RESERVE;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NON_BLOCK;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_OOM;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_RESERVES;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MASK;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MIN;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import org.kunitjvm.mm.page.FreeLists;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Whether a zone has enough free pages for a request. All tests but {@link #okSafe} read the folded counter, which lags
 * by what the CPUs have not folded yet.
 */
public final class Watermarks {
    private static final int NR_FREE_PAGES = ZoneStat.NR_FREE_PAGES.ordinal();
    private static final int NR_FREE_CMA = ZoneStat.NR_FREE_CMA.ordinal();

    private Watermarks() {
    }

    /**
     * Whether {@code freePages} would do. Models mm/page_alloc.c: __zone_watermark_ok.
     *
     * @param mark pages that must be left, without the reserve for lower zones
     * @param highestIndex highest zone type the request may use; selects the reserve
     */
    public static boolean ok(Zone zone, int order, int mark, int highestIndex, int allocFlags, long freePages) {
        long min = mark;
        long free = freePages - unusable(zone, order, allocFlags);
        if ((allocFlags & ALLOC_RESERVES) != 0) {
            min = belowMin(min, allocFlags);
        }
        if (free <= min + zone.lowmemReserve(highestIndex)) {
            return false;
        }
        return order == 0 || hasBlock(zone.free, order, allocFlags);
    }

    /** As {@link #ok} with the folded number of free pages. Models mm/page_alloc.c: zone_watermark_ok. */
    public static boolean ok(Zone zone, int order, int mark, int highestIndex, int allocFlags) {
        return ok(zone, order, mark, highestIndex, allocFlags, zone.counters.read(NR_FREE_PAGES));
    }

    /**
     * As {@link #ok}, but adds up the CPUs' differences when so few pages are free that they could matter.
     * Models mm/page_alloc.c: zone_watermark_ok_safe.
     */
    public static boolean okSafe(Zone zone, int order, int mark, int highestIndex, int allocFlags) {
        long free = zone.counters.read(NR_FREE_PAGES);
        if (zone.percpuDriftMark != 0 && free < zone.percpuDriftMark) {
            free = zone.counters.snapshot(ZoneStat.NR_FREE_PAGES);
        }
        return ok(zone, order, mark, highestIndex, allocFlags, free);
    }

    /**
     * The test of the allocation paths: short for order 0, and a second chance without boost for {@code __GFP_HIGH}
     * requests. Models mm/page_alloc.c: zone_watermark_fast.
     */
    static boolean fast(Zone zone, int order, int mark, int highestIndex, int allocFlags) {
        long free = zone.counters.read(NR_FREE_PAGES);
        if (order == 0 && free - Math.min(free, unusable(zone, 0, allocFlags)) > mark
            + zone.lowmemReserve(highestIndex)) {
            return true;
        }
        if (ok(zone, order, mark, highestIndex, allocFlags, free)) {
            return true;
        }
        // An atomic order-0 request does not suffer from a boost, which is there to fight fragmentation.
        if (order == 0 && (allocFlags & ALLOC_MIN_RESERVE) != 0 && zone.watermarkBoost() != 0
            && (allocFlags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN) {
            return ok(zone, order, zone.watermark(WMARK_MIN), highestIndex, allocFlags, free);
        }
        return false;
    }

    private static long belowMin(long mark, int allocFlags) {
        long min = mark;
        if ((allocFlags & ALLOC_MIN_RESERVE) != 0) {
            min -= min / 2;
            if ((allocFlags & ALLOC_NON_BLOCK) != 0) {
                min -= min / 4;
            }
        }
        if ((allocFlags & ALLOC_OOM) != 0) {
            min -= min / 2;
        }
        return min;
    }

    /** Free pages that this request cannot have. Models mm/page_alloc.c: __zone_watermark_unusable_free. */
    private static long unusable(Zone zone, int order, int allocFlags) {
        long unusable = (1 << order) - 1;
        if ((allocFlags & ALLOC_RESERVES) == 0) {
            unusable += zone.nrFreeHighatomic();
        }
        if ((allocFlags & ALLOC_CMA) == 0) {
            unusable += zone.counters.read(NR_FREE_CMA);
        }
        return unusable;
    }

    private static boolean hasBlock(FreeLists free, int order, int allocFlags) {
        return free.hasCommonBlock(order)
            || (allocFlags & ALLOC_CMA) != 0 && free.orderMask(MIGRATE_CMA) >>> order != 0
            || (allocFlags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) != 0 && free.orderMask(MIGRATE_HIGHATOMIC) >>> order != 0;
    }
}
