package org.kunitjvm.kunit.cli;

import org.kunitjvm.kunit.run.KunitEvent;

/**
 * An event and when the host saw it.
 *
 * @param hostNanos {@code System.nanoTime()} on the thread where it happened
 */
record TimedEvent(KunitEvent event, long hostNanos) {
}
