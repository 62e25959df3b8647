package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_LOW;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MASK;
import static org.kunitjvm.mm.alloc.AllocRequest.ANY_NODE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ACCOUNT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/** Allocates and frees many single pages per lock hold. Frames are in arrays; -1 stands for an empty slot. */
public final class BulkAllocator {
    private static final int PGALLOC_DMA = VmEvent.PGALLOC_DMA.ordinal();

    private final PageAllocator allocator;
    private final AllocContext context;

    /** Works with the caches of {@code allocator}. */
    public BulkAllocator(PageAllocator allocator) {
        this.allocator = allocator;
        this.context = allocator.context();
    }

    /**
     * Fill the empty slots among the first {@code nrPages} of an array with single pages, as far as that is cheap; at
     * least one is tried hard. Models mm/page_alloc.c: alloc_pages_bulk_noprof.
     *
     * @return how many slots from the start are filled
     */
    public int allocPagesBulk(int nid, int gfp, int nrPages, int[] pfns) {
        int filled = 0;
        while (filled < nrPages && pfns[filled] >= 0) {
            filled++;
        }
        if (nrPages <= 0 || filled == nrPages) {
            return filled;
        }
        if ((gfp & __GFP_ACCOUNT) != 0 || nrPages - filled == 1) {
            return single(nid, gfp, pfns, filled);
        }
        int mask = allocator.currentGfp(gfp);
        if (allocator.failsOnPurpose(mask, 0)) {
            return filled;
        }
        int got = fromPcp(nid, mask, nrPages, pfns, filled);
        context.operationDone("allocation of many", NO_PFN, 0);
        return got > filled ? got : single(nid, mask, pfns, filled);
    }

    private int single(int nid, int gfp, int[] pfns, int filled) {
        int pfn = allocator.allocPages(nid, gfp, 0);
        if (pfn < 0) {
            return filled;
        }
        pfns[filled] = pfn;
        return filled + 1;
    }

    private int fromPcp(int nid, int gfp, int nrPages, int[] pfns, int filled) {
        int highestIndex = Gfp.gfpZone(gfp);
        int type = allocator.migrateType(gfp);
        Zonelist zonelist = context.nodes.zonelist(nid, (gfp & __GFP_THISNODE) != 0);
        int preferred = FastPath.nextZone(zonelist, 0, highestIndex, ANY_NODE);
        int allocFlags = ALLOC_WMARK_LOW | gfp & ALLOC_KSWAPD | (type == MIGRATE_MOVABLE ? ALLOC_CMA : 0);
        Zone zone = findZone(zonelist, preferred, highestIndex, allocFlags, nrPages);
        if (zone == null) {
            return filled;
        }
        int cpu = context.cpu();
        PerCpuPages cache = zone.pcp[cpu];
        if (!cache.lock.tryLock()) {
            return filled;
        }
        int taken = 0;
        int at = filled;
        while (at < nrPages) {
            if (pfns[at] >= 0) {
                at++;
                continue;
            }
            int pfn = allocator.pcp().takeLocked(zone, cache, 0, type, allocFlags);
            if (pfn < 0) {
                break;
            }
            allocator.checks().prepNewPage(pfn, 0, gfp, 0);
            pfns[at++] = pfn;
            taken++;
        }
        cache.lock.unlock();
        if (taken == 0) {
            return filled;
        }
        context.events.add(PGALLOC_DMA + zone.index, taken);
        allocator.fastPath().zoneStatistics(zonelist.zone(preferred), zone, cpu, taken);
        return at;
    }

    /** The first zone on the preferred node that can give that many pages and stay above its low watermark. */
    private @Nullable Zone findZone(Zonelist zonelist, int preferred, int highestIndex, int allocFlags, int nrPages) {
        for (int at = preferred; at < zonelist.size(); at = FastPath.nextZone(zonelist, at + 1, highestIndex,
            ANY_NODE)) {
            Zone zone = zonelist.zone(at);
            if (context.nodes.nrOnlineNodes() > 1 && zone != zonelist.zone(preferred)
                && zone.nid != zonelist.zone(preferred).nid) {
                return null;
            }
            int mark = zone.mark(allocFlags & ALLOC_WMARK_MASK) + nrPages;
            if (Watermarks.fast(zone, 0, mark, zonelist.zone(preferred).index, allocFlags)) {
                return zone;
            }
        }
        return null;
    }

    /**
     * Free the folios of a batch whose last reference is gone: all are prepared first, then they go to the cache.
     * Models mm/page_alloc.c: free_unref_folios.
     *
     * @param pfns first frames
     * @param orders order of each, or {@code null} if all are single pages
     */
    public void freeUnrefFolios(int[] pfns, int @Nullable [] orders, int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int pfn = pfns[i];
            int order = orders == null ? 0 : orders[i];
            if (!allocator.checks().freePrepare(pfn, order)) {
                continue;
            }
            if (!PerCpuPages.isAllowedOrder(order)) {
                allocator.freeOnePage(context.zones.zoneOf(pfn), pfn, order, Buddy.FPI_NONE);
                continue;
            }
            pfns[kept] = pfn;
            if (orders != null) {
                orders[kept] = order;
            }
            kept++;
        }
        commitBatch(pfns, orders, kept);
        context.operationDone("free of many", NO_PFN, 0);
    }

    private void commitBatch(int[] pfns, int @Nullable [] orders, int count) {
        Zone lockedZone = null;
        PerCpuPages cache = null;
        for (int i = 0; i < count; i++) {
            int pfn = pfns[i];
            int order = orders == null ? 0 : orders[i];
            Zone zone = context.zones.zoneOf(pfn);
            int type = context.map.blockType(pfn);
            if (cache != null && (zone != lockedZone || type == MIGRATE_ISOLATE)) {
                cache.lock.unlock();
                cache = null;
                lockedZone = null;
            }
            if (type == MIGRATE_ISOLATE) {
                allocator.freeOnePage(zone, pfn, order, Buddy.FPI_NONE);
                continue;
            }
            if (cache == null) {
                PerCpuPages own = zone.pcp[context.cpu()];
                if (!own.lock.tryLock()) {
                    allocator.freeOnePage(zone, pfn, order, Buddy.FPI_NONE);
                    continue;
                }
                cache = own;
                lockedZone = zone;
            }
            AllocTracer tracer = context.tracer;
            if (tracer != null) {
                tracer.pageFreeBatched(pfn);
            }
            allocator.pcp().commit(zone, cache, pfn, PerCpuPages.hasLists(type) ? type : MIGRATE_MOVABLE, order);
        }
        if (cache != null) {
            cache.lock.unlock();
        }
    }

    /** Drop a reference to each single page and free those that had no other, as one batch ({@code folios_put}). */
    public void putPages(int[] pfns, int count) {
        int[] dead = new int[count];
        int nrDead = 0;
        for (int i = 0; i < count; i++) {
            if (allocator.putPageTestzero(pfns[i])) {
                dead[nrDead++] = pfns[i];
            }
        }
        freeUnrefFolios(dead, null, nrDead);
    }
}
