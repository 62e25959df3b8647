package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_CMA;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_DEFAULT;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_KSWAPD;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_NOFRAGMENT;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_WMARK_LOW;
import static org.kunitjvm.mm.alloc.AllocRequest.ANY_NODE;
import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ZONEMASK;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_BITS_MASK;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_FS;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_IO;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.UnmappedClearer;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * Allocates and frees pages. The entry point of the package; pages are frame numbers, -1 is NULL.
 *
 * <p>Everything is done on behalf of the executing CPU, {@code kernel.current().cpu()}. Contexts: any for requests
 * without {@code __GFP_DIRECT_RECLAIM}, otherwise one that may sleep. Models mm/page_alloc.c.
 */
public final class PageAllocator {
    private static final int PGFREE = VmEvent.PGFREE.ordinal();

    private final AllocContext context;
    private final PageMap map;
    private final Buddy buddy;
    private final PageChecks checks;
    private final PcpAllocator pcp;
    private final HighAtomic highAtomic;
    private final DirectMapBlocks directMapBlocks;
    private final QuickPath quick;
    private final FastPath fastPath;
    private final SlowPath slowPath;
    private final PcpSwitch pcpSwitch;
    private int gfpAllowedMask = __GFP_BITS_MASK;
    private @Nullable AllocInjection injection;

    /** An allocator over the zones of {@code context}. */
    public PageAllocator(AllocContext context) {
        this.context = context;
        this.map = context.map;
        this.buddy = new Buddy(context);
        this.checks = new PageChecks(context);
        this.pcp = new PcpAllocator(context, buddy, checks);
        this.highAtomic = new HighAtomic(context, buddy);
        this.directMapBlocks = new DirectMapBlocks(context, buddy);
        this.quick = new QuickPath(context, buddy, checks);
        this.fastPath = new FastPath(context, buddy, pcp, checks, highAtomic, directMapBlocks);
        this.slowPath = new SlowPath(context, fastPath, buddy, checks, highAtomic, () -> drainAllPages(null));
        this.pcpSwitch = new PcpSwitch(this);
    }

    /** What the allocator works on. */
    public AllocContext context() {
        return context;
    }

    /** Checks and contents of pages on their way in and out. */
    public PageChecks checks() {
        return checks;
    }

    /** The free lists' operations. */
    Buddy buddy() {
        return buddy;
    }

    QuickPath quick() {
        return quick;
    }

    PcpAllocator pcp() {
        return pcp;
    }

    /** The blocks that the direct map does not have. */
    public DirectMapBlocks directMapBlocks() {
        return directMapBlocks;
    }

    /** Switches the CPUs' caches off and on. */
    public PcpSwitch pcpSwitch() {
        return pcpSwitch;
    }

    FastPath fastPath() {
        return fastPath;
    }

    HighAtomic highAtomic() {
        return highAtomic;
    }

    SlowPath slowPath() {
        return slowPath;
    }

    /** Let {@code reclaimer} make memory free when the slow path asks for it. */
    public void setReclaimer(Reclaimer reclaimer) {
        fastPath.setReclaimer(reclaimer);
        slowPath.setReclaimer(reclaimer);
    }

    /** Compaction works on {@code zone} from now on: what the running task frees there may be just what it wants. */
    public void compacts(Zone zone) {
        CompactionCapture capture = buddy.capture();
        if (capture != null) {
            capture.compacts(zone);
        }
    }

    /** Whether compaction has caught the block that it was started for, so that it can stop. */
    public boolean hasCaptured() {
        CompactionCapture capture = buddy.capture();
        return capture != null && capture.pfn() >= 0;
    }

    /** Let requests fail on purpose; {@code null} ends it. */
    public void setInjection(@Nullable AllocInjection newInjection) {
        injection = newInjection;
        context.setLongWay(AllocContext.FOR_INJECTION, newInjection != null);
    }

    /** Whether this request must fail because somebody injects faults. */
    boolean failsOnPurpose(int gfp, int order) {
        return injection != null && injection.shouldFailPages(gfp, order);
    }

    /** Bits that requests may have; early boot allows neither reclaim nor I/O ({@code gfp_allowed_mask}). */
    public void setGfpAllowedMask(int mask) {
        gfpAllowedMask = mask;
        quick.forget();
    }

    // ---------------------------------------------------------------- allocation

