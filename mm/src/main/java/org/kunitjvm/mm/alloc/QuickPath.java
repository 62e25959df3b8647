package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;

import java.util.Arrays;

import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.zone.PcpList;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * The way that nearly every request goes: a small block out of the CPU's cache of the preferred zone, or back into it,
 * while memory is plenty and nobody watches.
 *
 * <p>Both operations first look whether everything is as it nearly always is. If it is, they do exactly what the long
 * way of {@link PageAllocator} would do; if not, they change nothing and say so, and the long way does it all. So the
 * rules stand there, and here is only what they come to in the common case.
 *
 * <p>What does not depend on the block is worked out once and kept in small tables, because in this code the time goes
 * into loads that wait for other loads.
 */
final class QuickPath {
    private static final int PGFREE = VmEvent.PGFREE.ordinal();
    /** A task in one of these scopes asks for something else than its mask says. */
    private static final int SCOPES = Task.PF_MEMALLOC_NOIO | Task.PF_MEMALLOC_NOFS | Task.PF_MEMALLOC_PIN;
    private static final int PLANS_SHIFT = 4;
    private static final int HASH = 0x9E37_79B1;
    private static final int TARGETS = 32;

    private final AllocContext context;
    private final Scheduler sched;
    private final PageMap map;
    private final ZoneTable zones;
    private final VmEvents events;
    private final PageChecks checks;
    private final AllocPlan[] plans = new AllocPlan[1 << PLANS_SHIFT];
    private final FreeTarget[] targets = new FreeTarget[TARGETS];

    QuickPath(AllocContext context, PageChecks checks) {
        this.context = context;
        this.sched = context.sched;
        this.map = context.map;
        this.zones = context.zones;
        this.events = context.events;
        this.checks = checks;
        Arrays.setAll(plans, i -> new AllocPlan());
        Arrays.setAll(targets, i -> new FreeTarget());
        context.whenPlansChange(this::forget);
    }

    // ---------------------------------------------------------------- allocation

    /**
     * Take a block from the executing CPU's cache.
     *
     * @return the first page of a block that is ready for its owner; -1 if it is not that easy, and then nothing was
     *     changed
     */
    int alloc(int nid, int gfp, int order, long nodemask) {
        AllocPlan plan = plans[slot(gfp, nid)];
        Task me = sched.current();
        Zone zone = plan.zone;
        if (zone == null || !plan.isFor(gfp, nid, nodemask, me.cpu()) || order > PAGE_ALLOC_COSTLY_ORDER
            || (me.flags() & SCOPES) != 0 || context.takesLongWay() || plan.checksSleep && !me.maySleep()) {
            return NO_PFN;
        }
        PcpList list = plan.lists[order];
        PerCpuPages pcp = plan.pcp;
        if (list.isEmpty() || zone.flags != 0 || !zone.hasPlenty(order, plan.highestIndex) || !pcp.lock.passQuietly()) {
            return NO_PFN;
        }
        int pfn = list.removeFirst();
        pcp.noteTaken(order);
        events.add(plan.allocEvent, 1 << order);
        zone.counters.addNumaHit(plan.local);
        map.setAllocated(pfn);
        if (context.hasOwner() || plan.needsPreparation) {
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
    void remember(int nid, int gfp, long nodemask, Zone zone, int highestIndex, int type) {
        int cpu = sched.current().cpu();
        AllocPlan plan = plans[slot(gfp, nid)];
        if (plan.zone != null && plan.isFor(gfp, nid, nodemask, cpu) || type >= MIGRATE_PCPTYPES) {
            return;
        }
        plan.set(nid, gfp, nodemask, cpu, zone);
        plan.lists = zone.pcp[cpu].smallLists(type);
        plan.highestIndex = highestIndex;
        plan.checksSleep = (gfp & __GFP_DIRECT_RECLAIM) != 0 && context.kernel.preempt().checksSleep();
        plan.local = zone.nid == context.nodes.nodeOfCpu(cpu);
    }

    /** Drop all plans: what they were made from has changed. */
    void forget() {
        for (AllocPlan plan : plans) {
            plan.zone = null;
        }
    }

    // ---------------------------------------------------------------- free

    /**
     * Drop the only reference to a block and put it into the executing CPU's cache.
     *
     * @return false if it is not that easy: then nothing was changed
     */
    boolean free(int pfn, int order) {
        if (order > PAGE_ALLOC_COSTLY_ORDER || context.takesLongWay() || !map.isPlain(pfn, order)) {
            return false;
        }
        int tag = map.blockTag(pfn);
        FreeTarget to = targets[tag & TARGETS - 1];
        if (!to.isFor(tag, sched.current().cpu()) && !aim(to, pfn)) {
            return false;
        }
        PerCpuPages pcp = to.pcp;
        if (to.zone.flags != 0 || !pcp.hasRoomFor(order) || !pcp.lock.passQuietly()) {
            return false;
        }
        map.setFree(pfn);
        to.lists[order].addFirst(pfn);
        pcp.noteFreed(order);
        events.add(PGFREE, 1 << order);
        if (context.hasOwner()) {
            disown(pfn, order);
        }
        return true;
    }

    private boolean aim(FreeTarget target, int pfn) {
        Zone zone = zones.findZoneOf(pfn);
        int type = map.blockType(pfn);
        if (zone == null || type >= MIGRATE_PCPTYPES) {
            return false;
        }
        target.set(map.blockTag(pfn), sched.current().cpu(), zone, type);
        return true;
    }

    private void disown(int pfn, int order) {
        PageOwner owner = context.owner;
        if (owner != null) {
            owner.reset(pfn, order);
        }
    }
}
