package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.ktap.TestStatus;

/** K-061 … K-066: what the 6.12 parser makes of small logs, each executed on the real one, in full text. */
class ParserGoldensTest {
    private static void golden(String input, List<String> body, String summary, int exit) {
        ToolRun run = ToolRun.parse(input.replace(" / ", "\n"));

        assertEquals(body, run.body());
        assertEquals(summary, run.summary());
        assertEquals(exit, run.outcome().parseExit());
        assertNull(run.outcome().abort());
    }

    @Test
    @Tag("K-065")
    void logThatBreaksOffInACase() {
        ToolRun run = ToolRun.parse("""
                KTAP version 1
                1..2
                    KTAP version 1
                    # Subtest: s
                    1..3
                    ok 1 a
                    # b: doing
                BUG: oops
                """);

        assertEquals("""
                ============================================================
                ====================== s (3 subtests) ======================
                [PASSED] a
                [ERROR] Test: s: missing expected subtest!
                    # b: doing
                BUG: oops
                [CRASHED]\s
                [ERROR] Test: s: missing expected subtest!
                [CRASHED]\s
                [ERROR] Test: s: missing subtest result line!
                ======================= [CRASHED] s ========================
                [ERROR] Test: main: missing expected subtest!
                [CRASHED]\s
                ============================================================
                Testing complete. Ran 4 tests: passed: 1, crashed: 3, errors: 4
                """, run.text());
        assertEquals(1, run.outcome().parseExit());
        assertEquals(1, run.outcome().execExit());
    }

    @Test
    void directivesOtherThanSkipAreIgnored() {
        golden("KTAP version 1 / 1..3 / not ok 1 a # TODO later / ok 2 b # XFAIL / not ok 3 c # SKIP why",
                List.of("[FAILED] a", "[PASSED] b", "[SKIPPED] c"), "Ran 3 tests: passed: 1, failed: 1, skipped: 1", 1);
    }

