package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;

import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.zone.Zone;

/**
 * What is remembered of a zone between runs of compaction: where the scanners stopped, and how often it was of no use.
 * Models the {@code compact_*} fields of include/linux/mmzone.h: struct zone.
 */
final class CompactionState {
    private static final int COMPACT_MAX_DEFER_SHIFT = 6;

    final Zone zone;
    /** Where the next run begins to look for pages to move. */
    private int migratePfn;
    /** Where the next run begins to look for places to move them to; looks below it. */
    private int freePfn;
    private int considered;
    private int deferShift;
    private int orderFailed;

    CompactionState(Zone zone) {
        this.zone = zone;
        resetPositions();
    }

    // ---------------------------------------------------------------- positions

    int migratePfn() {
        return migratePfn;
    }

    int freePfn() {
        return freePfn;
    }

    /** A run stopped here. */
    void stoppedAt(int newMigratePfn, int newFreePfn) {
        migratePfn = newMigratePfn;
        freePfn = newFreePfn;
    }

    /** The scanners met, or the zone has another shape: begin at the ends. */
    void resetPositions() {
        migratePfn = zone.startPfn;
        freePfn = Pfns.alignUp(zone.endPfn(), PAGEBLOCK_NR_PAGES);
    }

    /** Whether both positions lie in the zone. */
    boolean hasPositions() {
        return migratePfn >= zone.startPfn && migratePfn < freePfn
            && freePfn <= Pfns.alignUp(zone.endPfn(), PAGEBLOCK_NR_PAGES);
    }

    // ---------------------------------------------------------------- leaving a hopeless zone alone

    /** Whether this attempt is passed over; counts it. Models mm/compaction.c: compaction_deferred. */
    boolean isDeferred(int order) {
        if (order < orderFailed) {
            return false;
        }
        considered = Math.min(considered + 1, 1 << deferShift);
        return considered < 1 << deferShift;
    }

    /**
     * It failed for an order: pass over twice as many attempts as last time. Models mm/compaction.c: defer_compaction.
     */
    void defer(int order) {
        considered = 0;
        deferShift = Math.min(deferShift + 1, COMPACT_MAX_DEFER_SHIFT);
        orderFailed = Math.min(orderFailed, order);
    }

    /** It helped for an order. Models mm/compaction.c: compaction_defer_reset. */
    void resetDeferral(int order, boolean allocated) {
        if (allocated) {
            considered = 0;
            deferShift = 0;
        }
        orderFailed = Math.max(orderFailed, order + 1);
    }

    /**
     * Whether it was passed over as often as can be, so that the next run should look at everything
     * ({@code compaction_restarting}).
     */
    boolean isRestarting(int order) {
        return order >= orderFailed && deferShift == COMPACT_MAX_DEFER_SHIFT && considered >= 1 << deferShift;
    }
}
