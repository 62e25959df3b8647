package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** The state of memory as the kernel log shows it after a failure. Models mm/show_mem.c: __show_mem. */
public final class MemoryReport {
    private static final String LETTERS = "UMEHCI";
    private static final int KB_SHIFT = PAGE_SHIFT - 10;
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final int MAX_FRAMES = 16;

    private final AllocContext context;

    /** A report on the memory of one allocator. */
    public MemoryReport(AllocContext context) {
        this.context = context;
    }

    /** Write it to the log. */
    public void print(Printk log) {
        log.print(LogLevel.WARNING, "Mem-Info:");
        log.print(LogLevel.WARNING, totals());
        long nodes = 0;
        for (Zone zone : context.zones.all()) {
            if (zone.isPopulated() && (nodes & 1L << zone.nid) == 0) {
                nodes |= 1L << zone.nid;
                log.print(LogLevel.WARNING, nodeLine(zone.nid));
            }
        }
        for (Zone zone : context.zones.all()) {
            if (zone.isPopulated()) {
                log.print(LogLevel.WARNING, zoneLine(zone));
                log.print(LogLevel.WARNING, reserveLine(zone));
            }
        }
        for (Zone zone : context.zones.all()) {
            if (zone.isPopulated()) {
                log.print(LogLevel.WARNING, blocksLine(zone));
            }
        }
        printTotals(log);
    }

    /** Who calls, innermost first ({@code dump_stack}). */
    public static void printCallTrace(Printk log) {
        log.print(LogLevel.WARNING, "Call Trace:");
        WALKER.walk(frames -> {
            frames.skip(1).limit(MAX_FRAMES).forEach(frame -> log.print(LogLevel.WARNING,
                " " + frame.getMethodName() + " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")"));
            return 0;
        });
    }

    /** A node mask as reports print it ({@code %*pbl}), {@code (null)} if there is none. */
    public static String nodemaskText(long nodemask) {
        return nodemask == AllocRequest.ANY_NODE ? "(null)" : NodeLists.format(nodemask);
    }

    /** The nodes that have zones, which every cpuset allows. */
    public static String onlineNodes(AllocContext context) {
        long nodes = 0;
        for (Zone zone : context.zones.all()) {
            nodes |= 1L << zone.nid;
        }
        return NodeLists.format(nodes);
    }

    private String totals() {
        return String.format("active_anon:%d inactive_anon:%d isolated_anon:0\n active_file:%d inactive_file:%d isolated_file:0\n"
            + " unevictable:%d dirty:0 writeback:0\n slab_reclaimable:0 slab_unreclaimable:0\n mapped:0 shmem:0 pagetables:0\n"
            + " sec_pagetables:0 bounce:%d\n kernel_misc_reclaimable:0\n free:%d free_pcp:%d free_cma:%d",
            sum(ZoneStat.NR_ZONE_ACTIVE_ANON), sum(ZoneStat.NR_ZONE_INACTIVE_ANON), sum(ZoneStat.NR_ZONE_ACTIVE_FILE),
            sum(ZoneStat.NR_ZONE_INACTIVE_FILE), sum(ZoneStat.NR_ZONE_UNEVICTABLE), sum(ZoneStat.NR_BOUNCE),
            sum(ZoneStat.NR_FREE_PAGES), context.zones.all().stream().mapToInt(Zone::pcpPages).sum(),
            sum(ZoneStat.NR_FREE_CMA));
    }

    private long sum(ZoneStat item) {
        return context.zones.all().stream().mapToLong(zone -> zone.counters.read(item)).sum();
    }

    private String nodeLine(int nid) {
        long[] kb = new long[ZoneStat.values().length];
        for (Zone zone : context.zones.all()) {
            for (ZoneStat item : ZoneStat.values()) {
                kb[item.ordinal()] += zone.nid == nid ? kb(zone, item) : 0;
            }
        }
        return String.format("Node %d active_anon:%dkB inactive_anon:%dkB active_file:%dkB inactive_file:%dkB unevictable:%dkB"
            + " isolated(anon):0kB isolated(file):0kB mapped:0kB dirty:0kB writeback:0kB shmem:0kB shmem_thp:0kB shmem_pmdmapped:0kB"
            + " anon_thp:0kB writeback_tmp:0kB kernel_stack:0kB pagetables:0kB sec_pagetables:0kB all_unreclaimable? no", nid,
            kb[ZoneStat.NR_ZONE_ACTIVE_ANON.ordinal()], kb[ZoneStat.NR_ZONE_INACTIVE_ANON.ordinal()],
            kb[ZoneStat.NR_ZONE_ACTIVE_FILE.ordinal()], kb[ZoneStat.NR_ZONE_INACTIVE_FILE.ordinal()],
            kb[ZoneStat.NR_ZONE_UNEVICTABLE.ordinal()]);
    }

    /** One zone, in kB. */
    public String zoneLine(Zone zone) {
        return String.format("Node %d %s free:%dkB boost:%dkB min:%dkB low:%dkB high:%dkB reserved_highatomic:%dKB active_anon:%dkB"
            + " inactive_anon:%dkB active_file:%dkB inactive_file:%dkB unevictable:%dkB writepending:%dkB present:%dkB managed:%dkB"
            + " mlocked:%dkB bounce:%dkB free_pcp:%dkB local_pcp:%dkB free_cma:%dkB", zone.nid, zone.name(),
            kb(zone, ZoneStat.NR_FREE_PAGES), kb(zone.watermarkBoost()), kb(zone.mark(WMARK_MIN)),
            kb(zone.mark(WMARK_LOW)), kb(zone.mark(WMARK_HIGH)), kb(zone.nrReservedHighatomic),
            kb(zone, ZoneStat.NR_ZONE_ACTIVE_ANON), kb(zone, ZoneStat.NR_ZONE_INACTIVE_ANON),
            kb(zone, ZoneStat.NR_ZONE_ACTIVE_FILE), kb(zone, ZoneStat.NR_ZONE_INACTIVE_FILE),
            kb(zone, ZoneStat.NR_ZONE_UNEVICTABLE), kb(zone, ZoneStat.NR_ZONE_WRITE_PENDING), kb(zone.presentPages),
            kb(zone.managedPages), kb(zone, ZoneStat.NR_MLOCK), kb(zone, ZoneStat.NR_BOUNCE), kb(zone.pcpPages()),
            kb(zone.pcp[context.cpu()].count), kb(zone, ZoneStat.NR_FREE_CMA));
    }

    /** The reserves that requests for higher zones must leave in this one. */
    public String reserveLine(Zone zone) {
        StringBuilder out = new StringBuilder("lowmem_reserve[]:");
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            out.append(' ').append(zone.lowmemReserve(index));
        }
        return out.toString();
    }

