package org.kunitjvm.mm.alloc;

import java.util.List;

/** Writes each event as a short line. */
record TextTracer(List<String> lines) implements AllocTracer {
    @Override
    public void pageAlloc(int pfn, int order, int gfp, int type) {
        lines.add("alloc " + hex(pfn) + " order " + order + " type " + type);
    }

    @Override
    public void pageFree(int pfn, int order) {
        lines.add("free " + hex(pfn) + " order " + order);
    }

    @Override
    public void pageFreeBatched(int pfn) {
        lines.add("batched " + hex(pfn));
    }

    @Override
    public void pageAllocZoneLocked(int pfn, int order, int type, boolean percpuRefill) {
        lines.add("zone_locked " + hex(pfn) + " order " + order + " type " + type + " refill "
            + (percpuRefill ? 1 : 0));
    }

    @Override
    public void pagePcpuDrain(int pfn, int order, int type) {
        lines.add("drain " + hex(pfn) + " order " + order + " type " + type);
    }

    @Override
    public void pageAllocExtfrag(int pfn, int allocOrder, int fallbackOrder, int allocType, int fallbackType,
        boolean changeOwnership) {
        lines.add("extfrag " + hex(pfn) + " orders " + allocOrder + " " + fallbackOrder + " types " + allocType + " "
            + fallbackType + " owner " + (changeOwnership ? 1 : 0));
    }

    @Override
    public void contigMigrateRange(int startPfn, int endPfn, int type, int nrMigrated) {
        lines.add("migrate " + hex(startPfn) + " " + hex(endPfn) + " migrated " + nrMigrated);
    }

    @Override
    public void testPagesIsolated(int startPfn, int endPfn, int finPfn) {
        lines.add("isolated " + hex(startPfn) + " " + hex(endPfn) + " " + (finPfn < endPfn ? "fail" : "success"));
    }

    private static String hex(int pfn) {
        return pfn < 0 ? "NULL" : Integer.toHexString(pfn);
    }
}
