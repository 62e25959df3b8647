package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CPUSET;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_HIGHATOMIC;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_MIN_RESERVE;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NON_BLOCK;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NO_WATERMARKS;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_OOM;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_HIGH;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_MIN;
import static org.kunitjvm.mm.alloc.AllocRequest.ANY_NODE;
import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HARDWALL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGH;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_IO;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOMEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;

import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * What is done for a request that the fast path could not serve: reserves, kswapd, reclaim, compaction, the OOM killer,
 * and when to give up. Models mm/page_alloc.c: __alloc_pages_slowpath.
 */
final class SlowPath {
    private static final int MAX_RECLAIM_RETRIES = 16;
    private static final int MAX_COMPACT_RETRIES = 16;
    private static final int COSTLY_COMPACT_RETRIES_SHIFT = 2;
    private static final long ONE_JIFFY_NS = 1_000_000;
    /** Neither a page nor a failure: it is worth another round. */
    private static final int AGAIN = -2;

    private final AllocContext context;
    private final FastPath fastPath;
    private final Buddy buddy;
    private final PageChecks checks;
    private final HighAtomic highAtomic;
    private final Runnable drainAllPages;
    private final AllocFailure failure;
    private Reclaimer reclaimer = Reclaimer.NONE;
    private boolean oomLocked;

    SlowPath(AllocContext context, FastPath fastPath, Buddy buddy, PageChecks checks, HighAtomic highAtomic,
        Runnable drainAllPages) {
        this.context = context;
        this.fastPath = fastPath;
        this.buddy = buddy;
        this.checks = checks;
        this.highAtomic = highAtomic;
        this.drainAllPages = drainAllPages;
        this.failure = new AllocFailure(context);
    }

    void setReclaimer(Reclaimer newReclaimer) {
        reclaimer = newReclaimer;
    }

    /** The state of one request on its way. */
    private static final class Walk {
        AllocRequest request;
        final long nodemask;
        final boolean canDirectReclaim;
        final boolean canCompact;
        final boolean costly;
        final boolean noFail;
        int allocFlags;
        int noProgressLoops;
        int compactionRetries;
        int progress;
        CompactResult compactResult = CompactResult.SKIPPED;
        CompactPriority compactPriority = CompactPriority.SYNC_LIGHT;

        Walk(AllocRequest request, boolean hasCompaction) {
            this.request = request;
            this.nodemask = request.nodemask();
            this.canDirectReclaim = has(__GFP_DIRECT_RECLAIM);
            this.canCompact = hasCompaction && has(__GFP_IO);
            this.costly = request.order() > PAGE_ALLOC_COSTLY_ORDER;
            this.noFail = has(__GFP_NOFAIL);
        }

        boolean has(int gfp) {
            return (request.gfp() & gfp) != 0;
        }
    }

    /** Serve a request somehow; -1 if it fails for good. */
    int alloc(AllocRequest request) {
        Walk walk = new Walk(request, context.kernel.config().isEnabled("COMPACTION"));
        checkNoFail(walk);
        walk.allocFlags = slowFlags(request);
        if (request.preferredZone() == null) {
            failure.warnAlloc(walk.request, walk.nodemask);
            return NO_PFN;
        }
        int pfn = firstAttempts(walk);
        while (pfn == AGAIN) {
            pfn = retry(walk);
        }
        return pfn;
    }

    /** From {@code restart:} to {@code retry:}: what can be had without reclaim. */
    private int firstAttempts(Walk walk) {
        AllocRequest request = walk.request;
        wakeKswapds(walk);
        int pfn = attempt(walk, walk.allocFlags);
        if (pfn >= 0) {
            return pfn;
        }
        if (walk.canDirectReclaim && walk.canCompact && (walk.costly || request.type() == UNMAPPED_IDX
            || request.order() > 0 && request.type() != MIGRATE_MOVABLE) && reserveFlags(request.gfp()) == 0) {
            pfn = compact(walk, CompactPriority.ASYNC);
            if (pfn >= 0) {
                return pfn;
            }
            if (walk.costly && walk.has(__GFP_NORETRY) && !mayGoOnAfterAsync(walk)) {
                return giveUp(walk);
            }
        }
        return AGAIN;
    }

    private static boolean mayGoOnAfterAsync(Walk walk) {
        // Memory is short or compaction failed lately: reclaim would only hurt for a request that is not important.
        if (walk.compactResult == CompactResult.SKIPPED || walk.compactResult == CompactResult.DEFERRED
            || walk.has(__GFP_THISNODE)) {
            return false;
        }
        walk.compactPriority = CompactPriority.ASYNC;
        return true;
    }

