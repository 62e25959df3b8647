package org.kunitjvm.mm.reclaim;

/** One reclaim of one node or zonelist: what is wanted, and what was done. Models mm/vmscan.c: struct scan_control. */
final class ScanControl {
    /** The first pass looks at one page in {@code 2^12} of each list. */
    static final int DEF_PRIORITY = 12;
    /** Pages that direct reclaim wants, and pages that are isolated at a time. */
    static final int SWAP_CLUSTER_MAX = 32;

    /** Whether kswapd does it; else the task that needs memory. */
    final boolean kswapd;
    /** Highest zone type whose pages help. */
    final int highestIndex;
    /** Order that is wanted; kswapd gives up on it when enough is free for compaction. */
    int order;
    int nrToReclaim = SWAP_CLUSTER_MAX;
    /** {@code 1/2^priority} of each list is looked at. */
    int priority = DEF_PRIORITY;
    /** Pages that were isolated. */
    final int[] pages = new int[SWAP_CLUSTER_MAX];
    /** Those of them that are to be freed. */
    final int[] dead = new int[SWAP_CLUSTER_MAX];
    int nrScanned;
    int nrReclaimed;

    ScanControl(boolean kswapd, int order, int highestIndex) {
        this.kswapd = kswapd;
        this.order = order;
        this.highestIndex = highestIndex;
    }
}
