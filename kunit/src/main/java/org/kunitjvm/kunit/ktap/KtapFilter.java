package org.kunitjvm.kunit.ktap;

import org.jspecify.annotations.Nullable;

/**
 * Cut the KTAP block out of a console log, line by line.
 *
 * <p>The block starts at the first version line, wherever on the line that text stands. As many characters as stand
 * before it (a time stamp, usually) are cut from every later line, whatever they are. It ends before the line by which
 * a kernel says that it stops. Ahead of the block only what the KUnit executor itself complains about is let through,
 * whole. Models tools/testing/kunit/kunit_parser.py: extract_tap_lines.
 */
public final class KtapFilter {
    private static final String KTAP_VERSION = "KTAP version ";
    private static final String TAP_VERSION = "TAP version ";

    private boolean started;
    private boolean ended;
    private int prefixCodePoints;

    /**
     * Return what is KTAP in {@code line}, right-trimmed, or {@code null} if the line is not part of the block.
     *
     * @param line one console line without line end
     */
    public @Nullable String accept(String line) {
        if (ended) {
            return null;
        }
        String text = PySpace.trimRight(line);
        if (started) {
            return inside(text);
        }
        if (start(text)) {
            return cut(text);
        }
        return text.contains("kunit executor: ") ? text : null;
    }

    /** Tell whether the end of the block was seen; every later line is dropped. */
    public boolean ended() {
        return ended;
    }

    /** Return {@code line} as {@code --raw_output=all} shows it. */
    public static String trimmed(String line) {
        return PySpace.trimRight(line);
    }

    private @Nullable String inside(String text) {
        // What ends the block has a colon; most results have none.
        if (text.indexOf(':') >= 0 && isEnd(text)) {
            ended = true;
            return null;
        }
        return cut(text);
    }

    private static boolean isEnd(String text) {
        return text.contains("reboot: System halted") || text.contains("List of all partitions:")
            || text.contains("Kernel panic - not syncing: VFS:");
    }

    private boolean start(String text) {
        int end = text.length();
        int digits = end;
        while (digits > 0 && PySpace.isDigit(text.charAt(digits - 1))) {
            digits--;
        }
        if (digits == end || !endsAt(text, TAP_VERSION, digits)) {
            return false;
        }
        // The prefix is measured to the first place of the words, even if they stand there without a number.
        String words = endsAt(text, KTAP_VERSION, digits) ? "KTAP version" : "TAP version";
        prefixCodePoints = text.codePointCount(0, text.indexOf(words));
        started = true;
        return true;
    }

    private static boolean endsAt(String text, String words, int end) {
        return end >= words.length() && text.startsWith(words, end - words.length());
    }

    private String cut(String text) {
        if (prefixCodePoints == 0) {
            return text;
        }
        int length = text.length();
        int i = 0;
        for (int n = 0; n < prefixCodePoints; n++) {
            if (i >= length) {
                return "";
            }
            i += Character.isHighSurrogate(text.charAt(i)) ? Character.charCount(text.codePointAt(i)) : 1;
        }
        return text.substring(i);
    }
}
