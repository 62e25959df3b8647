package org.kunitjvm.kernel.sched;

/**
 * No task can run and no timer is pending. The message lists every task with what it waits for. Thrown in the init
 * task.
 */
public final class KernelDeadlock extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelDeadlock(String report) {
        super(report);
    }
}
