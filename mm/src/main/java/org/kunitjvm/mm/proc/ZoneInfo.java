package org.kunitjvm.mm.proc;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.SWAP_CLUSTER_MAX;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;
import static org.kunitjvm.mm.zone.Zone.WMARK_PROMO;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** Everything about each zone; unpopulated ones end after their protection. Models mm/vmstat.c: zoneinfo_show_print. */
final class ZoneInfo {
    private static final int NAME_WIDTH = 12;

    private ZoneInfo() {
    }

    static void append(ProcView view, StringBuilder out) {
        for (int nid : view.nodes()) {
            boolean first = true;
            for (int index = 0; index < MAX_NR_ZONES; index++) {
                Zone zone = view.zone(nid, index);
                Columns.zone(out, nid, 1, MmConstants.zoneName(index));
                if (zone == null || !zone.isPopulated()) {
                    unpopulated(zone, index, out);
                    continue;
                }
                if (first) {
                    nodeStats(view.counters().apply(nid), out);
                    first = false;
                }
                populated(view, zone, out);
            }
        }
    }

    private static void nodeStats(NodeCounters counters, StringBuilder out) {
        out.append("\n  per-node stats");
        for (NodeStat stat : NodeStat.values()) {
            stat(out, stat.label(), counters.read(stat));
        }
    }

    private static void stat(StringBuilder out, String label, long value) {
        Columns.left(out.append("\n      "), label, NAME_WIDTH).append(' ').append(value);
    }

    private static void size(StringBuilder out, String label, long value) {
        Columns.left(out.append("\n        "), label, 8).append(' ').append(value);
    }

    /** Sizes are 0, but the marks of an unpopulated movable zone are not. */
    private static void unpopulated(@Nullable Zone zone, int index, StringBuilder out) {
        int mark = index == ZONE_MOVABLE ? SWAP_CLUSTER_MAX : 0;
        out.append("\n  pages free     ").append(zone == null ? 0 : zone.counters.read(ZoneStat.NR_FREE_PAGES));
        size(out, "boost", zone == null ? 0 : zone.watermarkBoost());
        size(out, "min", zone == null ? mark : zone.mark(WMARK_MIN));
        size(out, "low", zone == null ? mark : zone.mark(WMARK_LOW));
        size(out, "high", zone == null ? mark : zone.mark(WMARK_HIGH));
        size(out, "promo", zone == null ? mark : zone.mark(WMARK_PROMO));
        size(out, "spanned", zone == null ? 0 : zone.spannedPages);
        size(out, "present", 0);
        size(out, "managed", zone == null ? 0 : zone.managedPages);
        size(out, "cma", 0);
        protection(zone, out);
        out.append('\n');
    }

    private static void protection(@Nullable Zone zone, StringBuilder out) {
        out.append("\n        protection: (");
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            out.append(index == 0 ? "" : ", ").append(zone == null ? 0 : zone.lowmemReserve(index));
        }
        out.append(')');
    }

    private static void populated(ProcView view, Zone zone, StringBuilder out) {
        out.append("\n  pages free     ").append(zone.counters.read(ZoneStat.NR_FREE_PAGES));
        size(out, "boost", zone.watermarkBoost());
        size(out, "min", zone.mark(WMARK_MIN));
        size(out, "low", zone.mark(WMARK_LOW));
        size(out, "high", zone.mark(WMARK_HIGH));
        size(out, "promo", zone.mark(WMARK_PROMO));
        size(out, "spanned", zone.spannedPages);
        size(out, "present", zone.presentPages);
        size(out, "managed", zone.managedPages);
        size(out, "cma", 0);
        protection(zone, out);
        for (ZoneStat stat : ZoneStat.values()) {
            stat(out, stat.label(), zone.counters.read(stat));
        }
        for (NumaStat stat : NumaStat.values()) {
            stat(out, stat.label(), zone.counters.numa(stat));
        }
        pagesets(view, zone, out);
        out.append("\n  node_unreclaimable:  ").append(view.unreclaimable().apply(zone.nid));
        out.append("\n  start_pfn:           ").append(zone.startPfn).append('\n');
    }

    private static void pagesets(ProcView view, Zone zone, StringBuilder out) {
        out.append("\n  pagesets");
        for (int cpu = 0; cpu < view.onlineCpus(); cpu++) {
            PerCpuPages pcp = zone.pcp[cpu];
            out.append("\n    cpu: ").append(cpu);
            out.append("\n              count: ").append(pcp.count);
            out.append("\n              high:  ").append(pcp.high);
            out.append("\n              batch: ").append(pcp.batch);
            out.append("\n  vm stats threshold: ").append(zone.counters.threshold());
        }
    }
}
