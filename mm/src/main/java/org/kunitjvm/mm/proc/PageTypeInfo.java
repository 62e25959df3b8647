package org.kunitjvm.mm.proc;

import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_IDXS;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.stream.IntStream;

import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;

/**
 * Free blocks per order and migrate type, then pageblocks per migrate type; once for each node. Models mm/vmstat.c:
 * pagetypeinfo_show.
 */
final class PageTypeInfo {
    /** A list is not counted further than this. */
    private static final int COUNT_LIMIT = 100_000;

    private PageTypeInfo() {
    }

    static void append(ProcView view, StringBuilder out) {
        int[] types = IntStream.range(0, MIGRATE_TYPES).filter(type -> type != MIGRATE_CMA || view.hasCma()).toArray();
        for (int nid : view.nodes()) {
            if (view.zones().stream().anyMatch(zone -> zone.nid == nid && zone.isPopulated())) {
                out.append("Page block order: ").append(PAGEBLOCK_ORDER).append('\n');
                out.append("Pages per block:  ").append(PAGEBLOCK_NR_PAGES).append("\n\n");
                freeBlocks(view, nid, types, out);
                out.append('\n');
                pageblocks(view, nid, types, out);
            }
        }
    }

    private static void freeBlocks(ProcView view, int nid, int[] types, StringBuilder out) {
        Columns.left(out, "Free pages count per migrate type at order", 43).append(' ');
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            Columns.right(out, order, 6).append(' ');
        }
        out.append('\n');
        for (Zone zone : view.zones()) {
            if (zone.nid == nid && zone.isPopulated()) {
                for (int type : types) {
                    Columns.zone(out, nid, 4, zone.name());
                    Columns.right(out.append(", type "), MigrateType.migratetypeName(type), 12).append(' ');
                    for (int order = 0; order < NR_PAGE_ORDERS; order++) {
                        int count = count(zone, order, type);
                        Columns.right(out.append(count == COUNT_LIMIT ? ">" : ""), count, 6).append(' ');
                    }
                    out.append('\n');
                }
            }
        }
    }

    private static int count(Zone zone, int order, int type) {
        int count = 0;
        for (int idx = 0; idx < NR_FREETYPE_IDXS; idx++) {
            if (FreeType.migratetypeOf(idx) == type) {
                for (int pfn = zone.free.first(order, idx); pfn >= 0 && count < COUNT_LIMIT;
                    pfn = zone.free.next(order, pfn)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static void pageblocks(ProcView view, int nid, int[] types, StringBuilder out) {
        Columns.left(out, "Number of blocks type ", 23);
        for (int type : types) {
            Columns.right(out, MigrateType.migratetypeName(type), 12).append(' ');
        }
        out.append('\n');
        for (Zone zone : view.zones()) {
            if (zone.nid == nid && zone.isPopulated()) {
                int[] counts = new int[MIGRATE_TYPES];
                // 6.12 counts the block of every 512th frame from the first one of the zone, aligned or not.
                for (int pfn = zone.startPfn; pfn < zone.endPfn(); pfn += PAGEBLOCK_NR_PAGES) {
                    if (view.map().zoneId(pfn) == zone.id && !view.map().isBlockOffline(pfn)) {
                        counts[FreeType.migratetypeOf(view.map().blockType(pfn))]++;
                    }
                }
                Columns.zone(out, nid, 1, zone.name()).append(' ');
                for (int type : types) {
                    Columns.right(out, counts[type], 12).append(' ');
                }
                out.append('\n');
            }
        }
    }
}
