package org.kunitjvm.kunit.ktap;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Lines of a character stream; see {@link ByteLines}. */
final class CharLines implements LineSource {
    private final Reader in;
    private final int maxLine;
    private final char[] buffer = new char[1 << 14];
    private int position;
    private int limit;
    private boolean skipLineFeed;

    CharLines(Reader in, int maxLine) {
        this.in = in;
        this.maxLine = maxLine;
    }

    @Override
    public @Nullable String next() throws IOException {
        StringBuilder line = new StringBuilder();
        long cut = 0;
        boolean something = false;
        for (int c = read(); c >= 0; c = read()) {
            something = true;
            if (c == '\n' || c == '\r') {
                skipLineFeed = c == '\r';
                break;
            }
            if (line.length() < maxLine) {
                line.append((char) c);
            } else {
                cut++;
            }
        }
        if (cut > 0) {
            line.append(" [").append(cut).append(" more characters]");
        }
        return something ? line.toString() : null;
    }

    private int read() throws IOException {
        int c = raw();
        if (skipLineFeed) {
            skipLineFeed = false;
            return c == '\n' ? raw() : c;
        }
        return c;
    }

    private int raw() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            if (limit == 0) {
                return -1;
            }
        }
        return buffer[position++];
    }
}
