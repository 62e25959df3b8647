package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.TestSuite;

/** Hears of a run. Does nothing with anything unless overridden. */
interface RunListener {
    /** The suites that the configuration builds, in link order, before anything is selected of them. */
    default void linked(SuiteSet suites) {
    }

    /**
     * An event, in the order of the log, behind the line that it printed; on the thread that called {@link
     * Booter#boot}.
     */
    default void event(TimedEvent event) {
    }

    /**
     * There is nothing to hear at this moment, or there was enough: what was heard must get to where it can be seen. On
     * the thread that called {@link Booter#boot}.
     */
    default void idle() {
    }

    /** So many cases will run; on any thread. */
    default void total(int cases) {
    }

    /** The text that debugfs has of a suite that has ended; on any thread. */
    default void debugfs(TestSuite suite, String results) {
    }

    /** An event at the moment when it happens; on any thread, so that of several suites it is in no order. */
    default void live(KunitEvent event) {
    }

    /** Who takes pictures of kernels whose cases fail; {@code null} if nobody wants any. */
    default @Nullable FailureSnapshots snapshots() {
        return null;
    }

    /** Who keeps {@code /proc} of the kernels; {@code null} if nobody wants it. */
    default @Nullable ProcKeeper procs() {
        return null;
    }
}
