package org.kunitjvm.mm;

import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.alloc.AllocContext;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.boot.MemoryBoot;
import org.kunitjvm.mm.boot.ZoneLayout;
import org.kunitjvm.mm.node.ZoneTuning;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * An isolated node that only one allocation context knows: a node table, zones, memory map and counters of its own,
 * over frames behind the end of the machine's memory. The frames are in the direct map, so that contents and mappings
 * work as for any other page.
 */
public final class ContextIsolatedNode implements IsolatedNode {
    /** As much as one memory block has, which is what the other route gives. */
    static final int NR_PAGES = PAGES_PER_SECTION;

    private final Mm mm;
    private final int nid;
    private final AllocSpace space;
    private final Zone zone;

    private ContextIsolatedNode(Mm mm, int nid, AllocSpace space, Zone zone) {
        this.mm = mm;
        this.nid = nid;
        this.space = space;
        this.zone = zone;
    }

    /** Make the memory up and set it going. */
    static ContextIsolatedNode make(Mm mm) throws IsolatedNodeUnavailable {
        int nid = mm.nodes().isolatedNid();
        if (nid == NUMA_NO_NODE) {
            throw IsolatedNodeUnavailable.skip("No fake NUMA node ID allocated");
        }
        Kernel kernel = mm.kernel();
        int startPfn = Math.max(ZoneLayout.DMA32_END_PFN, Pfns.alignUp(mm.endPfn(), PAGES_PER_SECTION));
        PageMap map = new PageMap();
        map.ensureSpan(startPfn + NR_PAGES);
        ZoneTable zones = new ZoneTable(kernel, map);
        Zone zone = zones.add(nid, ZONE_NORMAL);
        fill(zone, startPfn, map);

        NodeTable nodes = new NodeTable(kernel.machine().cpuToNode());
        Zonelist only = new Zonelist(List.of(zone));
        nodes.setZonelists(nid, only, only);
        ZoneTuning tuning = new ZoneTuning(kernel.machine(), kernel.log(), zones.all(), any -> true,
            mm.wantsHugePages());
        tuning.initPerZoneWmarkMin();
        tuning.startKhugepaged();

        AllocContext context = new AllocContext(kernel, map, zones, nodes, new VmEvents());
        AllocSpace space = new AllocSpace("isolated node " + nid, map, zones, nodes, new PageAllocator(context));
        kernel.mmu().addToDirectMap(startPfn, startPfn + NR_PAGES);
        mm.addSpace(space);
        return new ContextIsolatedNode(mm, nid, space, zone);
    }

    private static void fill(Zone zone, int startPfn, PageMap map) {
        zone.startPfn = startPfn;
        zone.spannedPages = NR_PAGES;
        zone.presentPages = NR_PAGES;
        for (PerCpuPages pcp : zone.pcp) {
            pcp.setFlags(PerCpuPages.PCPF_FREE_HIGH_BATCH);
        }
        map.setZoneId(startPfn, startPfn + NR_PAGES, zone.id);
        MemoryBoot.releaseToZone(zone, startPfn, startPfn + NR_PAGES, map);
    }

    @Override
    public int nid() {
        return nid;
    }

    @Override
    public AllocSpace space() {
        return space;
    }

    @Override
    public List<Zone> zones() {
        return List.of(zone);
    }

    @Override
    public @Nullable Page allocPages(Gfp gfp, int order, int allocFlags) {
        return mm.allocPagesIn(space, gfp, order, nid, NodeMask.of(nid), allocFlags);
    }

    @Override
    public void close() {
        space.allocator().drainAllPages(null);
        space.allocator().directMapBlocks().mapFreeBlocks(zone, zone.startPfn, zone.endPfn());
        long out = space.pagesOut();
        if (out != 0) {
            throw new KernelBug("isolated node %d ends with %d pages that were not freed", nid, out);
        }
        mm.removeSpace(space);
    }

    @Override
    public String toString() {
        return String.format("isolated node %d (context-carried): pfn %#x-%#x", nid, zone.startPfn, zone.endPfn());
    }
}
