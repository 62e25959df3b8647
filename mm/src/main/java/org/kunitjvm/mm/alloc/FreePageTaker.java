package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;

import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.Zone;

/**
 * Takes single pages out of the free blocks of a place in memory, for those who move pages there. What is taken and not
 * used goes back by {@link #giveBack}. Models mm/compaction.c: isolate_freepages_block, split_map_pages.
 */
public final class FreePageTaker {
    private final PageAllocator allocator;
    private final PageMap map;
    private final PageIsolation isolation;
    private int nextPfn;

    /** Takes from the free lists of {@code allocator}. */
    public FreePageTaker(PageAllocator allocator) {
        this.allocator = allocator;
        this.map = allocator.context().map();
        this.isolation = new PageIsolation(allocator);
    }

    /**
     * Take the whole free blocks that begin in {@code [startPfn, endPfn)}, ascending, until at least {@code wanted}
     * pages are there or the zone has no more to spare.
     *
     * @param into gets the pages; must have room for {@code wanted} and one block more
     * @return how many pages were taken
     */
    public int take(Zone zone, int startPfn, int endPfn, int wanted, int[] into) {
        int taken = 0;
        zone.lock.lockIrqsave();
        int pfn = startPfn;
        while (pfn < endPfn && taken < wanted) {
            int order = map.freeBlockOrder(pfn);
            if (order < 0) {
                pfn++;
                continue;
            }
            if (!isolation.isolateFreePage(zone, pfn, order)) {
                pfn = endPfn;
                break;
            }
            for (int page = pfn; page < pfn + (1 << order); page++) {
                into[taken++] = page;
            }
            pfn += 1 << order;
        }
        zone.lock.unlockIrqrestore();
        nextPfn = pfn;
        return taken;
    }

    /** Where the latest {@link #take} stopped; the end of its range if there was nothing left to take. */
    public int nextPfn() {
        return nextPfn;
    }

    /** Make a page that was taken somebody's, with one reference. */
    public void prepare(int pfn) {
        allocator.checks().prepNewPage(pfn, 0, GFP_HIGHUSER_MOVABLE, 0);
    }

    /** Free a page that was taken and not used. */
    public void giveBack(int pfn) {
        prepare(pfn);
        allocator.freePages(pfn, 0);
    }
}
