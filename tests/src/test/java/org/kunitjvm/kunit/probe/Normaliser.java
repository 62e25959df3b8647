package org.kunitjvm.kunit.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Takes away what a recording of a C suite and the run of its Java port cannot have in common, and nothing else. */
final class Normaliser {
    /** A port stands in another file on other lines. */
    private static final Pattern PLACE =
        Pattern.compile("(EXPECTATION FAILED at |ASSERTION FAILED at |last line seen |: )\\S+\\.(c|java):\\d+");
    /** Real time passes in the recording, virtual time here. */
    private static final Pattern RUNTIME = Pattern.compile("runtime: 2\\.\\d{9}s");
    /** The recorder cut the console's time stamps off all lines but blank ones. */
    private static final Pattern BARE_TIME_STAMP = Pattern.compile("\\[ *\\d+\\.\\d{6}]");

    private Normaliser() {
    }

    /**
     * The lines from the KTAP header to the end of the kernel, without trailing blanks, which the recording tool cuts
     * off.
     *
     * @param spellings operands that cannot be spelt alike in C and Java, to their common form
     */
    static List<String> lines(String text, Map<String, String> spellings) {
        List<String> lines = new ArrayList<>();
        boolean started = false;
        for (String raw : text.split("\n", -1)) {
            String line = raw.stripTrailing();
            started |= line.equals("KTAP version 1");
            if (line.startsWith("reboot: ") || line.contains("] Elapsed time: ")) {
                break;
            }
            if (started) {
                lines.add(normalise(line, spellings));
            }
        }
        // The recording tool prints a blank line of its own at the end.
        while (!lines.isEmpty() && lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    private static String normalise(String raw, Map<String, String> spellings) {
        String line = BARE_TIME_STAMP.matcher(raw).matches() ? "" : raw;
        line = PLACE.matcher(line).replaceAll("$1<place>");
        line = RUNTIME.matcher(line).replaceAll("runtime: <time>");
        for (Map.Entry<String, String> spelling : spellings.entrySet()) {
            line = line.replace(spelling.getKey(), spelling.getValue());
        }
        return line;
    }
}
