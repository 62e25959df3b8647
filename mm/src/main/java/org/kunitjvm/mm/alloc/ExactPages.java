package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;

/**
 * Allocations of a number of pages that is not a power of two. Models mm/page_alloc.c: alloc_pages_exact, split_page.
 */
public final class ExactPages {
    private final PageAllocator allocator;
    private final AllocContext context;
    private final PageMap map;

    /** On top of {@code allocator}. */
    public ExactPages(PageAllocator allocator) {
        this.allocator = allocator;
        this.context = allocator.context();
        this.map = context.map;
    }

    /**
     * Allocate as many pages as {@code bytes} need; each of them is a page of its own. The rest of the block goes
     * straight to the free lists. Models mm/page_alloc.c: alloc_pages_exact_nid.
     *
     * @return the first frame, or -1
     */
    public int allocPagesExact(int nid, long bytes, int gfp) {
        int mask = gfp;
        if (context.kernel.warnings().warnOnOnce((gfp & (__GFP_COMP | __GFP_HIGHMEM)) != 0)) {
            mask &= ~(__GFP_COMP | __GFP_HIGHMEM);
        }
        int order = Pfns.orderOf(bytes);
        int pfn = allocator.allocPages(nid, mask, order);
        return pfn < 0 ? NO_PFN : makeExact(pfn, order, bytes);
    }

    private int makeExact(int pfn, int order, long bytes) {
        int used = pfn + (int) (bytes + (1L << PAGE_SHIFT) - 1 >>> PAGE_SHIFT);
        splitPage(pfn, order);
        for (int page = used; page < pfn + (1 << order); page++) {
            map.setRefcount(page, 0);
            allocator.freePagesOk(page, 0, Buddy.FPI_TO_TAIL);
        }
        return pfn;
    }

    /** Free what {@link #allocPagesExact} returned. Models mm/page_alloc.c: free_pages_exact. */
    public void freePagesExact(int pfn, long bytes) {
        int nrPages = (int) (bytes + (1L << PAGE_SHIFT) - 1 >>> PAGE_SHIFT);
        for (int page = pfn; page < pfn + nrPages; page++) {
            allocator.freePages(page, 0);
        }
    }

    /** Make each page of a block that is not compound a page of its own. Models mm/page_alloc.c: split_page. */
    public void splitPage(int pfn, int order) {
        if (map.isHead(pfn) || map.isTail(pfn) || map.refcount(pfn) == 0) {
            throw new KernelBug("split of pfn %#x order %d: %s", pfn, order, map.page(pfn));
        }
        for (int page = pfn + 1; page < pfn + (1 << order); page++) {
            map.setRefcount(page, 1);
        }
    }
}
