package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.zone.PerCpuPages.NR_PCP_LISTS;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_FREE_HIGH_BATCH;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_PREV_FREE_HIGH_ORDER;
import static org.kunitjvm.mm.zone.PerCpuPages.PCP_BATCH_SCALE_MAX;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_BELOW_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_RECLAIM_ACTIVE;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.zone.PcpLists;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;

/**
 * Takes blocks from the cache of a CPU and gives them back to it; refills it from the free lists and spills into them.
 *
 * <p>Frees go to the head of a list, allocations come from the head, spills from the tail, refills to the tail. How
 * many blocks move at a time adapts to what was done lately: {@code allocFactor}, {@code freeCount} and {@code high} of
 * {@link PerCpuPages}.
 *
 * <p>Lock order: {@code pcp->lock}, then {@code zone->lock}. The first is only ever tried: who cannot have it uses the
 * free lists.
 */
public final class PcpAllocator {
    private static final int PGFREE = VmEvent.PGFREE.ordinal();

    private final AllocContext context;
    private final PageMap map;
    private final Buddy buddy;
    private final PageChecks checks;

    PcpAllocator(AllocContext context, Buddy buddy, PageChecks checks) {
        this.context = context;
        this.map = context.map;
        this.buddy = buddy;
        this.checks = checks;
    }

    // ---------------------------------------------------------------- allocation

    /**
     * Take a block from the executing CPU's cache. Models mm/page_alloc.c: rmqueue_pcplist.
     *
     * @return its first page, or -1 if the cache is busy or cannot be refilled
     */
    int alloc(Zone zone, int cpu, int order, int type, int allocFlags) {
        PerCpuPages pcp = zone.pcp[cpu];
        if (!pcp.lock.tryLock()) {
            return NO_PFN;
        }
        pcp.freeCount >>= 1;
        int pfn = takeLocked(zone, pcp, order, type, allocFlags);
        pcp.lock.unlock();
        return pfn;
    }

    /** Take a block; the caller holds {@code pcp->lock}. Models mm/page_alloc.c: __rmqueue_pcplist. */
    int takeLocked(Zone zone, PerCpuPages pcp, int order, int type, int allocFlags) {
        int list = PerCpuPages.index(order, type);
        PcpLists lists = pcp.lists;
        int pfn;
        do {
            if (lists.isEmpty(list) && !refill(zone, pcp, order, type, allocFlags)) {
                return NO_PFN;
            }
            pfn = lists.removeFirst(list);
            pcp.count -= 1 << order;
        } while (checks.hasBadNewPage(pfn, order));
        return pfn;
    }

    private boolean refill(Zone zone, PerCpuPages pcp, int order, int type, int allocFlags) {
        int wanted = nrAlloc(zone, pcp, order);
        int got = rmqueueBulk(zone, pcp, order, type, wanted, allocFlags);
        pcp.count += got << order;
        if (context.explainer != null) {
            context.explainer.note("pcp list %d was empty: refilled with %d of %d blocks",
                PerCpuPages.index(order, type), got, wanted);
        }
        return got > 0;
    }

    /** Models mm/page_alloc.c: rmqueue_bulk. */
    private int rmqueueBulk(Zone zone, PerCpuPages pcp, int order, int type, int wanted, int allocFlags) {
        int list = PerCpuPages.index(order, type);
        int got = 0;
        zone.lock.lockIrqsave();
        buddy.resetMode();
        while (got < wanted) {
            int pfn = buddy.rmqueue(zone, order, type, allocFlags);
            if (pfn < 0) {
                break;
            }
            pcp.lists.addLast(list, pfn);
            got++;
        }
        zone.lock.unlockIrqrestore();
        return got;
    }

