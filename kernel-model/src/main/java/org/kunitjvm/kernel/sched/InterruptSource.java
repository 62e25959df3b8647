package org.kunitjvm.kernel.sched;

/** Where the scheduler finds interrupts that wait for a CPU to take them. */
public interface InterruptSource {
    /** Whether any CPU has one pending. */
    boolean anyPending();

    /** Serve what is pending for {@code cpu}, which takes interrupts now. Uses {@link Scheduler#interrupt}. */
    void deliver(int cpu);
}
