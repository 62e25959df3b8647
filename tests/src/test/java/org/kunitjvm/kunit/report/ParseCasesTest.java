package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KtapParser.KeepTests;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.report.KtapConsumer.Options;
import org.kunitjvm.kunit.report.KtapConsumer.Show;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;
import org.kunitjvm.kunit.report.Recorded.ParseCase;

/**
 * What the real kunit.py 6.12 made of a log, we make of it: same text, same exit status, same JSON. No case is
 * excepted.
 */
class ParseCasesTest {
    static List<ParseCase> cases() {
        return Recorded.parseCases();
    }

    @Test
    void allRecordedCasesAreHere() {
        assertEquals(150, cases().size());
        assertTrue(cases().stream().anyMatch(c -> c.json() == null), "no case in which the real tool died");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameTextExitAndJson(ParseCase recorded) {
        ToolRun run = ToolRun.parse(recorded.input());

        assertEquals(recorded.stdout().stripTrailing(), withoutElapsed(run.text()).stripTrailing());
        assertEquals(recorded.exit(), run.outcome().parseExit());
        if (recorded.json() == null) {
            assertNotNull(run.outcome().abort());
        } else {
            assertEquals(recorded.json(), run.json(KunitRelease.V6_12, RunMetadata.UNKNOWN));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsShownNeedsNoTestThatIsOk(ParseCase recorded) {
        for (Show show : Show.values()) {
            Options all = new Options(KunitRelease.V7_2, Screen.NONE, show, KeepLogs.NONE);
            Options few = new Options(KunitRelease.V7_2, Screen.NONE, show, KeepTests.NOT_OK, KeepLogs.NONE);
            ToolRun lean = ToolRun.parse(recorded.input(), few);

            assertEquals(ToolRun.parse(recorded.input(), all).text(), lean.text());
            assertTrue(lean.root().subtests().stream().noneMatch(test -> test.status().ok()));
        }
    }

    /** Some inputs contain the tool's own output; the recording has no elapsed times, not even those. */
    private static String withoutElapsed(String text) {
        return text.replaceAll("Elapsed time: [0-9.]+s", "Elapsed time: T");
    }
}
