package org.kunitjvm.kunit.kconfig;

/** C's number parsing, as far as Kconfig shows it. */
final class Numbers {
    private Numbers() {
    }

    /** How a text reads as a number. */
    enum Reading {
        NONE,
        SIGNED,
        UNSIGNED
    }

    /**
     * The outcome of reading a number.
     *
     * @param value the number; its bits are unsigned if it was read as such
     * @param end index behind the last character used, 0 if there is no number
     * @param overflow whether the text exceeds 64 bits; the value is then the nearest bound
     */
    record Parsed(long value, int end, boolean overflow) {
    }

    static boolean isHexDigit(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** The value at the start of {@code text}, 0 if there is none, clamped to a signed 64-bit number. */
    static long leadingLong(String text, int base) {
        return parse(text, base, true).value();
    }

    /** Models strtoll (signed) and strtoull: blanks, a sign, a prefix for base 0 and 16, then digits. */
    static Parsed parse(String text, int base, boolean signed) {
        int i = 0;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        boolean negative = false;
        if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
            negative = text.charAt(i) == '-';
            i++;
        }
        int radix = base;
        if ((base == 0 || base == 16) && hasHexPrefix(text, i)) {
            radix = 16;
            i += 2;
        } else if (base == 0) {
            radix = i < text.length() && text.charAt(i) == '0' ? 8 : 10;
        }
        return digits(text, i, radix, negative, signed);
    }

    private static boolean hasHexPrefix(String text, int at) {
        return at + 2 < text.length() && text.charAt(at) == '0' && (text.charAt(at + 1) | 0x20) == 'x'
                && isHexDigit(text.charAt(at + 2));
    }

    private static Parsed digits(String text, int from, int radix, boolean negative, boolean signed) {
        long magnitude = 0;
        boolean overflow = false;
        int i = from;
        for (; i < text.length(); i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                break;
            }
            long limit = Long.divideUnsigned(-1L - digit, radix);
            overflow |= Long.compareUnsigned(magnitude, limit) > 0;
            magnitude = magnitude * radix + digit;
        }
        if (i == from) {
            return new Parsed(0, 0, false);
        }
        if (!signed) {
            return new Parsed(overflow ? -1L : negative ? -magnitude : magnitude, i, overflow);
        }
        if (overflow || magnitude < 0 && !(negative && magnitude == Long.MIN_VALUE)) {
            return new Parsed(negative ? Long.MIN_VALUE : Long.MAX_VALUE, i, true);
        }
        return new Parsed(negative ? -magnitude : magnitude, i, false);
    }
}
