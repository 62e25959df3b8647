package org.kunitjvm.kunit.run;

/** Lets the waiting host thread see how long the running step keeps the host busy. The only wall clock of a run. */
final class HostWatch {
    private volatile long startedNanos;
    private volatile boolean busy;
    private volatile int factor = 1;

    /** Let the steps from now on take this many times as long. */
    void setFactor(int times) {
        factor = times;
    }

    void start() {
        startedNanos = System.nanoTime();
        busy = true;
    }

    void stop() {
        busy = false;
    }

    /** Nanoseconds since the step began, as a part of what it may take; 0 between steps. */
    long busyNanos() {
        return busy ? Math.max(1, (System.nanoTime() - startedNanos) / factor) : 0;
    }
}
