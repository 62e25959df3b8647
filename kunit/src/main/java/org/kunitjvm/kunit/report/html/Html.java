package org.kunitjvm.kunit.report.html;

import java.util.Locale;

import org.kunitjvm.kunit.report.ControlText;

/** Grows a page; everything but {@link #raw} is escaped. */
final class Html {
    private final StringBuilder out = new StringBuilder(1 << 16);

    /** Characters so far. */
    int length() {
        return out.length();
    }

    /** Markup as it is. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Text, or the value of an attribute in double quotes. */
    Html text(String text) {
        String safe = ControlText.escapeForXml(text);
        for (int i = 0; i < safe.length(); i++) {
            char c = safe.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return this;
    }

    Html number(long number) {
        out.append(number);
        return this;
    }

    /** An element with nothing but text in it; {@code tag} may have attributes. */
    Html element(String tag, String text) {
        int blank = tag.indexOf(' ');
        return raw("<").raw(tag).raw(">").text(text).raw("</").raw(blank < 0 ? tag : tag.substring(0, blank)).raw(">");
    }

    /** A name that can stand in an {@code id} attribute or behind {@code #}, different for different texts. */
    static String anchor(String text) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.'
                || c == '_' && i > 0;
            id.append(plain ? String.valueOf(c) : "-" + Integer.toHexString(c) + "-");
        }
        return id.toString();
    }

    /** A duration for people. */
    static String duration(long nanos) {
        double seconds = nanos / 1e9;
        if (seconds >= 60) {
            return String.format(Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
        }
        return seconds >= 1 ? String.format(Locale.ROOT, "%.2f s", seconds)
            : String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
    }

    /** A time on a modelled clock, exact. */
    static String virtual(long nanos) {
        if (nanos % 1_000_000_000 == 0 && nanos != 0) {
            return nanos / 1_000_000_000 + " s";
        }
        return nanos >= 1_000_000 && nanos % 1_000 == 0 ? String.format(Locale.ROOT, "%,d µs", nanos / 1_000)
            : String.format(Locale.ROOT, "%,d ns", nanos);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
