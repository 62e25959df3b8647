package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.alloc.CompactResult;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * The thread that compacts one node when kswapd goes to sleep after a request of high order. Models mm/compaction.c:
 * kcompactd.
 */
final class Kcompactd {
    private final Kernel kernel;
    private final NodeData node;
    private final Compaction compaction;
    private final PageAllocator allocator;
    private final VmEvents events;
    private @Nullable Task task;
    private int maxOrder;
    private int highestIndex;

    Kcompactd(Kernel kernel, NodeData node, Compaction compaction, PageAllocator allocator) {
        this.kernel = kernel;
        this.node = node;
        this.compaction = compaction;
        this.allocator = allocator;
        this.events = allocator.context().events();
    }

    /** A kernel without CONFIG_COMPACTION has no such thread. Models mm/compaction.c: kcompactd_run. */
    void start() {
        if (!compaction.isEnabled()) {
            return;
        }
        task = kernel.kthreads().run("kcompactd" + node.nid, this::run);
    }

    /** Models mm/compaction.c: kcompactd_stop. */
    void stop() {
        Task running = task;
        if (running != null) {
            task = null;
            kernel.kthreads().stop(running);
        }
    }

    /** There is something to do for this order. Any context. Models mm/compaction.c: wakeup_kcompactd. */
    void wakeUp(int order, int newHighestIndex) {
        Task running = task;
        if (order == 0 || running == null) {
            return;
        }
        maxOrder = Math.max(maxOrder, order);
        highestIndex = Math.max(highestIndex, newHighestIndex);
        if (isSuitable()) {
            kernel.sched().wake(running);
        }
    }

    /** Models mm/compaction.c: kcompactd_node_suitable. */
    private boolean isSuitable() {
        for (int index = 0; index <= highestIndex; index++) {
            Zone zone = node.zone(index);
            if (zone.isPopulated() && compaction.suits(zone, maxOrder, highestIndex) == CompactResult.CONTINUE) {
                return true;
            }
        }
        return false;
    }

    private int run() {
        while (!kernel.kthreads().shouldStop()) {
            if (maxOrder == 0 || !isSuitable()) {
                maxOrder = 0;
                kernel.sched().block("kcompactd_wait");
                continue;
            }
            int order = maxOrder;
            int upTo = highestIndex;
            maxOrder = 0;
            highestIndex = 0;
            events.add(VmEvent.COMPACT_DAEMON_WAKE, 1);
            for (int index = 0; index <= upTo; index++) {
                compact(node.zone(index), order, upTo);
            }
        }
        return 0;
    }

    /** Models mm/compaction.c: kcompactd_do_work. */
    private void compact(Zone zone, int order, int upTo) {
        if (!zone.isPopulated()) {
            return;
        }
        CompactionState state = compaction.of(zone);
        if (state.isDeferred(order) || compaction.suits(zone, order, upTo) != CompactResult.CONTINUE) {
            return;
        }
        CompactResult result = compaction.run(state, true).compact(order, MIGRATE_MOVABLE, false, false);
        if (result == CompactResult.SUCCESS) {
            state.resetDeferral(order, false);
        } else if (result == CompactResult.COMPLETE || result == CompactResult.PARTIAL_SKIPPED) {
            // Pages that would make a block may sit in caches.
            allocator.drainAllPages(zone);
            state.defer(order);
        }
    }
}
