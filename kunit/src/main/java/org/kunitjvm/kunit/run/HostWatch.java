package org.kunitjvm.kunit.run;

/** Lets the waiting host thread see how long the running step keeps the host busy. The only wall clock of a run. */
final class HostWatch {
    private volatile long startedNanos;
    private volatile boolean busy;

    void start() {
        startedNanos = System.nanoTime();
        busy = true;
    }

    void stop() {
        busy = false;
    }

    /** Nanoseconds since the step began; 0 between steps. */
    long busyNanos() {
        return busy ? Math.max(1, System.nanoTime() - startedNanos) : 0;
    }
}