    @Test
    @Tag("K-061")
    @Tag("K-064")
    void versionTooHigh() {
        golden("KTAP version 2 / 1..1 / ok 1 a",
                List.of("[ERROR] Test: main: KTAP version higer than expected!", "[PASSED] a"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
    }

    @Test
    void versionTooLow() {
        golden("KTAP version 0 / 1..1 / ok 1 a",
                List.of("[ERROR] Test: main: KTAP version lower than expected!", "[PASSED] a"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
        golden("TAP version 12 / 1..1 / ok 1 a",
                List.of("[ERROR] Test: main: TAP version lower than expected!", "[PASSED] a"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
    }

    @Test
    void tap13And14AreWelcome() {
        golden("TAP version 13 / 1..1 / ok 1 - a", List.of("[PASSED] a"), "Ran 1 tests: passed: 1", 0);
        golden("TAP version 14 / 1..1 / ok 1 a", List.of("[PASSED] a"), "Ran 1 tests: passed: 1", 0);
        golden("TAP version 15 / 1..1 / ok 1 a",
                List.of("[ERROR] Test: main: TAP version higer than expected!", "[PASSED] a"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
    }

    @Test
    @Tag("K-064")
    void wrongNumberIsAnErrorThatFailsNothing() {
        golden("KTAP version 1 / 1..1 / ok 7 a",
                List.of("[ERROR] Test: a: Expected test number 1 but found 7", "[PASSED] a"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
    }

    @Test
    void resultWithoutDescriptionIsADiagnostic() {
        golden("KTAP version 1 / 1..2 / ok 1 / ok 2 b",
                List.of("[ERROR] Test: b: Expected test number 1 but found 2", "[PASSED] b",
                        "[ERROR] Test: main: missing expected subtest!", "[CRASHED] "),
                "Ran 2 tests: passed: 1, crashed: 1, errors: 2", 1);
    }

    @Test
    @Tag("K-063")
    void headerlessNestingAsKselftestPrintsIt() {
        golden("KTAP version 1 / 1..1 / KTAP version 1 / 1..1 / KTAP version 1 / 1..1 / ok 1 x / ok 1 y / not ok 1 z",
                List.of("======================= (1 subtest) ========================",
                        "======================= (1 subtest) ========================", "[PASSED] x",
                        "======================== [PASSED] y ========================",
                        "======================== [FAILED] z ========================"),
                "Ran 1 tests: passed: 1", 0);
    }

    @Test
    @Tag("K-066")
    void planSmallerThanTheSuiteDropsTheRestAndPasses() {
        golden("KTAP version 1 / 1..1 / # Subtest: s / 1..1 / ok 1 a / ok 2 b / ok 1 s",
                List.of("====================== s (1 subtest) =======================", "[PASSED] a",
                        "[ERROR] Test: s: missing subtest result line!",
                        "======================= [CRASHED] s ========================"),
                "Ran 1 tests: passed: 1, errors: 1", 0);
    }

    @Test
    void secondRunInOneLogIsIgnored() {
        golden("KTAP version 1 / 1..1 / ok 1 a / KTAP version 1 / 1..1 / not ok 1 b", List.of("[PASSED] a"),
                "Ran 1 tests: passed: 1", 0);
    }

    @Test
    void everythingSkippedFailsParseButNotExec() {
        golden("KTAP version 1 / 1..1 / ok 1 a # SKIP no", List.of("[SKIPPED] a"), "Ran 1 tests: skipped: 1", 1);
        assertEquals(0, ToolRun.parse("KTAP version 1\n1..1\nok 1 a # SKIP no\n").outcome().execExit());
    }

    @Test
    void executorErrorIsShownAsLog() {
        golden("kunit executor: filter value not found: x / foo",
                List.of("kunit executor: filter value not found: x", "[ERROR] Test: main: 0 tests run!"),
                "Ran 0 tests: errors: 1", 1);
    }

    @Test
    void emptyInput() {
        golden("", List.of("[ERROR] Test: <missing>: Could not find any KTAP output. Did any KUnit tests run?"),
                "Ran 0 tests: errors: 1", 1);
        golden("no KTAP here / ok 1 a",
                List.of("[ERROR] Test: <missing>: Could not find any KTAP output. Did any KUnit tests run?"),
                "Ran 0 tests: errors: 1", 1);
        assertEquals(TestStatus.FAILURE_TO_PARSE, ToolRun.parse("").root().status());
        assertEquals(1, ToolRun.parse("").outcome().execExit());
    }

    @Test
    void versionLineOnly() {
        golden("KTAP version 1", List.of("[ERROR] Test: main: 0 tests run!"), "Ran 0 tests: errors: 1", 1);
        golden("KTAP version 1 / 1..0", List.of("[ERROR] Test: main: 0 tests run!"), "Ran 0 tests: errors: 1", 1);
    }

    @Test
    @Tag("K-064")
    void missingTopPlanIsSilent() {
        golden("KTAP version 1 / ok 1 a / ok 2 b", List.of("[PASSED] a", "[PASSED] b"), "Ran 2 tests: passed: 2", 0);
    }

    @Test
    @Tag("K-065")
    void planLargerThanTheTests() {
        golden("KTAP version 1 / 1..3 / ok 1 a",
                List.of("[PASSED] a", "[ERROR] Test: main: missing expected subtest!", "[CRASHED] ",
                        "[ERROR] Test: main: missing expected subtest!", "[CRASHED] "),
                "Ran 3 tests: passed: 1, crashed: 2, errors: 2", 1);
    }

    @Test
    void latePlanEndsWithTheResultOf615() {
        golden("TAP version 13 / ok 4 test4 / 1..4",
                List.of("[ERROR] Test: test4: Expected test number 1 but found 4", "[PASSED] test4", "[CRASHED] "),
                "Ran 2 tests: passed: 1, crashed: 1, errors: 1", 1);
        for (KunitRelease release : KunitRelease.values()) {
            TestResult root = ToolRun.parse("TAP version 13\nok 4 test4\n1..4\n", release).root();
            assertEquals(TestStatus.CRASHED, root.status(), release.name());
            assertEquals("Ran 2 tests: passed: 1, crashed: 1, errors: 1", root.counts().toString(), release.name());
        }
    }

    @Test
    void latePlanIsDroppedAndTheNextResultRead() {
        golden("TAP version 13 / ok 1 a / 1..2 / ok 2 b", List.of("[PASSED] a", "[PASSED] b"), "Ran 2 tests: passed: 2",
            0);
    }

    @Test
    void afterOneLatePlanNoOtherIsTakenFor612s() {
        golden("KTAP version 1 / 1..2 / # Subtest: s / ok 1 a / 1..1 / ok 2 b / ok 1 s / 1..9 / ok 2 c",
                List.of("============================ s  ============================", "[PASSED] a", "[PASSED] b",
                        "======================== [PASSED] s ========================",
                        "[PASSED] c"),
                "Ran 3 tests: passed: 3", 0);
    }

    @Test
    void secondPlanWhereAllPlansAreKnownFillsThem() {
        golden("KTAP version 1 / 1..2 / ok 1 a / 1..2 / ok 2 b", List.of("[PASSED] a", "[CRASHED] "),
                "Ran 2 tests: passed: 1, crashed: 1", 1);
    }

    @Test
    void suiteNotOkWithPassingCasesPassesIn612AndFailsFrom618() {
        String log = "KTAP version 1\n1..1\n# Subtest: s\n1..1\nok 1 a\nnot ok 1 s\n";

        ToolRun old = ToolRun.parse(log);
        assertEquals(0, old.outcome().parseExit());
        assertTrue(old.outcome().failedStrictly());
        ToolRun now = ToolRun.parse(log, KunitRelease.V6_18);
        assertEquals("Ran 2 tests: passed: 1, failed: 1", now.summary());
        assertEquals(1, now.outcome().parseExit());
        assertEquals(1, now.outcome().execExit());
    }

    @Test
    @Tag("K-066")
    void parameterisedCaseWithoutParametersShowsItsSkip() {
        golden("KTAP version 1 / 1..1 / # Subtest: s / 1..1 / KTAP version 1 / # Subtest: p / ok 1 p # SKIP No values / ok 1 s",
                List.of("====================== s (1 subtest) =======================",
                        "============================ p  ============================",
                        "======================= [SKIPPED] p ========================",
                        "======================== [PASSED] s ========================"),
                "Ran 1 tests: skipped: 1", 1);
    }

    @Test
    void logBeforeTheFirstParameterBelongsToTheCase() {
        golden("KTAP version 1 / 1..1 / # Subtest: p / # p: first / not ok 1 x / # p: second / not ok 2 y / not ok 1 p",
                List.of("============================ p  ============================", "[FAILED] x", "# p: second",
                "[FAILED] y",
                        "# p: first", "======================== [FAILED] p ========================"),
                "Ran 2 tests: failed: 2", 1);
    }

    @Test
    void indentationMeansNothing() {
        golden("KTAP version 1 / 1..1 /             # Subtest: s /  1..1 / \tok 1 a /                ok 1 s",
                List.of("====================== s (1 subtest) =======================", "[PASSED] a",
                        "======================== [PASSED] s ========================"),
                "Ran 1 tests: passed: 1", 0);
    }

    @Test
    void unnamedSubtestAtTheEndKillsTheOldToolAndIsAnErrorIn618() {
        String log = "KTAP version 1\n1..1\nKTAP version 1\nok 1 a\n";

        ToolRun old = ToolRun.parse(log);
        assertNotNull(old.outcome().abort());
        assertTrue(old.outcome().abort().contains("ok 1 a"), old.outcome().abort());
        assertEquals(1, old.outcome().parseExit());
        assertEquals(1, old.outcome().execExit());
        assertEquals("", old.summary());
        ToolRun now = ToolRun.parse(log, KunitRelease.V7_2);
        assertNull(now.outcome().abort());
        assertTrue(now.body().contains("[ERROR] Test: : No more test results!"), now.text());
    }

    @Test
    void missingPlanIsAnErrorFrom615() {
        assertEquals("Ran 1 tests: passed: 1, errors: 1", ToolRun.parse("KTAP version 1\nok 1 a\n", KunitRelease.V6_15)
            .summary());
        assertTrue(ToolRun.parse("KTAP version 1\nok 1 a\n", KunitRelease.V6_15).body()
                .contains("[ERROR] Test: main: missing test plan!"));
        assertEquals("Ran 1 tests: passed: 1", ToolRun.parse("KTAP version 1\n1..1\n# Subtest: p\nok 1 x\nok 1 p\n",
            KunitRelease.V6_15)
                .summary(), "a parameterised case needs no plan");
    }

    @Test
    void descriptionIsOptionalFrom618() {
        assertEquals("Ran 2 tests: passed: 2", ToolRun.parse("KTAP version 1\n1..2\nok 1\nok 2 b\n", KunitRelease.V6_18)
            .summary());
    }

    @Test
    void nothingFoundHintsAtRawOutputFrom71() {
        assertEquals(List.of("[ERROR] Test: <missing>: Could not find any KTAP output. Did any KUnit tests run?",
                "Try running with the --raw_output=all option to see any log messages."),
                ToolRun.parse("", KunitRelease.V7_1).body());
    }

    @Test
    @Tag("K-067")
    void skipReasonIsShownFrom72() {
        String log = "KTAP version 1\n1..1\nok 1 a # SKIP no device\n";

        assertEquals(List.of("[SKIPPED] a"), ToolRun.parse(log, KunitRelease.V7_1).body());
        assertEquals(List.of("[SKIPPED] a (no device)"), ToolRun.parse(log, KunitRelease.V7_2).body());
        assertEquals("no device", ToolRun.parse(log).root().subtests().getFirst().skipReason());
    }
}
