package org.kunitjvm.kunit.ktap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a byte stream. Holds one buffer and at most one line of {@code maxLine} bytes; the rest of a longer line is
 * read and forgotten, and the line says how much that was.
 */
final class ByteLines implements LineSource {
    private final InputStream in;
    private final int maxLine;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private boolean skipLineFeed;
    private boolean lineEnded;
    private boolean mayHoldBreaks;

    private byte[] partial = new byte[256];
    private int partialLength;
    private long cutBytes;

    ByteLines(InputStream in, int maxLine) {
        this.in = in;
        this.maxLine = maxLine;
    }

    @Override
    public @Nullable String next() throws IOException {
        boolean something = false;
        while (fill()) {
            // Locals: before the optimizing compiler has seen this loop, each field in it is a load for every byte.
            byte[] bytes = buffer;
            int stop = limit;
            int start = position;
            int end = start;
            int allBits = 0;
            // Negative if some byte is below a blank or above ASCII; one operation for both costs less than a second
            // look.
            int odd = 0;
            for (; end < stop; end++) {
                byte b = bytes[end];
                if (b == '\n' || b == '\r') {
                    break;
                }
                allBits |= b;
                odd |= b - ' ';
            }
            mayHoldBreaks = odd < 0 || (something && mayHoldBreaks);
            if (end < stop) {
                position = end + 1;
                skipLineFeed = bytes[end] == '\r';
                lineEnded = true;
                return finishLine(start, end, allBits >= 0);
            }
            append(start, end);
            position = end;
            something = true;
        }
        lineEnded = false;
        return something ? finishLine(0, 0, false) : null;
    }

    /** Tell whether the latest line can hold what only {@code str.splitlines()} takes for a line end. */
    boolean mayHoldBreaks() {
        return mayHoldBreaks;
    }

    /** Tell whether a line end closed the latest line; otherwise the end of the input did. */
    boolean lineEnded() {
        return lineEnded;
    }

    private boolean fill() throws IOException {
        while (true) {
            if (position == limit) {
                position = 0;
                limit = 0;
                int count = in.read(buffer, 0, buffer.length);
                if (count <= 0) {
                    return false;
                }
                limit = count;
            }
            if (!skipLineFeed) {
                return true;
            }
            skipLineFeed = false;
            if (buffer[position] != '\n') {
                return true;
            }
            position++;
        }
    }

    private String finishLine(int start, int end, boolean ascii) {
        if (partialLength == 0 && end - start <= maxLine) {
            return ascii ? new String(buffer, start, end - start, StandardCharsets.ISO_8859_1)
                : Utf8.decode(buffer, start, end - start);
        }
        append(start, end);
        String line = Utf8.decode(partial, 0, partialLength);
        if (cutBytes > 0) {
            line += " [" + cutBytes + " more bytes]";
        }
        partialLength = 0;
        cutBytes = 0;
        return line;
    }

    private void append(int start, int end) {
        int room = Math.min(end - start, maxLine - partialLength);
        if (partialLength + room > partial.length) {
            partial = Arrays.copyOf(partial, Math.min(maxLine, Math.max(partial.length * 2, partialLength + room)));
        }
        System.arraycopy(buffer, start, partial, partialLength, room);
        partialLength += room;
        cutBytes += end - start - room;
    }
}
