package org.kunitjvm.mm.node;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;

import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * A NUMA node: its zones, its extent and its counters. Models include/linux/mmzone.h: pg_data_t; the fields have the C
 * names.
 */
public final class NodeData {
    /** After this many failures in a row kswapd gives up on a node ({@code MAX_RECLAIM_RETRIES}). */
    public static final int MAX_RECLAIM_RETRIES = 16;

    /** Number of the node. */
    public final int nid;
    /** What it counts. */
    public final NodeCounters counters = new NodeCounters();
    /** First frame. */
    public int startPfn;
    /** Frames from the first to the last, holes included. */
    public int spannedPages;
    /** Whether its kswapd runs; the model has no such thread, only the fact that there would be one. */
    public boolean kswapdRuns;
    /** Whether its kcompactd runs. */
    public boolean kcompactdRuns;
    /** How often kswapd failed in a row; at 16 the node counts as hopeless. */
    public int kswapdFailures;

    private final Zone[] zones = new Zone[MAX_NR_ZONES];

    /** A node without memory whose zones are registered in {@code table}. */
    public NodeData(int nid, ZoneTable table) {
        this.nid = nid;
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            Zone zone = table.find(nid, index);
            zones[index] = zone != null ? zone : table.add(nid, index);
        }
    }

    /** The zone of this type. */
    public Zone zone(int index) {
        return zones[index];
    }

    /** Pages that exist ({@code node_present_pages}). */
    public int presentPages() {
        int pages = 0;
        for (Zone zone : zones) {
            pages += zone.presentPages;
        }
        return pages;
    }

    /** First frame behind the node ({@code pgdat_end_pfn}). */
    public int endPfn() {
        return startPfn + spannedPages;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("node ").append(nid).append(": ").append(presentPages()).append(" pages");
        for (Zone zone : zones) {
            if (zone.isPopulated()) {
                out.append(String.format(", %s %#x-%#x", zone.name(), zone.startPfn, zone.endPfn()));
            }
        }
        return out.toString();
    }
}
