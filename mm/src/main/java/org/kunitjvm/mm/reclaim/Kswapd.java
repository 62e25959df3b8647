package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_RECLAIM_ACTIVE;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.alloc.Watermarks;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * The thread that keeps one node's zones above their high watermarks. It is woken when a request finds a zone below its
 * low one, reclaims until some zone is balanced, takes a boost away again, and goes back to sleep. Models mm/vmscan.c:
 * kswapd.
 */
final class Kswapd {
    private static final long NAP_NS = 100_000_000;
    private static final int NO_REQUEST = MAX_NR_ZONES;

    private final Kernel kernel;
    private final Scheduler sched;
    private final NodeData node;
    private final NodeShrinker shrinker;
    private final Kcompactd kcompactd;
    private final VmEvents events;
    private @Nullable Task task;
    private boolean waiting;
    private int wantedOrder;
    private int wantedIndex = NO_REQUEST;

    Kswapd(Kernel kernel, NodeData node, NodeShrinker shrinker, Kcompactd kcompactd, VmEvents events) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.node = node;
        this.shrinker = shrinker;
        this.kcompactd = kcompactd;
        this.events = events;
    }

    /** Models mm/vmscan.c: kswapd_run. */
    void start() {
        task = kernel.kthreads().run("kswapd" + node.nid, this::run);
    }

    /** Models mm/vmscan.c: kswapd_stop. */
    void stop() {
        Task running = task;
        if (running != null) {
            task = null;
            kernel.kthreads().stop(running);
        }
    }

    int nid() {
        return node.nid;
    }

    @Nullable Task task() {
        return task;
    }

    // ---------------------------------------------------------------- being woken

    /** Somebody noticed that a zone is short. Any context. Models mm/vmscan.c: wakeup_kswapd. */
    void wakeUp(Zone zone, int gfp, int order, int highestIndex) {
        if (!zone.isManaged()) {
            return;
        }
        wantedIndex = wantedIndex == NO_REQUEST ? highestIndex : Math.max(wantedIndex, highestIndex);
        wantedOrder = Math.max(wantedOrder, order);
        Task running = task;
        if (!waiting || running == null) {
            return;
        }
        if (isHopeless() || isBalanced(order, highestIndex) && !isBoosted(highestIndex)) {
            // Enough is free, but scattered. Who can wait compacts by itself.
            if ((gfp & __GFP_DIRECT_RECLAIM) == 0) {
                kcompactd.wakeUp(order, highestIndex);
            }
            return;
        }
        waiting = false;
        sched.wake(running);
    }

    private boolean isHopeless() {
        return node.kswapdFailures >= NodeData.MAX_RECLAIM_RETRIES;
    }

    /** Whether some zone has enough for everybody who may use it. Models mm/vmscan.c: pgdat_balanced. */
    private boolean isBalanced(int order, int highestIndex) {
        boolean managed = false;
        for (int index = 0; index <= highestIndex; index++) {
            Zone zone = node.zone(index);
            if (zone.isManaged()) {
                managed = true;
                if (Watermarks.okSafe(zone, order, zone.mark(WMARK_HIGH), highestIndex, 0)) {
                    return true;
                }
            }
        }
        return !managed;
    }

    private boolean isBoosted(int highestIndex) {
        for (int index = 0; index <= highestIndex; index++) {
            if (node.zone(index).isManaged() && node.zone(index).watermarkBoost() != 0) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- the thread

    private int run() {
        sched.current().setFlags(Task.PF_MEMALLOC | Task.PF_KSWAPD);
        int highestIndex = MAX_NR_ZONES - 1;
        while (!kernel.kthreads().shouldStop()) {
            int order = wantedOrder;
            int reclaimOrder = order;
            highestIndex = wantedIndex == NO_REQUEST ? highestIndex : wantedIndex;
            do {
                trySleep(order, reclaimOrder, highestIndex);
                order = wantedOrder;
                highestIndex = wantedIndex == NO_REQUEST ? highestIndex : wantedIndex;
                wantedOrder = 0;
                wantedIndex = NO_REQUEST;
                if (kernel.kthreads().shouldStop()) {
                    break;
                }
                reclaimOrder = balance(order, highestIndex);
                // If the order was given up on, what is left to be done for it is kcompactd's, which is woken on the
                // way to sleep.
            } while (reclaimOrder < order);
        }
        return 0;
    }

    /** Models mm/vmscan.c: kswapd_try_to_sleep. */
    private void trySleep(int order, int reclaimOrder, int highestIndex) {
        waiting = true;
        long left = 0;
        if (maySleep(reclaimOrder, highestIndex)) {
            kcompactd.wakeUp(order, highestIndex);
            left = sched.sleepNs(NAP_NS);
            if (left > 0) {
                wantedIndex = wantedIndex == NO_REQUEST ? highestIndex : Math.max(wantedIndex, highestIndex);
                wantedOrder = Math.max(wantedOrder, reclaimOrder);
            } else {
                waiting = true;
            }
        }
        if (left == 0 && maySleep(reclaimOrder, highestIndex)) {
            while (waiting && !kernel.kthreads().shouldStop()) {
                sched.block("kswapd_wait");
            }
        } else {
            events.add(left > 0 ? VmEvent.KSWAPD_LOW_WMARK_HIT_QUICKLY : VmEvent.KSWAPD_HIGH_WMARK_HIT_QUICKLY, 1);
        }
        waiting = false;
    }

    private boolean maySleep(int order, int highestIndex) {
        return isHopeless() || isBalanced(order, highestIndex);
    }

    // ---------------------------------------------------------------- balancing

    /**
     * Reclaim until a zone is balanced, or it has been tried hard enough; returns the order that was reclaimed for.
     * Models mm/vmscan.c: balance_pgdat.
     */
    private int balance(int order, int highestIndex) {
        events.add(VmEvent.PAGEOUTRUN, 1);
        int[] boosts = new int[highestIndex + 1];
        long boostLeft = 0;
        for (int index = 0; index <= highestIndex; index++) {
            boosts[index] = node.zone(index).isManaged() ? node.zone(index).watermarkBoost() : 0;
            boostLeft += boosts[index];
        }
        boolean boosted = boostLeft > 0;
        setReclaimActive(highestIndex, true);
        ScanControl sc = reclaim(order, highestIndex, boostLeft);
        setReclaimActive(highestIndex, false);
        if (boosted) {
            for (int index = 0; index <= highestIndex; index++) {
                Zone zone = node.zone(index);
                // Others may have boosted it further meanwhile: that is for the next time.
                zone.setWatermarkBoost(Math.max(0, zone.watermarkBoost() - boosts[index]));
            }
            // The boost was for fragmentation: have whole pageblocks made.
            kcompactd.wakeUp(PAGEBLOCK_ORDER, highestIndex);
        }
        return sc.order;
    }

    /** @param boost pages to reclaim for the sake of boosts alone, while the zones are balanced otherwise */
    private ScanControl reclaim(int order, int highestIndex, long boost) {
        ScanControl sc = new ScanControl(true, order, highestIndex);
        long boostLeft = boost;
        while (sc.priority >= 1) {
            boolean balanced = isBalanced(sc.order, highestIndex);
            if (!balanced && boostLeft > 0) {
                // Real shortage goes before fragmentation: begin anew without the boost.
                boostLeft = 0;
                sc.priority = ScanControl.DEF_PRIORITY;
                continue;
            }
            if (balanced && boostLeft == 0) {
                return sc;
            }
            boolean raise = boostLeft == 0 || sc.priority != ScanControl.DEF_PRIORITY - 2;
            int before = sc.nrReclaimed;
            raise &= !shrinkEnough(sc);
            if (kernel.kthreads().shouldStop()) {
                return sc;
            }
            int reclaimed = sc.nrReclaimed - before;
            if (boostLeft > 0 && reclaimed == 0) {
                break;
            }
            boostLeft -= Math.min(boostLeft, reclaimed);
            if (raise || reclaimed == 0) {
                sc.priority--;
            }
        }
        if (sc.nrReclaimed == 0) {
            node.kswapdFailures++;
        }
        return sc;
    }

    /**
     * One pass; returns whether it looked at as much as it wanted to reclaim. Models mm/vmscan.c: kswapd_shrink_node.
     */
    private boolean shrinkEnough(ScanControl sc) {
        sc.nrToReclaim = 0;
        for (int index = 0; index <= sc.highestIndex; index++) {
            Zone zone = node.zone(index);
            sc.nrToReclaim += zone.isManaged() ? Math.max(zone.mark(WMARK_HIGH), ScanControl.SWAP_CLUSTER_MAX) : 0;
        }
        int scanned = sc.nrScanned;
        shrinker.shrinkNode(node, sc);
        // Enough was freed for compaction to do the rest.
        if (sc.order > 0 && sc.nrReclaimed >= Compaction.gap(sc.order)) {
            sc.order = 0;
        }
        return sc.nrScanned - scanned >= sc.nrToReclaim;
    }

    /** Tells the CPUs to give cached pages back early ({@code ZONE_RECLAIM_ACTIVE}). */
    private void setReclaimActive(int highestIndex, boolean active) {
        for (int index = 0; index <= highestIndex; index++) {
            Zone zone = node.zone(index);
            if (zone.isManaged()) {
                zone.flags = active ? zone.flags | ZONE_RECLAIM_ACTIVE : zone.flags & ~ZONE_RECLAIM_ACTIVE;
            }
        }
    }

    @Override
    public String toString() {
        return "kswapd" + node.nid + (waiting ? " sleeps" : " reclaims for order " + wantedOrder);
    }
}
