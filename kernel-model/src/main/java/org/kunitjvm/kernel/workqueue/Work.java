package org.kunitjvm.kernel.workqueue;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/** Something to do later. Models {@code struct work_struct}. */
public final class Work {
    final String name;
    final Runnable function;
    boolean pending;
    @Nullable Task runningOn;
    long finished;

    /** An item; {@code name} appears in reports. */
    public Work(String name, Runnable function) {
        this.name = name;
        this.function = function;
    }

    /** Whether it is queued and has not begun ({@code work_pending}). */
    public boolean isPending() {
        return pending;
    }

    /** How often it has been done. */
    public long finished() {
        return finished;
    }

    @Override
    public String toString() {
        return name;
    }
}