    /** One round of {@code retry:}. */
    private int retry(Walk walk) {
        wakeKswapds(walk);
        int reserve = reserveFlags(walk.request.gfp());
        if (reserve != 0) {
            walk.allocFlags = cmaFlag(walk.request) | reserve | walk.allocFlags & ALLOC_KSWAPD;
        }
        if ((walk.allocFlags & ALLOC_CPUSET) == 0 || reserve != 0) {
            walk.request = walk.request.withNodemask(ANY_NODE);
        }
        int pfn = attempt(walk, walk.allocFlags);
        if (pfn >= 0) {
            return pfn;
        }
        if (!walk.canDirectReclaim || context.kernel.current().hasFlag(Task.PF_MEMALLOC)) {
            return giveUp(walk);
        }
        return tryHarder(walk);
    }

    /** Reclaim, compact, kill; {@link #AGAIN} if it is worth another round. */
    private int tryHarder(Walk walk) {
        int pfn = directReclaim(walk);
        if (pfn >= 0) {
            return pfn;
        }
        pfn = compact(walk, walk.compactPriority);
        if (pfn >= 0) {
            return pfn;
        }
        if (walk.has(__GFP_NORETRY) || walk.costly && !(walk.canCompact && walk.has(__GFP_RETRY_MAYFAIL))) {
            return giveUp(walk);
        }
        if (shouldReclaimRetry(walk) || walk.progress > 0 && walk.canCompact && shouldCompactRetry(walk)) {
            return AGAIN;
        }
        pfn = mayOom(walk);
        if (pfn >= 0) {
            return pfn;
        }
        if (reclaimer.isOomVictim() && ((walk.allocFlags & ALLOC_OOM) != 0 || walk.has(__GFP_NOMEMALLOC))) {
            return giveUp(walk);
        }
        if (walk.progress > 0) {
            walk.noProgressLoops = 0;
            return AGAIN;
        }
        return giveUp(walk);
    }

    /** The end of the road ({@code nopage:}): {@link #AGAIN} for a request that must not fail. */
    private int giveUp(Walk walk) {
        if (walk.noFail && walk.canDirectReclaim) {
            int pfn = attempt(walk, ALLOC_MIN_RESERVE | ALLOC_CPUSET);
            if (pfn < 0) {
                pfn = attempt(walk, ALLOC_MIN_RESERVE);
            }
            if (pfn >= 0) {
                return pfn;
            }
            context.sched.condResched();
            return AGAIN;
        }
        failure.warnAlloc(walk.request, walk.nodemask);
        return NO_PFN;
    }

    private void checkNoFail(Walk walk) {
        if (!walk.noFail) {
            return;
        }
        context.kernel.warnings().warnOnOnce(walk.request.order() > 1);
        context.kernel.warnings().warnOnOnce(!walk.canDirectReclaim);
        context.kernel.warnings().warnOnOnce(context.kernel.current().hasFlag(Task.PF_MEMALLOC));
    }

    private int attempt(Walk walk, int allocFlags) {
        AllocRequest r = walk.request;
        return fastPath.getPageFromFreelist(r.gfp(), r.order(), allocFlags, r.zonelist(), r.firstZone(),
            r.highestIndex(), r.type(), r.nodemask());
    }

    // ---------------------------------------------------------------- flags

