package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.VMEMMAP_START;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.mm.alloc.AllocContext;
import org.kunitjvm.mm.alloc.BulkAllocator;
import org.kunitjvm.mm.alloc.ContigAllocator;
import org.kunitjvm.mm.alloc.ExactPages;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageIsolation;
import org.kunitjvm.mm.alloc.VmstatWorker;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * A kernel whose zones were loaded from a recording. Operations run on its init task, which moves to the CPU of each
 * operation.
 */
final class ReplayMachine implements AutoCloseable {
    private static final int EVENTS = 1 << 17;
    /** 4 TiB, far more than was ever recorded. */
    private static final int MAX_END_PFN = 1 << 30;

    final Kernel kernel;
    final PageMap map = new PageMap();
    final ZoneTable zones;
    final NodeTable nodes;
    final VmEvents events = new VmEvents();
    final AllocContext context;
    final PageAllocator allocator;
    final BulkAllocator bulk;
    final ExactPages exact;
    final VmstatWorker vmstat;
    final PageIsolation isolation;
    final ContigAllocator contig;
    final EventLog log;
    private int cpu;

    ReplayMachine(TraceHeader header, List<Integer> cpuToNode) {
        List<List<Integer>> distances = distances(header.nodes());
        Machine machine = new Machine(cpuToNode, List.of(), distances);
        KernelConfig config = KernelConfig.defconfig().with("CMA", header.hasCma ? "y" : "n")
            .with("LOCKDEP", "n").with("PROVE_LOCKING", "n");
        this.kernel = Kernel.builder().machine(machine).config(config).initcalls(List.of()).build();
        this.zones = new ZoneTable(kernel, map);
        this.nodes = new NodeTable(cpuToNode);
        this.nodes.setNrOnlineNodes(header.onlineNodes);
        this.context = new AllocContext(kernel, map, zones, nodes, events);
        context.setWatermarkBoostFactor(header.boostFactor);
        context.setMobilityDisabled(header.mobilityDisabled);
        this.allocator = new PageAllocator(context);
        this.bulk = new BulkAllocator(allocator);
        this.exact = new ExactPages(allocator);
        this.isolation = new PageIsolation(allocator);
        this.contig = new ContigAllocator(allocator, isolation);
        this.vmstat = new VmstatWorker(allocator);
        this.log = new EventLog(EVENTS, () -> kernel.current().cpu(), header.hasCma, VMEMMAP_START);
    }

    /**
     * Record trace events from now on. Recordings without events are replayed without, on the way that real requests
     * go.
     */
    void startTracing() {
        context.setTracer(log);
    }

