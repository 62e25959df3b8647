package org.kunitjvm.kunit;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.printk.Printf;

/**
 * Text that grows by fragments. Models lib/kunit/string-stream.c.
 *
 * <p>With {@link #setAppendNewlines} every fragment ends with a newline, one being added where it lacks it.
 */
public final class StringStream {
    private final List<String> fragments = new ArrayList<>();
    private boolean appendNewlines;
    private int length;

    /** An empty stream. */
    public StringStream() {
    }

    /** Whether every fragment is to end with a newline ({@code string_stream_set_append_newlines}). */
    public void setAppendNewlines(boolean append) {
        appendNewlines = append;
    }

    /** Append formatted text ({@code string_stream_add}); the empty string adds nothing. */
    public void add(String format, @Nullable Object... args) {
        append(Printf.format(format, args));
    }

    /** Append text as it is. */
    public synchronized void append(String text) {
        if (text.isEmpty()) {
            return;
        }
        String fragment = appendNewlines && !text.endsWith("\n") ? text + "\n" : text;
        fragments.add(fragment);
        length += fragment.length();
    }

    /** Append what another stream holds, as one fragment ({@code string_stream_append}). */
    public void append(StringStream other) {
        append(other.getString());
    }

    /** Everything so far ({@code string_stream_get_string}). */
    public synchronized String getString() {
        return String.join("", fragments);
    }

    /** Forget everything ({@code string_stream_clear}). */
    public synchronized void clear() {
        fragments.clear();
        length = 0;
    }

    /** Whether nothing was appended. */
    public synchronized boolean isEmpty() {
        return fragments.isEmpty();
    }

    /** Characters so far. */
    public synchronized int length() {
        return length;
    }

    /** How often something was appended. */
    public synchronized int nrFragments() {
        return fragments.size();
    }

    @Override
    public String toString() {
        return getString();
    }
}
