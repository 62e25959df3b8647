package org.kunitjvm.kernel.sched;

/** The body of a kthread. */
@FunctionalInterface
public interface KthreadFn {
    /** Run; the result is what {@code kthread_stop()} returns. */
    int run();
}
