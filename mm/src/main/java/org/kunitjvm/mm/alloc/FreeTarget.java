package org.kunitjvm.mm.alloc;

import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** Where a CPU puts small blocks from pageblocks of one zone and type. */
final class FreeTarget {
    private static final int NO_CPU = -1;

    private int tag;
    private int cpu = NO_CPU;
    /** Whose pages they are; meaningless in a target for nothing, like all that follows. */
    Zone zone;
    PerCpuPages pcp;
    /** Type of their pageblocks. */
    int type;
    /** The lists of the cache for blocks of this type, by order; there are none for other orders. */
    PcpList[] lists = {};
    /** Whether somebody remembers who has pages. */
    boolean disowns;

    /**
     * Become the target for pageblocks with {@code newTag}, which stands for a zone and a type
     * ({@code PageMap.blockTag}).
     */
    void set(int newTag, int newCpu, Zone newZone, int newType) {
        tag = newTag;
        cpu = newCpu;
        zone = newZone;
        pcp = newZone.pcp[newCpu];
        type = newType;
        lists = pcp.smallLists(newType);
    }

    /** Become a target for nothing. */
    void clear() {
        cpu = NO_CPU;
    }

    /** How a free differs from those that the target is for, as bits of no meaning; 0 if it does not. */
    int difference(int otherTag, int otherCpu) {
        return tag ^ otherTag | cpu ^ otherCpu;
    }
}
