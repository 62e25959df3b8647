package org.kunitjvm.kunit.cli;

import java.util.List;

import org.kunitjvm.kunit.KunitStatus;

/**
 * What became of one test, as a run keeps it.
 *
 * @param name {@code suite.case}
 * @param comment why it was skipped, else empty
 * @param fromLine first line of the console that is about it, from 0
 * @param toLine the line behind the last
 * @param hostNanos wall time
 * @param place file and line of the first failure, or empty
 * @param failure the text of the first failure, or empty
 */
record CaseResult(String name, KunitStatus status, String comment, int fromLine, int toLine, long hostNanos,
    String place,
        String failure) {
    private static final int FIELDS = 8;

    boolean failed() {
        return status == KunitStatus.FAILURE;
    }

    /** The suite's part of the name. */
    String suite() {
        return name.substring(0, name.indexOf('.'));
    }

    /** The case's part of the name. */
    String test() {
        return name.substring(name.indexOf('.') + 1);
    }

    /** One line, fields between tabs. */
    String encode() {
        return String.join("\t", status.name(), name, Integer.toString(fromLine), Integer.toString(toLine),
            Long.toString(hostNanos),
            escape(place), escape(comment), escape(failure));
    }

    /**
     * Read what {@link #encode()} wrote.
     *
     * @throws IllegalArgumentException if it is something else, such as the last line of a run that was killed
     */
    static CaseResult decode(String line) {
        List<String> fields = List.of(line.split("\t", -1));
        if (fields.size() != FIELDS || fields.get(1).indexOf('.') < 0) {
            throw new IllegalArgumentException("not a result: " + line);
        }
        return new CaseResult(fields.get(1), KunitStatus.valueOf(fields.getFirst()), unescape(fields.get(6)),
            Integer.parseInt(fields.get(2)), Integer.parseInt(fields.get(3)), Long.parseLong(fields.get(4)),
                unescape(fields.get(5)),
            unescape(fields.get(7)));
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
    }

    private static String unescape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                c = text.charAt(i) == 't' ? '\t' : text.charAt(i) == 'n' ? '\n' : text.charAt(i);
            }
            out.append(c);
        }
        return out.toString();
    }
}
