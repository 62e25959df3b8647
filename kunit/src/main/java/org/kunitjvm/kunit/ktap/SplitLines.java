package org.kunitjvm.kunit.ktap;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Breaks lines also where {@code str.splitlines()} does. */
final class SplitLines implements LineSource {
    private final ByteLines lines;
    private final ArrayDeque<String> parts = new ArrayDeque<>();

    SplitLines(ByteLines lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable String next() throws IOException {
        String part = parts.poll();
        if (part != null) {
            return part;
        }
        String line = lines.next();
        if (line == null || !lines.mayHoldBreaks()) {
            return line;
        }
        int start = 0;
        for (int i = 0; i < line.length(); i++) {
            if (PySpace.isExtraLineBreak(line.charAt(i))) {
                parts.add(line.substring(start, i));
                start = i + 1;
            }
        }
        if (start == 0) {
            return line;
        }
        // A separator right before the line's own end gives an empty last part, but not at the end of the file.
        if (start < line.length() || lines.lineEnded()) {
            parts.add(line.substring(start));
        }
        return parts.remove();
    }
}
