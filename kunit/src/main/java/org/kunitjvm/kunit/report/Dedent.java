package org.kunitjvm.kunit.report;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Take the common indentation off a log and break it into screen lines, as Python's textwrap.dedent and splitlines do.
 */
final class Dedent {
    private Dedent() {
    }

    /**
     * Hand every line of {@code log} to {@code out}, without the blanks and tabs that all lines with text start with.
     */
    static void lines(List<String> log, Consumer<String> out) {
        String margin = margin(log);
        int last = log.size() - 1;
        for (int i = 0; i <= last; i++) {
            String line = log.get(i);
            String text = indentLength(line) == line.length() ? "" : line.substring(margin.length());
            if (i < last || !text.isEmpty()) {
                splitLines(text, out);
            }
        }
    }

    private static String margin(List<String> log) {
        @Nullable String margin = null;
        for (String line : log) {
            int indent = indentLength(line);
            if (indent == line.length()) {
                continue;
            }
            margin = margin == null ? line.substring(0, indent) : commonStart(margin, line, indent);
            if (margin.isEmpty()) {
                break;
            }
        }
        return margin == null ? "" : margin;
    }

    private static int indentLength(String line) {
        int i = 0;
        while (i < line.length() && (line.charAt(i) == ' ' || line.charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    private static String commonStart(String margin, String line, int indent) {
        int length = Math.min(margin.length(), indent);
        int same = 0;
        while (same < length && margin.charAt(same) == line.charAt(same)) {
            same++;
        }
        return same == margin.length() ? margin : margin.substring(0, same);
    }

    private static void splitLines(String text, Consumer<String> out) {
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isLineBreak(c)) {
                out.accept(text.substring(start, i));
                if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        out.accept(start == 0 ? text : text.substring(start));
    }

    private static boolean isLineBreak(char c) {
        return switch (c) {
            case '\n', 0x0b, 0x0c, '\r', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }
}
