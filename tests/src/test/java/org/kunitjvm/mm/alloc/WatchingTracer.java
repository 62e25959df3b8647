package org.kunitjvm.mm.alloc;

/** Looks around whenever something moves between a cache and the free lists, and passes all events on. */
record WatchingTracer(AllocTracer next, Runnable look) implements AllocTracer {
    @Override
    public void pageAlloc(int pfn, int order, int gfp, int type) {
        next.pageAlloc(pfn, order, gfp, type);
    }

    @Override
    public void pageFree(int pfn, int order) {
        next.pageFree(pfn, order);
    }

    @Override
    public void pageFreeBatched(int pfn) {
        next.pageFreeBatched(pfn);
    }

    @Override
    public void pageAllocZoneLocked(int pfn, int order, int type, boolean percpuRefill) {
        look.run();
        next.pageAllocZoneLocked(pfn, order, type, percpuRefill);
    }

    @Override
    public void pagePcpuDrain(int pfn, int order, int type) {
        look.run();
        next.pagePcpuDrain(pfn, order, type);
    }

    @Override
    public void pageAllocExtfrag(int pfn, int allocOrder, int fallbackOrder, int allocType, int fallbackType,
        boolean changeOwnership) {
        look.run();
        next.pageAllocExtfrag(pfn, allocOrder, fallbackOrder, allocType, fallbackType, changeOwnership);
    }

    @Override
    public void contigMigrateRange(int startPfn, int endPfn, int type, int nrMigrated) {
        next.contigMigrateRange(startPfn, endPfn, type, nrMigrated);
    }

    @Override
    public void testPagesIsolated(int startPfn, int endPfn, int finPfn) {
        next.testPagesIsolated(startPfn, endPfn, finPfn);
    }
}
