package org.kunitjvm.kernel.workqueue;

import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.time.VirtualClock;

/** Something to do some jiffies later: a work item behind a timer. It is pending from the moment it is queued. */
@Models("include/linux/workqueue.h: struct delayed_work")
public final class DelayedWork {
    final Work work;
    final KernelTimer timer;
    final VirtualClock clock;
    /** What the timer does: puts the item on the queue that it was meant for. */
    Runnable whenDue = () -> { };

    /** An item that is not queued ({@code INIT_DELAYED_WORK}); {@code name} appears in reports. */
    public DelayedWork(Scheduler scheduler, VirtualClock clock, String name, Runnable function) {
        this.clock = clock;
        this.work = new Work(name, function);
        this.timer = new KernelTimer(scheduler, clock, () -> whenDue.run());
    }

    /** Whether it is queued, or will be when the delay is over ({@code delayed_work_pending}). */
    public boolean isPending() {
        return work.isPending();
    }

    /** How often it has been done. */
    public long finished() {
        return work.finished();
    }

    @Override
    public String toString() {
        return work.toString();
    }
}