    /**
     * How many blocks to refill with; lets the cache and the next refill grow. Models mm/page_alloc.c: nr_pcp_alloc.
     */
    private static int nrAlloc(Zone zone, PerCpuPages pcp, int order) {
        int base = pcp.batch;
        int high = clampHigh(pcp);
        // A cache that is switched off takes one block at a time.
        if (high < base) {
            return 1;
        }
        int batch = order != 0 ? base : base << pcp.allocFactor;
        if (pcp.highMin != pcp.highMax && !zone.has(ZONE_BELOW_HIGH)) {
            high = Math.min(high + batch, pcp.highMax);
            pcp.high = high;
        }
        if (order == 0) {
            int maxNr = Math.max(high - pcp.count - base, base);
            // Double the number of blocks for each refill in a row.
            if (batch <= maxNr && pcp.allocFactor < PCP_BATCH_SCALE_MAX) {
                pcp.allocFactor++;
            }
            batch = Math.min(batch, maxNr);
        }
        return batch > 1 ? Math.max(batch >> order, 2) : batch;
    }

    private static int clampHigh(PerCpuPages pcp) {
        int high = Math.min(Math.max(pcp.high, pcp.highMin), pcp.highMax);
        pcp.high = high;
        return high;
    }

    // ---------------------------------------------------------------- free

    /**
     * Put a block into a cache whose lock the caller holds, and spill if there is too much in it.
     * Models mm/page_alloc.c: free_unref_page_commit.
     */
    void commit(Zone zone, PerCpuPages pcp, int pfn, int type, int order) {
        // The next refill need not be that large: pages come back.
        pcp.allocFactor >>= 1;
        context.events.add(PGFREE, 1 << order);
        int list = PerCpuPages.index(order, type);
        pcp.lists.addFirst(list, pfn);
        pcp.count += 1 << order;
        boolean freeHigh = isHighOrderStreak(pcp, order);
        int batch = pcp.batch;
        if (pcp.freeCount < batch << PCP_BATCH_SCALE_MAX) {
            pcp.freeCount += 1 << order;
        }
        int high = nrHigh(zone, pcp, batch, freeHigh);
        if (pcp.count >= high) {
            spill(zone, pcp, nrFree(pcp, batch, high, freeHigh), list);
        }
    }

    private void spill(Zone zone, PerCpuPages pcp, int nrPages, int list) {
        if (context.explainer != null) {
            context.explainer.note("pcp has %d pages: spill of %d starting with list %d", pcp.count, nrPages, list);
        }
        freeBulk(zone, nrPages, pcp, list);
        if (zone.has(ZONE_BELOW_HIGH) && Watermarks.ok(zone, 0, zone.mark(WMARK_HIGH), ZONE_MOVABLE, 0)) {
            zone.flags &= ~ZONE_BELOW_HIGH;
        }
    }

    /** Whether orders 1 to 3 are freed in a row, so that caching them is of no use; remembers this free. */
    private static boolean isHighOrderStreak(PerCpuPages pcp, int order) {
        int flags = pcp.flags();
        pcp.noteLastFreed(1 << order);
        return order != 0 && order <= PAGE_ALLOC_COSTLY_ORDER && pcp.freeCount >= pcp.batch
            && (flags & PCPF_PREV_FREE_HIGH_ORDER) != 0
            && ((flags & PCPF_FREE_HIGH_BATCH) == 0 || pcp.count >= pcp.batch);
    }

    /**
     * The number of pages from which on the cache spills; lets it shrink or grow. Models mm/page_alloc.c: nr_pcp_high.
     */
    private static int nrHigh(Zone zone, PerCpuPages pcp, int batch, boolean freeHigh) {
        int highMin = pcp.highMin;
        int highMax = pcp.highMax;
        int high = clampHigh(pcp);
        if (high == 0) {
            return 0;
        }
        if (freeHigh) {
            pcp.high = Math.max(high - (batch << PCP_BATCH_SCALE_MAX), highMin);
            return 0;
        }
        if (zone.has(ZONE_RECLAIM_ACTIVE)) {
            pcp.high = Math.max(high - Math.max(pcp.freeCount, batch), highMin);
            return Math.min(batch << 2, pcp.high);
        }
        if (highMin == highMax) {
            return high;
        }
        if (zone.has(ZONE_BELOW_HIGH)) {
            pcp.high = Math.max(high - Math.max(pcp.freeCount, batch), highMin);
            return Math.max(pcp.count, highMin);
        }
        if (pcp.count >= high) {
            int need = pcp.freeCount + batch;
            // The cache must hold what was freed lately and the next batch. This free still spills.
            if (pcp.high < need) {
                pcp.high = Math.min(Math.max(need, highMin), highMax);
            }
        }
        return high;
    }

