package org.kunitjvm.kunit.cli;

import org.kunitjvm.kunit.run.KunitEvent;

/** Hears of a run. Does nothing with anything unless overridden. */
interface RunListener {
    /**
     * An event, in the order of the log, behind the line that it printed; on the thread that called {@link
     * Booter#boot}.
     */
    default void event(TimedEvent event) {
    }

    /** So many cases will run; on any thread. */
    default void total(int cases) {
    }

    /** An event at the moment when it happens; on any thread, so that of several suites it is in no order. */
    default void live(KunitEvent event) {
    }
}
