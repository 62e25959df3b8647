package org.kunitjvm.mm.node;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;
import static org.kunitjvm.mm.zone.Zone.WMARK_PROMO;

import java.util.List;
import java.util.function.IntPredicate;

import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * Keeps watermarks, reserves for lower zones, bounds of the CPUs' caches and counter thresholds in step with the size
 * of the zones. Models mm/page_alloc.c: init_per_zone_wmark_min and what it calls, mm/khugepaged.c:
 * set_recommended_min_free_kbytes.
 */
public final class ZoneTuning {
    private static final int NOT_SET = -1;
    private static final int MIN_HIGH_FRACTION = 8;

    private final Machine machine;
    private final Printk log;
    private final List<Zone> zones;
    private final IntPredicate isShared;
    private final boolean hugePages;
    private final int[] lowmemReserveRatio = new int[MAX_NR_ZONES];
    private int minFreeKbytes;
    private int userMinFreeKbytes = NOT_SET;
    private int scaleFactor = 10;
    private int highFraction;
    private long totalreservePages;
    private boolean khugepagedRuns;
    private final boolean[] deadCpus;

    /**
     * For all zones of {@code zones}, which is read anew each time.
     *
     * @param isShared whether everybody may fall back to the memory of a node
     * @param hugePages whether khugepaged, once started, asks for free pageblocks
     */
    public ZoneTuning(Machine machine, Printk log, List<Zone> zones, IntPredicate isShared, boolean hugePages) {
        this.machine = machine;
        this.log = log;
        this.zones = zones;
        this.isShared = isShared;
        this.hugePages = hugePages;
        this.deadCpus = new boolean[machine.cpus()];
        lowmemReserveRatio[ZONE_DMA] = 256;
        lowmemReserveRatio[ZONE_DMA32] = 256;
        lowmemReserveRatio[ZONE_NORMAL] = 32;
        lowmemReserveRatio[ZONE_MOVABLE] = 0;
    }

    /** vm.min_free_kbytes. */
    public int minFreeKbytes() {
        return minFreeKbytes;
    }

    /** Pages that user space cannot count on ({@code totalreserve_pages}). */
    public long totalreservePages() {
        return totalreservePages;
    }

    /** Compute everything from the sizes of the zones. Models mm/page_alloc.c: init_per_zone_wmark_min. */
    public void initPerZoneWmarkMin() {
        calculateMinFreeKbytes();
        setupPerZoneWmarks();
        refreshZoneStatThresholds();
        setupPerZoneLowmemReserve();
        if (khugepagedRuns && hugePages) {
            setRecommendedMinFreeKbytes();
        }
    }

    /** khugepaged starts, or would if huge pages were enabled. Models mm/khugepaged.c: start_stop_khugepaged. */
    public void startKhugepaged() {
        khugepagedRuns = true;
        setRecommendedMinFreeKbytes();
    }

    /**
     * Free pages that buffers can count on: all zones but Movable, above their high watermark
     * ({@code nr_free_buffer_pages}).
     */
    public long freeBufferPages() {
        long sum = 0;
        for (Zone zone : zones) {
            if (zone.index <= ZONE_NORMAL && zone.isPopulated() && isShared.test(zone.nid)) {
                sum += Math.max(0, zone.managedPages - zone.mark(WMARK_HIGH));
            }
        }
        return sum;
    }

    /** Models mm/page_alloc.c: calculate_min_free_kbytes. */
    private void calculateMinFreeKbytes() {
        long computed = ZoneSizes.rawMinFreeKbytes(freeBufferPages());
        if (computed > userMinFreeKbytes) {
            minFreeKbytes = ZoneSizes.clampMinFreeKbytes(computed);
        } else {
            log.warn("min_free_kbytes is not updated to %d because user defined value %d is preferred", computed,
                userMinFreeKbytes);
        }
    }

    private void setRecommendedMinFreeKbytes() {
        if (hugePages) {
            int nrZones = (int) zones.stream().filter(zone -> zone.isPopulated() && zone.index <= ZONE_NORMAL).count();
            long recommended = ZoneSizes.recommendedMinFreeKbytes(nrZones, freeBufferPages());
            if (recommended > minFreeKbytes) {
                if (userMinFreeKbytes >= 0) {
                    log.info("raising min_free_kbytes from %d to %d to help transparent hugepage allocations",
                        minFreeKbytes, recommended);
                }
                minFreeKbytes = (int) recommended;
            }
        } else {
            calculateMinFreeKbytes();
        }
        setupPerZoneWmarks();
    }

    /** Write vm.min_free_kbytes. */
    public void setMinFreeKbytes(int kbytes) {
        minFreeKbytes = kbytes;
        userMinFreeKbytes = kbytes;
        setupPerZoneWmarks();
    }

    /** Write vm.watermark_scale_factor, in ten-thousandths of a zone. */
    public void setScaleFactor(int factor) {
        scaleFactor = factor;
        setupPerZoneWmarks();
    }

