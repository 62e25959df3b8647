package org.kunitjvm.kernel.sched;

/**
 * Ends the kthread that throws it, as {@code kthread_exit()} does. It is an {@link Error} without a stack trace so that
 * code which catches exceptions does not swallow it; whoever catches it all the same ends at the next decision point,
 * because the task is marked.
 */
public final class KthreadExit extends Error {
    private static final long serialVersionUID = 1L;

    private final int code;

    KthreadExit(int code) {
        super("kthread exits with " + code, null, false, false);
        this.code = code;
    }

    /** What {@code kthread_stop()} returns for this kthread. */
    public int code() {
        return code;
    }
}
