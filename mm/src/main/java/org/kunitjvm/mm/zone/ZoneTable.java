package org.kunitjvm.mm.zone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.page.PageMap;

/**
 * All zones of a kernel, and which of them a frame belongs to. Models {@code page_zone()} and {@code for_each_zone()}.
 */
public final class ZoneTable {
    private final Kernel kernel;
    private final PageMap map;
    private final List<Zone> inOrder = new ArrayList<>();
    private @Nullable Zone[] byId = new Zone[1];
    private @Nullable Zone latest;

    /** No zones yet. */
    public ZoneTable(Kernel kernel, PageMap map) {
        this.kernel = kernel;
        this.map = map;
    }

    /** Make an empty zone of type {@code index} on a node. */
    public Zone add(int nid, int index) {
        if (find(nid, index) != null) {
            throw new KernelBug("node %d has a zone %d already", nid, index);
        }
        int id = byId.length;
        if (id > PageMap.MAX_ZONE_ID) {
            throw new KernelBug("more than %d zones", PageMap.MAX_ZONE_ID);
        }
        Zone zone = new Zone(kernel, map, id, nid, index);
        byId = Arrays.copyOf(byId, id + 1);
        byId[id] = zone;
        zone.below = find(nid, index - 1);
        Zone above = find(nid, index + 1);
        if (above != null) {
            above.below = zone;
        }
        inOrder.add(zone);
        inOrder.sort(ZoneTable::compareNodeAndIndex);
        return zone;
    }

    private static int compareNodeAndIndex(Zone a, Zone b) {
        return a.nid != b.nid ? Integer.compare(a.nid, b.nid) : Integer.compare(a.index, b.index);
    }

    /** The zones by node, then by type ({@code for_each_zone}). The list must not be changed. */
    public List<Zone> all() {
        return inOrder;
    }

    /** The zone of this type on this node, or {@code null}. */
    public @Nullable Zone find(int nid, int index) {
        for (Zone zone : inOrder) {
            if (zone.nid == nid && zone.index == index) {
                return zone;
            }
        }
        return null;
    }

    /** The zone that a frame belongs to ({@code page_zone}). */
    public Zone zoneOf(int pfn) {
        int id = map.zoneId(pfn);
        // A guess that the CPU can predict: what is done with the zone need not wait for the loads that find it.
        Zone guess = latest;
        return guess != null && guess.id == id ? guess : lookUp(id, pfn);
    }

    private Zone lookUp(int id, int pfn) {
        Zone zone = byId[id];
        if (zone == null) {
            throw new KernelBug("pfn %#x belongs to no zone", pfn);
        }
        latest = zone;
        return zone;
    }

    /** The zone that a frame belongs to, or {@code null} if there is no such frame. */
    public @Nullable Zone findZoneOf(int pfn) {
        return pfn < 0 ? null : byId[map.zoneId(pfn)];
    }
}
