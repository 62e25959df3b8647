package org.kunitjvm.mm.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** The files of a booted kernel have the kernel's text; recordings check the same code against a real one. */
final class ProcFileTest {
    private final Kernel kernel = Kernel.builder().memory("4G").cpus(2).build();
    private final Mm mm = Mm.of(kernel);

    private List<String> lines(ProcFile file) {
        return mm.proc(file).lines().toList();
    }

    @Test
    @Tag("M-220")
    void buddyinfoHasOneLinePerPopulatedZone() {
        assertEquals(List.of("Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3 ",
            "Node 0, zone    DMA32      0      0      0      0      0      0      0      0      0      0    760 ",
            "Node 0, zone   Normal      0      0      0      0      0      0      0      0      0      0    256 "),
            lines(ProcFile.BUDDYINFO));
    }

    @Test
    @Tag("M-221")
    void pagetypeinfoHasAHeaderAndBothTables() {
        List<String> lines = lines(ProcFile.PAGETYPEINFO);
        assertEquals(List.of("Page block order: 9", "Pages per block:  512", ""), lines.subList(0, 3));
        assertEquals("Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9 "
            + "    10 ", lines.get(3));
        assertEquals("Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate ",
            lines.get(20));
        assertEquals("Node 0, zone   Normal            0          512            0            0            0 ",
            lines.get(23));
        assertEquals(24, lines.size());
    }

    @Test
    @Tag("M-221")
    void countingStopsAtAHundredThousand() {
        Zone zone = mm.zone(0, ZONE_NORMAL);
        mm.machineSpace().map().touch(zone.startPfn);
        for (int i = 0; i < 100_001; i++) {
            int pfn = zone.startPfn + 2 * i;
            mm.machineSpace().map().touch(pfn);
            zone.free.addLast(0, MIGRATE_RECLAIMABLE, pfn);
        }
        assertTrue(mm.proc(ProcFile.PAGETYPEINFO).contains("zone   Normal, type  Reclaimable >100000      0"),
            mm.proc(ProcFile.PAGETYPEINFO));
    }

    @Test
    @Tag("M-222")
    void zoneinfoEndsUnpopulatedZonesAfterTheirProtection() {
        String text = mm.proc(ProcFile.ZONEINFO);
        assertTrue(text.endsWith("""
            Node 0, zone  Movable
              pages free     0
                    boost    0
                    min      32
                    low      32
                    high     32
                    promo    32
                    spanned  0
                    present  0
                    managed  0
                    cma      0
                    protection: (0, 0, 0, 0)
            """), text);
        assertEquals(1, text.lines().filter(line -> line.equals("  per-node stats")).count());
    }

    @Test
    @Tag("M-222")
    void zoneinfoShowsBoostedMarksAndFoldedCounters() {
        Zone zone = mm.zone(0, ZONE_NORMAL);
        int min = zone.watermark(0);
        zone.setWatermarkBoost(1000);
        long folded = zone.counters.read(ZoneStat.NR_FREE_PAGES);
        zone.counters.setDiff(0, ZoneStat.NR_FREE_PAGES, -5);
        String text = mm.proc(ProcFile.ZONEINFO);
        String normal = text.substring(text.indexOf("Node 0, zone   Normal"));
        assertTrue(normal.startsWith("Node 0, zone   Normal\n  pages free     " + folded
            + "\n        boost    1000\n        min      " + (min + 1000) + "\n"), normal);
        assertTrue(normal.contains("    cpu: 1\n              count: 0\n              high:  0\n              batch: "
            + zone.pcp[1].batch + "\n  vm stats threshold: " + zone.counters.threshold()
            + "\n  node_unreclaimable:  0\n" + "  start_pfn:           " + zone.startPfn + "\n"), normal);
    }

    @Test
    @Tag("M-223")
    @Tag("M-224")
    void vmstatCountsPagesWhenTheyAreHandedOutAndTakenBack() {
        Page page = mm.allocPages(gfp(GFP_KERNEL), 2);
        assertNotNull(page);
        assertTrue(lines(ProcFile.VMSTAT).contains("pgalloc_normal 4"));
        assertTrue(lines(ProcFile.VMSTAT).contains("pgfree 0"));
        mm.freePages(page, 2);
        List<String> lines = lines(ProcFile.VMSTAT);
        assertTrue(lines.contains("pgfree 4"));
        assertTrue(lines.contains("numa_hit 1") && lines.contains("numa_local 1"));
        assertEquals("nr_free_pages " + zoneSum(), lines.getFirst());
        assertEquals("nr_unstable 0", lines.getLast());
        assertEquals(4, kernel.get(VmEvents.class).get(VmEvent.PGFREE));
    }

    private long zoneSum() {
        return mm.machineSpace().zones().all().stream().mapToLong(zone -> zone.counters.read(ZoneStat.NR_FREE_PAGES))
            .sum();
    }

    @Test
    void meminfoIsInKilobytes() {
        List<String> lines = lines(ProcFile.MEMINFO);
        long managed = mm.machineSpace().zones().all().stream().mapToLong(zone -> zone.managedPages).sum();
        assertEquals(String.format("MemTotal:       %8d kB", managed * 4), lines.get(0));
        assertEquals(String.format("MemFree:        %8d kB", managed * 4), lines.get(1));
        assertEquals(String.format("MemAvailable:   %8d kB", (managed - mm.tuning().totalreservePages()) * 4),
            lines.get(2));
    }

    @Test
    void filesAreFoundWithAndWithoutDirectory() {
        assertSame(ProcFile.VMSTAT, ProcFile.named("vmstat"));
        assertSame(ProcFile.ZONEINFO, ProcFile.named("/proc/zoneinfo"));
        assertNull(ProcFile.named("cpuinfo"));
    }
}
