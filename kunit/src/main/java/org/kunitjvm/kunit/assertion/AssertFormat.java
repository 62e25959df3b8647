package org.kunitjvm.kunit.assertion;

import org.jspecify.annotations.Nullable;

/**
 * The text of a failed check, without the line that says where and without the message of the caller.
 *
 * <p>The rules are a contract with everybody who reads or parses KUnit logs: a value line is left out if the operand is
 * a literal of that value; the header and the left value end with a newline, the right value does not. Models
 * lib/kunit/assert.c.
 */
public final class AssertFormat {
    private static final String HEAD = "    ";
    private static final String DETAIL = "        ";
    private static final int BYTES_PER_LINE = 16;
    private static final String HEX = "0123456789abcdef";

    private AssertFormat() {
    }

    /** The first line of every failure: which case, which kind of check, and where. */
    public static String prologue(String caseName, boolean assertion, String place) {
        return HEAD + "# " + caseName + (assertion ? ": ASSERTION FAILED at " : ": EXPECTATION FAILED at ") + place
            + "\n";
    }

    /** {@code body} and, if there is one, the caller's message behind a newline, at column 0. */
    public static String withMessage(String body, @Nullable String message) {
        return message == null ? body : body + "\n" + message;
    }

    /** {@code KUNIT_EXPECT_TRUE} and {@code KUNIT_EXPECT_FALSE}. */
    public static String unary(String condition, boolean expectedTrue) {
        return HEAD + "Expected " + condition + (expectedTrue ? " to be true, but is false\n"
            : " to be false, but is true\n");
    }

    /** {@code KUNIT_EXPECT_NOT_ERR_OR_NULL}; {@code address} is 0 or an encoded error. */
    public static String pointerNotError(String text, long address) {
        return HEAD + "Expected " + text
            + (address == 0 ? " is not null, but is\n" : " is not error, but is: " + address + "\n");
    }

    /** Comparison of integers. */
    public static String integers(String op, Operand left, long leftValue, Operand right, long rightValue) {
        StringBuilder out = header(op, left, right);
        if (left.hasSource() && !isLiteral(left.text(), leftValue)) {
            out.append(DETAIL).append(left.text()).append(" == ").append(integer(leftValue)).append('\n');
        }
        if (right.hasSource() && !isLiteral(right.text(), rightValue)) {
            out.append(DETAIL).append(right.text()).append(" == ").append(integer(rightValue));
        }
        return out.toString();
    }

    /** Comparison of pointers; values are never left out. */
    public static String pointers(String op, Operand left, long leftAddress, Operand right, long rightAddress) {
        return values(op, left, pointer(leftAddress), right, pointer(rightAddress));
    }

    /** Comparison of values that have no C format, such as records; values are never left out. */
    public static String values(String op, Operand left, String leftValue, Operand right, String rightValue) {
        StringBuilder out = header(op, left, right);
        if (left.hasSource()) {
            out.append(DETAIL).append(left.text()).append(" == ").append(leftValue).append('\n');
        }
        if (right.hasSource()) {
            out.append(DETAIL).append(right.text()).append(" == ").append(rightValue);
        }
        return out.toString();
    }

    /** Comparison of strings. */
    public static String strings(String op, Operand left, @Nullable String leftValue, Operand right,
        @Nullable String rightValue) {
        StringBuilder out = header(op, left, right);
        if (left.hasSource() && !isStringLiteral(left.text(), leftValue)) {
            out.append(DETAIL).append(left.text()).append(" == ").append(quote(leftValue)).append('\n');
        }
        if (right.hasSource() && !isStringLiteral(right.text(), rightValue)) {
            out.append(DETAIL).append(right.text()).append(" == ").append(quote(rightValue));
        }
        return out.toString();
    }

    /** Comparison of memory blocks, of which neither is null; all bytes of both are shown. */
    public static String memory(String op, String left, byte[] leftBytes, String right, byte[] rightBytes) {
        StringBuilder out = new StringBuilder();
        out.append(HEAD).append("Expected ").append(left).append(' ').append(op).append(' ').append(right)
            .append(", but\n");
        out.append(DETAIL).append(left).append(" ==\n");
        hexdump(out, leftBytes, rightBytes);
        out.append('\n').append(DETAIL).append(right).append(" ==\n");
        hexdump(out, rightBytes, leftBytes);
        return out.toString();
    }

    /** Comparison of memory blocks, of which the one called {@code nullSide} is null. */
    public static String memoryNull(String nullSide) {
        return HEAD + "Expected " + nullSide + " is not null, but is\n";
    }

    /** Append the bytes, marking those that differ from the other block. */
    public static void hexdump(StringBuilder out, byte[] bytes, byte[] other) {
        out.append(DETAIL);
        for (int i = 0; i < bytes.length; i++) {
            if (i > 0 && i % BYTES_PER_LINE == 0) {
                out.append('\n').append(DETAIL);
            }
            boolean same = i < other.length && bytes[i] == other[i];
            out.append(same ? ' ' : '<').append(HEX.charAt((bytes[i] >> 4) & 0xf)).append(HEX.charAt(bytes[i] & 0xf))
                .append(same ? ' ' : '>');
        }
    }

    /** Whether {@code text} is the decimal form of {@code value}. */
    public static boolean isLiteral(String text, long value) {
        return text.equals(Long.toString(value));
    }

    /** Whether {@code text} is in quotes and {@code value} begins with what is inside: as far as the kernel looks. */
    public static boolean isStringLiteral(String text, @Nullable String value) {
        int length = text.length();
        return value != null && length >= 2 && text.charAt(0) == '"' && text.charAt(length - 1) == '"'
            && value.regionMatches(0, text, 1, length - 2);
    }

    /** {@code 3 (0x3)}: signed decimal, and the 64 bits in hex. */
    public static String integer(long value) {
        return value + " (0x" + Long.toHexString(value) + ")";
    }

    /** An address as the kernel prints it: 16 hex digits without prefix. */
    public static String pointer(long address) {
        String hex = Long.toHexString(address);
        return "0".repeat(Long.BYTES * 2 - hex.length()) + hex;
    }

    /** A string in quotes, without escapes; {@code null} shows as the kernel shows it. */
    public static String quote(@Nullable String value) {
        return '"' + (value == null ? "(null)" : value) + '"';
    }

    private static StringBuilder header(String op, Operand left, Operand right) {
        return new StringBuilder(HEAD).append("Expected ").append(left.text()).append(' ').append(op).append(' ')
            .append(right.text()).append(", but\n");
    }
}
