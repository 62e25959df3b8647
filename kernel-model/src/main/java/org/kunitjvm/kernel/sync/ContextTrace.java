package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/**
 * Where one task switched preemption, interrupts and softirqs off and on last, for reports. Models
 * {@code preempt_disable_ip} and {@code struct irqtrace_events}.
 *
 * <p>Finding out who called costs a walk of the stack, so that each task has only so many places to remember. What
 * comes later is printed as the kernel prints an address that it does not know.
 */
final class ContextTrace {
    private static final int PLACES = 64;

    /** A switch that can be thrown: the number of the event, and its place if that is known. */
    static final class Event {
        int stamp;
        StackWalker.@Nullable StackFrame place;
    }

    final Event hardirqsOn = new Event();
    final Event hardirqsOff = new Event();
    final Event softirqsOn = new Event();
    final Event softirqsOff = new Event();
    /** Number of the latest event. */
    int stamp;
    /** Where the outermost {@code preempt_disable()} is, if that is known. */
    StackWalker.@Nullable StackFrame preemptDisabledAt;
    private int placesLeft = PLACES;

    /** The trace of a task, made when it is asked for first. */
    static ContextTrace of(Task task) {
        if (task.contextTrace() instanceof ContextTrace trace) {
            return trace;
        }
        ContextTrace trace = new ContextTrace();
        task.setContextTrace(trace);
        return trace;
    }

    /** The place where the running code entered this package, while there are places left. */
    StackWalker.@Nullable StackFrame place() {
        if (placesLeft == 0) {
            return null;
        }
        placesLeft--;
        return CallPlaces.callerFrame();
    }

    /** Note that one of the switches was thrown. */
    void note(Event event) {
        event.stamp = ++stamp;
        event.place = place();
    }
}
