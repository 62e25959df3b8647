package org.kunitjvm.kunit.report;

/** Make text from a log harmless for a terminal or an XML document. */
public final class ControlText {
    private ControlText() {
    }

    /** Show control characters (C0, DEL, C1) as {@code \xNN}; tab and newline stay. */
    public static String escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static String escapeFrom(String text, int first) {
        StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c)) {
                safe.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    private static boolean isControl(char c) {
        return c < ' ' ? c != '\t' && c != '\n' : c >= 0x7f && c <= 0x9f;
    }

    /** Escape as {@link #escape} does, and replace what XML 1.0 cannot hold at all: lone surrogates, U+FFFE, U+FFFF. */
    public static String escapeForXml(String text) {
        String safe = escape(text);
        for (int i = 0; i < safe.length(); i++) {
            if (safe.charAt(i) >= Character.MIN_SURROGATE) {
                return replaceNonXml(safe, i);
            }
        }
        return safe;
    }

    private static String replaceNonXml(String text, int first) {
        StringBuilder safe = new StringBuilder(text.length()).append(text, 0, first);
        int i = first;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            boolean bad = c == 0xfffe || c == 0xffff || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
            safe.appendCodePoint(bad ? 0xfffd : c);
            i += Character.charCount(c);
        }
        return safe.toString();
    }
}
