package org.kunitjvm.kunit.ktap;

import java.nio.charset.StandardCharsets;

/**
 * Decode UTF-8 as Python does with the error handler {@code backslashreplace}: what is not valid is shown byte by byte.
 */
final class Utf8 {
    private Utf8() {
    }

    static String decode(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length);
        int i = 0;
        while (i < length) {
            int lead = bytes[i] & 0xff;
            if (lead < 0x80) {
                text.append((char) lead);
                i++;
                continue;
            }
            int size = sequenceLength(bytes, i, length);
            if (size == 0) {
                text.append("\\x").append(Character.forDigit(lead >> 4, 16)).append(Character.forDigit(lead & 15, 16));
                i++;
            } else {
                text.append(new String(bytes, i, size, StandardCharsets.UTF_8));
                i += size;
            }
        }
        return text.toString();
    }

    /** Return how many bytes the valid sequence at {@code at} has, or 0 if there is none. */
    private static int sequenceLength(byte[] bytes, int at, int length) {
        int lead = bytes[at] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (at + size > length || !isSecond(lead, bytes[at + 1] & 0xff)) {
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
