package org.kunitjvm.kunit.ktap;

/**
 * White space and line ends as Python's {@code str} methods and regular expressions know them; kunit.py trims with
 * those.
 */
final class PySpace {
    private PySpace() {
    }

    static boolean isSpace(char c) {
        if (c <= ' ') {
            return c == ' ' || (c >= '\t' && c <= '\r') || c >= 0x1c;
        }
        return c >= 0x85 && isWideSpace(c);
    }

    private static boolean isWideSpace(char c) {
        return switch (c) {
            case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200a;
        };
    }

    /** Tell whether {@code str.splitlines()} breaks here and reading in text mode does not. */
    static boolean isExtraLineBreak(char c) {
        return switch (c) {
            case 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }

    static String trimRight(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return end == text.length() ? text : text.substring(0, end);
    }

    static int skip(String text, int from) {
        int i = from;
        int length = text.length();
        while (i < length && text.charAt(i) == ' ') {
            i++;
        }
        while (i < length && isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    static int skipDigits(String text, int from) {
        int i = from;
        int length = text.length();
        while (i < length && isDigit(text.charAt(i))) {
            i++;
        }
        return i;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
