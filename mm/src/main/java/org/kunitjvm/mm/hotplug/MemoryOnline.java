package org.kunitjvm.mm.hotplug;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.boot.Memblock;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** Hands memory that was added to the buddy allocator. Models mm/memory_hotplug.c: online_pages. */
final class MemoryOnline {
    private final HotplugParts parts;
    private final PageMap map;
    private final Nodes nodes;

    MemoryOnline(HotplugParts parts) {
        this.parts = parts;
        this.map = parts.map();
        this.nodes = parts.nodes();
    }

    /**
     * Online {@code nrPages} from {@code startPfn} in a zone.
     *
     * @throws ErrnoException {@code EINVAL} for a range that is not whole pageblocks up to a section's end, or what a
     *     notifier says
     */
    void onlinePages(int startPfn, int nrPages, Zone zone) throws ErrnoException {
        boolean odd = nrPages <= 0 || startPfn % PAGEBLOCK_NR_PAGES != 0
            || (startPfn + nrPages) % PAGES_PER_SECTION != 0;
        if (parts.kernel().warnings().warnOnOnce(odd)) {
            throw new ErrnoException(Errno.EINVAL, String.format("online of pfn %#x, %d pages: not whole sections",
                startPfn, nrPages));
        }
        NodeData node = nodes.get(zone.nid);
        moveToZone(node, zone, startPfn, nrPages);
        MemoryNotify what = new MemoryNotify(startPfn, nrPages, getsFirstMemory(zone.nid, NodeState.N_MEMORY),
            zone.index <= ZONE_NORMAL ? getsFirstMemory(zone.nid, NodeState.N_NORMAL_MEMORY) : NUMA_NO_NODE);
        try {
            parts.notifiers().ask(MemoryEvent.MEM_GOING_ONLINE, what);
        } catch (ErrnoException e) {
            parts.notifiers().tell(MemoryEvent.MEM_CANCEL_ONLINE, what);
            parts.spans().shrink(node, zone, startPfn, nrPages);
            map.markOffline(startPfn, startPfn + nrPages);
            throw e;
        }
        online(zone, startPfn, nrPages, what);
    }

    private void online(Zone zone, int startPfn, int nrPages, MemoryNotify what) {
        // Before the first page appears, so that nobody takes the blocks for free memory.
        zone.nrIsolatePageblock += nrPages / PAGEBLOCK_NR_PAGES;
        boolean wasEmpty = !zone.isPopulated();
        if (wasEmpty) {
            setUpPagesets(zone);
        }
        map.markOnline(startPfn, startPfn + nrPages);
        Memblock.release(startPfn, startPfn + nrPages, (pfn, order) -> {
            map.touch(pfn);
            zone.managedPages += 1 << order;
            parts.allocator().freeOnlinedPages(pfn, order);
        });
        zone.presentPages += nrPages;
        setNodeStates(what);
        if (wasEmpty) {
            nodes.buildAllZonelists();
        }
        parts.isolation().undoIsolatePageRange(startPfn, startPfn + nrPages, MIGRATE_MOVABLE);
        parts.tuning().initPerZoneWmarkMin();
        if (wasEmpty) {
            parts.tuning().updatePcp(zone);
        }
        nodes.startThreads(zone.nid);
        parts.notifiers().tell(MemoryEvent.MEM_ONLINE, what);
    }

    /** The range joins the zone as offline, isolated pageblocks. Models mm/memory_hotplug.c: move_pfn_range_to_zone. */
    private void moveToZone(NodeData node, Zone zone, int startPfn, int nrPages) {
        parts.spans().grow(node, zone, startPfn, nrPages);
        map.markOffline(startPfn, startPfn + nrPages);
        for (int pfn = startPfn; pfn < startPfn + nrPages; pfn += PAGEBLOCK_NR_PAGES) {
            map.setBlockType(pfn, MIGRATE_ISOLATE);
        }
    }

    private static void setUpPagesets(Zone zone) {
        for (PerCpuPages pcp : zone.pcp) {
            pcp.high = 0;
            pcp.allocFactor = 0;
            pcp.freeCount = 0;
            pcp.expire = 0;
            pcp.setFlags(PerCpuPages.PCPF_FREE_HIGH_BATCH);
        }
    }

    /** The node if it has no memory of this kind yet; the isolated one never gets the state. */
    private int getsFirstMemory(int nid, NodeState state) {
        return nodes.is(nid, state) || nodes.isIsolated(nid) ? NUMA_NO_NODE : nid;
    }

    private void setNodeStates(MemoryNotify what) {
        if (what.statusChangeNidNormal() >= 0) {
            nodes.setState(what.statusChangeNidNormal(), NodeState.N_NORMAL_MEMORY, true);
        }
        if (what.statusChangeNid() >= 0) {
            nodes.setState(what.statusChangeNid(), NodeState.N_MEMORY, true);
        }
    }
}
