package org.kunitjvm.mm.alloc;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** Where a CPU puts small blocks from pageblocks of one zone and type. */
final class FreeTarget {
    private static final int NO_CPU = -1;

    private int tag;
    private int cpu = NO_CPU;
    @Nullable Zone zone;
    @Nullable PerCpuPages pcp;
    /** The lists of the cache for blocks of this type, by order. */
    PcpList[] lists = {};

    /**
     * Become the target for pageblocks with {@code newTag}, which stands for a zone and a type
     * ({@code PageMap.blockTag}).
     */
    void set(int newTag, int newCpu, Zone newZone, int type) {
        tag = newTag;
        cpu = newCpu;
        zone = newZone;
        pcp = newZone.pcp[newCpu];
        lists = pcp.smallLists(type);
    }

    boolean isFor(int otherTag, int otherCpu) {
        return tag == otherTag && cpu == otherCpu;
    }
}
