package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;

/**
 * What follows from a request without its order and from the CPU alone: the preferred zone, the CPU's cache of it, what
 * is counted. The same few requests come again and again, so {@link QuickPath} keeps it. Models mm/page_alloc.c:
 * prepare_alloc_pages as far as it depends on nothing else.
 */
final class AllocPlan {
    private static final int PGALLOC_DMA = VmEvent.PGALLOC_DMA.ordinal();

    private int gfp;
    private int nid;
    private long nodemask;
    private int cpu;

    /** Where it is served from if all is well; {@code null} in a plan for nothing. */
    @Nullable Zone zone;
    @Nullable PerCpuPages pcp;
    /** The lists of the cache that have such pages, by order. */
    PcpList[] lists = {};
    /** Selects the reserve of the zone. */
    int highestIndex;
    /** The event that counts pages from this zone. */
    int allocEvent;
    /** Whether the zone is on the CPU's own node. */
    boolean local;
    /** Whether it matters that the caller can sleep: the request may, and somebody checks. */
    boolean checksSleep;
    /** Whether pages have to be zeroed or made compound. */
    boolean needsPreparation;

    /**
     * Become the plan for requests that are served from {@code zone}; fields that are not set here follow from these.
     */
    void set(int newNid, int newGfp, long newNodemask, int newCpu, Zone newZone) {
        gfp = newGfp;
        nid = newNid;
        nodemask = newNodemask;
        cpu = newCpu;
        zone = newZone;
        pcp = newZone.pcp[newCpu];
        allocEvent = PGALLOC_DMA + newZone.index;
        needsPreparation = (newGfp & (__GFP_ZERO | __GFP_COMP)) != 0;
    }

    boolean isFor(int otherGfp, int otherNid, long otherNodemask, int otherCpu) {
        return gfp == otherGfp && nid == otherNid && nodemask == otherNodemask && cpu == otherCpu;
    }
}
