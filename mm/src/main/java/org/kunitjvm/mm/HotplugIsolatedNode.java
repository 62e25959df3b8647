package org.kunitjvm.mm;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.hotplug.MemoryHotplug;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.Zone;

/**
 * An isolated node whose memory was unplugged from node 0's ZONE_MOVABLE. The zonelists of all other nodes leave it
 * out, because it never gets the state N_MEMORY. Needs memory that can be unplugged: boot with {@code movablecore=}.
 */
public final class HotplugIsolatedNode implements IsolatedNode {
    private static final int DONOR_NID = 0;

    private final Mm mm;
    private final int nid;
    private final long start;
    private final long size;

    private HotplugIsolatedNode(Mm mm, int nid, long start, long size) {
        this.mm = mm;
        this.nid = nid;
        this.start = start;
        this.size = size;
    }

    /** Move one memory block from node 0 to the isolated node. */
    static HotplugIsolatedNode plug(Mm mm) throws IsolatedNodeUnavailable {
        int nid = mm.nodes().isolatedNid();
        if (nid == NUMA_NO_NODE) {
            throw IsolatedNodeUnavailable.skip("No fake NUMA node ID allocated");
        }
        long block = mm.hotplug().blocks().blockBytes();
        Zone donor = mm.zone(DONOR_NID, ZONE_MOVABLE);
        long zoneStart = (long) donor.startPfn << PAGE_SHIFT;
        long zoneSize = (long) donor.spannedPages << PAGE_SHIFT;
        long start = (zoneStart + block - 1) / block * block;
        long size = Math.min(zoneSize, block) / block * block;
        if (size == 0) {
            throw IsolatedNodeUnavailable.error("Couldn't find ZONE_MOVABLE block to offline",
                "Try setting/expanding movablecore=");
        }
        try {
            move(mm.hotplug(), start, size, nid);
        } catch (ErrnoException e) {
            throw IsolatedNodeUnavailable.error(String.format("Couldn't move memory [%#x-%#x] to node %d: %s", start,
                start + size - 1, nid, e.getMessage()));
        }
        return new HotplugIsolatedNode(mm, nid, start, size);
    }

    private static void move(MemoryHotplug hotplug, long start, long size, int toNid) throws ErrnoException {
        hotplug.offlineAndRemoveMemory(start, size);
        hotplug.addMemory(toNid, start, size);
        hotplug.onlineMemory(start, size);
    }

    @Override
    public int nid() {
        return nid;
    }

    @Override
    public AllocSpace space() {
        return mm.machineSpace();
    }

    @Override
    public List<Zone> zones() {
        List<Zone> zones = new ArrayList<>();
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            if (mm.zone(nid, index).isPopulated()) {
                zones.add(mm.zone(nid, index));
            }
        }
        return zones;
    }

    @Override
    public @Nullable Page allocPages(Gfp gfp, int order, int allocFlags) {
        return mm.allocPagesIn(mm.machineSpace(), gfp, order, nid, NodeMask.of(nid), allocFlags);
    }

    /**
     * Give the memory back to node 0. It joins the zone where it lies there, which need not be the movable one any
     * more.
     */
    @Override
    public void close() {
        try {
            move(mm.hotplug(), start, size, DONOR_NID);
        } catch (ErrnoException e) {
            throw new KernelBug("memory [%#x-%#x] of isolated node %d cannot be given back: %s", start,
                start + size - 1, nid, e.getMessage());
        }
    }

    @Override
    public String toString() {
        return String.format("isolated node %d (hotplug): memory [%#x-%#x]", nid, start, start + size - 1);
    }
}
