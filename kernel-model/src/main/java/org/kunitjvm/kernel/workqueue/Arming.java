package org.kunitjvm.kernel.workqueue;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.time.TimerQueue;

/** Whether a timer is armed or its callback runs, and what it takes to disarm it: the same for timers of every kind. */
final class Arming {
    private final Scheduler scheduler;
    private TimerQueue.@Nullable Timer armed;
    private boolean running;

    Arming(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    void arm(TimerQueue.Timer timer) {
        armed = timer;
    }

    boolean isArmed() {
        return armed != null;
    }

    /** The timer fires: it is not armed while its callback runs, which may arm it again. */
    void begin() {
        armed = null;
        running = true;
    }

    void end() {
        running = false;
    }

    /** Disarm; returns whether it was armed. */
    boolean cancel() {
        TimerQueue.Timer timer = armed;
        armed = null;
        return timer != null && scheduler.cancelTimer(timer);
    }

    /**
     * Disarm and make sure that the callback does not run any more.
     *
     * @param function the kernel's name of the operation
     * @throws KernelBug in the callback: it would wait for itself
     */
    boolean cancelSync(String function) {
        if (running) {
            throw new KernelBug("deadlock: %s() in the timer's own callback", function);
        }
        return cancel();
    }
}
