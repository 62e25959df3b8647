package org.kunitjvm.mm.hotplug;

import static org.kunitjvm.mm.alloc.PageIsolation.MEMORY_OFFLINE;
import static org.kunitjvm.mm.alloc.PageIsolation.REPORT_FAILURE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_USER;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.alloc.PageMigrator;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** Takes memory away from the buddy allocator. Models mm/memory_hotplug.c: offline_pages. */
final class MemoryOffline {
    private final HotplugParts parts;
    private final PageMap map;
    private final Nodes nodes;
    private PageMigrator migrator = PageMigrator.NONE;

    MemoryOffline(HotplugParts parts) {
        this.parts = parts;
        this.map = parts.map();
        this.nodes = parts.nodes();
    }

    /** Let {@code newMigrator} move pages that are in use. */
    void setMigrator(PageMigrator newMigrator) {
        migrator = newMigrator;
    }

    /**
     * Offline {@code nrPages} from {@code startPfn}.
     *
     * @throws ErrnoException {@code EINVAL} if the range is not whole sections, has holes or spans zones; {@code EBUSY}
     *     if a page cannot be moved; what a notifier says
     */
    void offlinePages(int startPfn, int nrPages) throws ErrnoException {
        boolean odd = nrPages <= 0 || startPfn % PAGEBLOCK_NR_PAGES != 0
            || (startPfn + nrPages) % PAGES_PER_SECTION != 0;
        if (parts.kernel().warnings().warnOnOnce(odd)) {
            throw new ErrnoException(Errno.EINVAL, String.format("offline of pfn %#x, %d pages: not whole sections",
                startPfn, nrPages));
        }
        Zone zone = zoneOf(startPfn, nrPages);
        NodeData node = nodes.get(zone.nid);
        parts.allocator().pcpSwitch().disable(zone);
        parts.allocator().directMapBlocks().mapFreeBlocks(zone, startPfn, startPfn + nrPages);
        MemoryNotify what = notifyArgument(zone, startPfn, nrPages);
        try {
            takeAway(zone, startPfn, nrPages, what);
        } catch (ErrnoException e) {
            parts.allocator().pcpSwitch().enable(zone);
            throw e;
        }
        finish(node, zone, startPfn, nrPages, what);
    }

    /** Everything must lie in one zone and exist. */
    private Zone zoneOf(int startPfn, int nrPages) throws ErrnoException {
        for (int pfn = startPfn; pfn < startPfn + nrPages; pfn += PAGEBLOCK_NR_PAGES) {
            if (!map.isValid(pfn)) {
                throw failed(Errno.EINVAL, startPfn, nrPages, "memory holes");
            }
        }
        Zone zone = nodes.zones().zoneOf(startPfn);
        for (int pfn = startPfn; pfn < startPfn + nrPages; pfn += PAGEBLOCK_NR_PAGES) {
            if (map.zoneId(pfn) != zone.id) {
                throw failed(Errno.EINVAL, startPfn, nrPages, "multizone range");
            }
        }
        return zone;
    }

    private ErrnoException failed(Errno errno, int startPfn, int nrPages, String reason) {
        long start = (long) startPfn << PAGE_SHIFT;
        long end = (long) (startPfn + nrPages) << PAGE_SHIFT;
        return new ErrnoException(errno, String.format("memory offlining [mem %#010x-%#010x] failed due to %s", start,
            end - 1, reason));
    }

    private MemoryNotify notifyArgument(Zone zone, int startPfn, int nrPages) {
        NodeData node = nodes.get(zone.nid);
        int normalLeft = -nrPages;
        for (int index = 0; index <= ZONE_NORMAL; index++) {
            normalLeft += node.zone(index).presentPages;
        }
        boolean losesNormal = zone.index <= ZONE_NORMAL && normalLeft == 0
            && nodes.is(zone.nid, NodeState.N_NORMAL_MEMORY);
        boolean losesAll = node.presentPages() == nrPages && nodes.is(zone.nid, NodeState.N_MEMORY);
        return new MemoryNotify(startPfn, nrPages, losesAll ? zone.nid : NUMA_NO_NODE, losesNormal ? zone.nid
            : NUMA_NO_NODE);
    }

