package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_IDXS;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.MigrateType;

/**
 * Walks the free lists and caches of a zone and says what is wrong with them. For quiet moments: nobody may hold the
 * zone's lock.
 *
 * <p>Checked: the links of each list; every free block is aligned, lies in the zone, is known to the memory map with
 * its order, has the type of its list in every pageblock it covers and no reference; no two blocks or cached pages
 * overlap; two free buddies below pageblock order are never left unmerged; block counts, page counters and cache counts
 * agree with the lists; isolated pageblocks are counted.
 */
public final class ZoneChecker {
    private static final int MAX_PROBLEMS = 20;

    private final Zone zone;
    private final PageMap map;
    private final List<String> problems = new ArrayList<>();
    private long[] blocks = new long[64];
    private int nrBlocks;

    private ZoneChecker(Zone zone, PageMap map) {
        this.zone = zone;
        this.map = map;
    }

    /** What is wrong with the zone, one line each; empty if nothing is. */
    public static List<String> check(Zone zone, PageMap map) {
        ZoneChecker checker = new ZoneChecker(zone, map);
        checker.checkFreeLists();
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            checker.checkPcp(cpu);
        }
        checker.checkOverlap();
        checker.checkIsolated();
        return checker.problems;
    }

    /** Same for several zones. */
    public static List<String> check(List<Zone> zones, PageMap map) {
        List<String> problems = new ArrayList<>();
        zones.forEach(zone -> problems.addAll(check(zone, map)));
        return problems;
    }

    private void problem(String format, Object... args) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(zone + ": " + String.format(Locale.ROOT, format, args));
        }
    }

    private void checkFreeLists() {
        long freePages = 0;
        long highatomic = 0;
        long cma = 0;
        int[] blocks = new int[NR_FREETYPE_IDXS];
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            int total = 0;
            for (int type = 0; type < NR_FREETYPE_IDXS; type++) {
                int length = checkList(order, type);
                total += length;
                freePages += type == MIGRATE_ISOLATE ? 0 : (long) length << order;
                cma += type == MIGRATE_CMA ? (long) length << order : 0;
                blocks[type] += order < PAGEBLOCK_ORDER ? 0 : length << order;
                highatomic += type == MIGRATE_HIGHATOMIC ? (long) length << order : 0;
            }
            if (total != zone.free.nrFree(order)) {
                problem("order %d lists have %d blocks but nr_free is %d", order, total, zone.free.nrFree(order));
            }
        }
        for (int type = 0; type < NR_FREETYPE_IDXS; type++) {
            if (blocks[type] != zone.free.blockPages(type)) {
                problem("%s lists have %d pages in whole blocks but %d are counted", MigrateType.migratetypeName(type),
                    blocks[type], zone.free.blockPages(type));
            }
        }
        long counted = zone.counters.exact(ZoneStat.NR_FREE_PAGES);
        if (counted != freePages) {
            problem("free lists have %d pages but NR_FREE_PAGES is %d", freePages, counted);
        }
        if (cma != zone.counters.exact(ZoneStat.NR_FREE_CMA)) {
            problem("CMA lists have %d pages but NR_FREE_CMA is %d", cma, zone.counters.exact(ZoneStat.NR_FREE_CMA));
        }
        if (highatomic != zone.nrFreeHighatomic()) {
            problem("HighAtomic lists have %d pages but nr_free_highatomic is %d", highatomic, zone.nrFreeHighatomic());
        }
    }

    /** Returns the number of blocks on the list. */
    private int checkList(int order, int type) {
        int length = 0;
        int before = -1;
        int limit = (zone.spannedPages >> order) + 1;
        for (int pfn = zone.free.first(order, type); pfn >= 0; pfn = zone.free.next(order, pfn)) {
            if (++length > limit) {
                problem("order %d %s list has more than %d blocks: it runs in a circle", order,
                    MigrateType.migratetypeName(type), limit);
                return length;
            }
            if (zone.free.prev(order, pfn) != before) {
                problem("order %d %s list: block %#x points back to %#x, not to %#x", order,
                    MigrateType.migratetypeName(type), pfn, zone.free.prev(order, pfn), before);
            }
            checkBlock(pfn, order, type);
            before = pfn;
        }
        if (zone.free.last(order, type) != before) {
            problem("order %d %s list ends at %#x, its last entry says %#x", order, MigrateType.migratetypeName(type),
                before, zone.free.last(order, type));
        }
        if (zone.free.isEmpty(order, type) != (length == 0)) {
            problem("order %d %s list has %d blocks but is marked as %s", order, MigrateType.migratetypeName(type),
                length, length == 0 ? "used" : "empty");
        }
        return length;
    }

    private void checkBlock(int pfn, int order, int type) {
        String name = MigrateType.migratetypeName(type);
        if ((pfn & (1 << order) - 1) != 0) {
            problem("free block %#x on the order %d %s list is not aligned", pfn, order, name);
        }
        if (map.freeBlockOrder(pfn) != order) {
            problem("block %#x on the order %d %s list is marked as order %d", pfn, order, name,
                map.freeBlockOrder(pfn));
        }
        if (map.refcount(pfn) != 0) {
            problem("free block %#x order %d has refcount %d", pfn, order, map.refcount(pfn));
        }
        int step = 1 << Math.min(order, PAGEBLOCK_ORDER);
        for (int at = pfn; at < pfn + (1 << order); at += step) {
            if (map.zoneId(at) != zone.id) {
                problem("free block %#x order %d reaches into another zone at %#x", pfn, order, at);
            } else if (map.blockType(at) != type) {
                problem("free block %#x order %d is on the %s list but its pageblock %#x is %s", pfn, order, name, at,
                    MigrateType.migratetypeName(map.blockType(at)));
            }
        }
        int buddy = pfn ^ 1 << order;
        if (order < PAGEBLOCK_ORDER && map.freeBlockOrder(buddy) == order && buddy > pfn) {
            problem("free blocks %#x and %#x of order %d are buddies but were not merged", pfn, buddy, order);
        }
        remember(pfn, order);
    }

    private void checkPcp(int cpu) {
        PerCpuPages pcp = zone.pcp[cpu];
        int pages = 0;
        int limit = zone.spannedPages + 1;
        for (int index = 0; index < PerCpuPages.NR_PCP_LISTS; index++) {
            int order = PerCpuPages.orderOf(index);
            for (int pfn : pcp.lists.toArray(index)) {
                pages += 1 << order;
                if (pages > limit) {
                    problem("cache of CPU %d: list %d runs in a circle", cpu, index);
                    return;
                }
                checkCached(cpu, index, order, pfn);
            }
        }
        if (pages != pcp.count) {
            problem("cache of CPU %d has %d pages on its lists but count is %d", cpu, pages, pcp.count);
        }
        if (pcp.lock.isLocked()) {
            problem("cache of CPU %d is still locked", cpu);
        }
    }

    private void checkCached(int cpu, int index, int order, int pfn) {
        if (map.zoneId(pfn) != zone.id) {
            problem("page %#x in the cache of CPU %d belongs to another zone", pfn, cpu);
        }
        if ((pfn & (1 << order) - 1) != 0) {
            problem("page %#x on list %d of CPU %d is not aligned to order %d", pfn, index, cpu, order);
        }
        if (map.refcount(pfn) != 0) {
            problem("page %#x in the cache of CPU %d has refcount %d", pfn, cpu, map.refcount(pfn));
        }
        if (map.freeBlockOrder(pfn) >= 0) {
            problem("page %#x is in the cache of CPU %d and on a free list", pfn, cpu);
        }
        if (map.hasFlag(pfn, PageFlags.CHECK_AT_FREE)) {
            problem("page %#x in the cache of CPU %d has flags %s", pfn, cpu, PageFlags.describe(map.flags(pfn)));
        }
        remember(pfn, order);
    }

    private void remember(int pfn, int order) {
        if (nrBlocks == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * nrBlocks);
        }
        blocks[nrBlocks++] = (long) pfn << 4 | Math.min(order, MAX_PAGE_ORDER);
    }

    private void checkIsolated() {
        int isolated = 0;
        for (int pfn = zone.startPfn; pfn < zone.endPfn(); pfn = (pfn | PAGEBLOCK_NR_PAGES - 1) + 1) {
            isolated += map.zoneId(pfn) == zone.id && map.blockType(pfn) == MIGRATE_ISOLATE ? 1 : 0;
        }
        if (isolated != zone.nrIsolatePageblock) {
            problem("%d pageblocks are isolated but nr_isolate_pageblock is %d", isolated, zone.nrIsolatePageblock);
        }
    }

    private void checkOverlap() {
        Arrays.sort(blocks, 0, nrBlocks);
        for (int i = 1; i < nrBlocks; i++) {
            int pfn = (int) (blocks[i - 1] >> 4);
            int order = (int) blocks[i - 1] & 0xf;
            int next = (int) (blocks[i] >> 4);
            if (next < pfn + (1 << order)) {
                problem("free block %#x order %d overlaps free block %#x order %d", pfn, order, next,
                    (int) blocks[i] & 0xf);
            }
        }
    }
}
