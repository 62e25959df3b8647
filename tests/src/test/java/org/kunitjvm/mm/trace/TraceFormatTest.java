package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.tools.TraceTool;

/**
 * A recording that is damaged is refused with the place and in one line; never with a stack trace, and never accepted
 * in silence.
 */
final class TraceFormatTest {
    private static List<String> lines(String name) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(
                Path.of("src/test/resources/org/kunitjvm/mm/trace", name + ".trace.gz")))) {
            return new ArrayList<>(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).lines().toList());
        }
    }

    private static TraceResult replay(List<String> lines) throws IOException {
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        return TraceReplay.replay(new ByteArrayInputStream(bytes), new TraceReplay.Options());
    }

    private static int indexOf(List<String> lines, String start) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError("no line begins with " + start);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        7 A       | 7 A 10 cc0                              | a number is missing: 7 A 10 cc0
        7 A       | 7 Z 10 cc0 1 0 0 0 0 0 0 0 0 0          | there is no operation 'Z': 7 Z 10 cc0 1 0 0 0 0 0 0 0 0 0
        7 A       | 7 A 10 cc0 1052672 0 0                  | operation 7 has 2 state columns, not 9
        7 A       | 7 A 11 cc0 1052672 0 0 0 0 0 0 0 0 0    | operation 7 has order 11
        7 A       | 7 F 10 - -1 0 0 0 0 0 0 0 0 0           | operation 7 names no page
        7 A       | 7 A ten cc0 1 0 0 0 0 0 0 0 0 0         | 'ten' is not a number: 7 A ten cc0 1 0 0 0 0 0 0 0 0 0
        7 A       | 7 A 10 cc0 99999999999999999999 0       | a number is too large: 7 A 10 cc0 99999999999999999999 0
        7 A       | 7 1 A 10 cc0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | operation 7 ran on CPU 1 of 1
        !FL 10 M  | !FL 11 M 3                              | 11 is not between 0 and 10: !FL 11 M 3
        !FL 10 M  | !FL 10 X 3                              | 'X' is no migrate type: !FL 10 X 3
        !FL 10 M  | !FL 10 M 1                              | more frames than the list has
        !BUDDYINFO | !BUDDYINFO 1 2 3                       | 3 numbers instead of 11: !BUDDYINFO 1 2 3
        !PCPLISTS | !PCPLISTS 1 2                           | 2 numbers instead of 14: !PCPLISTS 1 2
        !PBT      | !PBT UUZ                                | 'Z' is no migrate type: !PBT UUZ
        !PTINFO   | !PTINFO Q 0 0 0 0 0 0 0 0 0 0 0         | 'Q' is no migrate type: !PTINFO Q 0 0 0 0 0 0 0 0 0 0 0
        !ZONE node | !ZONE node 1 name Normal               | idx is missing: !ZONE node 1 name Normal
        !WMARK    | !WMARK min 525 low                      | a number is missing: !WMARK min 525 low
        !ZONELIST_NOFALLBACK | !ZONELIST_NOFALLBACK 1-Normal | a zone is written node:name: !ZONELIST_NOFALLBACK 1-Normal
        !ZONELIST_NOFALLBACK | !ZONELIST_NOFALLBACK x:Normal | 'x' is not a node: !ZONELIST_NOFALLBACK x:Normal
        !CONST    | !CONSTANT 1                             | a line of no known kind: !CONSTANT 1
        """)
    void aDamagedLineIsNamed(String start, String damaged, String message) throws IOException {
        List<String> lines = lines("T6n-order10");
        int at = indexOf(lines, start);
        lines.set(at, damaged);
        TraceFormatException e = assertThrows(TraceFormatException.class, () -> replay(lines));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
        assertTrue(Math.abs(e.line() - (at + 1)) <= 1, "line " + e.line() + " instead of " + (at + 1));
    }

    @Test
    void framesThatAreMissingAreNoticed() throws IOException {
        List<String> lines = lines("E7s.seedA");
        int at = indexOf(lines, "+");
        lines.remove(at);
        assertThrows(TraceFormatException.class, () -> replay(lines));
    }

    @Test
    void aDumpWithoutGeometryIsRefused() throws IOException {
        List<String> lines = lines("T6n-order10");
        lines.remove(indexOf(lines, "!STATTHRESH"));
        TraceFormatException e = assertThrows(TraceFormatException.class, () -> replay(lines));
        assertEquals("the dump 'initial' that ends here has no !STATTHRESH line", e.getMessage());
        assertEquals(indexOf(lines, "!DUMPEND") + 1, e.line());
    }

    @Test
    void anyDamagedCharacterIsRefusedOrFound() throws IOException {
        List<String> lines = lines("T6n-order10");
        long seed = 20261121;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 60; i++) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("!PHASE") || line.startsWith("!NOTE")
                || line.startsWith("!ASFOUND") || line.startsWith("!OTHERZONE")) {
                continue;
            }
            int column = random.nextInt(line.length());
            List<String> damaged = new ArrayList<>(lines);
            damaged.set(at, line.substring(0, column) + "?" + line.substring(column + 1));
            String where = "seed " + seed + ", line " + (at + 1) + ": " + damaged.get(at);
            try {
                replay(damaged);
            } catch (TraceFormatException e) {
                assertTrue(e.line() > 0, where);
            }
        }
    }

    // ---------------------------------------------------------------- the tool

    private static String run(Path directory, int status, String... args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Tool.Context context = new Tool.Context(directory, Map.of(), InputStream.nullInputStream(), out, out);
        assertEquals(status, new TraceTool().run(List.of(args), context));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theToolSaysFileAndLineAndGoesOnWithTheNextFile(@TempDir Path directory) throws IOException {
        List<String> lines = lines("T6n-order10");
        Files.write(directory.resolve("good.trace"), lines);
        int at = indexOf(lines, "7 A");
        lines.set(at, "7 Z");
        Files.write(directory.resolve("bad.trace"), lines);
        String text = run(directory, 1, "verify", "bad.trace", "good.trace", "none.trace");
        assertEquals("bad.trace:" + (at + 1) + ": there is no operation 'Z': 7 Z",
            text.lines().findFirst().orElseThrow());
        assertTrue(text.lines().anyMatch(line -> line.matches("good.trace: \\d+ operations, 0 mismatches")), text);
        assertTrue(text.contains("none.trace: there is no such file: "), text);
    }

    @Test
    void theToolExplainsTheFirstMismatch(@TempDir Path directory) throws IOException {
        List<String> lines = lines("T6n-order10");
        int at = indexOf(lines, "7 A");
        lines.set(at, lines.get(at).replaceFirst("7 A 10 (\\S+) \\S+", "7 A 10 $1 1234567"));
        Files.write(directory.resolve("bad.trace"), lines);
        String text = run(directory, 1, "verify", "bad.trace");
        assertTrue(text.contains("operation 7: A order 10"), text);
        assertTrue(text.contains(", line " + (at + 1)), text);
        assertTrue(text.contains("pfn: recorded 1234567, model "), text);
        assertTrue(text.contains("free lists of node 1 zone Normal (head first):"), text);
        assertTrue(text.contains("decisions of operation 7:\n    "), text);
        assertTrue(text.contains("took its head") || text.contains("claim"), text);
    }
}
