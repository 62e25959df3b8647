package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;

import java.util.Arrays;

import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.kernel.time.VirtualClock;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Tally;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * The way that nearly every request goes while memory is plenty and nobody watches: a small block out of the CPU's
 * cache of the preferred zone, or back into it; a larger one out of the zone's free lists, or back into them.
 *
 * <p>Both operations first look whether everything is as it nearly always is. If it is, they do exactly what the long
 * way of {@link PageAllocator} would do; if not, they change nothing that can be seen and say so, and the long way does
 * it all. So the rules stand there, and here is only what they come to in the common case.
 *
 * <p>This code is as long as the machine instructions that it becomes: they, not memory, are what it waits for. So what
 * does not depend on the block is worked out once and kept in small tables, which are emptied when it changes; an
 * observer that wants to see every step keeps them empty and is not asked for. All looking comes before all doing, and
 * what is rare leaves the method: code that comes back from a call has to load everything again. Conditions that hardly
 * ever hold are joined bit by bit, so that one branch asks for all of them. No condition compares with the length of an
 * array: if one that the compiler takes for a bounds check fails, it stops merging bounds checks here for good.
 */
final class QuickPath {
    private static final int PGFREE = VmEvent.PGFREE.ordinal();
    /** A task in one of these scopes asks for something else than its mask says. */
    private static final int SCOPES = Task.PF_MEMALLOC_NOIO | Task.PF_MEMALLOC_NOFS | Task.PF_MEMALLOC_PIN;
    /** Bits of an order that is not cached in small lists; those are 0 to 3. */
    private static final int OTHER_ORDERS = ~PAGE_ALLOC_COSTLY_ORDER;
    private static final int PLANS_SHIFT = 4;
    private static final int HASH = 0x9E37_79B1;
    private static final int TARGETS = 32;

    private final AllocContext context;
    private final Scheduler sched;
    private final VirtualClock clock;
    private final PageMap map;
    private final ZoneTable zones;
    private final Buddy buddy;
    private final PageChecks checks;
    private final Tally freedPages;
    private final AllocPlan[] plans = new AllocPlan[1 << PLANS_SHIFT];
    private final FreeTarget[] targets = new FreeTarget[TARGETS];

    QuickPath(AllocContext context, Buddy buddy, PageChecks checks) {
        this.context = context;
        this.sched = context.sched;
        this.clock = context.kernel.clock();
        this.map = context.map;
        this.zones = context.zones;
        this.buddy = buddy;
        this.checks = checks;
        this.freedPages = context.events.tally(PGFREE);
        Arrays.setAll(plans, i -> new AllocPlan());
        Arrays.setAll(targets, i -> new FreeTarget());
        context.whenPlansChange(this::forget);
    }

    /** Whether blocks of this order are on small lists of the CPUs' caches: 0 to 3. */
    static boolean isSmall(int order) {
        return (order & OTHER_ORDERS) == 0;
    }

    /** Whether blocks of this order are smaller than a pageblock and not cached: 4 to 8. */
    static boolean isUncached(int order) {
        return order > PAGE_ALLOC_COSTLY_ORDER && order < PAGEBLOCK_ORDER;
    }

    // ---------------------------------------------------------------- allocation

    /**
     * Take a block of an order that {@link #isSmall} from the executing CPU's cache.
     *
     * @return the first page of a block that is ready for its owner; -1 if it is not that easy, and then nothing was
     *     changed
     */
    int alloc(int nid, int gfp, int order) {
        AllocPlan plan = plans[slot(gfp, nid)];
        Task me = sched.current();
        int odd = plan.difference(gfp, nid, me.cpu()) | me.flags() & SCOPES;
        if (odd != 0 || plan.checksSleep && !me.maySleep()) {
            return NO_PFN;
        }
        int nrPages = 1 << order;
        PcpList list = plan.lists[order];
        Zone zone = plan.zone;
        PerCpuPages pcp = plan.pcp;
        if (list.isEmpty() || zone.flags != 0 || !zone.hasPlenty(nrPages) || !pcp.lock.passQuietly()) {
            return NO_PFN;
        }
        int pfn = list.removeFirst();
        pcp.noteTaken(nrPages);
        plan.allocatedPages.add(nrPages);
        plan.hits.add(1);
        map.setAllocated(pfn);
        if (plan.needsPreparation) {
            prepare(pfn, order, gfp);
        }
        return pfn;
    }