    /** Write vm.percpu_pagelist_high_fraction; 0 means automatic, other values below 8 are refused. */
    public boolean setHighFraction(int fraction) {
        if (fraction != 0 && fraction < MIN_HIGH_FRACTION) {
            return false;
        }
        highFraction = fraction;
        zones.forEach(this::updatePcp);
        return true;
    }

    /** Recompute the marks of all zones from {@link #minFreeKbytes}. Models mm/page_alloc.c: setup_per_zone_wmarks. */
    public void setupPerZoneWmarks() {
        long pagesMin = minFreeKbytes >> 2;
        long lowmemPages = 0;
        for (Zone zone : zones) {
            lowmemPages += zone.index == ZONE_MOVABLE ? 0 : zone.managedPages;
        }
        for (Zone zone : zones) {
            long share = ZoneSizes.share(pagesMin, zone.managedPages, lowmemPages);
            int gap = (int) ZoneSizes.gap(share, zone.managedPages, scaleFactor);
            int min = zone.index == ZONE_MOVABLE ? ZoneSizes.movableMin(zone.managedPages) : (int) share;
            zone.setWatermarkBoost(0);
            zone.setWatermark(WMARK_MIN, min);
            zone.setWatermark(WMARK_LOW, min + gap);
            zone.setWatermark(WMARK_HIGH, min + 2 * gap);
            zone.setWatermark(WMARK_PROMO, min + 3 * gap);
        }
        calculateTotalreservePages();
        zones.forEach(this::updatePcp);
    }

    /** Models mm/vmstat.c: refresh_zone_stat_thresholds. */
    private void refreshZoneStatThresholds() {
        int cpus = onlineCpus();
        for (Zone zone : zones) {
            if (zone.isPopulated()) {
                int threshold = ZoneSizes.statThreshold(zone.managedPages, cpus);
                zone.counters.setThreshold(threshold);
                int maxDrift = cpus * threshold;
                int tolerated = zone.mark(WMARK_LOW) - zone.mark(WMARK_MIN);
                zone.percpuDriftMark = maxDrift > tolerated ? zone.mark(WMARK_HIGH) + maxDrift : 0;
            }
        }
    }

    /** Models mm/page_alloc.c: setup_per_zone_lowmem_reserve. */
    private void setupPerZoneLowmemReserve() {
        for (Zone zone : zones) {
            int ratio = lowmemReserveRatio[zone.index];
            long above = 0;
            for (int index = zone.index + 1; index < MAX_NR_ZONES; index++) {
                above += managedPages(zone.nid, index);
                zone.setLowmemReserve(index, ratio < 1 || !zone.isManaged() ? 0 : (int) (above / ratio));
            }
        }
        calculateTotalreservePages();
    }

    private int managedPages(int nid, int index) {
        for (Zone zone : zones) {
            if (zone.nid == nid && zone.index == index) {
                return zone.managedPages;
            }
        }
        return 0;
    }

    private void calculateTotalreservePages() {
        long total = 0;
        for (Zone zone : zones) {
            long max = 0;
            for (int index = zone.index; index < MAX_NR_ZONES; index++) {
                max = Math.max(max, zone.lowmemReserve(index));
            }
            total += Math.min(zone.managedPages, max + zone.mark(WMARK_HIGH));
        }
        totalreservePages = total;
    }

    /** Recompute the bounds of a zone's caches. Models mm/page_alloc.c: zone_set_pageset_high_and_batch. */
    public void updatePcp(Zone zone) {
        if (!zone.isPopulated()) {
            return;
        }
        int batch = ZoneSizes.pcpBatch(zone.managedPages);
        int cpus = cpusFor(zone.nid);
        int min;
        int max;
        if (highFraction > 0) {
            min = ZoneSizes.pcpHigh(zone.managedPages / highFraction, cpus, batch);
            max = min;
        } else {
            min = ZoneSizes.pcpHigh(zone.mark(WMARK_LOW), cpus, batch);
            max = ZoneSizes.pcpHigh(zone.managedPages / MIN_HIGH_FRACTION, cpus, batch);
        }
        for (PerCpuPages pcp : zone.pcp) {
            pcp.highMin = min;
            pcp.highMax = max;
            pcp.batch = batch;
        }
    }

    /**
     * A CPU is gone: the others may cache more, and fewer differences can hide. Models mm/page_alloc.c:
     * page_alloc_cpu_dead.
     */
    public void cpuDead(int cpu) {
        deadCpus[cpu] = true;
        refreshZoneStatThresholds();
        zones.forEach(this::updatePcp);
    }

    private int onlineCpus() {
        int online = 0;
        for (boolean dead : deadCpus) {
            online += dead ? 0 : 1;
        }
        return online;
    }

    /** CPUs that share the caches of a zone of this node: the node's, or all if it has none. */
    private int cpusFor(int nid) {
        int cpus = 0;
        for (int cpu = 0; cpu < deadCpus.length; cpu++) {
            cpus += !deadCpus[cpu] && machine.cpuToNode().get(cpu) == nid ? 1 : 0;
        }
        return cpus == 0 ? onlineCpus() : cpus;
    }
}
