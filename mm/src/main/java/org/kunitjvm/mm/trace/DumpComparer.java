package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** Compares a zone with a recorded dump of it: every number, every list in order, every pageblock. */
final class DumpComparer {
    private static final int[] NONE = new int[0];
    private static final int MIN_FRAMES = 16;

    private final ReplayMachine machine;
    private final PageMap map;
    private final boolean foreignMayChange;

    /**
     * Compares with the state of {@code machine}.
     *
     * @param foreignMayChange whether the booted kernel ran with interrupts on: then the number of its slab pages that
     *     look movable by accident is an input
     */
    DumpComparer(ReplayMachine machine, boolean foreignMayChange) {
        this.machine = machine;
        this.map = machine.map;
        this.foreignMayChange = foreignMayChange;
    }

    void compare(ZoneDump dump, Zone zone, Differences out) {
        geometry(dump, zone, out);
        counters(dump, zone, out);
        for (int cpu = 0; cpu < dump.cpus.size(); cpu++) {
            cache(dump, zone, cpu, out);
        }
        freeCounts(dump, zone, out);
        blocks(dump, zone, out);
        if (dump.hasLists) {
            freeLists(dump, zone, out);
        }
    }

    private static void geometry(ZoneDump dump, Zone zone, Differences out) {
        if (dump.geometry != null) {
            out.check("start_pfn", dump.geometry[0], zone.startPfn);
            out.check("spanned", dump.geometry[1], zone.spannedPages);
            out.check("present", dump.geometry[2], zone.presentPages);
            out.check("managed", dump.geometry[3], zone.managedPages);
        }
        if (dump.watermarks != null) {
            for (int i = 0; i < Zone.NR_WMARK; i++) {
                out.check("watermark " + i, dump.watermarks[i], zone.watermark(i));
            }
            out.check("boost", dump.watermarks[4], zone.watermarkBoost());
        }
        if (dump.lowmem != null) {
            for (int i = 0; i < MAX_NR_ZONES; i++) {
                out.check("lowmem_reserve " + i, dump.lowmem[i], zone.lowmemReserve(i));
            }
        }
        if (dump.threshold != null) {
            out.check("stat_threshold", dump.threshold[0], zone.counters.threshold());
            out.check("diff_now", dump.threshold[1], zone.counters.diff(0, ZoneStat.NR_FREE_PAGES));
            out.check("percpu_drift_mark", dump.threshold[2], zone.percpuDriftMark);
        }
    }

    private static void counters(ZoneDump dump, Zone zone, Differences out) {
        if (dump.stat == null) {
            return;
        }
        out.check("free_exact", dump.stat[0], freeExact(zone));
        out.check("free_vm", dump.stat[1], zone.counters.folded(ZoneStat.NR_FREE_PAGES));
        if (dump.cpus.size() <= 1) {
            out.check("free_vm_diff", dump.stat[2], zone.counters.diff(0, ZoneStat.NR_FREE_PAGES));
        }
        out.check("highatomic_reserved", dump.stat[3], zone.nrReservedHighatomic);
        out.check("highatomic_free", dump.stat[4], zone.nrFreeHighatomic());
        out.check("boost", dump.stat[5], zone.watermarkBoost());
        out.check("zflags", dump.stat[6], zone.flags);
    }