    /** As {@link #alloc} for an order that {@link #isUncached}: from the free lists of the preferred zone. */
    int allocUncached(int nid, int gfp, int order) {
        AllocPlan plan = plans[slot(gfp, nid)];
        Task me = sched.current();
        int odd = plan.difference(gfp, nid, me.cpu()) | me.flags() & SCOPES;
        if (odd != 0 || !plan.usesOwnLists || plan.checksSleep && !me.maySleep()) {
            return NO_PFN;
        }
        int nrPages = 1 << order;
        Zone zone = plan.zone;
        if (zone.flags != 0 || !zone.hasPlenty(nrPages) || zone.free.orderMask(plan.type) < nrPages
            || zone.lock.isLocked() || !clock.passQuietly(QuickLock.POINTS_IRQ)) {
            return NO_PFN;
        }
        int pfn = buddy.rmqueueSmallest(zone, order, plan.type);
        plan.allocatedPages.add(nrPages);
        plan.hits.add(1);
        map.setAllocated(pfn);
        if (plan.needsPreparation) {
            prepare(pfn, order, gfp);
        }
        return pfn;
    }

    private static int slot(int gfp, int nid) {
        return (gfp + nid) * HASH >>> Integer.SIZE - PLANS_SHIFT;
    }

    private void prepare(int pfn, int order, int gfp) {
        checks.prepareContents(pfn, order, gfp);
        PageOwner owner = context.owner;
        if (owner != null) {
            owner.set(pfn, order, gfp);
        }
    }

    /**
     * Make a plan for requests such as this one, which came the long way: nothing but its mask decided where it went.
     */
    void remember(int nid, int gfp, Zone zone, int type) {
        if (context.takesLongWay() || type >= MIGRATE_PCPTYPES) {
            return;
        }
        int cpu = sched.current().cpu();
        AllocPlan plan = plans[slot(gfp, nid)];
        plan.set(nid, gfp, cpu, zone, type);
        plan.checksSleep = (gfp & __GFP_DIRECT_RECLAIM) != 0 && context.kernel.preempt().checksSleep();
        plan.usesOwnLists = type != MIGRATE_MOVABLE || !context.hasCma;
        plan.hits = zone.counters.hits(zone.nid == context.nodes.nodeOfCpu(cpu));
        plan.allocatedPages = context.events.tally(AllocPlan.allocEvent(zone));
        plan.needsPreparation = AllocPlan.changesPages(gfp) || context.hasOwner();
    }

    /** Drop all plans and targets: what they were made from has changed, or somebody wants to see every step. */
    void forget() {
        for (AllocPlan plan : plans) {
            plan.clear();
        }
        for (FreeTarget target : targets) {
            target.clear();
        }
    }

    // ---------------------------------------------------------------- free

    /**
     * Drop the only reference to a block of an order that {@link #isSmall} and put it into the executing CPU's cache.
     *
     * @return false if it is not that easy: then nothing was changed
     */
    boolean free(int pfn, int order) {
        int tag = map.blockTag(pfn);
        FreeTarget to = targets[tag & TARGETS - 1];
        if (to.difference(tag, sched.current().cpu()) != 0) {
            aim(to, pfn);
            return false;
        }
        int nrPages = 1 << order;
        PerCpuPages pcp = to.pcp;
        if (to.zone.flags != 0 || !pcp.hasRoomFor(nrPages) || pcp.lock.isLocked()
            || !clock.isQuietFor(QuickLock.POINTS) || !map.dropPlain(pfn, order)) {
            return false;
        }
        clock.pass(QuickLock.POINTS);
        to.lists[order].addFirst(pfn);
        pcp.noteFreed(nrPages);
        freedPages.add(nrPages);
        if (to.disowns) {
            disown(pfn, order);
        }
        return true;
    }

    /** As {@link #free} for an order that {@link #isUncached}: onto the free lists of its zone. */
    boolean freeUncached(int pfn, int order) {
        int tag = map.blockTag(pfn);
        FreeTarget to = targets[tag & TARGETS - 1];
        if (to.difference(tag, sched.current().cpu()) != 0) {
            aim(to, pfn);
            return false;
        }
        Zone zone = to.zone;
        if (zone.lock.isLocked() || !clock.isQuietFor(QuickLock.POINTS_IRQ) || !map.dropPlain(pfn, order)) {
            return false;
        }
        clock.pass(QuickLock.POINTS_IRQ);
        buddy.freeOneBlockLocked(zone, pfn, order, to.type, Buddy.FPI_NONE);
        freedPages.add(1 << order);
        if (to.disowns) {
            disown(pfn, order);
        }
        return true;
    }

    /** Make a target for blocks such as this one, if there can be one; this block goes the long way. */
    private void aim(FreeTarget target, int pfn) {
        Zone zone = zones.findZoneOf(pfn);
        int type = map.blockType(pfn);
        if (zone == null || type >= MIGRATE_PCPTYPES || context.takesLongWay()) {
            return;
        }
        target.set(map.blockTag(pfn), sched.current().cpu(), zone, type);
        target.disowns = context.hasOwner();
    }

    private void disown(int pfn, int order) {
        PageOwner owner = context.owner;
        if (owner != null) {
            owner.reset(pfn, order);
        }
    }
}
