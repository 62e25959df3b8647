package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_HIGHATOMIC;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NON_BLOCK;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NO_WATERMARKS;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_OOM;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MASK;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_BELOW_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_BOOSTED_WATERMARK;

import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/** One attempt to take pages from the zones of a zonelist. Makes no garbage. */
final class FastPath {
    private static final int PGALLOC_DMA = VmEvent.PGALLOC_DMA.ordinal();
    private static final int NUMA_HIT = NumaStat.NUMA_HIT.ordinal();
    private static final int NUMA_MISS = NumaStat.NUMA_MISS.ordinal();
    private static final int NUMA_FOREIGN = NumaStat.NUMA_FOREIGN.ordinal();
    private static final int NUMA_LOCAL = NumaStat.NUMA_LOCAL.ordinal();
    private static final int NUMA_OTHER = NumaStat.NUMA_OTHER.ordinal();

    private final AllocContext context;
    private final NodeTable nodes;
    private final Buddy buddy;
    private final PcpAllocator pcp;
    private final PageChecks checks;
    private final HighAtomic highAtomic;
    private final DirectMapBlocks directMapBlocks;
    private Reclaimer reclaimer = Reclaimer.NONE;

    FastPath(AllocContext context, Buddy buddy, PcpAllocator pcp, PageChecks checks, HighAtomic highAtomic,
            DirectMapBlocks directMapBlocks) {
        this.context = context;
        this.nodes = context.nodes;
        this.buddy = buddy;
        this.pcp = pcp;
        this.checks = checks;
        this.highAtomic = highAtomic;
        this.directMapBlocks = directMapBlocks;
    }

    void setReclaimer(Reclaimer newReclaimer) {
        reclaimer = newReclaimer;
    }

    /** First position from {@code at} on that the zone type and the node mask allow, or the list's size. */
    static int nextZone(Zonelist zonelist, int at, int highestIndex, long nodemask) {
        int i = zonelist.next(at, highestIndex);
        if (nodemask != AllocRequest.ANY_NODE) {
            while (i < zonelist.size() && (nodemask & 1L << zonelist.zone(i).nid) == 0) {
                i = zonelist.next(i + 1, highestIndex);
            }
        }
        return i;
    }

    /**
     * Try the zones from the preferred one on: watermarks first, then take. A zone that passes but has no block is left
     * for the next. Models mm/page_alloc.c: get_page_from_freelist.
     *
     * @param preferred position of the preferred zone in the list, or the list's size
     * @return the first page of a block that is ready for its owner, or -1
     */
    int getPageFromFreelist(int gfp, int order, int wantedFlags, Zonelist zonelist, int preferred, int highestIndex,
        int type,
            long nodemask) {
        int allocFlags = wantedFlags;
        boolean noFallback = (allocFlags & ALLOC_NOFRAGMENT) != 0;
        int at = preferred;
        while (true) {
            if (at >= zonelist.size()) {
                // Better to mix types in a pageblock than to fail.
                if (!noFallback) {
                    return NO_PFN;
                }
                noFallback = false;
                allocFlags &= ~ALLOC_NOFRAGMENT;
                at = preferred;
                explain("no zone has a block without mixing types: starting over without ALLOC_NOFRAGMENT");
                continue;
            }
            Zone zone = zonelist.zone(at);
            if (noFallback && at != preferred && nodes.nrOnlineNodes() > 1
                && zone.nid != zonelist.zone(preferred).nid) {
                // Local memory is worth more than unmixed pageblocks.
                noFallback = false;
                allocFlags &= ~ALLOC_NOFRAGMENT;
                at = preferred;
                explain("next zone is on another node: starting over without ALLOC_NOFRAGMENT");
                continue;
            }
            if (mayTakeFrom(zone, order, highestIndex, allocFlags)) {
                int pfn = rmqueue(zonelist.zone(preferred), zone, order, type, allocFlags);
                if (pfn >= 0) {
                    checks.prepNewPage(pfn, order, gfp, allocFlags);
                    if ((allocFlags & ALLOC_HIGHATOMIC) != 0) {
                        highAtomic.reserve(zone, pfn, order);
                    }
                    return pfn;
                }
            }
            at = nextZone(zonelist, at + 1, highestIndex, nodemask);
        }
    }

