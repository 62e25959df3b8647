package org.kunitjvm.kernel.sched;

/**
 * Moves the baton between the host threads that carry tasks. Only the scheduler calls it, and only on the thread that
 * has the baton.
 */
interface Switcher {
    /** Make the calling host thread the carrier of {@code task}, which has the baton. */
    void adopt(Task task);

    /** Make a carrier for {@code task}; {@code body} runs on it when the task gets the baton for the first time. */
    void create(Task task, Runnable body);

    /** Give the baton to {@code to} and wait until {@code from} gets it back. */
    void switchTo(Task from, Task to);

    /** Give the baton to {@code to}; the calling thread ends. */
    void exitTo(Task to);
}
