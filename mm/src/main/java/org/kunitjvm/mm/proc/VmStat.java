package org.kunitjvm.mm.proc;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;

import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** One line per counter of the whole kernel. Models mm/vmstat.c: vmstat_start. */
final class VmStat {
    private static final int DIRTY_RATIO = 20;
    private static final int DIRTY_BACKGROUND_RATIO = 10;

    private VmStat() {
    }

    static void append(ProcView view, StringBuilder out) {
        for (ZoneStat stat : ZoneStat.values()) {
            line(out, stat.label(), zoneSum(view, stat));
        }
        for (NumaStat stat : NumaStat.values()) {
            line(out, stat.label(), view.zones().stream().mapToLong(zone -> zone.counters.numa(stat)).sum());
        }
        for (NodeStat stat : NodeStat.values()) {
            line(out, stat.label(), nodeSum(view, stat));
        }
        long dirtyable = dirtyablePages(view);
        line(out, "nr_dirty_threshold", dirtyLimit(view, dirtyable, DIRTY_RATIO));
        line(out, "nr_dirty_background_threshold", dirtyLimit(view, dirtyable, DIRTY_BACKGROUND_RATIO));
        line(out, "nr_memmap_pages", 0);
        line(out, "nr_memmap_boot_pages", view.memmapBootPages());
        for (VmEvent event : VmEvent.values()) {
            line(out, event.label(), view.events().get(event));
        }
        line(out, "nr_unstable", 0);
    }

    private static void line(StringBuilder out, String label, long value) {
        out.append(label).append(' ').append(value).append('\n');
    }

    static long zoneSum(ProcView view, ZoneStat stat) {
        return view.zones().stream().mapToLong(zone -> zone.counters.read(stat)).sum();
    }

    static long nodeSum(ProcView view, NodeStat stat) {
        return view.nodes().stream().mapToLong(nid -> view.counters().apply(nid).read(stat)).sum();
    }

    /** Models mm/page-writeback.c: global_dirtyable_memory; never 0. */
    private static long dirtyablePages(ProcView view) {
        long free = zoneSum(view, ZoneStat.NR_FREE_PAGES);
        free -= Math.min(free, totalreserve(view));
        return free + nodeSum(view, NodeStat.NR_INACTIVE_FILE) + nodeSum(view, NodeStat.NR_ACTIVE_FILE) + 1;
    }

    /**
     * A percentage of the pages, computed in fractions of a page as the kernel does. Models mm/page-writeback.c:
     * domain_dirty_limits.
     */
    private static long dirtyLimit(ProcView view, long pages, int percent) {
        long limit = percent * MmConstants.PAGE_SIZE / 100 * pages / MmConstants.PAGE_SIZE;
        return view.realtimeDirtyBonus() == ProcView.NOT_REALTIME ? limit
            : limit + limit / 4 + view.realtimeDirtyBonus();
    }

    /** Models mm/page_alloc.c: calculate_totalreserve_pages. */
    static long totalreserve(ProcView view) {
        long total = 0;
        for (Zone zone : view.zones()) {
            long max = 0;
            for (int index = zone.index; index < MAX_NR_ZONES; index++) {
                max = Math.max(max, zone.lowmemReserve(index));
            }
            total += Math.min(zone.managedPages, max + zone.watermark(WMARK_HIGH));
        }
        return total;
    }
}
