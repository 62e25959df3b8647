package org.kunitjvm.kernel.sched;

import org.kunitjvm.kernel.time.VirtualClock;

/** Something that is waited for and happens. Models {@code struct completion}. */
public final class Completion {
    private static final int ALL = Integer.MAX_VALUE / 2;

    private final WaitQueue queue;
    private int done;

    /** A completion that has not happened. */
    public Completion(Scheduler scheduler, VirtualClock clock, String name) {
        this.queue = new WaitQueue(scheduler, clock, name);
    }

    /** Let one waiter go on, now or later ({@code complete}). */
    public void complete() {
        if (done < ALL) {
            done++;
        }
        queue.wakeUp();
    }

    /** Let all waiters go on, now and later ({@code complete_all}). */
    public void completeAll() {
        done = ALL;
        queue.wakeUpAll();
    }

    /** Whether a waiter would go on at once. */
    public boolean isDone() {
        return done > 0;
    }

    /** Wait until it happens. */
    public void await() {
        awaitTimeout(Long.MAX_VALUE);
    }

    /** Wait for at most {@code timeoutNs} of virtual time; returns whether it happened. */
    public boolean awaitTimeout(long timeoutNs) {
        if (!queue.waitEventTimeout(() -> done > 0, timeoutNs)) {
            return false;
        }
        if (done != ALL) {
            done--;
        }
        return true;
    }
}
