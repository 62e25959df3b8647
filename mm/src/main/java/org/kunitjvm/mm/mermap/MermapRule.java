package org.kunitjvm.mm.mermap;

import java.util.Locale;

/**
 * One way in which a version of the mermap differs from the latest form with its known defects mended: what earlier
 * postings did, and mistakes that a test suite must notice.
 */
public enum MermapRule {
    /**
     * Four allocations per CPU and none set aside: a reserved request takes whatever is free, and fails when nothing
     * is.
     */
    FOUR_SLOTS("posted"),
    /** The base is aligned up to a PUD after the LDT mapping. */
    PUD_ALIGNED_BASE("posted"),
    /** A CPU's region is {@code PAGE_SIZE << MAX_PAGECACHE_ORDER}. */
    PAGECACHE_ORDER_REGION("posted"),
    /**
     * A put leaves a non-present entry, frame 0 with no access, so that page-table walkers see that something was
     * there.
     */
    SENTINEL_PTE("posted"),
    /**
     * Room is tested by {@code size > end - next_addr}, unsigned: it wraps once the reserve has moved {@code next_addr}
     * past the end.
     */
    UNSIGNED_DIFFERENCE("posted"),
    /** A get that cannot install its page-table entries returns with migration still disabled. */
    MISSED_MIGRATE_ENABLE("posted"),
    /** Teardown asks {@code this_cpu_ptr()} in its loop over all CPUs. */
    TEARDOWN_THIS_CPU("posted"),

    /** Addresses are used again without a flush. */
    NO_FLUSH_ON_REUSE("mistake"),
    /** The normal allocations may use the last page too. */
    NO_RESERVE_PAGE("mistake"),
    /** A put leaves the page-table entries as they are. */
    PTES_KEPT_ON_PUT("mistake"),
    /** The next frame is mapped instead of the one that was asked for. */
    PFN_PLUS_ONE("mistake"),
    /** A get does not pin the task to its CPU. */
    NO_MIGRATE_DISABLE("mistake"),
    /**
     * The flush is made before the rightmost allocation is known to leave room: a request that fails flushes all the
     * same.
     */
    FLUSH_BEFORE_FIT("mistake");

    private final String origin;

    MermapRule(String origin) {
        this.origin = origin;
    }

    /** How the kernel parameter spells it: {@code four-slots}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a posted version of the series had it. */
    public boolean wasPosted() {
        return origin.equals("posted");
    }
}
