package org.kunitjvm.mm.picture;

import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_IDXS;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Exhibit.Cell;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** The lists of a zone as tables. Each number can be asked for the blocks behind it, in the order of the list. */
final class ListTables {
    private static final int MAX_NAMED = 24;

    private ListTables() {
    }

    /** The free lists: a row for each type that has blocks or pages of its own, a column for each order. */
    static Exhibit.Table freeLists(Zone zone) {
        List<String> columns = new ArrayList<>(List.of("type"));
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            columns.add("order " + order);
        }
        columns.add("pages");
        List<List<Cell>> rows = new ArrayList<>();
        for (int type = 0; type < NR_FREETYPE_IDXS; type++) {
            if (type < MIGRATE_PCPTYPES || zone.free.orderMask(type) != 0) {
                rows.add(typeRow(zone, type));
            }
        }
        return new Exhibit.Table("Free lists", true,
            "Blocks on each list; point at a number for the list itself, first block first.", columns, rows);
    }

    private static List<Cell> typeRow(Zone zone, int type) {
        List<Cell> row = new ArrayList<>(List.of(Cell.of(MigrateType.migratetypeName(type))));
        long pages = 0;
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            int limit = (zone.spannedPages >> order) + 1;
            int length = 0;
            StringBuilder blocks = new StringBuilder();
            for (int pfn = zone.free.first(order, type); pfn >= 0 && length <= limit;
                pfn = zone.free.next(order, pfn)) {
                name(blocks, length++, pfn);
            }
            pages += (long) length << order;
            row.add(length == 0 ? Cell.of("") : new Cell(length > limit ? "circle!" : Integer.toString(length),
                blocks.toString()));
        }
        row.add(Cell.of(Long.toString(pages)));
        return row;
    }

    private static void name(StringBuilder blocks, int position, int pfn) {
        if (position < MAX_NAMED) {
            blocks.append(position == 0 ? "" : " ").append("0x").append(Integer.toHexString(pfn));
        } else if (position == MAX_NAMED) {
            blocks.append(" …");
        }
    }

    /** The caches of the CPUs: a row for each, a column for each list that has something on any of them. */
    static Exhibit.Table cpuLists(Zone zone) {
        List<Integer> used = new ArrayList<>();
        for (int index = 0; index < PerCpuPages.NR_PCP_LISTS; index++) {
            for (PerCpuPages pcp : zone.pcp) {
                if (!pcp.lists.isEmpty(index)) {
                    used.add(index);
                    break;
                }
            }
        }
        List<String> columns = new ArrayList<>(List.of("CPU", "count", "high", "batch"));
        used.forEach(index -> columns.add("order " + PerCpuPages.orderOf(index) + " " + PerCpuPages.typeOf(index)));
        List<List<Cell>> rows = new ArrayList<>();
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            rows.add(cpuRow(cpu, zone.pcp[cpu], used));
        }
        return new Exhibit.Table("Per-CPU lists", true, used.isEmpty() ? "All of them are empty."
            : "Blocks on each list.", columns, rows);
    }

    private static List<Cell> cpuRow(int cpu, PerCpuPages pcp, List<Integer> used) {
        List<Cell> row = new ArrayList<>(List.of(Cell.of("CPU " + cpu), Cell.of(Integer.toString(pcp.count)),
            Cell.of(Integer.toString(pcp.high)), Cell.of(Integer.toString(pcp.batch))));
        for (int index : used) {
            int[] blocks = pcp.lists.toArray(index);
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < blocks.length; i++) {
                name(names, i, blocks[i]);
            }
            row.add(blocks.length == 0 ? Cell.of("") : new Cell(Integer.toString(blocks.length), names.toString()));
        }
        return row;
    }
}
