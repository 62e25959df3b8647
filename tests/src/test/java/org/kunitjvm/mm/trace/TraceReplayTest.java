package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The model does, operation by operation, what the real kernel did. */
@Tag("M-011")
@Tag("M-017")
@Tag("M-037")
@Tag("M-039")
@Tag("M-043")
@Tag("M-046")
@Tag("M-052")
@Tag("M-062")
@Tag("M-065")
@Tag("M-073")
@Tag("M-074")
@Tag("M-077")
@Tag("M-078")
@Tag("M-082")
@Tag("M-083")
@Tag("M-084")
@Tag("M-087")
@Tag("M-101")
@Tag("M-220")
@Tag("M-221")
@Tag("M-222")
@Tag("M-223")
@Tag("M-224")
@Tag("M-226")
@Tag("M-227")
final class TraceReplayTest {
    /** Directory with more recordings; set by the profile {@code all-traces}. */
    private static final String MORE = System.getProperty("kunit.traces", "");

    static Stream<Path> recordings() throws IOException {
        return Stream.concat(gzipFiles(Path.of("src/test/resources/org/kunitjvm/mm/trace")),
            MORE.isEmpty() ? Stream.empty() : gzipFiles(Path.of(MORE)));
    }

    private static Stream<Path> gzipFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> found = files.filter(path -> path.toString().endsWith(".gz")).sorted().toList();
            assertFalse(found.isEmpty(), directory + " has no recordings");
            return found.stream();
        }
    }

    private static InputStream open(Path recording) {
        try {
            return new GZIPInputStream(Files.newInputStream(recording), 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TraceResult replay(String text) throws IOException {
        return TraceReplay.replay(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
            new TraceReplay.Options());
    }

    private static String text(String name) throws IOException {
        try (InputStream in = open(Path.of("src/test/resources/org/kunitjvm/mm/trace", name + ".trace.gz"))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    @Tag("M-225")
    void modelDoesWhatTheKernelDid(Path recording) throws IOException {
        try (InputStream in = open(recording)) {
            TraceResult result = TraceReplay.replay(in, new TraceReplay.Options());
            assertEquals(0, result.mismatches(), recording + "\n" + result.details());
            assertTrue(result.operations() > 100, recording + " has only " + result.operations() + " operations");
        }
    }

    @Test
    @Tag("M-004")
    void invariantsHoldAfterEveryOperation() throws IOException {
        try (InputStream in = open(Path.of("src/test/resources/org/kunitjvm/mm/trace/T6n-order10.trace.gz"))) {
            TraceResult result = TraceReplay.replay(in, new TraceReplay.Options().paranoid(true));
            assertEquals("", result.details());
        }
    }

    @Test
    void wrongFrameIsOneMismatchWithBothSides() throws IOException {
        String recorded = text("T6n-order10");
        String line = recorded.lines().filter(l -> l.matches("5 A 10 .*")).findFirst().orElseThrow();
        String pfn = line.split(" ")[4];
        TraceResult result = replay(recorded.replace(line, line.replace(pfn, "1234567")));
        assertEquals(1, result.mismatches());
        assertEquals(5, result.firstOperation());
        assertTrue(result.details().contains("pfn: recorded 1234567, model " + pfn), result.details());
        assertTrue(result.details().contains("order 10 M:"), result.details());
    }

    @Test
    void wrongCounterIsFound() throws IOException {
        String recorded = text("T6n-order10");
        String line = recorded.lines().filter(l -> l.matches("7 A 10 .*")).findFirst().orElseThrow();
        String[] columns = line.split(" ");
        columns[11] = String.valueOf(Integer.parseInt(columns[11]) + 1);
        TraceResult result = replay(recorded.replace(line, String.join(" ", columns)));
        assertEquals(1, result.mismatches(), result.details());
        assertTrue(result.details().contains("free_vm"), result.details());
    }

    @Test
    void listInWrongOrderIsFound() throws IOException {
        String recorded = text("T6n-order10");
        int dump = recorded.indexOf("!DUMP final");
        int list = recorded.indexOf("!P ", dump);
        String frames = recorded.substring(list, recorded.indexOf('\n', list));
        String[] words = frames.split(" ");
        String first = words[1];
        words[1] = words[2];
        words[2] = first;
        TraceResult result = replay(recorded.substring(0, list) + String.join(" ", words)
            + recorded.substring(list + frames.length()));
        assertEquals(1, result.mismatches());
        assertTrue(result.details().contains("position 0: recorded " + words[1] + ", model " + first),
            result.details());
    }

    @Test
    void missingAndSurplusEventsAreFound() throws IOException {
        String recorded = text("E7s.seedA");
        int event = recorded.indexOf("\n~ ");
        String line = recorded.substring(event, recorded.indexOf('\n', event + 1));
        TraceResult without = replay(recorded.substring(0, event) + recorded.substring(event + line.length()));
        assertEquals(1, without.mismatches(), without.details());
        TraceResult twice = replay(recorded.substring(0, event) + line + recorded.substring(event));
        assertEquals(1, twice.mismatches(), twice.details());
    }

    @Test
    void wrongProcTextIsFound() throws IOException {
        String recorded = text("PCs.seedA");
        int text = recorded.lastIndexOf("|pgfree ", recorded.indexOf("!FILE "));
        TraceResult result = replay(recorded.substring(0, text) + "|pgfree 1"
            + recorded.substring(text + "|pgfree ".length()));
        assertTrue(result.mismatches() >= 1);
        assertTrue(result.details().contains("vmstat"), result.details());
    }

    @Test
    void impossibleOperationEndsTheReplayButNotTheCount() throws IOException {
        String recorded = text("T6n-order10");
        String line = recorded.lines().filter(l -> l.matches("5 A 10 .*")).findFirst().orElseThrow();
        TraceResult result = replay(recorded.replace(line, line.replaceFirst("5 A 10 \\S+ \\S+", "5 F 10 - 1177088")));
        assertTrue(result.mismatches() > 1, result.details());
        assertEquals(5, result.firstOperation());
    }

    @Test
    void cutOffRecordingIsRefused() throws IOException {
        String recorded = text("T6n-order10");
        TraceFormatException e = assertThrows(TraceFormatException.class,
            () -> replay(recorded.substring(0, recorded.length() / 2)));
        assertTrue(e.line() > 100, e.getMessage());
    }

    @Test
    void nonsenseIsRefusedWithItsLine() {
        TraceFormatException e = assertThrows(TraceFormatException.class, () -> replay("# a\nfoo\n"));
        assertEquals("a line of no known kind: foo", e.getMessage());
        assertEquals(2, e.line());
        assertThrows(TraceFormatException.class, () -> replay("0 A 0 cc0 1\n!END ops 1\n"));
    }

    @Test
    void explanationNamesTheRule() throws IOException {
        String recorded = text("T6n-order10");
        TraceResult result =
            TraceReplay.replay(new ByteArrayInputStream(recorded.getBytes(StandardCharsets.ISO_8859_1)),
            new TraceReplay.Options().explain(0));
        assertEquals(List.of("claim of the whole block 1050624 order 10, it was of Movable"),
            result.explanation().stream().filter(line -> line.contains("claim")).toList(),
            result.explanation().toString());
    }

    @Test
    void anyKindOfOperationIsExplained() throws IOException {
        List<String> lines = text("C4s.seedA").lines().filter(line -> line.matches("\\d+ .*")).toList();
        for (char kind : "AFDIUKkPWw".toCharArray()) {
            String op = lines.stream().filter(line -> line.split(" ")[1].charAt(0) == kind).findFirst().orElseThrow();
            TraceResult result = TraceReplay.replay(open(Path.of("src/test/resources/org/kunitjvm/mm/trace",
                "C4s.seedA.trace.gz")), new TraceReplay.Options().explain(Long.parseLong(op.split(" ")[0])));
            List<String> told = result.explanation();
            assertTrue(told.get(0).startsWith("before: node 1 zone Normal: cache of CPU 0 has "), kind + ": " + told);
            assertEquals("IUK".indexOf(kind) >= 0, told.getLast().matches("result -?\\d+, \\d+ pages migrated"),
                kind + ": " + told);
            assertTrue(told.stream().anyMatch(line -> line.startsWith("after: ")), kind + ": " + told);
        }
    }
}
