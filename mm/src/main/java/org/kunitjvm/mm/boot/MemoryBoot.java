package org.kunitjvm.mm.boot;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.kunitjvm.kernel.hw.MemoryRange;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Fills nodes and zones at boot: geometry, node states, zonelists, and the free memory in the order in which Linux
 * releases it. Models mm/mm_init.c: free_area_init and mm/memblock.c: memblock_free_all.
 */
public final class MemoryBoot {
    private final Memblock memblock;
    private final ZoneLayout layout;
    private final Nodes nodes;
    private final PageMap map;
    private final Printk log;

    /** Boot this memory into these nodes. */
    public MemoryBoot(Memblock memblock, ZoneLayout layout, Nodes nodes, PageMap map, Printk log) {
        this.memblock = memblock;
        this.layout = layout;
        this.nodes = nodes;
        this.map = map;
        this.log = log;
    }

    /** Make the nodes 0 to {@code nrNodes - 1} with their zones, and the zonelists; no memory is free yet. */
    public void makeNodes(int nrNodes) {
        memblock.memory().forEach(range -> map.ensureSpan(range.endPfn()));
        for (int nid = 0; nid < nrNodes; nid++) {
            NodeData node = nodes.online(nid);
            for (int index = 0; index < MAX_NR_ZONES; index++) {
                makeZone(node, index);
            }
            spanNode(node);
            nodes.setState(nid, NodeState.N_MEMORY, node.presentPages() != 0);
            nodes.setState(nid, NodeState.N_NORMAL_MEMORY, hasNormalMemory(node));
        }
        memblock.memory().forEach(this::assignZones);
    }

    private void makeZone(NodeData node, int index) {
        ZoneLayout.Span span = layout.span(node.nid, index);
        Zone zone = node.zone(index);
        zone.startPfn = span.startPfn();
        zone.spannedPages = span.spannedPages();
        zone.presentPages = span.presentPages();
        for (PerCpuPages pcp : zone.pcp) {
            // The caches of the modelled CPUs are large, as those of the recorded machines were.
            pcp.setFlags(PerCpuPages.PCPF_FREE_HIGH_BATCH);
        }
    }

    private static void spanNode(NodeData node) {
        int start = Integer.MAX_VALUE;
        int end = 0;
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            Zone zone = node.zone(index);
            if (zone.spannedPages != 0) {
                start = Math.min(start, zone.startPfn);
                end = Math.max(end, zone.endPfn());
            }
        }
        node.startPfn = end == 0 ? 0 : start;
        node.spannedPages = end == 0 ? 0 : end - start;
    }

    private static boolean hasNormalMemory(NodeData node) {
        for (int index = 0; index <= ZONE_NORMAL; index++) {
            if (node.zone(index).isPopulated()) {
                return true;
            }
        }
        return false;
    }

    /** Tell the memory map which zone the pageblocks of a range belong to. */
    private void assignZones(MemoryRange range) {
        int pfn = range.startPfn();
        while (pfn < range.endPfn()) {
            Zone zone = nodes.get(range.nid()).zone(layout.zoneOf(range.nid(), pfn));
            int end = Math.min(range.endPfn(), zone.endPfn());
            map.setZoneId(pfn, end, zone.id);
            pfn = end;
        }
    }

    /**
     * Hand all free memory to the buddy allocator: chunks go to the end of the MOVABLE lists, ascending. No chunk can
     * merge with an earlier one, because its buddy below is not free and its buddy above comes later.
     */
    public void freeAll() {
        reserveTheRest();
        for (MemoryRange range : memblock.free()) {
            int pfn = range.startPfn();
            while (pfn < range.endPfn()) {
                Zone zone = nodes.get(range.nid()).zone(layout.zoneOf(range.nid(), pfn));
                int end = Math.min(range.endPfn(), zone.endPfn());
                releaseToZone(zone, pfn, end, map);
                pfn = end;
            }
        }
    }

    /** Hand a range of one zone to the buddy allocator. */
    public static void releaseToZone(Zone zone, int startPfn, int endPfn, PageMap map) {
        Memblock.release(startPfn, endPfn, (pfn, order) -> {
            if (order < MmConstants.PAGEBLOCK_ORDER) {
                map.touch(pfn);
            }
            zone.free.addLast(order, MIGRATE_MOVABLE, pfn);
        });
        zone.managedPages += endPfn - startPfn;
        zone.counters.set(ZoneStat.NR_FREE_PAGES, zone.counters.read(ZoneStat.NR_FREE_PAGES) + endPfn - startPfn);
    }

    /** What the boot keeps, and what is missing inside a pageblock that has memory, is reserved. */
    private void reserveTheRest() {
        for (MemoryRange range : memblock.reserved()) {
            map.markReserved(range.startPfn(), range.endPfn());
        }
        List<MemoryRange> memory = memblock.memory();
        for (int i = 0; i < memory.size(); i++) {
            int before = i == 0 ? 0 : memory.get(i - 1).endPfn();
            int start = memory.get(i).startPfn();
            map.markReserved(Math.max(before, Pfns.alignDown(start, PAGEBLOCK_NR_PAGES)), start);
            int end = memory.get(i).endPfn();
            int after = i + 1 < memory.size() ? memory.get(i + 1).startPfn() : Integer.MAX_VALUE;
            map.markReserved(end, Math.min(after, Pfns.alignUp(end, PAGEBLOCK_NR_PAGES)));
        }
    }

    /**
     * Build the zonelists and log what was built.
     *
     * @return whether there is enough memory to group pages by mobility
     */
    public boolean buildZonelists() {
        nodes.buildAllZonelists();
        long pages = nodes.zones().all().stream().mapToLong(zone -> zone.managedPages).sum();
        boolean grouping = pages >= (long) PAGEBLOCK_NR_PAGES * MIGRATE_TYPES;
        int nrOnline = nodes.in(NodeState.N_ONLINE).length;
        log.info("Built %d zonelists, mobility grouping %s.  Total pages: %d", nrOnline, grouping ? "on" : "off",
            pages);
        if (nrOnline > 1) {
            log.info("Policy zone: %s", MmConstants.zoneName(policyZone()));
        }
        return grouping;
    }

    /** The highest zone type that has memory; what memory policies apply to. */
    private int policyZone() {
        return nodes.zones().all().stream().filter(zone -> zone.isPopulated() && zone.index <= ZONE_NORMAL)
            .mapToInt(zone -> zone.index).max().orElse(ZONE_NORMAL);
    }
}
