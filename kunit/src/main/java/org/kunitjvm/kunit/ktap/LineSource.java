package org.kunitjvm.kunit.ktap;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Lines, read one at a time when asked for. Not thread-safe; closing what is underneath is the caller's business. */
@FunctionalInterface
public interface LineSource {
    /** Most bytes (of a {@link Reader}: characters) of one line that are kept. */
    int MAX_LINE = 1 << 20;

    /** Where lines end. */
    enum Breaks {
        /** As Python reads a pipe or standard input: LF, CR LF, CR. */
        STREAM,
        /** As kunit.py reads a file: also at the separators that {@code str.splitlines()} knows, such as form feed. */
        FILE
    }

    /** Return the next line without its end, or {@code null} after the last; waits for input. */
    @Nullable String next() throws IOException;

    /** Read UTF-8; a byte that is not part of valid UTF-8 becomes {@code \xNN}. */
    static LineSource of(InputStream in, Breaks breaks) {
        ByteLines lines = new ByteLines(in, MAX_LINE);
        return breaks == Breaks.FILE ? new SplitLines(lines) : lines;
    }

    /** Read characters, lines ending as in a stream. */
    static LineSource of(Reader in) {
        return new CharLines(in, MAX_LINE);
    }

    static LineSource of(Iterator<String> lines) {
        return () -> lines.hasNext() ? lines.next() : null;
    }
}
