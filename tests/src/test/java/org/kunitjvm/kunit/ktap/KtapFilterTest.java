package org.kunitjvm.kunit.ktap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K-060: where the block starts and ends, and what is cut from its lines. */
class KtapFilterTest {
    private static List<String> block(String... lines) {
        KtapFilter filter = new KtapFilter();
        List<String> block = new ArrayList<>();
        for (String line : lines) {
            String ktap = filter.accept(line);
            if (ktap != null) {
                block.add(ktap);
            }
        }
        return block;
    }

    @Test
    @Tag("K-060")
    void prefixIsCutFromEveryLineWhateverItIs() {
        assertEquals(List.of("KTAP version 1", "1..2", "", "", "lost"),
                block("noise", "[    0.1] KTAP version 1", "[    0.1] 1..2", "[   ", "", "real text lost"));
    }

    @Test
    void prefixIsMeasuredInCharactersNotUtf16Units() {
        assertEquals(List.of("KTAP version 1", "1..1"), block("\ud83d\ude00 KTAP version 1", "xy1..1"));
        assertEquals(List.of("KTAP version 1", "1..1"), block("xy KTAP version 1",
            "\ud83d\ude00\ud83d\ude00\ud83d\ude001..1"));
    }

    @Test
    void indentedVersionLineMakesThePrefix() {
        assertEquals(List.of("KTAP version 1", "ok 1 a"), block("    KTAP version 1", "    ok 1 a"));
    }

    @Test
    void prefixEndsAtTheFirstPlaceOfTheWords() {
        assertEquals(List.of("KTAP version x KTAP version 1", "c"), block("ab KTAP version x KTAP version 1", "123c"));
        assertEquals(List.of("TAP version 1 TAP version 13", "c"), block("xKTAP version 1 TAP version 13", "12c"));
    }

    @Test
    void laterVersionLinesDoNotMoveThePrefix() {
        assertEquals(List.of("KTAP version 1", " KTAP version 1", "x"),
            block("aaKTAP version 1", "aa KTAP version 1", "aax"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"List of all partitions:", "Kernel panic - not syncing: VFS: Unable to mount root",
        "[  1.0] reboot: System halted", "x reboot: System halted y"})
    @Tag("K-060")
    void endMarkerAndWhatFollowsAreDropped(String marker) {
        assertEquals(List.of("KTAP version 1", "1..1"), block("KTAP version 1", "1..1", marker, "ok 1 a"));
    }

    @Test
    void endMarkerBeforeTheStartMeansNothing() {
        assertEquals(List.of("KTAP version 1"), block("reboot: System halted", "KTAP version 1"));
    }

    @Test
    @Tag("K-060")
    void executorMessagesPassWholeBeforeTheStartOnly() {
        assertEquals(List.of("[ 1] kunit executor: bad filter", "KTAP version 1", "utor: x"),
                block("[ 1] kunit executor: bad filter", "kunit executor:", "0123456789KTAP version 1",
                "kunit executor: x"));
    }

    @Test
    void linesAreRightTrimmedAsPythonTrims() {
        assertEquals(List.of("KTAP version 1", "ok 1 a"), block("KTAP version 1 \t\r", "ok 1 a\u00a0\u3000\u001f \n"));
        assertEquals(List.of("KTAP version 1", "ok 1 a\u200b"), block("KTAP version 1", "ok 1 a\u200b"));
    }

    @Test
    void endedTellsThatNothingMoreComes() {
        KtapFilter filter = new KtapFilter();
        filter.accept("KTAP version 1");
        assertFalse(filter.ended());
        filter.accept("reboot: System halted");
        assertTrue(filter.ended());
    }
}