    /** Pages on all free lists. */
    static long freeExact(Zone zone) {
        long pages = 0;
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            pages += (long) zone.free.nrFree(order) << order;
        }
        return pages;
    }

    private static void cache(ZoneDump dump, Zone zone, int cpu, Differences out) {
        ZoneDump.CpuDump from = dump.cpus.get(cpu);
        PerCpuPages pcp = zone.pcp[cpu];
        String who = dump.cpus.size() > 1 ? "cpu " + cpu + " pcp " : "pcp ";
        if (from.scalars != null) {
            int[] model = {pcp.count, pcp.high, pcp.highMin, pcp.highMax, pcp.batch, pcp.flags(), pcp.allocFactor,
                pcp.freeCount};
            String[] names = {"count", "high", "high_min", "high_max", "batch", "flags", "alloc_factor", "free_count"};
            for (int i = 0; i < names.length; i++) {
                out.check(who + names[i], from.scalars[i], model[i]);
            }
        }
        if (from.expire >= 0) {
            out.check(who + "expire", from.expire, pcp.expire);
            out.check(who + "diff", from.diff, zone.counters.diff(cpu, ZoneStat.NR_FREE_PAGES));
        }
        if (from.pages != null) {
            for (int list = 0; list < PerCpuPages.NR_MAPPED_PCP_LISTS; list++) {
                out.check(who + "list " + list + " length", from.pages[list], pcp.lists.length(list));
            }
        }
        if (dump.hasPcpLists) {
            for (int list = 0; list < PerCpuPages.NR_MAPPED_PCP_LISTS; list++) {
                int[] recorded = from.lists[list];
                out.checkFrames(who + "list " + list, recorded == null ? NONE : recorded, pcp.lists.toArray(list));
            }
        }
    }

    private static void freeCounts(ZoneDump dump, Zone zone, Differences out) {
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            if (dump.nrFree != null) {
                out.check("nr_free order " + order, dump.nrFree[order], zone.free.nrFree(order));
            }
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                int[] counts = dump.perType[type];
                if (counts != null) {
                    out.check("free list " + ZoneDump.TYPE_LETTERS.charAt(type) + " order " + order + " length",
                        counts[order], zone.free.length(order, type));
                }
            }
        }
    }

    private void freeLists(ZoneDump dump, Zone zone, Differences out) {
        for (int order = NR_PAGE_ORDERS - 1; order >= 0; order--) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                int[] recorded = dump.freeList(order, type);
                out.checkFrames("free list " + ZoneDump.TYPE_LETTERS.charAt(type) + " order " + order,
                    recorded == null ? NONE : recorded, frames(zone, order, type));
            }
        }
    }

    /** The blocks of a free list, in order; of one that is damaged and runs in a circle, as many as can be free. */
    static int[] frames(Zone zone, int order, int type) {
        int limit = (zone.spannedPages >> order) + 1;
        int[] frames = new int[MIN_FRAMES];
        int n = 0;
        for (int pfn = zone.free.first(order, type); pfn >= 0 && n < limit; pfn = zone.free.next(order, pfn)) {
            if (n == frames.length) {
                frames = Arrays.copyOf(frames, 2 * n);
            }
            frames[n++] = pfn;
        }
        return Arrays.copyOf(frames, n);
    }

    private void blocks(ZoneDump dump, Zone zone, Differences out) {
        if (dump.blocksStart < 0) {
            return;
        }
        Map<Integer, ZoneDump.BlockPages> recorded = new HashMap<>();
        dump.blockPages.forEach(pages -> recorded.put(pages.pfn(), pages));
        int first = Pfns.alignDown(dump.blocksStart, PAGEBLOCK_NR_PAGES);
        for (int i = 0; i < dump.blockLetters.length(); i++) {
            int pfn = first + i * PAGEBLOCK_NR_PAGES;
            boolean exists = map.zoneId(pfn) == zone.id && !map.isBlockOffline(pfn);
            char model = exists ? ZoneDump.TYPE_LETTERS.charAt(map.blockType(pfn)) : '-';
            if (dump.blockLetters.charAt(i) != model) {
                out.add("pageblock " + pfn + ": recorded " + dump.blockLetters.charAt(i) + ", model " + model);
            }
            if (exists) {
                // The recorder counts in windows from the start of the zone, which need not be aligned.
                int window = dump.blocksStart + i * PAGEBLOCK_NR_PAGES;
                blockPages(window, recorded.get(window), out);
            }
        }
    }

    private void blockPages(int startPfn, ZoneDump.@org.jspecify.annotations.Nullable BlockPages recorded,
        Differences out) {
        int[] counts = new int[3];
        for (int pfn = startPfn; pfn < startPfn + PAGEBLOCK_NR_PAGES;) {
            int order = map.freeBlockOrder(pfn);
            if (order >= 0) {
                pfn += 1 << order;
                continue;
            }
            int flags = map.flags(pfn++);
            counts[0] += (flags & PageFlags.PG_LRU) != 0 ? 1 : 0;
            counts[1] += (flags & PageFlags.MODEL_MOVABLE_OPS) != 0 ? 1 : 0;
            counts[2] += (flags & PageFlags.PG_RESERVED) != 0 ? 1 : 0;
        }
        int[] expected = recorded == null ? new int[3] : new int[] {recorded.lru(), recorded.movableOps(),
            recorded.reserved()};
        if (foreignMayChange && expected[1] != counts[1] && machine.changeForeignMovable(startPfn,
            expected[1] - counts[1])) {
            counts[1] = expected[1];
        }
        if (!Arrays.equals(expected, counts)) {
            out.add("pages of pageblock " + startPfn + " (lru, movable_ops, reserved): recorded "
                + Arrays.toString(expected) + ", model " + Arrays.toString(counts));
        }
    }
}
