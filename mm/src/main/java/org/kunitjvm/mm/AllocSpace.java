package org.kunitjvm.mm;

import org.kunitjvm.mm.alloc.AllocContext;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * Memory with an allocator of its own: the machine's, or some that was made up for a test. Pages of different spaces
 * never meet.
 *
 * @param name for messages
 * @param map the memory map
 * @param zones the zones
 * @param nodes the node table that allocations start from
 * @param allocator the allocator
 */
public record AllocSpace(String name, PageMap map, ZoneTable zones, NodeTable nodes, PageAllocator allocator) {
    /** The allocator's settings and observers. */
    public AllocContext context() {
        return allocator.context();
    }

    /**
     * Pages that somebody has: neither on a free list nor in a CPU's cache. Whole blocks that are offline count as
     * gone.
     */
    public long pagesOut() {
        long out = 0;
        for (Zone zone : zones.all()) {
            long free = 0;
            for (int order = 0; order <= MmConstants.MAX_PAGE_ORDER; order++) {
                free += (long) zone.free.nrFree(order) << order;
            }
            out += zone.managedPages - free - zone.pcpPages() - zone.guardPages;
        }
        return out;
    }
}
