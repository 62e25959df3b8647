package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelBuilder;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * A kernel with one zone of made-up memory, all numbers in the test's hands. Starts at frame 0x8000 with empty free
 * lists.
 */
final class TestZone implements AutoCloseable {
    /** Where the zone of {@link #otherZone} begins. */
    static final int OTHER_START = 0x2_0000;

    static final int START = 0x8000;
    static final int PAGES = 32768;

    final Kernel kernel;
    final PageMap map = new PageMap();
    final ZoneTable zones;
    final NodeTable nodes;
    final Zone zone;
    final AllocContext context;
    final PageAllocator allocator;
    final Buddy buddy;
    final List<String> events = new ArrayList<>();

    TestZone(KernelBuilder builder, int zoneIndex) {
        this(builder, zoneIndex, START);
    }

    private TestZone(KernelBuilder builder, int zoneIndex, int startPfn) {
        kernel = builder.initcalls(List.of()).build();
        zones = new ZoneTable(kernel, map);
        zone = zones.add(0, zoneIndex);
        zone.startPfn = startPfn;
        zone.spannedPages = PAGES;
        zone.presentPages = PAGES;
        zone.managedPages = PAGES;
        map.ensureSpan(startPfn + PAGES);
        map.setZoneId(startPfn, startPfn + PAGES, zone.id);
        nodes = new NodeTable(kernel.machine().cpuToNode());
        useZonelist(zone);
        context = new AllocContext(kernel, map, zones, nodes, new VmEvents());
        allocator = new PageAllocator(context);
        buddy = allocator.buddy();
        for (PerCpuPages pcp : zone.pcp) {
            pcp.batch = 7;
            pcp.highMin = 100;
            pcp.highMax = 1000;
        }
    }

    static TestZone empty() {
        return new TestZone(Kernel.builder().cpus(1).config(config()), ZONE_NORMAL);
    }

    static TestZone emptyAt(int startPfn) {
        return new TestZone(Kernel.builder().cpus(1).config(config().with("CMA", "y")), ZONE_NORMAL, startPfn);
    }

    static TestZone empty(SchedulingPolicy policy, int cpus) {
        return new TestZone(Kernel.builder().cpus(cpus).config(config()).policy(policy), ZONE_NORMAL);
    }

    /** All memory free in blocks of order 10, movable, ascending. */
    static TestZone full() {
        TestZone test = empty();
        test.freeAll();
        return test;
    }

    static TestZone full(String cmdline) {
        TestZone test = new TestZone(Kernel.builder().cpus(1).config(config()).cmdline(cmdline), ZONE_NORMAL);
        test.freeAll();
        return test;
    }

    static KernelConfig config() {
        return KernelConfig.defconfig().with("LOCKDEP", "n").with("PROVE_LOCKING", "n");
    }

    void freeAll() {
        for (int pfn = START; pfn < START + PAGES; pfn += MAX_ORDER_NR_PAGES) {
            addFree(pfn, MAX_PAGE_ORDER, MIGRATE_MOVABLE);
        }
    }

    /** Put a block at the end of its list and give its pageblocks the type. */
    void addFree(int pfn, int order, int type) {
        map.touch(pfn);
        map.setBlockTypes(pfn, order, type);
        zone.free.addLast(order, type, pfn);
        buddy.account(zone, 1 << order, type);
    }

    /** The pages belong to somebody. */
    void inUse(int startPfn, int endPfn, int flags) {
        map.touch(startPfn);
        for (int pfn = startPfn; pfn < endPfn; pfn++) {
            map.setRefcount(pfn, 1);
            map.setFlags(pfn, flags);
        }
    }

    void useZonelist(Zone... order) {
        nodes.setZonelists(0, new Zonelist(List.of(order)), new Zonelist(List.of(order)));
    }

    /** Record trace events as text without addresses. */
    void trace() {
        context.setTracer(new TextTracer(events));
    }

    int[] list(int order, int type) {
        int[] frames = new int[zone.free.length(order, type)];
        int n = 0;
        for (int pfn = zone.free.first(order, type); pfn >= 0; pfn = zone.free.next(order, pfn)) {
            frames[n++] = pfn;
        }
        return frames;
    }

    int[] pcpList(int index) {
        return zone.pcp[0].lists.toArray(index);
    }

    /** Free pages as the lists have them. */
    int freePages() {
        int pages = 0;
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                pages += zone.free.length(order, type) << order;
            }
        }
        return pages;
    }

    long folded() {
        return zone.counters.folded(ZoneStat.NR_FREE_PAGES);
    }

    List<String> faults() {
        return ZoneChecker.check(zone, map);
    }

    List<String> log() {
        return kernel.log().records().stream().map(record -> record.text()).toList();
    }

    static int[] frames(int... pfns) {
        return Arrays.copyOf(pfns, pfns.length);
    }

    @Override
    public void close() {
        kernel.shutdown();
    }

    /** Add another zone, with 2048 free unmovable pages from {@link #OTHER_START} on. */
    Zone otherZone(int nid, int index) {
        Zone other = zones.add(nid, index);
        int end = OTHER_START + 2048;
        other.startPfn = OTHER_START;
        other.spannedPages = 2048;
        other.presentPages = 2048;
        other.managedPages = 2048;
        map.ensureSpan(end);
        map.setZoneId(OTHER_START, end, other.id);
        for (int pfn = OTHER_START; pfn < end; pfn += 1024) {
            other.free.addLast(10, MIGRATE_UNMOVABLE, pfn);
            map.setBlockTypes(pfn, 10, MIGRATE_UNMOVABLE);
            buddy.account(other, 1024, MIGRATE_UNMOVABLE);
        }
        other.pcp[0].batch = 7;
        other.pcp[0].highMax = 100;
        other.pcp[0].highMin = 50;
        return other;
    }
}