    /** Allocate near a node. Models mm/page_alloc.c: __alloc_pages_noprof. */
    public int allocPages(int nid, int gfp, int order) {
        int pfn = QuickPath.isSmall(order) ? quick.alloc(nid, gfp, order) : NO_PFN;
        return pfn >= 0 ? pfn : allocPagesFully(nid, gfp, order, ANY_NODE, ALLOC_DEFAULT);
    }

    /**
     * Allocate {@code 2^order} pages near a node, from the nodes of a mask. Models mm/page_alloc.c:
     * __alloc_pages_noprof.
     *
     * @param nid preferred node
     * @param gfp {@code __GFP_*} bits
     * @param nodemask allowed nodes as bits, or {@link AllocRequest#ANY_NODE}
     * @return the first frame, or -1 if there is no memory; warns unless the caller said {@code __GFP_NOWARN}
     */
    public int allocPages(int nid, int gfp, int order, long nodemask) {
        return nodemask == ANY_NODE ? allocPages(nid, gfp, order)
            : allocPagesFully(nid, gfp, order, nodemask, ALLOC_DEFAULT);
    }

    /**
     * Same with flags that only the memory management itself may use. Models mm/page_alloc.c: __alloc_frozen_pages.
     *
     * @param callerFlags {@code ALLOC_DEFAULT}, or {@code ALLOC_UNMAPPED} for unmovable pages that the direct map does
     *     not have; they cannot be zeroed; the first postings have {@code __GFP_UNMAPPED} instead
     */
    public int allocPages(int nid, int gfp, int order, long nodemask, int callerFlags) {
        return callerFlags == ALLOC_DEFAULT ? allocPages(nid, gfp, order, nodemask)
            : allocPagesFully(nid, gfp, order, nodemask, callerFlags);
    }

    /** Too large to be inlined, so that what serves small blocks stays small and in registers. */
    private int allocPagesFully(int nid, int gfp, int order, long nodemask, int callerFlags) {
        if (QuickPath.isUncached(order) && nodemask == ANY_NODE && callerFlags == ALLOC_DEFAULT) {
            int pfn = quick.allocUncached(nid, gfp, order);
            if (pfn >= 0) {
                return pfn;
            }
        }
        if (order > MAX_PAGE_ORDER) {
            return refuseOrder(gfp);
        }
        int mask = currentGfp(gfp & gfpAllowedMask);
        int highestIndex = (mask & GFP_ZONEMASK) == 0 ? ZONE_NORMAL : Gfp.gfpZone(mask);
        int type = migrateType(mask);
        if ((callerFlags & ALLOC_UNMAPPED | mask & __GFP_UNMAPPED) != 0) {
            type = unmappedType(type, mask);
            if (type < 0) {
                return NO_PFN;
            }
        }
        if ((mask & __GFP_DIRECT_RECLAIM) != 0) {
            context.kernel.preempt().mightSleep();
        }
        if (failsOnPurpose(mask, order)) {
            return NO_PFN;
        }
        Zonelist zonelist = context.nodes.zonelist(nid, (mask & __GFP_THISNODE) != 0);
        int preferred = FastPath.nextZone(zonelist, 0, highestIndex, nodemask);
        if (preferred < zonelist.size() && callerFlags == ALLOC_DEFAULT && mask == gfp && nodemask == ANY_NODE) {
            quick.remember(nid, gfp, zonelist.zone(preferred), type);
        }
        int allocFlags = ALLOC_WMARK_LOW | fastFlags(mask, type, zonelist, preferred);
        int pfn = fastPath.getPageFromFreelist(mask, order, allocFlags, zonelist, preferred, highestIndex, type,
            nodemask);
        return pfn >= 0 && !context.takesLongWay() ? pfn : finish(pfn, mask, order, zonelist, highestIndex, type,
            nodemask);
    }

