package org.kunitjvm.mm.page;

/** Zeroes pages that the direct map does not have; the mermap does it, for an allocator that knows no mermap. */
public interface UnmappedClearer {
    /** Whether the running task could do it now ({@code mermap_ready}). */
    boolean isReady();

    /** Fill a page with zeros. The running task must be ready. */
    void clearUnmappedPage(int pfn);
}
