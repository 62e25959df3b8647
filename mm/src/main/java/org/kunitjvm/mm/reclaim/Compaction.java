package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_IO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.alloc.CompactPriority;
import org.kunitjvm.mm.alloc.CompactResult;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.Watermarks;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.zone.FragmentationIndex;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Decides which zones are compacted for a request, and how hard; {@link ZoneCompactor} does it.
 *
 * <p>A zone that compaction could not help is left alone for a while: after each failure twice as many attempts are
 * passed over, up to 64. Models mm/compaction.c: try_to_compact_pages, compaction_deferred.
 */
public final class Compaction {
    /**
     * Fragmentation at or below this is lack of memory rather than of order ({@code vm.extfrag_threshold}), in
     * thousandths.
     */
    private static final int EXTFRAG_THRESHOLD = 500;

    private final PageAllocator allocator;
    private final Lru lru;
    private final PagePopulation population;
    /** Whether the kernel has compaction at all ({@code CONFIG_COMPACTION}). */
    private final boolean enabled;
    private final List<CompactionState> zones = new ArrayList<>();

    Compaction(Kernel kernel, PageAllocator allocator, Lru lru, PagePopulation population) {
        this.allocator = allocator;
        this.lru = lru;
        this.population = population;
        this.enabled = kernel.config().isEnabled("COMPACTION");
    }

    boolean isEnabled() {
        return enabled;
    }

    CompactionState of(Zone zone) {
        for (int i = 0; i < zones.size(); i++) {
            if (zones.get(i).zone == zone) {
                return zones.get(i);
            }
        }
        CompactionState made = new CompactionState(zone);
        zones.add(made);
        return made;
    }

    /** A run over a zone. */
    ZoneCompactor run(CompactionState state, boolean daemon) {
        return new ZoneCompactor(allocator, lru, population, state, daemon);
    }

    // ---------------------------------------------------------------- for a request

    /**
     * Compact the zones that a request may use, until one has what it wants. Models mm/compaction.c:
     * try_to_compact_pages.
     */
    CompactResult tryToCompactPages(AllocRequest request, CompactPriority priority) {
        if (!enabled || (request.gfp() & __GFP_IO) == 0) {
            return CompactResult.SKIPPED;
        }
        CompactResult best = CompactResult.SKIPPED;
        for (int at = request.firstZone(); at < request.zonelist().size(); at = request.nextZone(at + 1)) {
            CompactionState zone = of(request.zonelist().zone(at));
            if (priority != CompactPriority.SYNC_FULL && zone.isDeferred(request.order())) {
                best = better(best, CompactResult.DEFERRED);
                continue;
            }
            CompactResult result = compactZone(zone, request, priority);
            best = better(best, result);
            if (result == CompactResult.SUCCESS) {
                // There is a free block, but the request has not got it yet.
                zone.resetDeferral(request.order(), false);
                break;
            }
            if (priority != CompactPriority.ASYNC
                && (result == CompactResult.COMPLETE || result == CompactResult.PARTIAL_SKIPPED)) {
                zone.defer(request.order());
            }
        }
        return best;
    }

    private CompactResult compactZone(CompactionState zone, AllocRequest request, CompactPriority priority) {
        CompactResult suits = suits(zone.zone, request.order(), request.highestIndex());
        if (suits != CompactResult.CONTINUE) {
            return suits;
        }
        boolean whole = priority == CompactPriority.SYNC_FULL;
        return run(zone, false).compact(request.order(), FreeType.migratetypeOf(request.type()),
            priority == CompactPriority.ASYNC, whole);
    }

    private static CompactResult better(CompactResult a, CompactResult b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    // ---------------------------------------------------------------- whether it makes sense

    /**
     * Free pages that compaction needs for an order: room for what it moves and for the block ({@code compact_gap}).
     */
    static int gap(int order) {
        return 2 << order;
    }

    /**
     * {@code CONTINUE} if a zone should be compacted for an order. Models mm/compaction.c:
     * compaction_suit_allocation_order.
     */
    CompactResult suits(Zone zone, int order, int highestIndex) {
        if (Watermarks.ok(zone, order, zone.mark(WMARK_MIN), highestIndex, 0)) {
            return CompactResult.SUCCESS;
        }
        return isSuitable(zone, order, highestIndex) ? CompactResult.CONTINUE : CompactResult.SKIPPED;
    }

    /**
     * Whether enough is free, and scattered enough, for compaction to help. Models mm/compaction.c:
     * compaction_suitable.
     */
    boolean isSuitable(Zone zone, int order, int highestIndex) {
        boolean costly = order > PAGE_ALLOC_COSTLY_ORDER;
        int mark = (costly ? zone.mark(WMARK_LOW) : zone.mark(WMARK_MIN)) + gap(order);
        if (!Watermarks.ok(zone, 0, mark, highestIndex, ALLOC_CMA, zone.counters.read(ZoneStat.NR_FREE_PAGES))) {
            return false;
        }
        int index = costly ? FragmentationIndex.of(zone, order) : FragmentationIndex.HAS_BLOCK;
        return index < 0 || index > EXTFRAG_THRESHOLD;
    }

    /**
     * Whether reclaim for a costly request can stop and leave the rest to compaction. Models mm/vmscan.c:
     * compaction_ready.
     */
    boolean isReady(Zone zone, int order, int highestIndex) {
        if (!enabled || order <= PAGE_ALLOC_COSTLY_ORDER) {
            return false;
        }
        if (Watermarks.ok(zone, order, zone.mark(WMARK_MIN), highestIndex, 0)) {
            return true;
        }
        if (!isSuitable(zone, order, highestIndex)) {
            return false;
        }
        // Compaction must be able to go on without falling below the mark that wakes kswapd.
        return Watermarks.okSafe(zone, 0, zone.mark(Zone.WMARK_HIGH) + gap(order), highestIndex, 0);
    }

    // ---------------------------------------------------------------- for a node

    /**
     * Compact a whole node, as {@code echo 1 > /proc/sys/vm/compact_memory} does. Models mm/compaction.c: compact_node.
     */
    public void compactNode(NodeData node) {
        for (int index = 0; index < MAX_NR_ZONES; index++) {
            if (node.zone(index).isPopulated()) {
                run(of(node.zone(index)), true).compact(ZoneCompactor.WHOLE_ZONE, MIGRATE_MOVABLE, false, true);
            }
        }
    }
}
