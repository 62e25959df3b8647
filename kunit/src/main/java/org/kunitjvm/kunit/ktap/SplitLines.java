package org.kunitjvm.kunit.ktap;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Breaks lines also where {@code str.splitlines()} does. */
final class SplitLines implements LineSource {
    private final LineSource lines;
    private final ArrayDeque<String> parts = new ArrayDeque<>();

    SplitLines(LineSource lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable String next() throws IOException {
        String part = parts.poll();
        if (part != null) {
            return part;
        }
        String line = lines.next();
        if (line == null) {
            return null;
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
        // A separator right before the line's own end gives an empty last part, as in Python unless the file ends
        // there.
        parts.add(line.substring(start));
        return parts.remove();
    }
}
