package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kunit run --raw_output | kunit parse} says what {@code kunit run} says, on the project's own suites. */
class PipeTest {
    private static final String NOT_SLOW = "--filter=speed>slow";

    @TempDir
    Path folder;

    /** What a command prints; its exit code must be 0. */
    private String kunit(String input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(List.of(words), new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, false, StandardCharsets.UTF_8), new PrintStream(err, false, StandardCharsets.UTF_8),
            Map.of("HOME", folder.toString()), Path.of("").toAbsolutePath());
        assertEquals(0, exit, err.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    /** From the first divider to the summary, without times and without the echo of the kernel's command line. */
    private static List<String> results(String output) {
        List<String> lines = new ArrayList<>(output.lines().map(line -> line.replaceFirst("^\\[..:..:..] ", ""))
            .toList());
        lines.removeIf(line -> line.equals("Running tests with:") || line.startsWith("$ "));
        int last = lines.size() - 1;
        while (!lines.get(last).startsWith("Testing complete.")) {
            last--;
        }
        return lines.subList(lines.indexOf("=".repeat(60)), last + 1);
    }

    @Test
    @Tag("K-079")
    void rawOutputOfARunParsesToTheRun() {
        String where = "--build_dir=" + folder;
        kunit("", "config", where);
        List<String> run = results(kunit("", "exec", where, NOT_SLOW));
        assertTrue(run.size() > 250, "lines: " + run.size());

        for (String raw : List.of("--raw_output", "--raw_output=all")) {
            assertEquals(run, results(kunit(kunit("", "exec", where, NOT_SLOW, raw), "parse")), raw);
        }
    }
}
