package org.kunitjvm.kunit;

/**
 * An append-only text buffer of a suite or a case; every entry ends with a newline. Models the {@code log} string
 * streams.
 */
public final class KunitLog {
    private final StringBuilder text = new StringBuilder();

    /** An empty buffer. */
    public KunitLog() {
    }

    /** Append without printing on the console ({@code kunit_log_append}). */
    public synchronized void append(String entry) {
        text.append(entry);
        if (!entry.isEmpty() && !entry.endsWith("\n")) {
            text.append('\n');
        }
    }

    /** Forget everything. */
    public synchronized void clear() {
        text.setLength(0);
    }

    /** Whether nothing was appended. */
    public synchronized boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public synchronized String toString() {
        return text.toString();
    }
}
