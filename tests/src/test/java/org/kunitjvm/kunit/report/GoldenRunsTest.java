package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/**
 * The raw output of a recorded kernel run, parsed, gives the pretty output and the JSON that were recorded beside it.
 */
class GoldenRunsTest {
    @ParameterizedTest
    @CsvSource({
        "example.raw-all.txt, example.pretty.txt",
        "example.raw-kunit.ktap, example.pretty.txt",
        "example.json-stdout.txt, example.pretty.txt",
        "all-suites.raw-all.txt, all-suites.pretty.txt",
        "all-suites.raw-kunit.ktap, all-suites.pretty.txt",
        "failing.raw-all.txt, failing.pretty.txt",
        "failing.raw-kunit.ktap, failing.pretty.txt",
    })
    void rawGivesPretty(String raw, String pretty) {
        ToolRun run = ToolRun.parse(console(raw));

        assertSameLines(recordedResults(pretty), run.text().lines().map(GoldenRunsTest::registerless).toList());
    }

    @Test
    void probeGivesPrettyButForBlankLines() {
        // In this recording the prefix was cut from the raw text by hand, and left standing where nothing follows it.
        String raw = Recorded.text("zz_probe.raw.ktap").replaceAll("(?m)^\\[    0\\.080000]$", "");

        assertSameLines(recordedResults("zz_probe.pretty.txt"),
                ToolRun.parse(raw).text().lines().map(GoldenRunsTest::registerless).toList());
    }

    @ParameterizedTest
    @CsvSource({"example.raw-all.txt, example.json", "all-suites.raw-all.txt, all-suites.json",
        "failing.raw-all.txt, failing.json"})
    void rawGivesJson(String raw, String json) {
        String recorded = Recorded.text(json);
        String buildDir = recorded.replaceAll("(?s).*\"build_environment\": \"([^\"]*)\".*", "$1");

        assertEquals(recorded, ToolRun.parse(console(raw)).json(KunitRelease.V6_12, RunMetadata.of("um", buildDir)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example", "all-suites", "failing"})
    void filterGivesRawOutputOfKunit(String run) {
        KtapFilter filter = new KtapFilter();
        List<String> block = console(run + ".raw-all.txt").lines().map(filter::accept).filter(line -> line != null)
                .map(GoldenRunsTest::registerless).toList();
        List<String> recorded = console(run + ".raw-kunit.ktap").lines().map(GoldenRunsTest::registerless).toList();

        assertSameLines(recorded.subList(recorded.indexOf("KTAP version 1"), recorded.size()), block);
    }

    @Test
    void oopsThatTheKernelSurvivesFailsOneCase() {
        ToolRun run = ToolRun.parse(Recorded.text("crash.x86_64-qemu.raw.txt"));

        assertEquals("Ran 3 tests: passed: 2, failed: 1", run.summary());
        assertEquals(1, run.outcome().parseExit());
        assertTrue(run.body().contains("BUG: kernel NULL pointer dereference, address: 0000000000000000"));
        assertEquals("=================== [FAILED] truth_crash ===================", run.body().getLast());
    }

    @Test
    void crashHintIsTheRecordedOne() {
        List<String> recorded = Recorded.lines("crash.pretty.txt");
        int at = recorded.indexOf("The kernel seems to have crashed; you can decode the stack traces with:");
        List<String> printed = new ArrayList<>();

        new PrettyPrinter(KunitRelease.V6_12, printed::add, () -> ToolRun.NOW, Screen.NONE)
            .crashHint(".kunit", "x/test.log", "kunit");

        assertEquals(recorded.get(at), printed.getFirst());
        assertEquals("$ scripts/decode_stacktrace.sh .kunit/vmlinux .kunit < x/test.log | tee .kunit/decoded.log | kunit parse",
                printed.get(1));
        assertTrue(recorded.get(at + 1)
            .matches("\\$ scripts/decode_stacktrace.sh \\S+/vmlinux \\S+ < \\S+ \\| tee \\S+/decoded.log "
                + "\\| \\S+ parse"), recorded.get(at + 1));
    }

    /**
     * The part of a recorded run that the parser prints, without time stamps, and without the kernel's command line.
     */
    private static List<String> recordedResults(String name) {
        List<String> lines = Recorded.lines(name).stream().map(GoldenRunsTest::timeless).toList();
        int first = lines.indexOf(ToolRun.DIVIDER);
        int summary = 0;
        for (int i = first; i < lines.size(); i++) {
            if (lines.get(i).startsWith("Testing complete.")) {
                summary = i;
            }
        }
        ArrayList<String> results = new ArrayList<>(lines.subList(first, summary + 1));
        results.removeIf(line -> line.equals("Running tests with:") || line.startsWith("$ ./linux "));
        return results;
    }

    /** A recorded raw output without the line that the tool itself added at the end. */
    private static String console(String name) {
        return Recorded.text(name).replaceFirst("\\[..:..:..] Elapsed time: .*\\n\\n?$", "");
    }

    private static String timeless(String line) {
        return registerless(line.replaceFirst("^\\[(..:..:..|T)] ", ""));
    }

    /** The ways of showing the crashing kernel were recorded in runs of their own, so addresses and times differ. */
    private static String registerless(String line) {
        return line.contains("EXPECTATION") ? line : line.replaceAll("\\b[0-9a-f]{8}([0-9a-f]{8})?\\b", "ADDRESS")
                .replaceAll(" +[0-9]+ us$", " N us");
    }

    private static void assertSameLines(List<String> expected, List<String> actual) {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertEquals(expected.get(i), actual.get(i), "line " + (i + 1));
        }
        assertEquals(expected.size(), actual.size(), "number of lines");
    }
}
