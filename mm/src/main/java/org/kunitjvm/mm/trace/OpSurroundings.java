package org.kunitjvm.mm.trace;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * What the rules that apply to an operation look at: the cache of its CPU, the pageblock of its page, and how many
 * pageblocks are isolated. Shown before and after an operation that is explained, whatever its kind.
 */
final class OpSurroundings {
    private OpSurroundings() {
    }

    static List<String> of(ReplayMachine machine, List<Zone> zones, TraceOp op, String when) {
        List<String> lines = new ArrayList<>();
        for (Zone zone : zones) {
            PerCpuPages pcp = zone.pcp[op.cpu];
            lines.add(String.format("%s: %s: cache of CPU %d has %d of at most %d pages, free_count %d, "
                + "alloc_factor %d%s", when, zone.label(), op.cpu, pcp.count, pcp.high, pcp.freeCount, pcp.allocFactor,
                zone.nrIsolatePageblock == 0 ? "" : "; " + zone.nrIsolatePageblock + " pageblocks are isolated"));
            if (op.pfn == (int) op.pfn && zone.spans((int) op.pfn)) {
                lines.add(when + ": " + page(machine.map, (int) op.pfn));
            }
        }
        return lines;
    }

    private static String page(PageMap map, int pfn) {
        int around = map.freeBlockAround(pfn);
        String use = around >= 0 ? "in the free block " + around + " of order " + map.freeBlockOrder(around)
            : map.refcount(pfn) == 0 ? "in a cache, or a later page of a block"
            : "in use, refcount " + map.refcount(pfn);
        return "page " + pfn + " is " + use + "; its pageblock is " + MigrateType.migratetypeName(map.blockType(pfn));
    }
}
