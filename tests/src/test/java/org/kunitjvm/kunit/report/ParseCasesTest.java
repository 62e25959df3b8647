package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kunitjvm.kunit.ktap.KunitRelease;
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

    /** Some inputs contain the tool's own output; the recording has no elapsed times, not even those. */
    private static String withoutElapsed(String text) {
        return text.replaceAll("Elapsed time: [0-9.]+s", "Elapsed time: T");
    }
}
