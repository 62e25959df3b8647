package org.kunitjvm.mm.alloc;

/**
 * Receives the kmem trace events. There is one place for a tracer in an allocator; without one nothing is computed for
 * it. Types are the model's, frames are -1 where the kernel passes NULL. Models include/trace/events/kmem.h.
 */
public interface AllocTracer {
    /** A request was served, or failed for good with {@code pfn} -1. */
    void pageAlloc(int pfn, int order, int gfp, int type);

    /** A block is given back. */
    void pageFree(int pfn, int order);

    /** A page of a batch goes to the per-CPU cache. */
    void pageFreeBatched(int pfn);

    /** A block was taken from the free list of {@code type}. */
    void pageAllocZoneLocked(int pfn, int order, int type, boolean percpuRefill);

    /** A block went from a per-CPU cache to the free lists of {@code type}. */
    void pagePcpuDrain(int pfn, int order, int type);

    /** A block of another type than the wanted one was taken. */
    void pageAllocExtfrag(int pfn, int allocOrder, int fallbackOrder, int allocType, int fallbackType,
        boolean changeOwnership);

    /** A range was migrated away by {@code alloc_contig_range()}. */
    void contigMigrateRange(int startPfn, int endPfn, int type, int nrMigrated);

    /** The pages of a range were tested for being isolated. */
    void testPagesIsolated(int startPfn, int endPfn, int finPfn);
}
