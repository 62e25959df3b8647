package org.kunitjvm.mm.page;

import static org.kunitjvm.mm.types.MmConstants.PAGE_OFFSET;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SIZE;

/** Arithmetic on frame numbers. */
public final class Pfns {
    private Pfns() {
    }

    /** Address of the first byte of a frame in the direct map ({@code page_to_virt}). */
    public static long virtOf(int pfn) {
        return PAGE_OFFSET + ((long) pfn << PAGE_SHIFT);
    }

    /** Round {@code pfn} up to a multiple of {@code nrPages}, a power of two. */
    public static int alignUp(int pfn, int nrPages) {
        return (pfn + nrPages - 1) & -nrPages;
    }

    /** Round {@code pfn} down to a multiple of {@code nrPages}, a power of two. */
    public static int alignDown(int pfn, int nrPages) {
        return pfn & -nrPages;
    }

    /** The smallest order whose blocks hold {@code bytes} ({@code get_order}). */
    public static int orderOf(long bytes) {
        long pages = (bytes + PAGE_SIZE - 1) >>> PAGE_SHIFT;
        return pages <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
    }
}