    /** How many pages to spill. Models mm/page_alloc.c: nr_pcp_free. */
    private static int nrFree(PerCpuPages pcp, int batch, int high, boolean freeHigh) {
        if (freeHigh) {
            return Math.min(pcp.count, batch << PCP_BATCH_SCALE_MAX);
        }
        // A cache that is switched off keeps nothing.
        if (high < batch) {
            return 1;
        }
        return Math.min(Math.max(pcp.freeCount, batch), high - batch);
    }

    /**
     * Give pages back to the free lists: the oldest of one list until it is empty, then of the next. Takes
     * {@code zone->lock}; the caller holds {@code pcp->lock}. Frees too much by up to one block. Models
     * mm/page_alloc.c: free_pcppages_bulk.
     */
    void freeBulk(Zone zone, int nrPages, PerCpuPages pcp, int firstList) {
        int left = Math.min(pcp.count, nrPages);
        PcpLists lists = pcp.lists;
        int list = firstList;
        zone.lock.lockIrqsave();
        while (left > 0) {
            int empty = 0;
            while (lists.isEmpty(list)) {
                if (++empty == NR_PCP_LISTS) {
                    throw new KernelBug("pcp of %s counts %d pages but all its lists are empty", zone.label(),
                        pcp.count);
                }
                list = list + 1 == NR_PCP_LISTS ? 0 : list + 1;
            }
            int order = PerCpuPages.orderOf(list);
            do {
                int pfn = lists.removeLast(list);
                int type = map.blockType(pfn);
                left -= 1 << order;
                pcp.count -= 1 << order;
                buddy.freeOneBlockLocked(zone, pfn, order, type, Buddy.FPI_NONE);
                AllocTracer tracer = context.tracer;
                if (tracer != null) {
                    tracer.pagePcpuDrain(pfn, order, FreeType.migratetypeOf(type));
                }
            } while (left > 0 && !lists.isEmpty(list));
            list = list + 1 == NR_PCP_LISTS ? 0 : list + 1;
        }
        zone.lock.unlockIrqrestore();
    }

    // ---------------------------------------------------------------- drain

    /**
     * Empty the cache of one CPU, a bounded number of pages per lock hold. Models mm/page_alloc.c: drain_pages_zone.
     */
    void drainPagesZone(int cpu, Zone zone) {
        PerCpuPages pcp = zone.pcp[cpu];
        int count;
        do {
            pcp.lock.lock();
            count = pcp.count;
            if (count != 0) {
                int toDrain = Math.min(count, pcp.batch << PCP_BATCH_SCALE_MAX);
                freeBulk(zone, toDrain, pcp, 0);
                count -= toDrain;
            }
            pcp.lock.unlock();
        } while (count > 0);
    }

    /** Give back a part of what a remote CPU's cache has. Models mm/page_alloc.c: drain_zone_pages. */
    void drainZonePages(Zone zone, PerCpuPages pcp) {
        int toDrain = Math.min(pcp.count, pcp.batch);
        if (toDrain > 0) {
            pcp.lock.lock();
            freeBulk(zone, toDrain, pcp, 0);
            pcp.lock.unlock();
        }
    }

    /**
     * Let {@code high} decay and spill what is above it. Models mm/page_alloc.c: decay_pcp_high; returns how much was
     * done.
     */
    int decayHigh(Zone zone, PerCpuPages pcp) {
        int batch = pcp.batch;
        int todo = 0;
        if (pcp.high > pcp.highMin) {
            pcp.high = Math.max(Math.max(pcp.count - (batch << PCP_BATCH_SCALE_MAX), pcp.high - (pcp.high >> 3)),
                pcp.highMin);
            if (pcp.high > pcp.highMin) {
                todo++;
            }
        }
        int toDrain = pcp.count - pcp.high;
        while (toDrain > 0) {
            int portion = Math.min(toDrain, batch);
            pcp.lock.lock();
            freeBulk(zone, portion, pcp, 0);
            pcp.lock.unlock();
            todo++;
            toDrain -= portion;
        }
        return todo;
    }
}
