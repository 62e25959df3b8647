package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Picks what cases that explore schedules say about them out of a console, also where the case passed and its log is
 * not shown.
 */
final class ScheduleLines {
    private static final Pattern LINE = Pattern.compile("\\s*# ([\\w-]+): (.*\\d+ (?:distinct )?schedules\\b.*)");

    private final List<String> lines = new ArrayList<>();

    /** Look at a line of the console. */
    void accept(String line) {
        if (!line.contains(" schedules")) {
            return;
        }
        Matcher matcher = LINE.matcher(line);
        if (matcher.find()) {
            lines.add(matcher.group(1) + ": " + matcher.group(2));
        }
    }

    /** What was found, in order. */
    List<String> lines() {
        return lines;
    }
}