    private boolean mayTakeFrom(Zone zone, int order, int highestIndex, int allocFlags) {
        if (!zone.has(ZONE_BELOW_HIGH)) {
            if (Watermarks.fast(zone, order, zone.mark(WMARK_HIGH), highestIndex, allocFlags)) {
                return true;
            }
            // The caches should give pages back early from now on. Noted here because frees are hotter.
            zone.flags |= ZONE_BELOW_HIGH;
            explainZone("%s: order %d fails the high watermark %d: BELOW_HIGH is set", zone, order,
                zone.mark(WMARK_HIGH));
        }
        int mark = zone.mark(allocFlags & ALLOC_WMARK_MASK);
        if (Watermarks.fast(zone, order, mark, highestIndex, allocFlags)) {
            return true;
        }
        explainZone("%s: order %d fails watermark %d", zone, order, mark);
        return (allocFlags & ALLOC_NO_WATERMARKS) != 0;
    }

    /**
     * Take a block from a zone: from the CPU's cache if the order is cached, else from the free lists.
     * Models mm/page_alloc.c: rmqueue.
     */
    private int rmqueue(Zone preferred, Zone zone, int order, int type, int allocFlags) {
        int cpu = context.cpu();
        int pfn = PerCpuPages.isAllowedOrder(order) ? pcp.alloc(zone, cpu, order, type, allocFlags) : NO_PFN;
        if (pfn < 0) {
            pfn = rmqueueUncached(zone, order, type, allocFlags);
        }
        if (pfn >= 0) {
            context.events.add(PGALLOC_DMA + zone.index, 1 << order);
            zoneStatistics(preferred, zone, cpu, 1);
        }
        if ((allocFlags & ALLOC_KSWAPD) != 0 && zone.has(ZONE_BOOSTED_WATERMARK)) {
            wakeForBoost(zone);
        }
        return pfn;
    }

    private int rmqueueUncached(Zone zone, int order, int type, int allocFlags) {
        int pfn = FreeType.isUnmapped(type) ? rmqueueUnmapped(zone, order)
            : rmqueueBuddy(zone, order, type, allocFlags);
        return pfn >= 0 ? pfn : directMapBlocks.take(zone, order, type);
    }

    private void wakeForBoost(Zone zone) {
        zone.flags &= ~ZONE_BOOSTED_WATERMARK;
        reclaimer.wakeKswapd(zone, 0, 0, zone.index);
    }

    /** As {@link #rmqueueBuddy} for pages that the direct map does not have: there is nothing to fall back to. */
    private int rmqueueUnmapped(Zone zone, int order) {
        zone.lock.lockIrqsave();
        int pfn = buddy.rmqueueSmallest(zone, order, FreeType.UNMAPPED_IDX);
        zone.lock.unlockIrqrestore();
        return pfn;
    }

    /** Models mm/page_alloc.c: rmqueue_buddy. */
    private int rmqueueBuddy(Zone zone, int order, int type, int allocFlags) {
        int pfn;
        do {
            zone.lock.lockIrqsave();
            pfn = NO_PFN;
            if ((allocFlags & ALLOC_HIGHATOMIC) != 0) {
                pfn = buddy.rmqueueSmallest(zone, order, MIGRATE_HIGHATOMIC);
            }
            if (pfn < 0) {
                buddy.resetMode();
                pfn = buddy.rmqueue(zone, order, type, allocFlags);
                // Who cannot wait may have the reserve when there is nothing else.
                if (pfn < 0 && (allocFlags & (ALLOC_OOM | ALLOC_NON_BLOCK)) != 0) {
                    pfn = buddy.rmqueueSmallest(zone, order, MIGRATE_HIGHATOMIC);
                }
            }
            zone.lock.unlockIrqrestore();
        } while (pfn >= 0 && checks.hasBadNewPage(pfn, order));
        return pfn;
    }

    /** Count where a request was served. Models mm/page_alloc.c: zone_statistics. */
    void zoneStatistics(Zone preferred, Zone zone, int cpu, int n) {
        if (zone.nid == preferred.nid) {
            zone.counters.addNuma(NUMA_HIT, n);
        } else {
            zone.counters.addNuma(NUMA_MISS, n);
            preferred.counters.addNuma(NUMA_FOREIGN, n);
        }
        zone.counters.addNuma(zone.nid == nodes.nodeOfCpu(cpu) ? NUMA_LOCAL : NUMA_OTHER, n);
    }

    private void explain(String text) {
        if (context.explainer != null) {
            context.explainer.note(text);
        }
    }

    private void explainZone(String format, Zone zone, int order, int mark) {
        if (context.explainer != null) {
            context.explainer.note(format + " (folded free pages %d, boost %d)", zone, order, mark,
                zone.counters.read(org.kunitjvm.mm.zone.ZoneStat.NR_FREE_PAGES), zone.watermarkBoost());
        }
    }
}
