package org.kunitjvm.mm.fault;

import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.lru.FolioFree;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;

/** User pages from the page allocator, near the executing CPU. */
final class AllocatorFrames implements Frames, FolioFree {
    private final Scheduler sched;
    private final PageAllocator allocator;
    private final int zeroPfn;

    AllocatorFrames(Scheduler sched, PageAllocator allocator) {
        this.sched = sched;
        this.allocator = allocator;
        this.zeroPfn = findZeroPage(allocator.context().map());
    }

    /** The zero page is part of the kernel image: one of the pages that the allocator never got. */
    private static int findZeroPage(PageMap map) {
        for (int pfn = 1; pfn < map.endPfn(); pfn++) {
            if (map.isValid(pfn) && map.hasFlag(pfn, PageFlags.PG_RESERVED)) {
                return pfn;
            }
        }
        return NO_PFN;
    }

    @Override
    public int allocUserPage() {
        int nid = allocator.context().nodes().nodeOfCpu(sched.current().cpu());
        return allocator.allocPages(nid, GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0);
    }

    @Override
    public int zeroPfn() {
        return zeroPfn;
    }

    @Override
    public void free(int pfn, int order) {
        allocator.freeUnrefPage(pfn, order);
    }
}
