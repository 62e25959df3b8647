package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.mm.page.FreeLists;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.MmConstants;

/**
 * A range of memory of one kind on one node. Models include/linux/mmzone.h: struct zone; the fields have the C names.
 *
 * <p>Pages are counted in {@code int}, as frames are. Free lists, pageblock types and {@code nr*} fields are protected
 * by {@link #lock}; geometry and watermarks change only under memory hotplug.
 */
public final class Zone {
    /** Index of the minimum watermark. */
    public static final int WMARK_MIN = 0;
    /** Index of the low watermark. */
    public static final int WMARK_LOW = 1;
    /** Index of the high watermark. */
    public static final int WMARK_HIGH = 2;
    /** Index of the watermark up to which memory tiering demotes. */
    public static final int WMARK_PROMO = 3;
    /** Number of watermarks. */
    public static final int NR_WMARK = 4;

    /** Watermarks were boosted: kswapd has to be woken. */
    public static final int ZONE_BOOSTED_WATERMARK = 1;
    /** kswapd reclaims from this zone. */
    public static final int ZONE_RECLAIM_ACTIVE = 2;
    /** Free pages fell below the high watermark. */
    public static final int ZONE_BELOW_HIGH = 4;

    /** Zone type: {@code ZONE_DMA} to {@code ZONE_MOVABLE}. */
    public final int index;
    /** Node that it belongs to. */
    public final int nid;
    /** Number of the zone in its {@link ZoneTable}, from 1. */
    public final int id;
    /** Protects the free lists; interrupts are off while it is held. */
    public final QuickLock lock;
    /** The free lists. */
    public final FreeLists free;
    /** The counters. */
    public final ZoneCounters counters;
    /** The caches of the CPUs. */
    public final PerCpuPages[] pcp;

    /** The zone of the next lower type on the same node, or {@code null}. */
    public @Nullable Zone below;
    /** First frame. */
    public int startPfn;
    /** Frames from the first to the last, holes included. */
    public int spannedPages;
    /** Frames that exist. */
    public int presentPages;
    /** Frames that the buddy allocator manages. */
    public int managedPages;
    /** Below this number of free pages the differences of the CPUs have to be added up; 0 means never. */
    public int percpuDriftMark;
    /** {@code ZONE_*} flags. */
    public int flags;
    /** Pages in pageblocks of type HighAtomic. */
    public int nrReservedHighatomic;
    /** Pageblocks of type Isolate. */
    public int nrIsolatePageblock;
    /** Pages that are guards: free, but on no list; 0 unless somebody debugs. */
    public int guardPages;

    private final int[] watermarks = new int[NR_WMARK];
    private int watermarkBoost;
    private final int[] lowmemReserve = new int[MAX_NR_ZONES];
    private int largestReserve;
    private int nrFreeHighatomic;

    /** An empty zone; {@link ZoneTable} makes them. */
    Zone(Kernel kernel, PageMap map, int id, int nid, int index) {
        this.id = id;
        this.nid = nid;
        this.index = index;
        this.lock = new QuickLock(kernel.locks(), "&zone->lock");
        this.free = new FreeLists(map);
        int cpus = kernel.machine().cpus();
        this.counters = new ZoneCounters(cpus);
        this.pcp = new PerCpuPages[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            pcp[cpu] = new PerCpuPages(map, kernel.locks());
        }
    }

    /** Name of its type. */
    public String name() {
        return MmConstants.zoneName(index);
    }

    /** First frame behind the zone ({@code zone_end_pfn}). */
    public int endPfn() {
        return startPfn + spannedPages;
    }

    /** Whether the frame lies between the first and the last one ({@code zone_spans_pfn}). */
    public boolean spans(int pfn) {
        return pfn >= startPfn && pfn < startPfn + spannedPages;
    }

    /** Whether it has any memory ({@code populated_zone}). */
    public boolean isPopulated() {
        return presentPages != 0;
    }

    /** Whether it has memory for the allocator ({@code managed_zone}). */
    public boolean isManaged() {
        return managedPages != 0;
    }

    /** A watermark without the boost. */
    public int watermark(int wmark) {
        return watermarks[wmark];
    }

    /** Set a watermark. */
    public void setWatermark(int wmark, int nrPages) {
        watermarks[wmark] = nrPages;
        updateFloor();
    }

    /** What is added to every watermark. */
    public int watermarkBoost() {
        return watermarkBoost;
    }

    /** Set what is added to every watermark. */
    public void setWatermarkBoost(int nrPages) {
        watermarkBoost = nrPages;
        updateFloor();
    }

    /** Pages that requests which may use zones up to type {@code highestIndex} must leave here. */
    public int lowmemReserve(int highestIndex) {
        return lowmemReserve[highestIndex];
    }

    /** Set what requests for higher zones must leave here. */
    public void setLowmemReserve(int highestIndex, int nrPages) {
        lowmemReserve[highestIndex] = nrPages;
        largestReserve = Arrays.stream(lowmemReserve).max().orElse(0);
        updateFloor();
    }

    /** Free pages on lists of type HighAtomic. */
    public int nrFreeHighatomic() {
        return nrFreeHighatomic;
    }

    /** Set the number of free pages on lists of type HighAtomic. */
    public void setNrFreeHighatomic(int nrPages) {
        nrFreeHighatomic = nrPages;
        updateFloor();
    }

    private void updateFloor() {
        counters.setFloor((long) mark(WMARK_HIGH) + largestReserve + nrFreeHighatomic);
    }

    /** A watermark with the boost ({@code wmark_pages}). */
    public int mark(int wmark) {
        return watermarks[wmark] + watermarkBoost;
    }

    /**
     * Whether so much is free that the high watermark allows any request for {@code nrPages}, a power of two: more than
     * it and the largest reserve even without the pages that only some requests may have, and in a block of that size.
     * If not, {@code Watermarks} has to look closer.
     */
    public boolean hasPlenty(int nrPages) {
        return counters.spare() >= nrPages && free.hasCommonBlockOf(nrPages);
    }

    /** Whether a flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /**
     * Free pages in whole pageblocks that the direct map has ({@code NR_FREE_PAGES_BLOCKS_MAPPED}); isolated ones are
     * not free.
     */
    public int freePagesBlocksMapped() {
        int pages = 0;
        for (int type = 0; type < MIGRATE_TYPES; type++) {
            pages += type == MIGRATE_ISOLATE ? 0 : free.blockPages(type);
        }
        return pages;
    }

    /** Pages in the caches of all CPUs. */
    public int pcpPages() {
        int pages = 0;
        for (PerCpuPages cache : pcp) {
            pages += cache.count;
        }
        return pages;
    }

    /** Node and name, as the kernel's reports write them. */
    public String label() {
        return "node " + nid + " zone " + name();
    }

    /** For people: where it is, what is free, and what keeps allocations from it. */
    @Override
    public String toString() {
        return String.format("%s pfn %#x-%#x free %d (+%d pcp) of %d managed, min %d low %d high %d%s", label(),
            startPfn, endPfn(), counters.exact(ZoneStat.NR_FREE_PAGES), pcpPages(), managedPages, mark(WMARK_MIN),
            mark(WMARK_LOW), mark(WMARK_HIGH), nrIsolatePageblock == 0 ? ""
            : ", " + nrIsolatePageblock + " isolated blocks");
    }
}