    /** What a request that was served while nobody watched does not need; apart so that the hot method stays small. */
    private int finish(int found, int mask, int order, Zonelist zonelist, int highestIndex, int type, long nodemask) {
        int pfn = found;
        if (pfn < 0) {
            pfn = slowPath.alloc(new AllocRequest(mask, order, zonelist, highestIndex, type, nodemask));
        }
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.pageAlloc(pfn, order, mask, FreeType.migratetypeOf(type));
        }
        context.operationDone("allocation", pfn, order);
        return pfn;
    }

    private int refuseOrder(int gfp) {
        context.kernel.warnings().warnOnOnce((gfp & __GFP_NOWARN) == 0);
        return NO_PFN;
    }

    /**
     * The list of unmovable pages that the direct map does not have, or -1 if the request cannot be for them. As first
     * posted, with {@code __GFP_UNMAPPED}, they can be zeroed by a task that has a mermap.
     */
    private int unmappedType(int type, int mask) {
        boolean impossible = type != MIGRATE_UNMOVABLE || !directMapBlocks.isEnabled()
            || (mask & __GFP_ZERO) != 0 && !canZeroUnmapped(mask);
        return context.kernel.warnings().warnOnOnce(impossible) ? -1 : UNMAPPED_IDX;
    }

    private boolean canZeroUnmapped(int mask) {
        UnmappedClearer clearer = (mask & __GFP_UNMAPPED) == 0 ? null : context.kernel.find(UnmappedClearer.class);
        return clearer != null && clearer.isReady();
    }

    /** What the task's scope takes away from a mask. Models include/linux/sched/mm.h: current_gfp_context. */
    int currentGfp(int gfp) {
        Task me = context.sched.current();
        int scopes = me.flags() & (Task.PF_MEMALLOC_NOIO | Task.PF_MEMALLOC_NOFS | Task.PF_MEMALLOC_PIN);
        return scopes == 0 ? gfp : scopedGfp(gfp, scopes);
    }

    private static int scopedGfp(int gfp, int scopes) {
        int mask = gfp;
        if ((scopes & Task.PF_MEMALLOC_NOIO) != 0) {
            mask &= ~(__GFP_IO | __GFP_FS);
        } else if ((scopes & Task.PF_MEMALLOC_NOFS) != 0) {
            mask &= ~__GFP_FS;
        }
        return (scopes & Task.PF_MEMALLOC_PIN) != 0 ? mask & ~__GFP_MOVABLE : mask;
    }

    int migrateType(int gfp) {
        int type = Gfp.gfpMigratetype(gfp);
        if (type >= MIGRATE_PCPTYPES) {
            throw bothMobilities(gfp);
        }
        return context.isMobilityDisabled() ? MIGRATE_UNMOVABLE : type;
    }

    private static KernelBug bothMobilities(int gfp) {
        return new KernelBug("gfp %#x asks for movable and reclaimable pages at once", gfp);
    }

    /**
     * Flags of the first attempt besides the watermark. Models mm/page_alloc.c: alloc_flags_nofragment,
     * prepare_alloc_pages.
     */
    private int fastFlags(int gfp, int type, Zonelist zonelist, int preferred) {
        int flags = gfp & __GFP_KSWAPD_RECLAIM;
        if (type == MIGRATE_MOVABLE) {
            flags |= ALLOC_CMA;
        }
        if (preferred < zonelist.size() && avoidsFragmentation(zonelist.zone(preferred))) {
            flags |= ALLOC_NOFRAGMENT;
        }
        return flags;
    }

    /**
     * Whether a smaller zone on the node can take over before pageblocks are mixed. Only Normal has one worth trying.
     */
    private boolean avoidsFragmentation(Zone zone) {
        if (zone.index != ZONE_NORMAL) {
            return false;
        }
        Zone dma32 = zone.below;
        return context.nodes.nrOnlineNodes() <= 1 || dma32 != null && dma32.isPopulated();
    }

    // ---------------------------------------------------------------- free

    /**
     * Drop a reference to a block of {@code 2^order} pages and free it if that was the last. If another reference is
     * left and the pages are not compound, all but the first are freed at once. Models mm/page_alloc.c: __free_pages.
     */
    public void freePages(int pfn, int order) {
        if (!(QuickPath.isSmall(order) ? quick.free(pfn, order) : freeLarger(pfn, order))) {
            freePagesFully(pfn, order);
        }
    }

    private boolean freeLarger(int pfn, int order) {
        return QuickPath.isUncached(order) && quick.freeUncached(pfn, order);
    }

    private void freePagesFully(int pfn, int order) {
        if (checks.dropPlain(pfn, order)) {
            freePrepared(pfn, order);
        } else {
            dropReference(pfn, order);
        }
        context.operationDone("free", pfn, order);
    }

    private void dropReference(int pfn, int order) {
        boolean compound = map.isHead(pfn);
        if (putPageTestzero(pfn)) {
            freeUnrefPage(pfn, order);
        } else if (!compound) {
            for (int k = order - 1; k >= 0; k--) {
                freeUnrefPage(pfn + (1 << k), k);
            }
        }
    }

    /** Drop a reference to a compound or single page and free it if that was the last ({@code folio_put}). */
    public void folioPut(int pfn) {
        int head = map.headOf(pfn);
        int order = map.compoundOrder(head);
        if (putPageTestzero(head)) {
            freeUnrefPage(head, order);
            context.operationDone("put", head, order);
        }
    }

    /** Take one more reference ({@code get_page}). */
    public void getPage(int pfn) {
        map.addRefcount(map.headOf(pfn), 1);
    }

    boolean putPageTestzero(int pfn) {
        int left = map.addRefcount(pfn, -1);
        if (left < 0) {
            throw new KernelBug("put of pfn %#x with refcount %d", pfn, left + 1);
        }
        return left == 0;
    }

    /** Free a block without references. Models mm/page_alloc.c: free_unref_page. */
    public void freeUnrefPage(int pfn, int order) {
        if (checks.freePrepare(pfn, order)) {
            freePrepared(pfn, order);
        }
    }

    private void freePrepared(int pfn, int order) {
        Zone zone = context.zones.zoneOf(pfn);
        if (!PerCpuPages.isAllowedOrder(order)) {
            freeOnePage(zone, pfn, order, Buddy.FPI_NONE);
            return;
        }
        freeToPcp(zone, pfn, order);
    }

    private void freeToPcp(Zone zone, int pfn, int order) {
        int type = map.blockType(pfn);
        // Types without lists of their own: an isolated block must not be cached, the others are as good as movable.
        if (!PerCpuPages.hasLists(type)) {
            if (type == MIGRATE_ISOLATE) {
                freeOnePage(zone, pfn, order, Buddy.FPI_NONE);
                return;
            }
            type = MIGRATE_MOVABLE;
        }
        PerCpuPages cache = zone.pcp[context.cpu()];
        if (cache.lock.tryLock()) {
            pcp.commit(zone, cache, pfn, type, order);
            cache.lock.unlock();
        } else {
            freeOnePage(zone, pfn, order, Buddy.FPI_NONE);
        }
    }

    /** Free a prepared block straight to the free lists. Models mm/page_alloc.c: free_one_page. */
    void freeOnePage(Zone zone, int pfn, int order, int fpiFlags) {
        zone.lock.lockIrqsave();
        buddy.freeLarge(zone, pfn, order, fpiFlags);
        zone.lock.unlockIrqrestore();
        context.events.add(PGFREE, 1 << order);
    }

    /** Free a block straight to the free lists. Models mm/page_alloc.c: __free_pages_ok. */
    void freePagesOk(int pfn, int order, int fpiFlags) {
        if (checks.freePrepare(pfn, order)) {
            freeOnePage(context.zones.zoneOf(pfn), pfn, order, fpiFlags);
        }
    }

    /** Hand memory that came online to the free lists, at their ends. Models mm/mm_init.c: __free_pages_core. */
    public void freeOnlinedPages(int pfn, int order) {
        freePagesOk(pfn, order, Buddy.FPI_TO_TAIL);
    }

    // ---------------------------------------------------------------- drains

    /** Empty the executing CPU's cache of one zone, or of all. Models mm/page_alloc.c: drain_local_pages. */
    public void drainLocalPages(@Nullable Zone zone) {
        drainPages(context.cpu(), zone);
    }

    /** Empty a CPU's cache of one zone, or of all populated ones. Models mm/page_alloc.c: drain_pages. */
    public void drainPages(int cpu, @Nullable Zone zone) {
        if (zone != null) {
            pcp.drainPagesZone(cpu, zone);
            return;
        }
        for (Zone each : context.zones.all()) {
            if (each.isPopulated()) {
                pcp.drainPagesZone(cpu, each);
            }
        }
    }

    /** Empty the caches of all CPUs that have something in them. Models mm/page_alloc.c: drain_all_pages. */
    public void drainAllPages(@Nullable Zone zone) {
        for (int cpu = 0; cpu < context.sched.nrCpus(); cpu++) {
            if (hasPcpPages(cpu, zone)) {
                drainPages(cpu, zone);
            }
        }
        context.operationDone("drain", NO_PFN, 0);
    }

    private boolean hasPcpPages(int cpu, @Nullable Zone zone) {
        if (zone != null) {
            return zone.pcp[cpu].count != 0;
        }
        for (Zone each : context.zones.all()) {
            if (each.isPopulated() && each.pcp[cpu].count != 0) {
                return true;
            }
        }
        return false;
    }
}
