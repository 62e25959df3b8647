package org.kunitjvm.mm.lru;

import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sync.Preempt;

/**
 * Protects what one CPU has from other tasks of that CPU: preemption is off while it is held. Other CPUs go on, but
 * have data of their own. Models {@code local_lock_t} without PREEMPT_RT.
 */
final class LocalLock {
    private final String name;
    private final Scheduler scheduler;
    private final Preempt preempt;

    LocalLock(String name, Scheduler scheduler, Preempt preempt) {
        this.name = name;
        this.scheduler = scheduler;
        this.preempt = preempt;
    }

    /** {@code local_lock()}; returns the CPU. */
    int lock() {
        scheduler.decisionPoint(DecisionPoint.LOCK, name);
        preempt.disable();
        return scheduler.current().cpu();
    }

    /** {@code local_unlock()}. */
    void unlock() {
        preempt.enable();
    }

    /** {@code local_lock_irqsave()}: as {@link #lock} with interrupts off; returns whether they were off before. */
    boolean lockIrqsave() {
        scheduler.decisionPoint(DecisionPoint.LOCK, name);
        return preempt.localIrqSave();
    }

    /** {@code local_unlock_irqrestore()}. */
    void unlockIrqrestore(boolean flags) {
        preempt.localIrqRestore(flags);
    }
}
