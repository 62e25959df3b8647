package org.kunitjvm.mm.hotplug;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.Zone;

/**
 * How zones and nodes grow and shrink. Models mm/memory_hotplug.c: resize_zone_range, shrink_zone_span,
 * zone_for_pfn_range.
 */
final class ZoneSpans {
    private final PageMap map;

    ZoneSpans(PageMap map) {
        this.map = map;
    }

    /** The zone that memory joins when nobody asks for one: where it lies, else Normal. */
    Zone zoneFor(NodeData node, int startPfn, int nrPages) {
        Zone kernelZone = node.zone(ZONE_NORMAL);
        for (int index = ZONE_DMA; index <= ZONE_NORMAL; index++) {
            if (intersects(node.zone(index), startPfn, nrPages)) {
                kernelZone = node.zone(index);
                break;
            }
        }
        Zone movable = node.zone(ZONE_MOVABLE);
        boolean inKernelZone = intersects(kernelZone, startPfn, nrPages);
        return !inKernelZone && intersects(movable, startPfn, nrPages) ? movable : kernelZone;
    }

    private static boolean intersects(Zone zone, int startPfn, int nrPages) {
        return zone.spannedPages != 0 && startPfn < zone.endPfn() && startPfn + nrPages > zone.startPfn;
    }

    void grow(NodeData node, Zone zone, int startPfn, int nrPages) {
        int start = zone.spannedPages == 0 ? startPfn : Math.min(zone.startPfn, startPfn);
        int end = Math.max(zone.spannedPages == 0 ? 0 : zone.endPfn(), startPfn + nrPages);
        zone.startPfn = start;
        zone.spannedPages = end - start;
        spanNode(node);
        map.ensureSpan(end);
        map.setZoneId(startPfn, startPfn + nrPages, zone.id);
    }

    /** Memory at one end of a zone is gone: the span ends at the next memory. Memory in the middle leaves a hole. */
    void shrink(NodeData node, Zone zone, int startPfn, int nrPages) {
        map.setZoneId(startPfn, startPfn + nrPages, 0);
        int start = zone.startPfn;
        int end = zone.endPfn();
        if (start == startPfn) {
            start = startPfn + nrPages;
            while (start < end && map.zoneId(start) != zone.id) {
                start += PAGEBLOCK_NR_PAGES;
            }
        } else if (end == startPfn + nrPages) {
            end = startPfn;
            while (start < end && map.zoneId(end - 1) != zone.id) {
                end -= PAGEBLOCK_NR_PAGES;
            }
        }
        boolean empty = start >= end;
        zone.startPfn = empty ? 0 : start;
        zone.spannedPages = empty ? 0 : end - start;
        spanNode(node);
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
}
