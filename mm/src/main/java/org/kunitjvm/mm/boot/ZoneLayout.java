package org.kunitjvm.mm.boot;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * Where the zones of each node begin and end. Models mm/mm_init.c: free_area_init, zone_spanned_pages_in_node.
 *
 * <p>A zone spans from the first to the last frame of the node inside the zone's limits, holes included.
 */
public final class ZoneLayout {
    /** First frame above ZONE_DMA. */
    public static final int DMA_END_PFN = 0x1000;
    /** First frame above ZONE_DMA32. */
    public static final int DMA32_END_PFN = 0x10_0000;

    private final Memblock memblock;
    private final int[] lowPfn = new int[MAX_NR_ZONES];
    private final int[] highPfn = new int[MAX_NR_ZONES];
    private final int[] movableStartPfn;
    private final int movableHost;

    /**
     * The frames from one zone's first to its last.
     *
     * @param startPfn first frame, inclusive; 0 if the zone is empty
     * @param spannedPages frames including holes
     * @param presentPages frames that exist
     */
    public record Span(int startPfn, int spannedPages, int presentPages) {
        /** A zone without frames. */
        public static final Span EMPTY = new Span(0, 0, 0);
    }

    /** Lay out the zones of all nodes. */
    public ZoneLayout(Memblock memblock, int nrNodes, KernelConfig config, MovableParams params) {
        this(memblock, nrNodes, config, params, List.of());
    }

    /** Same, with the ranges that could be unplugged, for {@code movable_node}. */
    public ZoneLayout(Memblock memblock, int nrNodes, KernelConfig config, MovableParams params,
        List<MemoryRange> hotpluggable) {
        this.memblock = memblock;
        int start = memblock.memory().stream().mapToInt(MemoryRange::startPfn).min().orElse(0);
        int end = memblock.memory().stream().mapToInt(MemoryRange::endPfn).max().orElse(0);
        limit(ZONE_DMA, start, config.isEnabled("ZONE_DMA") ? Math.min(DMA_END_PFN, end) : start);
        limit(ZONE_DMA32, highPfn[ZONE_DMA], config.isEnabled("ZONE_DMA32") ? Math.min(DMA32_END_PFN, end)
            : highPfn[ZONE_DMA]);
        limit(ZONE_NORMAL, highPfn[ZONE_DMA32], end);
        this.movableHost = highestZone();
        this.movableStartPfn = MovableStart.find(params, memblock.memory(), hotpluggable, nrNodes, lowPfn[movableHost]);
    }

    private void limit(int zoneType, int startPfn, int endPfn) {
        lowPfn[zoneType] = startPfn;
        highPfn[zoneType] = Math.max(startPfn, endPfn);
    }

    /** The highest zone that has frames; movable-only memory is carved out of it. */
    private int highestZone() {
        for (int zone = ZONE_NORMAL; zone > ZONE_DMA; zone--) {
            if (highPfn[zone] > lowPfn[zone]) {
                return zone;
            }
        }
        return ZONE_DMA;
    }

    /** The zone type that movable-only memory is carved out of. */
    public int movableHost() {
        return movableHost;
    }

    /** First movable-only frame of the node, or 0. */
    public int movableStartPfn(int nid) {
        return movableStartPfn[nid];
    }

    /** Where this zone of this node lies. */
    public Span span(int nid, int zoneType) {
        @Nullable MemoryRange node = nodeSpan(nid);
        if (node == null) {
            return Span.EMPTY;
        }
        int movable = movableStartPfn[nid];
        int start;
        int end;
        if (zoneType == ZONE_MOVABLE) {
            start = movable;
            end = movable == 0 ? 0 : node.endPfn();
        } else {
            start = Math.max(lowPfn[zoneType], node.startPfn());
            end = Math.min(highPfn[zoneType], node.endPfn());
            if (movable != 0 && zoneType == movableHost) {
                end = Math.min(end, movable);
            }
        }
        if (start >= end) {
            return Span.EMPTY;
        }
        return new Span(start, end - start, memblock.presentPages(nid, start, end));
    }

    private @Nullable MemoryRange nodeSpan(int nid) {
        int start = Integer.MAX_VALUE;
        int end = 0;
        for (MemoryRange range : memblock.memory()) {
            if (range.nid() == nid) {
                start = Math.min(start, range.startPfn());
                end = Math.max(end, range.endPfn());
            }
        }
        return start < end ? new MemoryRange(start, end, nid) : null;
    }

    /** The zone type that a present frame of this node belongs to. */
    public int zoneOf(int nid, int pfn) {
        if (movableStartPfn[nid] != 0 && pfn >= movableStartPfn[nid] && pfn >= lowPfn[movableHost]) {
            return ZONE_MOVABLE;
        }
        for (int zone = ZONE_DMA; zone < ZONE_NORMAL; zone++) {
            if (pfn < highPfn[zone]) {
                return zone;
            }
        }
        return ZONE_NORMAL;
    }
}