    /** The free blocks of a zone by order, with a letter for each type that has some. */
    public String blocksLine(Zone zone) {
        StringBuilder out = new StringBuilder("Node ").append(zone.nid).append(' ').append(zone.name()).append(": ");
        long totalKb = 0;
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            int nr = zone.free.nrFree(order);
            out.append(nr).append('*').append(kb(1L << order)).append("kB ");
            if (nr > 0) {
                appendLetters(zone, order, out);
            }
            totalKb += kb((long) nr << order);
        }
        return out.append("= ").append(totalKb).append("kB").toString();
    }

    private static void appendLetters(Zone zone, int order, StringBuilder out) {
        out.append('(');
        for (int type = 0; type < MIGRATE_TYPES; type++) {
            if (!zone.free.isEmpty(order, type)) {
                out.append(LETTERS.charAt(type));
            }
        }
        out.append(") ");
    }

    private void printTotals(Printk log) {
        long present = 0;
        long movable = 0;
        long reserved = 0;
        for (Zone zone : context.zones.all()) {
            present += zone.presentPages;
            reserved += zone.presentPages - zone.managedPages;
            movable += zone.index == ZONE_MOVABLE ? zone.managedPages : 0;
        }
        log.print(LogLevel.WARNING, (sum(ZoneStat.NR_ZONE_ACTIVE_FILE) + sum(ZoneStat.NR_ZONE_INACTIVE_FILE))
            + " total pagecache pages");
        log.print(LogLevel.WARNING, "0 pages in swap cache");
        log.print(LogLevel.WARNING, "Free swap  = 0kB");
        log.print(LogLevel.WARNING, "Total swap = 0kB");
        log.print(LogLevel.WARNING, present + " pages RAM");
        log.print(LogLevel.WARNING, movable + " pages HighMem/MovableOnly");
        log.print(LogLevel.WARNING, reserved + " pages reserved");
        if (context.hasCma) {
            log.print(LogLevel.WARNING, "0 pages cma reserved");
        }
        log.print(LogLevel.WARNING, "0 pages hwpoisoned");
    }

    private static long kb(long pages) {
        return pages << KB_SHIFT;
    }

    private static long kb(Zone zone, ZoneStat item) {
        return kb(zone.counters.read(item));
    }
}
