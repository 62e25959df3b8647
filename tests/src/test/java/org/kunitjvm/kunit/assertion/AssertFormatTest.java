package org.kunitjvm.kunit.assertion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the failure texts, one by one. */
final class AssertFormatTest {
    private static Operand op(String text) {
        return new Operand(text, "unused");
    }

    private static Operand unknown(String value) {
        return new Operand(null, value);
    }

    @ParameterizedTest
    @Tag("K-008")
    @CsvSource({"5, 5, true", "-5, -5, true", "0, 0, true", "05, 5, false", "0x5, 5, false", "-0, 0, false",
        "5L, 5, false",
        "(5), 5, false", "5, 6, false", "-9223372036854775808, -9223372036854775808, true"})
    void literalIsExactlyTheDecimalForm(String text, long value, boolean literal) {
        assertEquals(literal, AssertFormat.isLiteral(text, value));
    }

    @ParameterizedTest
    @Tag("K-009")
    @CsvSource(quoteCharacter = '`', value = {"`\"abc\"`, abc, true", "`\"\"`, ``, true", "`\"abc\"`, abd, false",
        "`\"`, ``, false",
        "`\"ab`, ab, false", "abc, abc, false", "`\"\"\"`, `\"`, true", "`\"ab\"`, abc, true"})
    void stringLiteralIsTheValueInQuotes(String text, String value, boolean literal) {
        assertEquals(literal, AssertFormat.isStringLiteral(text, value));
    }

    @Test
    @Tag("K-009")
    void nullIsNoLiteralAndShowsAsTheKernelShowsIt() {
        assertFalse(AssertFormat.isStringLiteral("\"(null)\"", null));
        assertEquals("    Expected a == b, but\n        a == \"(null)\"\n        b == \"x\"",
            AssertFormat.strings("==", op("a"), null, op("b"), "x"));
    }

    @Test
    void valuesStandForOperandsWhoseTextIsNotToBeHad() {
        assertEquals("    Expected 3 == 5, but\n", AssertFormat.integers("==", unknown("3"), 3, unknown("5"), 5));
        assertEquals("    Expected 00000000deadbeef != 0000000000000000, but\n", AssertFormat.pointers("!=",
            unknown("00000000deadbeef"), 0xdeadbeefL, unknown("0000000000000000"), 0));
        assertEquals("    Expected \"a\" == \"b\", but\n", AssertFormat.strings("==", unknown("\"a\""), "a",
            unknown("\"b\""), "b"));
    }

    @Test
    @Tag("K-010")
    void nullOperandLooksExpanded() {
        assertEquals("((void *)0)", op("null").text());
        assertEquals("ffffffffffffffea", AssertFormat.pointer(-22));
    }

    @ParameterizedTest
    @Tag("K-011")
    @ValueSource(ints = {0, 1, 15, 16, 17, 32, 33})
    void dumpBreaksBeforeEverySixteenthByteButTheFirst(int size) {
        byte[] bytes = new byte[size];
        StringBuilder out = new StringBuilder();
        AssertFormat.hexdump(out, bytes, bytes);
        String[] lines = out.toString().split("\n", -1);
        assertEquals(Math.max(1, (size + 15) / 16), lines.length);
        for (String line : lines) {
            assertTrue(line.startsWith("        "), line);
        }
        assertEquals(8 * lines.length + 4 * size, out.toString().replace("\n", "").length());
    }

    @Test
    @Tag("K-011")
    void differingBytesAreMarkedOnBothSides() {
        assertEquals("    Expected a == b, but\n        a ==\n         00 <7f>\n        b ==\n         00 <80>",
            AssertFormat.memory("==", "a", new byte[] {0, 0x7f}, "b", new byte[] {0, (byte) 0x80}));
    }
}