    /** Isolate, ask, move pages out, take the free blocks off the lists. */
    private void takeAway(Zone zone, int startPfn, int nrPages, MemoryNotify what) throws ErrnoException {
        int endPfn = startPfn + nrPages;
        try {
            parts.isolation().startIsolatePageRange(startPfn, endPfn, MIGRATE_MOVABLE, MEMORY_OFFLINE | REPORT_FAILURE);
        } catch (ErrnoException e) {
            throw failed(e.errno(), startPfn, nrPages, "failure to isolate range");
        }
        String reason = "notifier failure";
        try {
            parts.notifiers().ask(MemoryEvent.MEM_GOING_OFFLINE, what);
            reason = "unmovable page";
            moveOut(zone, startPfn, endPfn);
        } catch (ErrnoException e) {
            parts.isolation().undoIsolatePageRange(startPfn, endPfn, MIGRATE_MOVABLE);
            parts.notifiers().tell(MemoryEvent.MEM_CANCEL_OFFLINE, what);
            throw failed(e.errno(), startPfn, nrPages, reason + " (" + e.getMessage() + ")");
        }
        removeFreeBlocks(zone, startPfn, endPfn);
        zone.nrIsolatePageblock -= nrPages / PAGEBLOCK_NR_PAGES;
    }

    /**
     * Until nothing is left but free pages. Differs from Linux: what cannot be moved at once is not tried again for
     * ever.
     */
    private void moveOut(Zone zone, int startPfn, int endPfn) throws ErrnoException {
        int used = parts.isolation().testPagesIsolated(startPfn, endPfn, MEMORY_OFFLINE);
        while (used < endPfn) {
            migrate(zone, used);
            // What was freed may have merged with free pages before it: look again from where such a block would begin.
            int from = Math.max(startPfn, Pfns.alignDown(used, MAX_ORDER_NR_PAGES));
            used = parts.isolation().testPagesIsolated(from, endPfn, MEMORY_OFFLINE);
        }
    }

    /** Move what is at {@code pfn} elsewhere. */
    private void migrate(Zone zone, int pfn) throws ErrnoException {
        int head = map.headOf(pfn);
        int order = map.compoundOrder(head);
        if (!migrator.isolate(head)) {
            throw new ErrnoException(Errno.EBUSY, String.format("pfn %#x is in use and cannot be moved", head));
        }
        int gfp = GFP_USER | __GFP_MOVABLE | __GFP_RETRY_MAYFAIL | (order > 0 ? __GFP_COMP : 0);
        int target = parts.allocator().allocPages(zone.nid, gfp, order);
        if (target < 0) {
            migrator.putback(head);
            throw new ErrnoException(Errno.ENOMEM, String.format("no page of order %d to move pfn %#x to", order,
                head));
        }
        migrator.migrate(head, target);
        parts.allocator().freePages(head, order);
    }

    /** Models mm/page_alloc.c: __offline_isolated_pages. */
    private void removeFreeBlocks(Zone zone, int startPfn, int endPfn) {
        zone.lock.lockIrqsave();
        int pfn = startPfn;
        while (pfn < endPfn) {
            int order = map.freeBlockOrder(pfn);
            if (order < 0) {
                if (map.hasFlag(pfn, PageFlags.PG_HWPOISON)) {
                    pfn++;
                    continue;
                }
                throw new KernelBug("offline of pfn %#x-%#x: page %#x is neither free nor poisoned", startPfn, endPfn,
                    pfn);
            }
            zone.free.remove(order, map.blockType(pfn), pfn);
            pfn += 1 << order;
        }
        zone.lock.unlockIrqrestore();
    }

    private void finish(NodeData node, Zone zone, int startPfn, int nrPages, MemoryNotify what) {
        parts.allocator().pcpSwitch().enable(zone);
        zone.managedPages -= nrPages;
        zone.presentPages -= nrPages;
        // The states go first: a zonelist that is built now must not contain the node.
        if (what.statusChangeNidNormal() >= 0) {
            nodes.setState(what.statusChangeNidNormal(), NodeState.N_NORMAL_MEMORY, false);
        }
        if (what.statusChangeNid() >= 0) {
            nodes.setState(what.statusChangeNid(), NodeState.N_MEMORY, false);
        }
        parts.tuning().initPerZoneWmarkMin();
        if (!zone.isPopulated()) {
            resetPcp(zone);
            nodes.buildAllZonelists();
        }
        if (what.statusChangeNid() >= 0) {
            nodes.stopThreads(what.statusChangeNid());
        }
        parts.notifiers().tell(MemoryEvent.MEM_OFFLINE, what);
        map.markOffline(startPfn, startPfn + nrPages);
        parts.spans().shrink(node, zone, startPfn, nrPages);
    }

    /** Models mm/page_alloc.c: zone_pcp_reset. */
    private static void resetPcp(Zone zone) {
        for (PerCpuPages pcp : zone.pcp) {
            pcp.high = 0;
            pcp.highMin = 0;
            pcp.highMax = 0;
            pcp.batch = 1;
        }
    }
}
