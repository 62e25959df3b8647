package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.isMergeable;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Checks that a zone that nobody works on is consistent: lists against counters, blocks against each other and against their
 * pageblocks. Costs a walk over all lists; the result is one line per fault, empty if all is well.
 */
public final class ZoneChecker {
    private static final int MAX_FAULTS = 20;

    private final AllocContext context;
    private final PageMap map;

    /** Checks zones of one allocator. */
    public ZoneChecker(AllocContext context) {
        this.context = context;
        this.map = context.map;
    }

    /** Check one zone. */
    public List<String> check(Zone zone) {
        List<String> faults = new ArrayList<>();
        BitSet free = new BitSet(zone.spannedPages);
        long[] pages = new long[MIGRATE_TYPES];
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            int nr = 0;
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                int length = checkList(zone, order, type, free, faults);
                nr += length;
                pages[type] += (long) length << order;
            }
            if (nr != zone.free.nrFree(order)) {
                fault(faults, "%s: nr_free of order %d is %d, the lists have %d blocks", zone, order, zone.free.nrFree(order), nr);
            }
        }
        checkCounters(zone, pages, faults);
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            checkCache(zone, cpu, free, faults);
        }
        checkIsolated(zone, faults);
        return faults;
    }

    /** Check all populated zones of the allocator. */
    public List<String> checkAll() {
        List<String> faults = new ArrayList<>();
        for (Zone zone : context.zones.all()) {
            if (zone.isPopulated()) {
                faults.addAll(check(zone));
            }
        }
        return faults;
    }

    private int checkList(Zone zone, int order, int type, BitSet free, List<String> faults) {
        int length = 0;
        int prev = -1;
        for (int pfn = zone.free.first(order, type); pfn >= 0; pfn = zone.free.next(order, pfn)) {
            if (++length > zone.spannedPages) {
                fault(faults, "%s: list of order %d type %d does not end", zone, order, type);
                break;
            }
            if (zone.free.prev(order, pfn) != prev) {
                fault(faults, "%s: block %d order %d: link back is %d, not %d", zone, pfn, order, zone.free.prev(order, pfn), prev);
            }
            prev = pfn;
            checkBlock(zone, pfn, order, type, free, faults);
        }
        if (zone.free.last(order, type) != prev || zone.free.isEmpty(order, type) != (length == 0)) {
            fault(faults, "%s: list of order %d type %d: last is %d, walked to %d", zone, order, type, zone.free.last(order, type), prev);
        }
        return length;
    }

    private void checkBlock(Zone zone, int pfn, int order, int type, BitSet free, List<String> faults) {
        int endPfn = pfn + (1 << order);
        if ((pfn & (1 << order) - 1) != 0) {
            fault(faults, "%s: block %d order %d is not aligned", zone, pfn, order);
        }
        if (!zone.spans(pfn) || !zone.spans(endPfn - 1) || map.zoneId(pfn) != zone.id || map.zoneId(endPfn - 1) != zone.id) {
            fault(faults, "%s: block %d order %d is not inside the zone", zone, pfn, order);
            return;
        }
        if (map.freeBlockOrder(pfn) != order) {
            fault(faults, "%s: block %d on the list of order %d is marked as order %d", zone, pfn, order, map.freeBlockOrder(pfn));
        }
        int overlap = free.nextSetBit(pfn - zone.startPfn);
        if (overlap >= 0 && overlap < endPfn - zone.startPfn) {
            fault(faults, "%s: block %d order %d overlaps another at %d", zone, pfn, order, zone.startPfn + overlap);
        }
        free.set(pfn - zone.startPfn, endPfn - zone.startPfn);
        for (int block = pfn; block < endPfn; block += PAGEBLOCK_NR_PAGES) {
            if (map.blockType(block) != type) {
                fault(faults, "%s: block %d order %d is on the list of type %d, its pageblock %d has type %d", zone, pfn, order, type,
                    block, map.blockType(block));
            }
        }
        checkBuddy(zone, pfn, order, type, faults);
        if (map.refcount(pfn) != 0) {
            fault(faults, "%s: free block %d order %d has %d references", zone, pfn, order, map.refcount(pfn));
        }
    }

    /** Two free buddies must have merged, except where types forbid it or isolation put them side by side. */
    private void checkBuddy(Zone zone, int pfn, int order, int type, List<String> faults) {
        int buddy = pfn ^ 1 << order;
        if (order >= PAGEBLOCK_ORDER || order == MAX_PAGE_ORDER || !map.isFreeBlock(buddy, order) || !isMergeable(type)) {
            return;
        }
        if (pfn < buddy) {
            fault(faults, "%s: blocks %d and %d of order %d were not merged", zone, pfn, buddy, order);
        }
    }

    private void checkCounters(Zone zone, long[] pages, List<String> faults) {
        long free = 0;
        for (int type = 0; type < MIGRATE_TYPES; type++) {
            free += type == MIGRATE_ISOLATE ? 0 : pages[type];
        }
        compare(faults, zone, "NR_FREE_PAGES", zone.counters.exact(ZoneStat.NR_FREE_PAGES), free);
        compare(faults, zone, "NR_FREE_CMA", zone.counters.exact(ZoneStat.NR_FREE_CMA), pages[MIGRATE_CMA]);
        compare(faults, zone, "nr_free_highatomic", zone.nrFreeHighatomic, pages[MIGRATE_HIGHATOMIC]);
    }

    private void checkCache(Zone zone, int cpu, BitSet free, List<String> faults) {
        PerCpuPages pcp = zone.pcp[cpu];
        long pages = 0;
        for (int list = 0; list < PerCpuPages.NR_PCP_LISTS; list++) {
            int order = PerCpuPages.orderOf(list);
            for (int pfn = pcp.lists.first(list); pfn >= 0; pfn = pcp.lists.next(pfn)) {
                pages += 1L << order;
                if (free.get(pfn - zone.startPfn)) {
                    fault(faults, "%s: pfn %d on list %d of cpu %d is free as well", zone, pfn, list, cpu);
                }
                free.set(pfn - zone.startPfn, pfn - zone.startPfn + (1 << order));
            }
        }
        compare(faults, zone, "pcp count of cpu " + cpu, pcp.count, pages);
    }

    private void checkIsolated(Zone zone, List<String> faults) {
        int isolated = 0;
        for (int pfn = zone.startPfn; pfn < zone.endPfn(); pfn = (pfn | PAGEBLOCK_NR_PAGES - 1) + 1) {
            isolated += map.zoneId(pfn) == zone.id && map.blockType(pfn) == MIGRATE_ISOLATE ? 1 : 0;
        }
        compare(faults, zone, "nr_isolate_pageblock", zone.nrIsolatePageblock, isolated);
    }

    private static void compare(List<String> faults, Zone zone, String what, long counter, long lists) {
        if (counter != lists) {
            fault(faults, "%s: %s is %d, the lists say %d", zone, what, counter, lists);
        }
    }

    private static void fault(List<String> faults, String format, Object... args) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(String.format(format, args));
        }
    }
}
