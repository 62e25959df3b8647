package org.kunitjvm.mm.node;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.types.MmConstants.SWAP_CLUSTER_MAX;

/**
 * The formulas that turn the size of the memory into reserves, batches and thresholds. Pages and kB are {@code long}
 * where they may concern the whole machine. Models mm/page_alloc.c, mm/khugepaged.c and mm/vmstat.c of Linux 6.12.
 */
final class ZoneSizes {
    private static final int KB_SHIFT = PAGE_SHIFT - 10;
    private static final int MIN_FREE_KBYTES_MIN = 128;
    private static final int MIN_FREE_KBYTES_MAX = 262_144;
    private static final int SCALE_DIVISOR = 10_000;
    private static final int MAX_STAT_THRESHOLD = 125;
    private static final int MIB_PAGES = 1 << (20 - PAGE_SHIFT);
    private static final int STAT_UNIT_SHIFT = 27 - PAGE_SHIFT;

    private ZoneSizes() {
    }

    /** Floor of the square root ({@code int_sqrt}). */
    static long intSqrt(long x) {
        long root = (long) Math.sqrt((double) x);
        while (root * root > x) {
            root--;
        }
        while ((root + 1) * (root + 1) <= x) {
            root++;
        }
        return root;
    }

    /** What {@code min_free_kbytes} would be before limits, for this many free buffer pages. */
    static long rawMinFreeKbytes(long bufferPages) {
        return intSqrt((bufferPages << KB_SHIFT) * 16);
    }

    /** Keep {@code min_free_kbytes} in its limits. */
    static int clampMinFreeKbytes(long kbytes) {
        return Math.clamp(kbytes, MIN_FREE_KBYTES_MIN, MIN_FREE_KBYTES_MAX);
    }

    /**
     * What khugepaged wants {@code min_free_kbytes} to be: two free pageblocks per zone, and one per zone for each pair
     * of a wanted and a possible migrate type, but not more than a twentieth of the free buffer pages.
     */
    static long recommendedMinFreeKbytes(int nrPopulatedZones, long bufferPages) {
        long pages = (long) PAGEBLOCK_NR_PAGES * nrPopulatedZones * (2 + MIGRATE_PCPTYPES * MIGRATE_PCPTYPES);
        return Math.min(pages, bufferPages / 20) << KB_SHIFT;
    }

    /** This zone's share of {@code pagesMin}. */
    static long share(long pagesMin, long managed, long lowmemPages) {
        return lowmemPages == 0 ? 0 : pagesMin * managed / lowmemPages;
    }

    /** Distance between two watermarks of a zone. */
    static long gap(long share, long managed, int scaleFactor) {
        return Math.max(share / 4, managed * scaleFactor / SCALE_DIVISOR);
    }

    /** Minimum watermark of a movable zone. */
    static int movableMin(int managed) {
        return Math.clamp(managed / 1024, SWAP_CLUSTER_MAX, 128);
    }

    /** Pages that move between a CPU's cache and the zone at a time. */
    static int pcpBatch(int managed) {
        int batch = Math.max(1, Math.min(managed >> 10, MIB_PAGES) / 4);
        return Math.max(1, Integer.highestOneBit(batch + batch / 2) - 1);
    }

    /** A bound of a CPU's cache, if the caches of {@code cpus} CPUs share {@code totalPages}. */
    static int pcpHigh(int totalPages, int cpus, int batch) {
        return Math.max(totalPages / cpus, 4 * batch);
    }

    /** How far a counter of a CPU may be away from the global one. */
    static int statThreshold(int managed, int onlineCpus) {
        int size = managed >> STAT_UNIT_SHIFT;
        return Math.min(MAX_STAT_THRESHOLD, 2 * fls(onlineCpus) * (1 + fls(size)));
    }

    private static int fls(int x) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(x);
    }
}