    /** Models mm/page_alloc.c: gfp_to_alloc_flags. */
    static int slowFlags(AllocRequest request) {
        int gfp = request.gfp();
        int flags = ALLOC_WMARK_MIN | ALLOC_CPUSET | gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM);
        if ((gfp & __GFP_DIRECT_RECLAIM) == 0) {
            if ((gfp & __GFP_NOMEMALLOC) == 0) {
                flags |= ALLOC_NON_BLOCK;
                if (request.order() > 0 && (flags & ALLOC_MIN_RESERVE) != 0) {
                    flags |= ALLOC_HIGHATOMIC;
                }
            }
            if ((flags & ALLOC_MIN_RESERVE) != 0) {
                flags &= ~ALLOC_CPUSET;
            }
        }
        return flags | cmaFlag(request);
    }

    private static int cmaFlag(AllocRequest request) {
        return request.type() == MIGRATE_MOVABLE ? ALLOC_CMA : 0;
    }

    /** Which reserves the caller may use. Models mm/page_alloc.c: __gfp_pfmemalloc_flags. */
    int reserveFlags(int gfp) {
        if ((gfp & __GFP_NOMEMALLOC) != 0) {
            return 0;
        }
        if ((gfp & __GFP_MEMALLOC) != 0) {
            return ALLOC_NO_WATERMARKS;
        }
        boolean memalloc = context.kernel.current().hasFlag(Task.PF_MEMALLOC);
        if (context.kernel.preempt().inServingSoftirq() && memalloc) {
            return ALLOC_NO_WATERMARKS;
        }
        if (!context.kernel.preempt().inTask()) {
            return 0;
        }
        if (memalloc) {
            return ALLOC_NO_WATERMARKS;
        }
        return reclaimer.isOomVictim() ? ALLOC_OOM : 0;
    }

    // ---------------------------------------------------------------- kswapd and direct reclaim

    /** Models mm/page_alloc.c: wake_all_kswapds. */
    private void wakeKswapds(Walk walk) {
        if ((walk.allocFlags & ALLOC_KSWAPD) == 0) {
            return;
        }
        AllocRequest r = walk.request;
        int lastNid = -1;
        for (int at = r.firstZone(); at < r.zonelist().size(); at = r.nextZone(at + 1)) {
            Zone zone = r.zonelist().zone(at);
            if (zone.isManaged() && zone.nid != lastNid) {
                reclaimer.wakeKswapd(zone, r.gfp(), r.order(), r.highestIndex());
                lastNid = zone.nid;
            }
        }
    }

    /** Models mm/page_alloc.c: __alloc_pages_direct_reclaim. */
    private int directReclaim(Walk walk) {
        context.events.add(VmEvent.valueOf("ALLOCSTALL_" + zoneLabel(walk.request.highestIndex())), 1);
        Task me = context.kernel.current();
        int oldFlags = me.setFlags(Task.PF_MEMALLOC);
        walk.progress = reclaimer.reclaim(walk.request);
        me.restoreFlags(oldFlags, Task.PF_MEMALLOC);
        context.sched.condResched();
        if (walk.progress == 0) {
            return NO_PFN;
        }
        int pfn = attempt(walk, walk.allocFlags);
        if (pfn < 0) {
            // Pages may be stuck in the reserve for atomic requests or in caches.
            highAtomic.unreserve(walk.request, false);
            drainAllPages.run();
            pfn = attempt(walk, walk.allocFlags);
        }
        return pfn;
    }

    private static String zoneLabel(int index) {
        return org.kunitjvm.mm.types.MmConstants.zoneName(index).toUpperCase(java.util.Locale.ROOT);
    }

    /** Models mm/page_alloc.c: should_reclaim_retry. */
    private boolean shouldReclaimRetry(Walk walk) {
        walk.noProgressLoops = walk.progress > 0 && !walk.costly ? 0 : walk.noProgressLoops + 1;
        boolean retry = walk.noProgressLoops <= MAX_RECLAIM_RETRIES && anyZoneWouldPass(walk);
        if (walk.noProgressLoops <= MAX_RECLAIM_RETRIES) {
            context.sched.condResched();
        }
        return retry || highAtomic.unreserve(walk.request, true);
    }

    private boolean anyZoneWouldPass(Walk walk) {
        AllocRequest r = walk.request;
        for (int at = r.firstZone(); at < r.zonelist().size(); at = r.nextZone(at + 1)) {
            Zone zone = r.zonelist().zone(at);
            long available = reclaimer.reclaimablePages(zone) + zone.counters.snapshot(ZoneStat.NR_FREE_PAGES);
            if (Watermarks.ok(zone, r.order(), zone.mark(WMARK_MIN), r.highestIndex(), walk.allocFlags, available)) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- compaction

    /** Models mm/page_alloc.c: __alloc_pages_direct_compact. */
    private int compact(Walk walk, CompactPriority priority) {
        AllocRequest r = walk.request;
        if (r.order() == 0 && r.type() != UNMAPPED_IDX) {
            return NO_PFN;
        }
        // What compaction frees is mapped: a request for unmapped pages cannot catch it, and needs a whole pageblock of
        // it.
        AllocRequest target = r.type() == UNMAPPED_IDX ? r.withOrder(Math.max(r.order(), PAGEBLOCK_ORDER)) : r;
        Task me = context.kernel.current();
        CompactionCapture capture = r.type() == UNMAPPED_IDX ? null : new CompactionCapture(me, r.order(), r.type());
        int oldFlags = me.setFlags(Task.PF_MEMALLOC);
        buddy.setCapture(capture);
        walk.compactResult = reclaimer.compact(target, priority);
        buddy.setCapture(null);
        me.restoreFlags(oldFlags, Task.PF_MEMALLOC);
        if (walk.compactResult == CompactResult.SKIPPED) {
            return NO_PFN;
        }
        context.events.add(VmEvent.COMPACT_STALL, 1);
        int pfn = capture == null ? NO_PFN : capture.pfn();
        if (pfn >= 0) {
            checks.prepNewPage(pfn, r.order(), r.gfp(), walk.allocFlags);
        } else {
            pfn = attempt(walk, walk.allocFlags);
        }
        context.events.add(pfn >= 0 ? VmEvent.COMPACT_SUCCESS : VmEvent.COMPACT_FAIL, 1);
        if (pfn < 0) {
            context.sched.condResched();
        } else {
            reclaimer.compactionHelped(context.zones.zoneOf(pfn), target.order());
        }
        return pfn;
    }

    /** Models mm/page_alloc.c: should_compact_retry. */
    private boolean shouldCompactRetry(Walk walk) {
        if (walk.request.order() == 0) {
            return false;
        }
        if (walk.compactResult == CompactResult.SKIPPED) {
            return isCompactionSuitable(walk);
        }
        if (walk.compactResult == CompactResult.SUCCESS) {
            int max = walk.costly ? MAX_COMPACT_RETRIES >> COSTLY_COMPACT_RETRIES_SHIFT : MAX_COMPACT_RETRIES;
            if (++walk.compactionRetries <= max) {
                return true;
            }
        }
        CompactPriority hardest = walk.costly ? CompactPriority.SYNC_LIGHT : CompactPriority.SYNC_FULL;
        if (walk.compactPriority.ordinal() > hardest.ordinal()) {
            walk.compactPriority = walk.compactPriority.harder();
            walk.compactionRetries = 0;
            return true;
        }
        return false;
    }

    /** Models mm/compaction.c: compaction_zonelist_suitable. */
    private boolean isCompactionSuitable(Walk walk) {
        AllocRequest r = walk.request;
        for (int at = r.firstZone(); at < r.zonelist().size(); at = r.nextZone(at + 1)) {
            Zone zone = r.zonelist().zone(at);
            long available = reclaimer.reclaimablePages(zone) / r.order()
                + zone.counters.snapshot(ZoneStat.NR_FREE_PAGES);
            int mark = (walk.costly ? zone.mark(WMARK_LOW) : zone.mark(WMARK_MIN)) + (2 << r.order());
            if (Watermarks.ok(zone, 0, mark, r.highestIndex(), ALLOC_CMA, available)) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- OOM

    /** Models mm/page_alloc.c: __alloc_pages_may_oom. */
    private int mayOom(Walk walk) {
        AllocRequest r = walk.request;
        walk.progress = 0;
        if (oomLocked) {
            // Somebody else is killing already: wait for it.
            walk.progress = 1;
            context.sched.sleepNs(ONE_JIFFY_NS);
            return NO_PFN;
        }
        oomLocked = true;
        int pfn = fastPath.getPageFromFreelist((r.gfp() | __GFP_HARDWALL) & ~__GFP_DIRECT_RECLAIM, r.order(),
            ALLOC_WMARK_HIGH | ALLOC_CPUSET, r.zonelist(), r.firstZone(), r.highestIndex(), r.type(), r.nodemask());
        if (pfn < 0 && mayKillFor(walk)) {
            pfn = kill(walk);
        }
        oomLocked = false;
        return pfn;
    }

    private boolean mayKillFor(Walk walk) {
        // Who writes a core dump is dying and will give its memory back.
        return !context.kernel.current().hasFlag(Task.PF_DUMPCORE) && !walk.costly
            && !walk.has(__GFP_RETRY_MAYFAIL | __GFP_THISNODE) && walk.request.highestIndex() >= ZONE_NORMAL;
    }

    private int kill(Walk walk) {
        if (!reclaimer.outOfMemory(walk.request) && !context.kernel.warnings().warnOnOnce(walk.noFail)) {
            return NO_PFN;
        }
        walk.progress = 1;
        if (!walk.noFail) {
            return NO_PFN;
        }
        int pfn = attempt(walk, ALLOC_NO_WATERMARKS | ALLOC_CPUSET);
        return pfn >= 0 ? pfn : attempt(walk, ALLOC_NO_WATERMARKS);
    }
}
