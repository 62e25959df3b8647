package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.lru.LruList;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/** What a CPU had put aside when it went away is given to everybody: batches, caches, counters. */
@Tag("M-088")
final class CpuDeadTest {
    private final Kernel kernel = Kernel.builder().cpus(2).memory("512M").build();
    private final Mm mm = Mm.of(kernel);
    private final Zone zone = mm.zone(0, ZONE_DMA32);

    @AfterEach
    void nothingIsBroken() {
        assertEquals(List.of(), ZoneChecker.check(mm.machineSpace().zones().all(), mm.machineSpace().map()));
        kernel.close();
    }

    private void runOn(int cpu) {
        try {
            kernel.kthreads().setCpusAllowed(kernel.current(), CpuMask.of(cpu));
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cachedPagesAndCountsAreGivenBack() {
        runOn(1);
        Page page = mm.allocPages(new Gfp(GFP_KERNEL), 0);
        runOn(0);
        assertTrue(zone.pcp[1].count > 0);
        zone.counters.setThreshold(125);
        zone.counters.mod(1, ZoneStat.NR_BOUNCE, 3);
        long before = zone.counters.read(ZoneStat.NR_BOUNCE);
        mm.cpuDead(1);
        assertEquals(0, zone.pcp[1].count);
        assertEquals(before + 3, zone.counters.read(ZoneStat.NR_BOUNCE));
        for (ZoneStat item : ZoneStat.values()) {
            assertEquals(0, zone.counters.diff(1, item), item.label());
        }
        mm.freePage(page);
    }

    @Test
    void foliosInItsBatchesReachTheirList() {
        Lru lru = Lru.of(kernel);
        runOn(1);
        Page page = mm.allocPages(new Gfp(GFP_HIGHUSER_MOVABLE), 0);
        lru.batches().addLru(page.pfn());
        runOn(0);
        assertEquals(0, lru.vec(0).folios(LruList.LRU_INACTIVE_FILE).length);
        mm.cpuDead(1);
        assertEquals(List.of(page.pfn()), java.util.Arrays.stream(lru.vec(0).folios(LruList.LRU_INACTIVE_FILE)).boxed()
            .toList());
        lru.put(page.pfn());
    }

    @Test
    void theOtherCpusMayCacheWhatItCached() {
        int min = zone.pcp[0].highMin;
        int max = zone.pcp[0].highMax;
        int threshold = zone.counters.threshold();
        mm.cpuDead(1);
        assertEquals(2 * min, zone.pcp[0].highMin, 1);
        assertEquals(2 * max, zone.pcp[0].highMax, 1);
        assertEquals(threshold / 2, zone.counters.threshold());
    }
}
