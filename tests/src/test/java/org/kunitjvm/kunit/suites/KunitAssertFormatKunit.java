package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.Arrays;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.assertion.AssertFormat;
import org.kunitjvm.kunit.assertion.Operand;

/** The text of a failed check shows both operands as they were written, and their values unless these are literals. */
@KunitSuite(value = "kunit-assert", config = "KUNIT_TEST", module = "assert_test", link = 31)
final class KunitAssertFormatKunit {
    private static final byte[] BYTES = {1, 2, 13};
    private static final byte[] OTHER_BYTES = {1, 14, 13};

    private static Operand source(String text) {
        return new Operand(text, "");
    }

    @KunitCase
    void kunitTestIsLiteral(Kunit test) {
        KUNIT_EXPECT_TRUE(test, AssertFormat.isLiteral("5", 5));
        KUNIT_EXPECT_TRUE(test, AssertFormat.isLiteral("0", 0));
        KUNIT_EXPECT_TRUE(test, AssertFormat.isLiteral("1234567890", 1234567890));
        KUNIT_EXPECT_TRUE(test, AssertFormat.isLiteral("-1234567890", -1234567890));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isLiteral("05", 5));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isLiteral("", 0));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isLiteral("-0", 0));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isLiteral("12#45", 1245));
    }

    @KunitCase
    void kunitTestIsStrLiteral(Kunit test) {
        KUNIT_EXPECT_TRUE(test, AssertFormat.isStringLiteral("\"Hello, World!\"", "Hello, World!"));
        KUNIT_EXPECT_TRUE(test, AssertFormat.isStringLiteral("\"\"", ""));
        KUNIT_EXPECT_TRUE(test, AssertFormat.isStringLiteral("\"\"\"", "\""));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isStringLiteral("", ""));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isStringLiteral("\"", "\""));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isStringLiteral("\"Abacaba", "Abacaba"));
        KUNIT_EXPECT_FALSE(test, AssertFormat.isStringLiteral("Abacaba\"", "Abacaba"));
    }

    @KunitCase
    void kunitTestAssertPrologue(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.prologue("a_case", false, "file.c:12"),
            "    # a_case: EXPECTATION FAILED at file.c:12\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.prologue("a_case", true, "file.c:13"),
            "    # a_case: ASSERTION FAILED at file.c:13\n");
    }

    @KunitCase
    void kunitTestAssertPrintMsg(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.withMessage("body", null), "body");
        KUNIT_EXPECT_STREQ(test, AssertFormat.withMessage("body", "why not"), "body\nwhy not");
        KUNIT_EXPECT_STREQ(test, AssertFormat.withMessage("body\n", "why not"), "body\n\nwhy not");
    }

    @KunitCase
    void kunitTestUnaryAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.unary("expr", true), "    Expected expr to be true, but is false\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.unary("expr", false), "    Expected expr to be false, but is true\n");
    }

    @KunitCase
    void kunitTestPtrNotErrAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.pointerNotError("var", 0), "    Expected var is not null, but is\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.pointerNotError("var", -Errno.EINVAL.number()),
            "    Expected var is not error, but is: -22\n");
    }

    @KunitCase
    void kunitTestBinaryAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.integers("==", source("var"), 42, source("43"), 43),
            "    Expected var == 43, but\n        var == 42 (0x2a)\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.integers("!=", source("1 + 2"), 3, source("var"), -1),
            "    Expected 1 + 2 != var, but\n        1 + 2 == 3 (0x3)\n        var == -1 (0xffffffffffffffff)");
        KUNIT_EXPECT_STREQ(test, AssertFormat.integers("<", source("4"), 4, source("3"), 3), "    Expected 4 < 3, but\n");
    }

    @KunitCase
    void kunitTestBinaryPtrAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.pointers("==", source("var_a"), 0x12345678L, source("var_b"), 0),
            "    Expected var_a == var_b, but\n        var_a == 0000000012345678\n        var_b == 0000000000000000");
    }

    @KunitCase
    void kunitTestBinaryStrAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.strings("==", source("var_a"), "abacaba", source("\"eridani\""), "eridani"),
            "    Expected var_a == \"eridani\", but\n        var_a == \"abacaba\"\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.strings("==", source("var_a"), "abacaba", source("var_b"), null),
            "    Expected var_a == var_b, but\n        var_a == \"abacaba\"\n        var_b == \"(null)\"");
    }

    @KunitCase
    void kunitTestAssertHexdump(Kunit test) {
        StringBuilder same = new StringBuilder();
        AssertFormat.hexdump(same, BYTES, BYTES);
        KUNIT_EXPECT_STREQ(test, same, "         01  02  0d ");

        StringBuilder differing = new StringBuilder();
        AssertFormat.hexdump(differing, BYTES, OTHER_BYTES);
        KUNIT_EXPECT_STREQ(test, differing, "         01 <02> 0d ");

        byte[] twoLines = new byte[17];
        Arrays.fill(twoLines, (byte) 0xab);
        StringBuilder wrapped = new StringBuilder();
        AssertFormat.hexdump(wrapped, twoLines, twoLines);
        KUNIT_EXPECT_EQ(test, wrapped.toString().lines().count(), 2);
        KUNIT_EXPECT_TRUE(test, wrapped.toString().endsWith("\n         ab "));
    }

    @KunitCase
    void kunitTestMemAssertFormat(Kunit test) {
        KUNIT_EXPECT_STREQ(test, AssertFormat.memoryNull("null_a"), "    Expected null_a is not null, but is\n");
        KUNIT_EXPECT_STREQ(test, AssertFormat.memory("==", "bytes_a", BYTES, "bytes_b", OTHER_BYTES), """
                Expected bytes_a == bytes_b, but
                    bytes_a ==
                     01 <02> 0d\s
                    bytes_b ==
                     01 <0e> 0d\s""".indent(4).stripTrailing() + " ");
    }
}
