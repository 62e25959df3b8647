package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;

/**
 * Why a zone has no free block of an order: too little memory, or too scattered. Models mm/vmstat.c:
 * fragmentation_index.
 */
public final class FragmentationIndex {
    /** There is a block of the order. */
    public static final int HAS_BLOCK = -1000;
    private static final int SCALE = 1000;

    private FragmentationIndex() {
    }

    /** {@link #HAS_BLOCK}; else towards 0 for lack of memory, towards 1000 for free memory in small pieces. */
    public static int of(Zone zone, int order) {
        long pages = 0;
        long blocks = 0;
        long suitable = 0;
        for (int k = 0; k < NR_PAGE_ORDERS; k++) {
            long nr = zone.free.nrFree(k);
            blocks += nr;
            pages += nr << k;
            suitable += k >= order ? nr << k - order : 0;
        }
        if (blocks == 0) {
            return 0;
        }
        if (suitable > 0) {
            return HAS_BLOCK;
        }
        return (int) (SCALE - (SCALE + pages * SCALE / (1L << order)) / blocks);
    }
}
