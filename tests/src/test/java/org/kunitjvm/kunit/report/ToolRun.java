package org.kunitjvm.kunit.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.LineSource;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.report.KtapConsumer.Options;
import org.kunitjvm.kunit.report.KtapConsumer.Show;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/** One log run through the tool side, and all that came out of it. The clock stands at 01:02:03. */
record ToolRun(List<String> printed, Outcome outcome) {
    static final LocalTime NOW = LocalTime.of(1, 2, 3);
    static final String STAMP = "[01:02:03] ";
    static final String DIVIDER = "=".repeat(60);

    static ToolRun parse(String input) {
        return parse(input, Options.PLAIN);
    }

    static ToolRun parse(String input, KunitRelease release) {
        return parse(input, new Options(release, Screen.NONE, Show.ALL, KeepLogs.NONE));
    }

    static ToolRun parse(String input, Options options) {
        return parse(input.getBytes(StandardCharsets.UTF_8), options, LineSource.Breaks.STREAM);
    }

    static ToolRun parse(byte[] input, Options options, LineSource.Breaks breaks) {
        List<String> printed = new ArrayList<>();
        KtapConsumer consumer = new KtapConsumer(options, printed::add, () -> NOW);
        try {
            return new ToolRun(printed, consumer.drain(LineSource.of(new ByteArrayInputStream(input), breaks)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestResult root() {
        return outcome.root();
    }

    /** All that was printed, without time stamps. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (String line : printed) {
            text.append(line.startsWith(STAMP) ? line.substring(STAMP.length()) : line).append('\n');
        }
        return text.toString();
    }

    /** The lines between the dividers. */
    List<String> body() {
        List<String> lines = text().lines().toList();
        int end = lines.lastIndexOf(DIVIDER);
        return lines.subList(1, end < 1 ? lines.size() : end);
    }

    /** The summary line, without "Testing complete. ". */
    String summary() {
        for (String line : text().lines().toList()) {
            if (line.startsWith("Testing complete. ")) {
                return line.substring("Testing complete. ".length());
            }
        }
        return "";
    }

    String json(KunitRelease release, RunMetadata metadata) {
        StringWriter json = new StringWriter();
        try {
            new JsonReport(release, metadata).write(root(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }
}
