package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KtapParser.KeepTests;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.report.KtapConsumer.Options;
import org.kunitjvm.kunit.report.KtapConsumer.Show;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/** K-068, K-069, K-082: layout, colours, time stamps, the failure list, and the two shorter ways of showing a run. */
class PrettyPrinterTest {
    private static final Options TERMINAL = new Options(KunitRelease.V6_12, Screen.COLOUR, Show.ALL, KeepLogs.NONE);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 55, 56, 57, 58, 59, 100})
    void dividersAreCentredAndNeverLessThanThreeSigns(int columns) {
        String divider = Divider.around("m".repeat(columns), columns);
        int left = divider.indexOf(' ');
        int right = divider.length() - divider.lastIndexOf(' ') - 1;

        if (columns < 58) {
            assertEquals(60, divider.length());
            assertEquals((58 - columns) / 2, left);
            assertEquals(58 - columns - left, right);
        } else {
            assertEquals(3, left);
            assertEquals(3, right);
        }
    }

    @Test
    void everyLineHasTheTimeOfItsMoment() {
        List<String> printed = new ArrayList<>();
        int[] second = {0};
        KtapConsumer consumer = new KtapConsumer(Options.PLAIN, printed::add, () -> LocalTime.of(9, 5, second[0]++));
        consumer.accept("KTAP version 1");
        consumer.accept("1..1");
        consumer.accept("ok 1 a");
        consumer.end();

        assertEquals(List.of("[09:05:00] " + ToolRun.DIVIDER, "[09:05:01] [PASSED] a", "[09:05:02] " + ToolRun.DIVIDER,
                "[09:05:03] Testing complete. Ran 1 tests: passed: 1"), printed);
    }

    @Test
    void coloursAreThoseOfTheToolAndDoNotMoveTheText() {
        ToolRun run = ToolRun.parse("""
                KTAP version 1
                1..2
                # Subtest: s
                1..5
                ok 1 a
                    # b: log
                not ok 2 b
                ok 3 c # SKIP
                ok 9 d
                # Subtest: e
                1..0
                ok 5 e
                not ok 1 s
                """, TERMINAL);

        assertEquals(List.of(
                "====================== s (5 subtests) ======================",
                "\033[1;32m[PASSED] \033[0;0ma",
                "\033[1;33m# b: log\033[0;0m",
                "\033[1;31m[FAILED] \033[0;0mb",
                "\033[1;33m[SKIPPED] \033[0;0mc",
                "\033[1;31m[ERROR]\033[0;0m Test: d: Expected test number 4 but found 9",
                "\033[1;32m[PASSED] \033[0;0md",
                "============================ e  ============================",
                "\033[1;31m[ERROR]\033[0;0m Test: e: 0 tests run!",
                "===================== \033[1;33m[NO TESTS RUN] \033[0;0me =====================",
                "======================== \033[1;31m[FAILED] \033[0;0ms ========================",
                "\033[1;31m[ERROR]\033[0;0m Test: main: missing expected subtest!",
                "\033[1;31m[CRASHED] \033[0;0m"), run.body());
        assertTrue(run.text()
            .endsWith("\033[1;31mTesting complete. Ran 5 tests: passed: 2, failed: 1, crashed: 1, skipped: 1, errors: 3"
                + "\033[0;0m\n"), run.text());
    }

    @ParameterizedTest
    @CsvSource({"ok 1 a, 32", "ok 1 a # SKIP, 33", "not ok 1 a, 31", "'', 33"})
    void summaryHasTheColourOfTheRun(String line, String colour) {
        String last = ToolRun.parse("KTAP version 1\n" + line + "\n", TERMINAL).printed().getLast();

        assertTrue(last.startsWith(ToolRun.STAMP + "\033[1;" + colour + "mTesting complete."), last);
    }

    @Test
    void controlCharactersReachOnlyWhatIsNoTerminal() {
        String log = "KTAP version 1\n1..1\n# Subtest: s\u001b[2J\n1..2\n\u001b]0;title\u0007\u009b31m\ttab\nnot ok 1 a\u001b[31m\n"
                + "not ok 1 s\u001b[2J\n";

        String plain = ToolRun.parse(log).text();
        assertTrue(plain.contains("\u001b]0;title\u0007\u009b31m\ttab"));
        assertTrue(plain.contains("[FAILED] a\u001b[31m"));
        String shown = ToolRun.parse(log, TERMINAL).text();
        assertTrue(shown.contains("\\x1b]0;title\\x07\\x9b31m\ttab"), shown);
        assertTrue(shown.contains("a\\x1b[31m"), shown);
        assertTrue(shown.contains(" s\\x1b[2J (2 subtests) "), shown);
        assertFalse(shown.replaceAll("\033\\[[01];[0-9]*m", "")
            .matches("(?s).*[\u0000-\u0008\u000b-\u001f\u007f-\u009f].*"), shown);
    }

    @Test
    void logsLoseTheIndentationThatAllTheirLinesShare() {
        assertEquals(List.of("# a: x", "    deeper", "", "# a: y", "[FAILED] a"),
                ToolRun.parse("KTAP version 1\n1..1\n    # a: x\n        deeper\n\n    # a: y\nnot ok 1 a\n").body());
        assertEquals(List.of("    # a: x", "at column 0", "[FAILED] a"),
                ToolRun.parse("KTAP version 1\n1..1\n    # a: x\nat column 0\nnot ok 1 a\n").body());
        assertEquals(List.of("\t# a: x", "    y", "[FAILED] a"),
                ToolRun.parse("KTAP version 1\n1..1\n\t# a: x\n    y\nnot ok 1 a\n").body());
        assertEquals(List.of("x", "[FAILED] a"), ToolRun.parse("KTAP version 1\n1..1\n    x\n\nnot ok 1 a\n").body(),
                "an empty last line is not shown");
    }

    @Test
    void passingAndSkippedTestsShowNoLog() {
        assertEquals(List.of("[PASSED] a", "[SKIPPED] b"),
                ToolRun.parse("KTAP version 1\n1..2\n# a: x\nok 1 a\n# b: x\nok 2 b # SKIP\n").body());
    }

    private static String manySuites(int suites, int cases, String... failing) {
        StringBuilder log = new StringBuilder("KTAP version 1\n1.." + suites + "\n");
        List<String> bad = List.of(failing);
        for (int s = 1; s <= suites; s++) {
            log.append("# Subtest: s").append(s).append("\n1..").append(cases).append('\n');
            boolean suiteBad = false;
            for (int c = 1; c <= cases; c++) {
                boolean caseBad = bad.contains("s" + s) || bad.contains("s" + s + ".c" + c);
                suiteBad |= caseBad;
                log.append(caseBad ? "not ok " : "ok ").append(c).append(" c").append(c).append('\n');
            }
            log.append(suiteBad ? "not ok " : "ok ").append(s).append(" s").append(s).append('\n');
        }
        return log.toString();
    }

    @Test
    @Tag("K-069")
    void failuresAreListedForAHundredTestsOrMore() {
        assertEquals("Failures: s2.c3, s4, s5.c1",
                lastLine(ToolRun.parse(manySuites(10, 10, "s2.c3", "s4", "s5.c1"))));
        assertTrue(lastLine(ToolRun.parse(manySuites(11, 9, "s2.c3", "s4")))
            .startsWith("Testing complete. Ran 99 tests:"));
        assertTrue(lastLine(ToolRun.parse(manySuites(10, 10)))
            .startsWith("Testing complete. Ran 100 tests: passed: 100"));
    }

    @Test
    @Tag("K-069")
    void moreThanTenFailuresAreNotListed() {
        String[] ten = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9.c1", "s9.c2"};
        String[] eleven = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9.c1", "s9.c2", "s10.c1"};

        assertEquals("Failures: s1, s2, s3, s4, s5, s6, s7, s8, s9.c1, s9.c2",
            lastLine(ToolRun.parse(manySuites(10, 10, ten))));
        assertTrue(lastLine(ToolRun.parse(manySuites(10, 10, eleven))).startsWith("Testing complete."));
    }

    @Test
    @Tag("K-069")
    void testsThatAreOkNeedNotBeKeptToNameFailures() {
        Options few = new Options(KunitRelease.V6_12, Screen.NONE, Show.ALL, KeepTests.NOT_OK, KeepLogs.NONE);

        assertEquals("Failures: s2.c3, s4, s5.c1",
            lastLine(ToolRun.parse(manySuites(10, 10, "s2.c3", "s4", "s5.c1"), few)));
        ToolRun passed = ToolRun.parse(manySuites(10, 10), few);
        assertEquals(100, passed.root().counts().passed());
        assertEquals(10, passed.root().omittedSubtests());
    }

    private static String lastLine(ToolRun run) {
        return run.text().lines().toList().getLast();
    }

    @Test
    void summaryShowsOneLine() {
        ToolRun run = ToolRun.parse(manySuites(2, 2, "s1.c1"),
            new Options(KunitRelease.V6_13, Screen.NONE, Show.SUMMARY, KeepLogs.NONE));

        assertEquals(List.of("[01:02:03] Testing complete. Ran 4 tests: passed: 3, failed: 1"), run.printed());
    }

    @Test
    void failedShowsWhatFailedAndNothingElse() {
        String log = manySuites(3, 2, "s2.c1").replace("not ok 1 c1", "    # c1: why\nnot ok 1 c1");
        ToolRun run = ToolRun.parse(log, new Options(KunitRelease.V6_13, Screen.NONE, Show.FAILED, KeepLogs.NONE));

        assertEquals("""
                ============================================================
                ===================== s2 (2 subtests) ======================
                # c1: why
                [FAILED] c1
                ======================= [FAILED] s2 ========================
                ============================================================
                Testing complete. Ran 6 tests: passed: 5, failed: 1
                """, run.text());
        assertEquals("[FAILED] <missing>\nTesting complete. Ran 0 tests: errors: 1\n",
                ToolRun.parse("", new Options(KunitRelease.V6_13, Screen.NONE, Show.FAILED, KeepLogs.NONE)).text());
    }
}
