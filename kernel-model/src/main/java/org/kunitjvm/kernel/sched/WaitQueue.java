package org.kunitjvm.kernel.sched;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.time.TimerQueue;
import org.kunitjvm.kernel.time.VirtualClock;

/** Tasks that wait for a condition, first come first woken. Models {@code wait_queue_head_t}. */
public final class WaitQueue {
    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final String name;
    private final ArrayDeque<Task> waiters = new ArrayDeque<>();

    /** A queue; {@code name} appears in dumps. */
    public WaitQueue(Scheduler scheduler, VirtualClock clock, String name) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.name = name;
    }

    /** Block until {@code condition} holds; it is tested again at every wake-up ({@code wait_event}). */
    public void waitEvent(BooleanSupplier condition) {
        waitEventTimeout(condition, Long.MAX_VALUE);
    }

    /** As {@link #waitEvent} but for at most {@code timeoutNs}; returns whether the condition holds. */
    public boolean waitEventTimeout(BooleanSupplier condition, long timeoutNs) {
        if (condition.getAsBoolean()) {
            return true;
        }
        Task me = scheduler.current();
        long until = timeoutNs == Long.MAX_VALUE ? Long.MAX_VALUE : clock.ktimeNs() + timeoutNs;
        TimerQueue.Timer timer = until == Long.MAX_VALUE ? null : scheduler.armTimer(until, () -> scheduler.wake(me));
        try {
            while (!condition.getAsBoolean() && clock.ktimeNs() < until) {
                waiters.addLast(me);
                scheduler.block(name);
                waiters.remove(me);
            }
        } finally {
            cleanUp(me, timer);
        }
        return condition.getAsBoolean();
    }

    private void cleanUp(Task me, TimerQueue.@Nullable Timer timer) {
        waiters.remove(me);
        if (timer != null) {
            scheduler.cancelTimer(timer);
        }
    }

    /** Wake the task that has waited longest; returns whether there was one. */
    public boolean wakeUp() {
        Task first = waiters.pollFirst();
        return first != null && scheduler.wake(first);
    }

    /** Wake all that wait. */
    public void wakeUpAll() {
        for (int left = waiters.size(); left > 0; left--) {
            wakeUp();
        }
    }

    /** Whether somebody waits ({@code waitqueue_active}). */
    public boolean isActive() {
        return !waiters.isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
