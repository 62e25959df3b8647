package org.kunitjvm.kernel.workqueue;

import java.util.function.LongUnaryOperator;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Scheduler;
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
    private final Arming arming;

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
        this.arming = new Arming(scheduler);
    }

    /** Arm for a time in nanoseconds since boot; one that is past fires at once ({@code hrtimer_start}, absolute). */
    public void start(long expiresNs) {
        tryToCancel();
        arming.arm(scheduler.armHardTimer(expiresNs, () -> fire(expiresNs)));
    }

    private void fire(long expiresNs) {
        arming.begin();
        long next = callback.applyAsLong(expiresNs);
        arming.end();
        if (next != NO_RESTART && !arming.isArmed()) {
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
        return arming.cancel();
    }

    /**
     * Disarm and make sure that the callback does not run any more ({@code hrtimer_cancel}).
     *
     * @throws KernelBug in the callback: it would wait for itself
     */
    public boolean cancel() {
        return arming.cancelSync("hrtimer_cancel");
    }

    /** Whether it is armed ({@code hrtimer_is_queued}). */
    public boolean isQueued() {
        return arming.isArmed();
    }
}
