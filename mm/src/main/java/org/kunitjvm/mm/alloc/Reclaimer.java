package org.kunitjvm.mm.alloc;

import org.kunitjvm.mm.zone.Zone;

/**
 * What the slow path calls to make memory free. A kernel without any of it uses {@link #NONE}: nothing can be reclaimed
 * or compacted, nobody can be killed.
 */
public interface Reclaimer {
    /** Nothing can be done. */
    Reclaimer NONE = new Reclaimer() {
    };

    /**
     * Somebody noticed that a zone is short of memory. Models mm/vmscan.c: wakeup_kswapd.
     *
     * @param highestIndex highest zone type that should be balanced
     */
    default void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
    }

    /** Reclaim pages for a request; returns how many. Models mm/vmscan.c: try_to_free_pages. */
    default int reclaim(AllocRequest request) {
        return 0;
    }

    /** Pages of a zone that could be reclaimed ({@code zone_reclaimable_pages}). */
    default int reclaimablePages(Zone zone) {
        return 0;
    }

    /** Make free memory contiguous. Models mm/compaction.c: try_to_compact_pages. */
    default CompactResult compact(AllocRequest request, CompactPriority priority) {
        return CompactResult.SKIPPED;
    }

    /**
     * A request got its block from {@code zone} after compaction: it is worth trying again soon
     * ({@code compaction_defer_reset}).
     */
    default void compactionHelped(Zone zone, int order) {
    }

    /** Kill a task to get its memory; returns whether there is hope. Models mm/oom_kill.c: out_of_memory. */
    default boolean outOfMemory(AllocRequest request) {
        return false;
    }

    /** Whether the running task is a victim of the OOM killer ({@code tsk_is_oom_victim}). */
    default boolean isOomVictim() {
        return false;
    }
}
