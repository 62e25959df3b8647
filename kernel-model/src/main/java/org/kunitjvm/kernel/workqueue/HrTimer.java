package org.kunitjvm.kernel.workqueue;

import java.util.function.LongUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.time.TimerQueue;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * A timer with the resolution of the clock, which fires in hardirq context and never early. Models
 * {@code struct hrtimer}.
 */
@Models("kernel/time/hrtimer.c")
public final class HrTimer {
    /** What the callback returns to be called no more ({@code HRTIMER_NORESTART}). */
    public static final long NO_RESTART = -1;

    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final LongUnaryOperator callback;
    private TimerQueue.@Nullable Timer armed;
    private boolean running;

    /**
     * A timer that is not armed.
     *
     * @param callback gets the time that it was armed for and returns the next one ({@code HRTIMER_RESTART} after
     *     {@code hrtimer_forward()}), or {@link #NO_RESTART}
     */
    public HrTimer(Scheduler scheduler, VirtualClock clock, LongUnaryOperator callback) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.callback = callback;
    }

    /** Arm for a time in nanoseconds since boot; one that is past fires at once ({@code hrtimer_start}, absolute). */
    public void start(long expiresNs) {
        tryToCancel();
        armed = scheduler.armHardTimer(expiresNs, () -> fire(expiresNs));
    }

    private void fire(long expiresNs) {
        armed = null;
        running = true;
        long next = callback.applyAsLong(expiresNs);
        running = false;
        if (next != NO_RESTART && armed == null) {
            start(next);
        }
    }

    /**
     * The first time after now that is a whole number of {@code intervalNs} after {@code expiresNs}
     * ({@code hrtimer_forward_now}).
     */
    public long forwardNow(long expiresNs, long intervalNs) {
        long late = Math.max(0, clock.ktimeNs() - expiresNs);
        return expiresNs + (late / intervalNs + 1) * intervalNs;
    }

    /** Disarm; returns whether it was armed ({@code hrtimer_try_to_cancel}). */
    public boolean tryToCancel() {
        TimerQueue.Timer timer = armed;
        armed = null;
        return timer != null && scheduler.cancelTimer(timer);
    }

    /**
     * Disarm and make sure that the callback does not run any more ({@code hrtimer_cancel}).
     *
     * @throws KernelBug in the callback: it would wait for itself
     */
    public boolean cancel() {
        if (running) {
            throw new KernelBug("deadlock: hrtimer_cancel() in the timer's own callback");
        }
        return tryToCancel();
    }

    /** Whether it is armed ({@code hrtimer_is_queued}). */
    public boolean isQueued() {
        return armed != null;
    }
}
