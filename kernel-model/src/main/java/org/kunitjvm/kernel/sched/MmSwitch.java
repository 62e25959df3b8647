package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.Warnings;

/**
 * Lets a kthread work in the address space of somebody else. Models kernel/kthread.c: kthread_use_mm, kthread_unuse_mm.
 */
public final class MmSwitch {
    /** Is told when a CPU loads other page tables. */
    @FunctionalInterface
    public interface Listener {
        /** {@code task}, on its CPU, switched from {@code previous} to {@code next}; {@code null} means lazy TLB. */
        void switchMm(Task task, @Nullable MmStruct previous, @Nullable MmStruct next);
    }

    private final Scheduler scheduler;
    private final Warnings warnings;
    private final List<Listener> listeners = new ArrayList<>();

    /** The mm calls of one kernel. */
    public MmSwitch(Scheduler scheduler, Warnings warnings) {
        this.scheduler = scheduler;
        this.warnings = warnings;
    }

    /** Tell {@code listener} of every switch. */
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    /** Adopt {@code mm}, of which the caller holds a user reference ({@code kthread_use_mm}). */
    public void use(MmStruct mm) {
        Task me = scheduler.current();
        warnings.warnOnOnce(!me.hasFlag(Task.PF_KTHREAD));
        warnings.warnOnOnce(me.mm() != null);
        MmStruct old = me.activeMm();
        mm.mmgrab();
        me.setMm(mm, mm);
        announce(me, old, mm);
        if (old != null) {
            old.mmdrop();
        }
    }

    /**
     * Give up the adopted address space ({@code kthread_unuse_mm}); it stays loaded lazily, with a reference of its
     * own.
     */
    public void unuse(MmStruct mm) {
        Task me = scheduler.current();
        warnings.warnOnOnce(!me.hasFlag(Task.PF_KTHREAD));
        if (warnings.warnOnOnce(me.mm() == null)) {
            return;
        }
        mm.mmgrab();
        me.setMm(null, mm);
        announce(me, mm, null);
        mm.mmdrop();
    }

    /** Give up everything at the end of a task, as {@code exit_mm()} and the next switch do. */
    public void exitMm(Task task) {
        MmStruct active = task.activeMm();
        task.setMm(null, null);
        if (active != null) {
            announce(task, active, null);
            active.mmdrop();
        }
    }

    private void announce(Task task, @Nullable MmStruct previous, @Nullable MmStruct next) {
        for (Listener listener : listeners) {
            listener.switchMm(task, previous, next);
        }
    }
}
