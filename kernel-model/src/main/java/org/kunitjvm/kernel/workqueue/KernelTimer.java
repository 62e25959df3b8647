package org.kunitjvm.kernel.workqueue;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * A timer that fires in softirq context at a jiffy, never early. The later it is due the coarser it is: eight times per
 * level of the wheel, rounded up. Models {@code struct timer_list}.
 */
@Models("kernel/time/timer.c")
public final class KernelTimer {
    private static final int LEVEL_BITS = 6;
    private static final int LEVEL_CLOCK_SHIFT = 3;
    private static final int LEVELS = 9;

    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final Runnable callback;
    private final Arming arming;

    /** A timer that is not armed ({@code timer_setup}). */
    public KernelTimer(Scheduler scheduler, VirtualClock clock, Runnable callback) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.callback = callback;
        this.arming = new Arming(scheduler);
    }

    /**
     * Arm for a value of {@code jiffies64}, which may be past; returns whether it was armed before ({@code mod_timer}).
     */
    public boolean mod(long expiresJiffies) {
        boolean was = delete();
        long now = clock.jiffies64();
        long due = now + Math.max(1, roundUp(expiresJiffies - now, expiresJiffies) - now);
        arming.arm(scheduler.armTimer(clock.ktimeNs() + untilJiffy(due), this::fire));
        return was;
    }

    /** The jiffy at which a timer of that distance fires: the next step of its level of the wheel. */
    static long roundUp(long delta, long expires) {
        int level = 0;
        while (level < LEVELS - 1 && delta >= (1L << LEVEL_BITS) - 1 << level * LEVEL_CLOCK_SHIFT) {
            level++;
        }
        int shift = level * LEVEL_CLOCK_SHIFT;
        return (expires >> shift) + 1 << shift;
    }

    private long untilJiffy(long jiffy) {
        long tick = clock.jiffiesToNs(1);
        return (jiffy - clock.jiffies64()) * tick - clock.ktimeNs() % tick;
    }

    private void fire() {
        arming.begin();
        callback.run();
        arming.end();
    }

    /** Disarm; returns whether it was armed ({@code timer_delete}). */
    public boolean delete() {
        return arming.cancel();
    }

    /**
     * Disarm and make sure that the callback does not run any more ({@code timer_delete_sync}).
     *
     * @throws KernelBug in the callback: it would wait for itself
     */
    public boolean deleteSync() {
        return arming.cancelSync("timer_delete_sync");
    }

    /** Whether it is armed ({@code timer_pending}). */
    public boolean isPending() {
        return arming.isArmed();
    }
}
