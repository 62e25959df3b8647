package org.kunitjvm.kunit.ktap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.ktap.KtapLine.Kind;

/** K-061, K-062: which lines mean something, and what. Indentation never matters (Q-15). */
class KtapLineTest {
    private final KtapLine line = new KtapLine(KunitRelease.V6_12);

    @ParameterizedTest
    @ValueSource(strings = {"KTAP version 1", "    KTAP version 1", "\tTAP version 13", "TAP version 14",
        "\u00a0KTAP version 2", "TAP version 007"})
    @Tag("K-061")
    void versionLines(String text) {
        assertEquals(Kind.VERSION, line.read(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"KTAP version", "KTAP version x", "KTAP version 1 x", "ktap version 1", "XKTAP version 1",
        "# Subtest", "# Subtest:", "#Subtest: a", "1..", "1..-1", "1.. 3", "2..3", "1.3", "ok", "ok 1", "ok1 a",
        "ok x a", "OK 1 a", "not ok", "not ok 2", "notok 1 a", "ok 1 a#b", "ok 1 a #b", "ok 1 a# b", "ok 1 # SKIP",
        "ok 1 a #", "", "   ", "# case: text", "ok  1 a", "1.\u0662.3"})
    void everythingElseIsDiagnostic(String text) {
        assertEquals(Kind.DIAGNOSTIC, line.read(text));
    }

    @ParameterizedTest
    @CsvSource({"1..0, 0", "'    1..12', 12", "1..3 # skip, 3", "1..2x, 2", "1..007, 7"})
    void plans(String text, long count) {
        assertEquals(Kind.PLAN, line.read(text));
        assertEquals(count, line.number());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "ok 1 a|1|a|true", "    not ok 12 - some name|12|some name|false", "ok 1 - - b|1|- b|true", "ok 1 -a|1|-a|true",
        "ok 1 -|1|-|true", "ok 1  a|1|\" a\"|true", "ok 1 a # TODO later|1|a|true", "not ok 1 - # XFAIL x|1|-|false",
        "ok 1 case 'x' (y)|1|case 'x' (y)|true", "ok 01 a|1|a|true"})
    @Tag("K-062")
    void results(String text, long number, String name, boolean ok) {
        assertEquals(Kind.RESULT, line.read(text));
        assertEquals(number, line.number());
        assertEquals(name, line.name());
        assertEquals(ok, line.isOk());
        assertFalse(line.isSkip());
        assertTrue(line.isResultOf(name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "ok 1 a # SKIP|a|\"\"", "not ok 1 a # SKIP why not|a|why not", "ok 1 a # SKIPwhy|a|why",
        "ok 1 a # TODO b # SKIP c|a # TODO b|c", "ok 1 a # SKIP b # SKIP c|a # SKIP b|c",
        "ok 1 - a # SKIP with # hash|a|with # hash"})
    @Tag("K-062")
    void skips(String text, String name, String reason) {
        assertEquals(Kind.RESULT, line.read(text));
        assertTrue(line.isSkip());
        assertEquals(name, line.name());
        assertEquals(reason, line.skipReason());
        assertTrue(line.isResultOf("a"), "the name that closes a suite ends at the first directive");
    }

    @Test
    void skipIsCaseSensitive() {
        assertEquals(Kind.RESULT, line.read("ok 1 a # skip no"));
        assertFalse(line.isSkip());
    }

    @Test
    void headerKeepsItsNameWhole() {
        assertEquals(Kind.HEADER, line.read("    # Subtest: a b # c"));
        assertEquals("a b # c", line.name());
    }

    @Test
    void numberBeyondAllMeasureIsBounded() {
        assertEquals(Kind.PLAN, line.read("1.." + "9".repeat(5000)));
        assertEquals(1_000_000_000_000_000L, line.number());
        assertEquals(5000, line.numberText().length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"ok 1|\"\"", "ok 1foo|foo", "ok 1 - a|a",
        "ok 1 # TODO x|\"\"", "ok 1- a|a", "ok 1 # SKIP why|why"})
    void descriptionIsOptionalFrom618(String text, String name) {
        KtapLine newer = new KtapLine(KunitRelease.V6_18);

        assertEquals(Kind.RESULT, newer.read(text));
        assertEquals(name, newer.name());
        assertFalse(newer.isResultOf(""), "an empty description closes nothing");
    }

    @Test
    void from72TheSkipReasonIsNoName() {
        KtapLine newest = new KtapLine(KunitRelease.V7_2);

        assertEquals(Kind.RESULT, newest.read("ok 1 # SKIP why"));
        assertEquals("", newest.name());
        assertEquals("why", newest.skipReason());
    }
}