    private static List<List<Integer>> distances(int nodes) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int from = 0; from < nodes; from++) {
            List<Integer> row = new ArrayList<>();
            for (int to = 0; to < nodes; to++) {
                row.add(from == to ? 10 : 20);
            }
            rows.add(row);
        }
        return rows;
    }

    /** Build the zonelists of the nodes from the recorded order, or from what was loaded. */
    void setZonelists(TraceHeader header) {
        for (int nid = 0; nid < header.nodes(); nid++) {
            Zonelist own = zonelist(nid == 1 ? header.noFallback : List.of());
            Zonelist all = zonelist(nid == 1 ? header.fallback.isEmpty() ? header.noFallback : header.fallback
                : List.of());
            nodes.setZonelists(nid, all, own);
        }
    }

    private Zonelist zonelist(List<TraceHeader.ZoneName> names) {
        List<Zone> list = new ArrayList<>();
        for (TraceHeader.ZoneName name : names) {
            for (Zone zone : zones.all()) {
                if (zone.nid == name.nid() && zone.name().equals(name.zone())) {
                    list.add(zone);
                }
            }
        }
        return new Zonelist(list);
    }

    /** Continue on a CPU. */
    void runOn(int newCpu) {
        if (newCpu == cpu) {
            return;
        }
        try {
            kernel.kthreads().setCpusAllowed(kernel.current(), CpuMask.of(newCpu));
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
        cpu = newCpu;
    }

    // ---------------------------------------------------------------- loading

    /** Make a zone with the recorded state. */
    Zone load(ZoneDump dump) {
        Zone zone = zones.add(dump.nid, dump.zoneIndex);
        long[] geometry = required(dump.geometry, dump, "!ZONE");
        if (geometry[0] < 0 || geometry[1] <= 0 || geometry[0] + geometry[1] > MAX_END_PFN) {
            throw new TraceFormatException(dump.line, "the dump '" + dump.tag + "' is of a zone that cannot be: pages "
                + geometry[0] + " to " + (geometry[0] + geometry[1]));
        }
        zone.startPfn = (int) geometry[0];
        zone.spannedPages = (int) geometry[1];
        zone.presentPages = (int) geometry[2];
        zone.managedPages = (int) geometry[3];
        map.ensureSpan(zone.endPfn());
        loadMarks(zone, dump);
        loadBlocks(zone, dump);
        loadFreeLists(zone, dump);
        loadCaches(zone, dump);
        loadPagesInUse(zone, dump);
        return zone;
    }

    private static <T> T required(@Nullable T value, ZoneDump dump, String line) {
        if (value == null) {
            throw new TraceFormatException(dump.line, "the dump '" + dump.tag + "' that ends here has no " + line
                + " line");
        }
        return value;
    }

    private static void loadMarks(Zone zone, ZoneDump dump) {
        long[] marks = required(dump.watermarks, dump, "!WMARK");
        for (int i = 0; i < Zone.NR_WMARK; i++) {
            zone.setWatermark(i, (int) marks[i]);
        }
        zone.setWatermarkBoost((int) marks[4]);
        long[] reserve = required(dump.lowmem, dump, "!LOWMEM");
        for (int i = 0; i < MAX_NR_ZONES; i++) {
            zone.setLowmemReserve(i, (int) reserve[i]);
        }
        long[] threshold = required(dump.threshold, dump, "!STATTHRESH");
        zone.counters.setThreshold((int) threshold[0]);
        zone.percpuDriftMark = (int) threshold[2];
        long[] stat = required(dump.stat, dump, "!STAT");
        zone.counters.set(ZoneStat.NR_FREE_PAGES, stat[1]);
        zone.counters.setDiff(0, ZoneStat.NR_FREE_PAGES, (int) stat[2]);
        zone.nrReservedHighatomic = (int) stat[3];
        zone.setNrFreeHighatomic((int) stat[4]);
        zone.flags = (int) stat[6];
    }

    private void loadBlocks(Zone zone, ZoneDump dump) {
        int first = Pfns.alignDown(dump.blocksStart, PAGEBLOCK_NR_PAGES);
        for (int i = 0; i < dump.blockLetters.length(); i++) {
            int pfn = first + i * PAGEBLOCK_NR_PAGES;
            if (dump.hasBlock(i)) {
                map.setZoneId(pfn, pfn + PAGEBLOCK_NR_PAGES, zone.id);
                map.setBlockType(pfn, dump.blockType(i));
                zone.nrIsolatePageblock += dump.blockType(i) == MIGRATE_ISOLATE ? 1 : 0;
            }
        }
    }

    private void loadFreeLists(Zone zone, ZoneDump dump) {
        int cmaPages = 0;
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                int[] frames = dump.freeList(order, type);
                if (frames == null) {
                    continue;
                }
                for (int pfn : frames) {
                    requirePlace(zone, pfn, order, dump);
                    map.touch(pfn);
                    zone.free.addLast(order, type, pfn);
                    cmaPages += type == MIGRATE_CMA ? 1 << order : 0;
                }
            }
        }
        zone.counters.set(ZoneStat.NR_FREE_CMA, cmaPages);
    }

    /** A damaged list could run in a circle. */
    private void requirePlace(Zone zone, int pfn, int order, ZoneDump dump) {
        if (!zone.spans(pfn) || map.zoneId(pfn) != zone.id || (pfn & (1 << order) - 1) != 0
            || map.freeBlockOrder(pfn) >= 0) {
            throw new TraceFormatException(dump.line, "the dump '" + dump.tag + "' that ends here has page " + pfn
                + " on a list of order " + order + ", where it cannot be");
        }
    }

    private void loadCaches(Zone zone, ZoneDump dump) {
        for (int c = 0; c < dump.cpus.size() && c < zone.pcp.length; c++) {
            ZoneDump.CpuDump from = dump.cpus.get(c);
            PerCpuPages pcp = zone.pcp[c];
            int[] scalars = required(from.scalars, dump, "!PCP");
            pcp.count = scalars[0];
            pcp.high = scalars[1];
            pcp.highMin = scalars[2];
            pcp.highMax = scalars[3];
            pcp.batch = scalars[4];
            pcp.setFlags(scalars[5]);
            pcp.allocFactor = scalars[6];
            pcp.freeCount = scalars[7];
            if (from.expire >= 0) {
                pcp.expire = from.expire;
                zone.counters.setDiff(c, ZoneStat.NR_FREE_PAGES, from.diff);
            }
            for (int list = 0; list < from.lists.length; list++) {
                int[] frames = from.lists[list];
                if (frames != null) {
                    for (int pfn : frames) {
                        requirePlace(zone, pfn, PerCpuPages.orderOf(list), dump);
                        map.touch(pfn);
                        pcp.lists.addLast(list, pfn);
                    }
                }
            }
        }
    }

    /** What is neither free nor cached belongs to the booted kernel for ever. */
    private void loadPagesInUse(Zone zone, ZoneDump dump) {
        for (int pfn = zone.startPfn; pfn < zone.endPfn();) {
            int free = map.freeBlockOrder(pfn);
            if (!map.isValid(pfn)) {
                pfn = Pfns.alignDown(pfn, PAGEBLOCK_NR_PAGES) + PAGEBLOCK_NR_PAGES;
            } else if (free >= 0) {
                pfn += 1 << free;
            } else {
                map.addFlags(pfn, PageFlags.MODEL_FOREIGN);
                map.setRefcount(pfn++, 1);
            }
        }
        for (PerCpuPages pcp : zone.pcp) {
            for (int list = 0; list < PerCpuPages.NR_MAPPED_PCP_LISTS; list++) {
                for (int pfn : pcp.lists.toArray(list)) {
                    for (int page = pfn; page < pfn + (1 << PerCpuPages.orderOf(list)); page++) {
                        map.setFlags(page, 0);
                        map.setRefcount(page, 0);
                    }
                }
            }
        }
        for (ZoneDump.BlockPages pages : dump.blockPages) {
            markBootPages(zone, pages);
        }
    }

    /**
     * Which pages of the block it is does not matter, only how many. The reserved ones are at the top, where memblock
     * put them.
     */
    private void markBootPages(Zone zone, ZoneDump.BlockPages pages) {
        int start = pages.pfn();
        int end = start + PAGEBLOCK_NR_PAGES;
        int reserved = pages.reserved();
        for (int pfn = start; pfn < end; pfn++) {
            reserved -= map.hasFlag(pfn, PageFlags.PG_RESERVED) ? 1 : 0;
        }
        for (int pfn = end - 1; pfn >= start && reserved > 0; pfn--) {
            // A window that begins or ends inside a pageblock sees pages outside of the zone, too.
            if (!zone.spans(pfn) || map.refcount(pfn) == 1 && !map.hasFlag(pfn, PageFlags.PG_RESERVED)) {
                map.addFlags(pfn, PageFlags.PG_RESERVED);
                reserved--;
            }
        }
        int movable = pages.movableOps();
        int lru = pages.lru();
        for (int pfn = start; pfn < end && movable + lru > 0; pfn++) {
            if (map.refcount(pfn) == 1 && map.freeBlockOrder(pfn) < 0 && map.flags(pfn) == PageFlags.MODEL_FOREIGN) {
                boolean asMovable = movable > 0;
                map.addFlags(pfn, asMovable ? PageFlags.MODEL_MOVABLE_OPS : PageFlags.PG_LRU);
                movable -= asMovable ? 1 : 0;
                lru -= asMovable ? 0 : 1;
            }
        }
    }

    /**
     * Let {@code delta} more (or fewer) pages of the booted kernel look movable, as happens when slabs are used while
     * interrupts are on; false if the window has not enough pages of that kernel.
     */
    boolean changeForeignMovable(int startPfn, int delta) {
        int left = delta;
        for (int pfn = startPfn; pfn < startPfn + PAGEBLOCK_NR_PAGES && left != 0; pfn++) {
            int flags = map.flags(pfn) & ~PageFlags.PG_RESERVED;
            if (left > 0 && flags == PageFlags.MODEL_FOREIGN) {
                map.addFlags(pfn, PageFlags.MODEL_MOVABLE_OPS);
                left--;
            } else if (left < 0 && flags == (PageFlags.MODEL_FOREIGN | PageFlags.MODEL_MOVABLE_OPS)) {
                map.clearFlags(pfn, PageFlags.MODEL_MOVABLE_OPS);
                left++;
            }
        }
        return left == 0;
    }

    @Override
    public void close() {
        kernel.shutdown();
    }
}
