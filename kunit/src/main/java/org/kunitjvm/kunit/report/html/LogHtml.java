package org.kunitjvm.kunit.report.html;

import java.util.List;

/** A log, bounded: its beginning and its end, which usually says why. */
final class LogHtml {
    private static final int HEAD_CHARS = 16_000;
    private static final int TAIL_CHARS = 48_000;
    private static final int MAX_LINE = 4_000;

    private LogHtml() {
    }

    /** Whether the kernel reported something with this line, whatever the test thinks of it. */
    static boolean isWarning(String line) {
        String text = line.strip();
        return text.startsWith("WARNING: ") || text.startsWith("BUG: ") || text.startsWith("kernel BUG")
            || text.startsWith("Oops: ") || text.startsWith("general protection fault");
    }

    /** Write all of {@code lines}, or as many of the first and the last ones as there is room for. */
    static void write(List<String> lines, Html page) {
        int total = lines.stream().mapToInt(line -> Math.min(line.length(), MAX_LINE) + 1).sum();
        page.raw("<pre class=\"log\">");
        if (total <= HEAD_CHARS + TAIL_CHARS) {
            lines.forEach(line -> line(line, page));
        } else {
            int headEnd = 0;
            for (int used = 0; headEnd < lines.size(); headEnd++) {
                used += cost(lines.get(headEnd));
                if (used > HEAD_CHARS) {
                    break;
                }
            }
            int tailStart = lines.size();
            for (int used = 0; tailStart > headEnd; tailStart--) {
                used += cost(lines.get(tailStart - 1));
                if (used > TAIL_CHARS) {
                    break;
                }
            }
            lines.subList(0, headEnd).forEach(line -> line(line, page));
            page.raw("<i>… ").number(tailStart - headEnd)
                .raw(" lines left out; the log that was kept with the run has them …</i>\n");
            lines.subList(tailStart, lines.size()).forEach(line -> line(line, page));
        }
        page.raw("</pre>\n");
    }

    private static int cost(String line) {
        return Math.min(line.length(), MAX_LINE) + 1;
    }

    private static void line(String line, Html page) {
        String shown = line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "… (" + line.length()
            + " characters)";
        if (isWarning(line) || line.contains("EXPECTATION FAILED at") || line.contains("ASSERTION FAILED at")
            || line.contains(" not ok ")) {
            page.element("b", shown).raw("\n");
        } else {
            page.text(shown).raw("\n");
        }
    }
}
