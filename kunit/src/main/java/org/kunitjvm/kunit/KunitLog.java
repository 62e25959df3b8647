package org.kunitjvm.kunit;

/**
 * An append-only text buffer of a suite or a case; every entry ends with a newline. Models the {@code log} string
 * streams.
 */
public final class KunitLog {
    private final StringStream text = new StringStream();

    /** An empty buffer. */
    public KunitLog() {
        text.setAppendNewlines(true);
    }

    /** Append without printing on the console ({@code kunit_log_append}). */
    public void append(String entry) {
        text.append(entry);
    }

    /** Forget everything. */
    public void clear() {
        text.clear();
    }

    /** Whether nothing was appended. */
    public boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public String toString() {
        return text.getString();
    }
}
