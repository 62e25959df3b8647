package org.kunitjvm.kernel.mmu;

/**
 * Where page tables get their frames from; the page allocator implements it. A frame is zeroed by whoever builds the
 * table.
 */
public interface PageTableAllocator {
    /** What {@link #allocTable} returns when there is no memory. */
    int NO_FRAME = -1;

    /** Take one frame for a page table; may sleep. Returns {@link #NO_FRAME} if there is none. */
    int allocTable();

    /** Give a frame back that {@link #allocTable} of the same allocator returned. */
    void freeTable(int pfn);
}
