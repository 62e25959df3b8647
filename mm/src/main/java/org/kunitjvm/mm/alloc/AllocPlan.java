package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;

import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Tally;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;

/**
 * What follows from a request without its order and from the CPU alone: the preferred zone, the CPU's cache of it, what
 * is counted. The same few requests come again and again, so {@link QuickPath} keeps it. Models mm/page_alloc.c:
 * prepare_alloc_pages as far as it depends on nothing else.
 */
final class AllocPlan {
    private static final int PGALLOC_DMA = VmEvent.PGALLOC_DMA.ordinal();
    private static final int NO_CPU = -1;

    private int gfp;
    private int nid;
    private int cpu = NO_CPU;

    /** Where it is served from if all is well; meaningless in a plan for nothing, like all that follows. */
    Zone zone;
    PerCpuPages pcp;
    /** The lists of the cache that have such pages, by order; there are none for other orders. */
    PcpList[] lists = {};
    /** Counts pages from this zone. */
    Tally allocatedPages;
    /** Counts requests for this zone that it served. */
    Tally hits;
    /** Type of the pages. */
    int type;
    /** Whether larger blocks come from the free lists of this type if they have one. */
    boolean usesOwnLists;
    /** Whether it matters that the caller can sleep: the request may, and somebody checks. */
    boolean checksSleep;
    /** Whether pages have to be zeroed or made compound, or somebody remembers who has them. */
    boolean needsPreparation;

    /**
     * Become the plan for requests that are served from {@code zone}; fields that are not set here follow from these.
     */
    void set(int newNid, int newGfp, int newCpu, Zone newZone, int newType) {
        gfp = newGfp;
        nid = newNid;
        cpu = newCpu;
        zone = newZone;
        pcp = newZone.pcp[newCpu];
        type = newType;
        lists = pcp.smallLists(newType);
    }

    /** Become a plan for nothing. */
    void clear() {
        cpu = NO_CPU;
    }

    /** The event that counts pages from a zone; an ordinal. */
    static int allocEvent(Zone zone) {
        return PGALLOC_DMA + zone.index;
    }

    /** Whether a request wants more of its pages than to have them. */
    static boolean changesPages(int gfp) {
        return (gfp & (__GFP_ZERO | __GFP_COMP)) != 0;
    }

    /** How a request differs from those that the plan is for, as bits of no meaning; 0 if it does not. */
    int difference(int otherGfp, int otherNid, int otherCpu) {
        return gfp ^ otherGfp | nid ^ otherNid | cpu ^ otherCpu;
    }
}
