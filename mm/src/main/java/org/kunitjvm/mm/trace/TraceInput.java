package org.kunitjvm.mm.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a recording line by line and splits lines into words, without making objects for lines that only have numbers.
 */
final class TraceInput {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_SHOWN = 100;
    private static final long MAX_BEFORE_DIGIT = Long.MAX_VALUE / 16 - 1;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int bufferAt;
    private int bufferEnd;
    private byte[] line = new byte[1 << 12];
    private int length;
    private int at;
    private long lineNumber;

    TraceInput(InputStream in) {
        this.in = in;
    }

    /** Read the next line; false at the end. */
    boolean nextLine() throws IOException {
        length = 0;
        at = 0;
        boolean any = false;
        while (true) {
            if (bufferAt == bufferEnd) {
                bufferEnd = Math.max(0, in.read(buffer));
                bufferAt = 0;
                if (bufferEnd == 0) {
                    lineNumber += any ? 1 : 0;
                    dropCarriageReturn();
                    return any;
                }
            }
            any = true;
            int end = bufferAt;
            while (end < bufferEnd && buffer[end] != '\n') {
                end++;
            }
            append(bufferAt, end);
            boolean complete = end < bufferEnd;
            bufferAt = complete ? end + 1 : end;
            if (complete) {
                lineNumber++;
                dropCarriageReturn();
                return true;
            }
        }
    }

    /** Recordings that went through another system may have lines that end as there. */
    private void dropCarriageReturn() {
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
    }

    private void append(int from, int to) {
        int n = to - from;
        if (length + n > line.length) {
            line = Arrays.copyOf(line, Math.max(line.length * 2, length + n));
        }
        System.arraycopy(buffer, from, line, length, n);
        length += n;
    }

    /** Number of the line, from 1. */
    long lineNumber() {
        return lineNumber;
    }

    /** First character, or 0 if the line is empty. */
    char first() {
        return length == 0 ? 0 : (char) line[0];
    }

    /** The whole line. */
    String text() {
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** The line from a position on. */
    String textFrom(int from) {
        return new String(line, from, Math.max(0, length - from), StandardCharsets.ISO_8859_1);
    }

    /** The rest of the line behind the words that were read. */
    String rest() {
        skipBlanks();
        return textFrom(at);
    }

    /** Whether the line starts with {@code word} and a blank or the end. */
    boolean startsWith(String word) {
        if (length < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (line[i] != word.charAt(i)) {
                return false;
            }
        }
        return length == word.length() || line[word.length()] == ' ';
    }

    /** Whether the line from {@code from} on is exactly this text. */
    boolean equalsFrom(int from, CharSequence text) {
        if (length - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((line[from + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void skipBlanks() {
        while (at < length && line[at] == ' ') {
            at++;
        }
    }

    /** Whether there is another word. */
    boolean hasMore() {
        skipBlanks();
        return at < length;
    }

    /** First character of the next word, or 0. */
    char peek() {
        skipBlanks();
        return at < length ? (char) line[at] : 0;
    }

    /** Start again with the first word of the line. */
    void rewind() {
        at = 0;
    }

    /** The next word, which stays the next one; empty at the end of the line. */
    String peekWord() {
        int before = at;
        String word = hasMore() ? word() : "";
        at = before;
        return word;
    }

    /** Pass the next word. */
    void skip() {
        skipBlanks();
        while (at < length && line[at] != ' ') {
            at++;
        }
    }

    /** The next word. */
    String word() {
        skipBlanks();
        int from = at;
        skip();
        if (from == at) {
            throw malformed("a word is missing");
        }
        return new String(line, from, at - from, StandardCharsets.ISO_8859_1);
    }

    /** The next word as a decimal number. */
    long number() {
        return number(10);
    }

    /** The next word as a decimal number that fits an {@code int}. */
    int integer() {
        return toInt(number(10));
    }

    /** The next word as a decimal number from 0 to {@code max}. */
    int index(int max) {
        int value = integer();
        if (value < 0 || value > max) {
            throw malformed(value + " is not between 0 and " + max);
        }
        return value;
    }

    /** Pass words up to and including {@code key} and return the number from 0 to {@code max} that follows. */
    int indexAfter(String key, int max) {
        long value = numberAfter(key);
        if (value < 0 || value > max) {
            throw malformed(key + " " + value + " is not between 0 and " + max);
        }
        return (int) value;
    }

    private int toInt(long value) {
        if (value != (int) value) {
            throw malformed("the number " + value + " is too large");
        }
        return (int) value;
    }

    /** The next word as a hexadecimal number. */
    long hex() {
        return number(16);
    }

    private long number(int radix) {
        skipBlanks();
        boolean negative = at < length && line[at] == '-';
        int from = negative ? at + 1 : at;
        long value = 0;
        int i = from;
        while (i < length && line[i] != ' ') {
            int digit = Character.digit(line[i], radix);
            if (digit < 0) {
                throw malformed("'" + word() + "' is not a number");
            }
            if (value > MAX_BEFORE_DIGIT) {
                throw malformed("a number is too large");
            }
            value = value * radix + digit;
            i++;
        }
        if (i == from) {
            throw malformed("a number is missing");
        }
        at = i;
        return negative ? -value : value;
    }

    /** Pass words up to and including {@code key} and return the number that follows. */
    long numberAfter(String key) {
        while (hasMore()) {
            if (word().equals(key)) {
                return number();
            }
        }
        throw malformed(key + " is missing");
    }

    /** A complaint about the current line, which is shown as far as it fits on a screen. */
    TraceFormatException malformed(String what) {
        String text = text();
        String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
        return new TraceFormatException(lineNumber, what + ": " + shown);
    }
}
