package org.kunitjvm.kunit.ktap;

import java.nio.charset.StandardCharsets;

/**
 * Decode UTF-8 as Python does with the error handler {@code backslashreplace}: what is not valid is shown byte by byte.
 */
final class Utf8 {
    private static final char REPLACEMENT = '\ufffd';

    private Utf8() {
    }

    static String decode(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        // The JDK's decoder, many times faster, leaves this where something is not valid; it may also stand in the text.
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeByHand(bytes, from, from + length);
    }

    private static String decodeByHand(byte[] bytes, int from, int end) {
        StringBuilder text = new StringBuilder(end - from);
        int valid = from;
        int i = from;
        while (i < end) {
            int size = bytes[i] >= 0 ? 1 : sequenceLength(bytes, i, end);
            if (size > 0) {
                i += size;
                continue;
            }
            append(text, bytes, valid, i);
            text.append("\\x").append(Character.forDigit(bytes[i] >> 4 & 15, 16))
                .append(Character.forDigit(bytes[i] & 15, 16));
            i++;
            valid = i;
        }
        return append(text, bytes, valid, end).toString();
    }

    private static StringBuilder append(StringBuilder text, byte[] bytes, int from, int end) {
        return from == end ? text : text.append(new String(bytes, from, end - from, StandardCharsets.UTF_8));
    }

    /** Return how many bytes the valid sequence at {@code at} has, or 0 if there is none. */
    private static int sequenceLength(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (at + size > end || !isSecond(lead, bytes[at + 1] & 0xff)) {
            return 0;
        }
        for (int i = 2; i < size; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return size;
    }

    // Overlong forms, surrogates and what lies above U+10FFFF are shut out by the second byte.
    private static boolean isSecond(int lead, int second) {
        return switch (lead) {
            case 0xe0 -> second >= 0xa0 && second <= 0xbf;
            case 0xed -> second >= 0x80 && second <= 0x9f;
            case 0xf0 -> second >= 0x90 && second <= 0xbf;
            case 0xf4 -> second >= 0x80 && second <= 0x8f;
            default -> second >= 0x80 && second <= 0xbf;
        };
    }
}
