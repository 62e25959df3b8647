package org.kunitjvm.kunit;

import static org.kunitjvm.kunit.Check.NO_MSG;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Check.Op;

/**
 * The assertion macros under their C names, for static import. {@code EXPECT} marks the case as failed and goes on,
 * {@code ASSERT} ends it; {@code _MSG} adds a message in {@code printk} format.
 *
 * <p>{@code EQ} to {@code GE} choose the format by the operands: integers of every primitive type, {@link Unsigned} for
 * those that Java lacks, and the constants of an enum, which stand for their ordinal, compare as C compares them;
 * anything with an address as a pointer, strings and memory by contents, other objects with {@code equals}. For
 * addresses in a {@code long} use the {@code PTR} forms. Each call remembers its place as the last one seen.
 *
 * <p>Models include/kunit/test.h.
 */
public final class KunitAssert {
    private static final Check EXPECT_TRUE = Check.expect("TRUE", Op.EQ);
    private static final Check EXPECT_FALSE = Check.expect("FALSE", Op.NE);
    private static final Check EXPECT_EQ = Check.expect("EQ", Op.EQ);
    private static final Check EXPECT_NE = Check.expect("NE", Op.NE);
    private static final Check EXPECT_LT = Check.expect("LT", Op.LT);
    private static final Check EXPECT_LE = Check.expect("LE", Op.LE);
    private static final Check EXPECT_GT = Check.expect("GT", Op.GT);
    private static final Check EXPECT_GE = Check.expect("GE", Op.GE);
    private static final Check EXPECT_PTR_EQ = Check.expect("PTR_EQ", Op.EQ);
    private static final Check EXPECT_PTR_NE = Check.expect("PTR_NE", Op.NE);
    private static final Check EXPECT_NULL = Check.expect("NULL", Op.EQ);
    private static final Check EXPECT_NOT_NULL = Check.expect("NOT_NULL", Op.NE);
    private static final Check EXPECT_NOT_ERR_OR_NULL = Check.expect("NOT_ERR_OR_NULL", Op.EQ);
    private static final Check EXPECT_STREQ = Check.expect("STREQ", Op.EQ);
    private static final Check EXPECT_STRNEQ = Check.expect("STRNEQ", Op.NE);
    private static final Check EXPECT_MEMEQ = Check.expect("MEMEQ", Op.EQ);
    private static final Check EXPECT_MEMNEQ = Check.expect("MEMNEQ", Op.NE);
    private static final Check SUPPRESSED_COUNT = Check.expect("SUPPRESSED_WARNING_COUNT", Op.EQ);
    private static final Check REQUIRED_SUPPRESSED_COUNT = Check.require("SUPPRESSED_WARNING_COUNT", Op.EQ);
    private static final Check ASSERT_TRUE = Check.require("TRUE", Op.EQ);
    private static final Check ASSERT_FALSE = Check.require("FALSE", Op.NE);
    private static final Check ASSERT_EQ = Check.require("EQ", Op.EQ);
    private static final Check ASSERT_NE = Check.require("NE", Op.NE);
    private static final Check ASSERT_LT = Check.require("LT", Op.LT);
    private static final Check ASSERT_LE = Check.require("LE", Op.LE);
    private static final Check ASSERT_GT = Check.require("GT", Op.GT);
    private static final Check ASSERT_GE = Check.require("GE", Op.GE);
    private static final Check ASSERT_PTR_EQ = Check.require("PTR_EQ", Op.EQ);
    private static final Check ASSERT_PTR_NE = Check.require("PTR_NE", Op.NE);
    private static final Check ASSERT_NULL = Check.require("NULL", Op.EQ);
    private static final Check ASSERT_NOT_NULL = Check.require("NOT_NULL", Op.NE);
    private static final Check ASSERT_NOT_ERR_OR_NULL = Check.require("NOT_ERR_OR_NULL", Op.EQ);
    private static final Check ASSERT_STREQ = Check.require("STREQ", Op.EQ);
    private static final Check ASSERT_STRNEQ = Check.require("STRNEQ", Op.NE);
    private static final Check ASSERT_MEMEQ = Check.require("MEMEQ", Op.EQ);
    private static final Check ASSERT_MEMNEQ = Check.require("MEMNEQ", Op.NE);

    private KunitAssert() {
    }

    /** Only remember this place as the last one seen. */
    public static void KUNIT_SUCCEED(Kunit test) {
        Check.succeed(test);
    }

    /** Fail and go on. */
    public static void KUNIT_FAIL(Kunit test, String format, @Nullable Object... args) {
        Check.fail(test, false, format, args);
    }

    /** Fail and end the case. */
    public static void KUNIT_FAIL_AND_ABORT(Kunit test, String format, @Nullable Object... args) {
        Check.fail(test, true, format, args);
    }

    /** Expect that {@code condition} is true (not 0). */
    public static void KUNIT_EXPECT_TRUE(Kunit test, boolean condition) {
        EXPECT_TRUE.condition(test, condition, NO_MSG);
    }

    /** Expect that {@code condition} is true (not 0); else say why. */
    public static void KUNIT_EXPECT_TRUE_MSG(Kunit test, boolean condition, String format, @Nullable Object... args) {
        EXPECT_TRUE.condition(test, condition, format, args);
    }

    /** Expect that {@code condition} is true (not 0). */
    public static void KUNIT_EXPECT_TRUE(Kunit test, long condition) {
        EXPECT_TRUE.condition(test, condition != 0, NO_MSG);
    }

    /** Expect that {@code condition} is true (not 0); else say why. */
    public static void KUNIT_EXPECT_TRUE_MSG(Kunit test, long condition, String format, @Nullable Object... args) {
        EXPECT_TRUE.condition(test, condition != 0, format, args);
    }

    /** Expect that {@code condition} is false (0). */
    public static void KUNIT_EXPECT_FALSE(Kunit test, boolean condition) {
        EXPECT_FALSE.condition(test, condition, NO_MSG);
    }

    /** Expect that {@code condition} is false (0); else say why. */
    public static void KUNIT_EXPECT_FALSE_MSG(Kunit test, boolean condition, String format, @Nullable Object... args) {
        EXPECT_FALSE.condition(test, condition, format, args);
    }

    /** Expect that {@code condition} is false (0). */
    public static void KUNIT_EXPECT_FALSE(Kunit test, long condition) {
        EXPECT_FALSE.condition(test, condition != 0, NO_MSG);
    }

    /** Expect that {@code condition} is false (0); else say why. */
    public static void KUNIT_EXPECT_FALSE_MSG(Kunit test, long condition, String format, @Nullable Object... args) {
        EXPECT_FALSE.condition(test, condition != 0, format, args);
    }

    /** Expect that {@code left == right}. */
    public static void KUNIT_EXPECT_EQ(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_EQ.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left == right}; else say why. */
    public static void KUNIT_EXPECT_EQ_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_EQ.compare(test, left, right, format, args);
    }

    /** Expect that {@code left != right}. */
    public static void KUNIT_EXPECT_NE(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_NE.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left != right}; else say why. */
    public static void KUNIT_EXPECT_NE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_NE.compare(test, left, right, format, args);
    }

    /** Expect that {@code left < right}. */
    public static void KUNIT_EXPECT_LT(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_LT.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left < right}; else say why. */
    public static void KUNIT_EXPECT_LT_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_LT.compare(test, left, right, format, args);
    }

    /** Expect that {@code left <= right}. */
    public static void KUNIT_EXPECT_LE(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_LE.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left <= right}; else say why. */
    public static void KUNIT_EXPECT_LE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_LE.compare(test, left, right, format, args);
    }

    /** Expect that {@code left > right}. */
    public static void KUNIT_EXPECT_GT(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_GT.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left > right}; else say why. */
    public static void KUNIT_EXPECT_GT_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_GT.compare(test, left, right, format, args);
    }

    /** Expect that {@code left >= right}. */
    public static void KUNIT_EXPECT_GE(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_GE.compare(test, left, right, NO_MSG);
    }

    /** Expect that {@code left >= right}; else say why. */
    public static void KUNIT_EXPECT_GE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_GE.compare(test, left, right, format, args);
    }

    /** Expect that both are the same object or address. */
    public static void KUNIT_EXPECT_PTR_EQ(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_PTR_EQ.pointer(test, left, right, NO_MSG);
    }

    /** Expect that both are the same object or address; else say why. */
    public static void KUNIT_EXPECT_PTR_EQ_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_PTR_EQ.pointer(test, left, right, format, args);
    }

    /** Expect that they are different objects or addresses. */
    public static void KUNIT_EXPECT_PTR_NE(Kunit test, @Nullable Object left, @Nullable Object right) {
        EXPECT_PTR_NE.pointer(test, left, right, NO_MSG);
    }

    /** Expect that they are different objects or addresses; else say why. */
    public static void KUNIT_EXPECT_PTR_NE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        EXPECT_PTR_NE.pointer(test, left, right, format, args);
    }

    /** Expect that {@code ptr} is null. */
    public static void KUNIT_EXPECT_NULL(Kunit test, @Nullable Object ptr) {
        EXPECT_NULL.pointerToNull(test, ptr, NO_MSG);
    }

    /** Expect that {@code ptr} is null; else say why. */
    public static void KUNIT_EXPECT_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        EXPECT_NULL.pointerToNull(test, ptr, format, args);
    }

    /** Expect that {@code ptr} is not null. */
    public static void KUNIT_EXPECT_NOT_NULL(Kunit test, @Nullable Object ptr) {
        EXPECT_NOT_NULL.pointerToNull(test, ptr, NO_MSG);
    }

    /** Expect that {@code ptr} is not null; else say why. */
    public static void KUNIT_EXPECT_NOT_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        EXPECT_NOT_NULL.pointerToNull(test, ptr, format, args);
    }

    /** Expect that {@code ptr} is neither null nor an encoded error. */
    public static void KUNIT_EXPECT_NOT_ERR_OR_NULL(Kunit test, @Nullable Object ptr) {
        EXPECT_NOT_ERR_OR_NULL.pointerNotError(test, ptr, NO_MSG);
    }

    /** Expect that {@code ptr} is neither null nor an encoded error; else say why. */
    public static void KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        EXPECT_NOT_ERR_OR_NULL.pointerNotError(test, ptr, format, args);
    }

    /** Expect that both strings are there and equal. */
    public static void KUNIT_EXPECT_STREQ(Kunit test, @Nullable CharSequence left, @Nullable CharSequence right) {
        EXPECT_STREQ.string(test, left, right, NO_MSG);
    }

    /** Expect that both strings are there and equal; else say why. */
    public static void KUNIT_EXPECT_STREQ_MSG(Kunit test, @Nullable CharSequence left,
        @Nullable CharSequence right, String format, @Nullable Object... args) {
        EXPECT_STREQ.string(test, left, right, format, args);
    }

    /** Expect that both strings are there and differ. */
    public static void KUNIT_EXPECT_STRNEQ(Kunit test, @Nullable CharSequence left, @Nullable CharSequence right) {
        EXPECT_STRNEQ.string(test, left, right, NO_MSG);
    }

    /** Expect that both strings are there and differ; else say why. */
    public static void KUNIT_EXPECT_STRNEQ_MSG(Kunit test, @Nullable CharSequence left,
        @Nullable CharSequence right, String format, @Nullable Object... args) {
        EXPECT_STRNEQ.string(test, left, right, format, args);
    }

    /** Expect that both blocks are there and their first {@code size} bytes are equal. */
    public static void KUNIT_EXPECT_MEMEQ(Kunit test, byte @Nullable [] left, byte @Nullable [] right, long size) {
        EXPECT_MEMEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Expect that both blocks are there and their first {@code size} bytes are equal; else say why. */
    public static void KUNIT_EXPECT_MEMEQ_MSG(Kunit test, byte @Nullable [] left, byte @Nullable [] right,
        long size, String format, @Nullable Object... args) {
        EXPECT_MEMEQ.memory(test, left, right, size, format, args);
    }

    /** Expect that both blocks are there and their first {@code size} bytes are equal. */
    public static void KUNIT_EXPECT_MEMEQ(Kunit test, @Nullable MemorySegment left, @Nullable MemorySegment right,
        long size) {
        EXPECT_MEMEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Expect that both blocks are there and their first {@code size} bytes are equal; else say why. */
    public static void KUNIT_EXPECT_MEMEQ_MSG(Kunit test, @Nullable MemorySegment left,
        @Nullable MemorySegment right, long size, String format, @Nullable Object... args) {
        EXPECT_MEMEQ.memory(test, left, right, size, format, args);
    }

    /** Expect that both blocks are there and their first {@code size} bytes differ. */
    public static void KUNIT_EXPECT_MEMNEQ(Kunit test, byte @Nullable [] left, byte @Nullable [] right, long size) {
        EXPECT_MEMNEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Expect that both blocks are there and their first {@code size} bytes differ; else say why. */
    public static void KUNIT_EXPECT_MEMNEQ_MSG(Kunit test, byte @Nullable [] left, byte @Nullable [] right,
        long size, String format, @Nullable Object... args) {
        EXPECT_MEMNEQ.memory(test, left, right, size, format, args);
    }

    /** Expect that both blocks are there and their first {@code size} bytes differ. */
    public static void KUNIT_EXPECT_MEMNEQ(Kunit test, @Nullable MemorySegment left, @Nullable MemorySegment right,
        long size) {
        EXPECT_MEMNEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Expect that both blocks are there and their first {@code size} bytes differ; else say why. */
    public static void KUNIT_EXPECT_MEMNEQ_MSG(Kunit test, @Nullable MemorySegment left,
        @Nullable MemorySegment right, long size, String format, @Nullable Object... args) {
        EXPECT_MEMNEQ.memory(test, left, right, size, format, args);
    }

    /** Require that {@code condition} is true (not 0). */
    public static void KUNIT_ASSERT_TRUE(Kunit test, boolean condition) {
        ASSERT_TRUE.condition(test, condition, NO_MSG);
    }

    /** Require that {@code condition} is true (not 0); else say why. */
    public static void KUNIT_ASSERT_TRUE_MSG(Kunit test, boolean condition, String format, @Nullable Object... args) {
        ASSERT_TRUE.condition(test, condition, format, args);
    }

    /** Require that {@code condition} is true (not 0). */
    public static void KUNIT_ASSERT_TRUE(Kunit test, long condition) {
        ASSERT_TRUE.condition(test, condition != 0, NO_MSG);
    }

    /** Require that {@code condition} is true (not 0); else say why. */
    public static void KUNIT_ASSERT_TRUE_MSG(Kunit test, long condition, String format, @Nullable Object... args) {
        ASSERT_TRUE.condition(test, condition != 0, format, args);
    }

    /** Require that {@code condition} is false (0). */
    public static void KUNIT_ASSERT_FALSE(Kunit test, boolean condition) {
        ASSERT_FALSE.condition(test, condition, NO_MSG);
    }

    /** Require that {@code condition} is false (0); else say why. */
    public static void KUNIT_ASSERT_FALSE_MSG(Kunit test, boolean condition, String format, @Nullable Object... args) {
        ASSERT_FALSE.condition(test, condition, format, args);
    }

    /** Require that {@code condition} is false (0). */
    public static void KUNIT_ASSERT_FALSE(Kunit test, long condition) {
        ASSERT_FALSE.condition(test, condition != 0, NO_MSG);
    }

    /** Require that {@code condition} is false (0); else say why. */
    public static void KUNIT_ASSERT_FALSE_MSG(Kunit test, long condition, String format, @Nullable Object... args) {
        ASSERT_FALSE.condition(test, condition != 0, format, args);
    }

    /** Require that {@code left == right}. */
    public static void KUNIT_ASSERT_EQ(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_EQ.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left == right}; else say why. */
    public static void KUNIT_ASSERT_EQ_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_EQ.compare(test, left, right, format, args);
    }

    /** Require that {@code left != right}. */
    public static void KUNIT_ASSERT_NE(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_NE.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left != right}; else say why. */
    public static void KUNIT_ASSERT_NE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_NE.compare(test, left, right, format, args);
    }

    /** Require that {@code left < right}. */
    public static void KUNIT_ASSERT_LT(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_LT.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left < right}; else say why. */
    public static void KUNIT_ASSERT_LT_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_LT.compare(test, left, right, format, args);
    }

    /** Require that {@code left <= right}. */
    public static void KUNIT_ASSERT_LE(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_LE.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left <= right}; else say why. */
    public static void KUNIT_ASSERT_LE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_LE.compare(test, left, right, format, args);
    }

    /** Require that {@code left > right}. */
    public static void KUNIT_ASSERT_GT(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_GT.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left > right}; else say why. */
    public static void KUNIT_ASSERT_GT_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_GT.compare(test, left, right, format, args);
    }

    /** Require that {@code left >= right}. */
    public static void KUNIT_ASSERT_GE(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_GE.compare(test, left, right, NO_MSG);
    }

    /** Require that {@code left >= right}; else say why. */
    public static void KUNIT_ASSERT_GE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_GE.compare(test, left, right, format, args);
    }

    /** Require that both are the same object or address. */
    public static void KUNIT_ASSERT_PTR_EQ(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_PTR_EQ.pointer(test, left, right, NO_MSG);
    }

    /** Require that both are the same object or address; else say why. */
    public static void KUNIT_ASSERT_PTR_EQ_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_PTR_EQ.pointer(test, left, right, format, args);
    }

    /** Require that they are different objects or addresses. */
    public static void KUNIT_ASSERT_PTR_NE(Kunit test, @Nullable Object left, @Nullable Object right) {
        ASSERT_PTR_NE.pointer(test, left, right, NO_MSG);
    }

    /** Require that they are different objects or addresses; else say why. */
    public static void KUNIT_ASSERT_PTR_NE_MSG(Kunit test, @Nullable Object left, @Nullable Object right,
        String format, @Nullable Object... args) {
        ASSERT_PTR_NE.pointer(test, left, right, format, args);
    }

    /** Require that {@code ptr} is null. */
    public static void KUNIT_ASSERT_NULL(Kunit test, @Nullable Object ptr) {
        ASSERT_NULL.pointerToNull(test, ptr, NO_MSG);
    }

    /** Require that {@code ptr} is null; else say why. */
    public static void KUNIT_ASSERT_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        ASSERT_NULL.pointerToNull(test, ptr, format, args);
    }

    /** Require that {@code ptr} is not null. */
    public static void KUNIT_ASSERT_NOT_NULL(Kunit test, @Nullable Object ptr) {
        ASSERT_NOT_NULL.pointerToNull(test, ptr, NO_MSG);
    }

    /** Require that {@code ptr} is not null; else say why. */
    public static void KUNIT_ASSERT_NOT_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        ASSERT_NOT_NULL.pointerToNull(test, ptr, format, args);
    }

    /** Require that {@code ptr} is neither null nor an encoded error. */
    public static void KUNIT_ASSERT_NOT_ERR_OR_NULL(Kunit test, @Nullable Object ptr) {
        ASSERT_NOT_ERR_OR_NULL.pointerNotError(test, ptr, NO_MSG);
    }

    /** Require that {@code ptr} is neither null nor an encoded error; else say why. */
    public static void KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(Kunit test, @Nullable Object ptr,
        String format, @Nullable Object... args) {
        ASSERT_NOT_ERR_OR_NULL.pointerNotError(test, ptr, format, args);
    }

    /** Require that both strings are there and equal. */
    public static void KUNIT_ASSERT_STREQ(Kunit test, @Nullable CharSequence left, @Nullable CharSequence right) {
        ASSERT_STREQ.string(test, left, right, NO_MSG);
    }

    /** Require that both strings are there and equal; else say why. */
    public static void KUNIT_ASSERT_STREQ_MSG(Kunit test, @Nullable CharSequence left,
        @Nullable CharSequence right, String format, @Nullable Object... args) {
        ASSERT_STREQ.string(test, left, right, format, args);
    }

    /** Require that both strings are there and differ. */
    public static void KUNIT_ASSERT_STRNEQ(Kunit test, @Nullable CharSequence left, @Nullable CharSequence right) {
        ASSERT_STRNEQ.string(test, left, right, NO_MSG);
    }

    /** Require that both strings are there and differ; else say why. */
    public static void KUNIT_ASSERT_STRNEQ_MSG(Kunit test, @Nullable CharSequence left,
        @Nullable CharSequence right, String format, @Nullable Object... args) {
        ASSERT_STRNEQ.string(test, left, right, format, args);
    }

    /** Require that both blocks are there and their first {@code size} bytes are equal. */
    public static void KUNIT_ASSERT_MEMEQ(Kunit test, byte @Nullable [] left, byte @Nullable [] right, long size) {
        ASSERT_MEMEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Require that both blocks are there and their first {@code size} bytes are equal; else say why. */
    public static void KUNIT_ASSERT_MEMEQ_MSG(Kunit test, byte @Nullable [] left, byte @Nullable [] right,
        long size, String format, @Nullable Object... args) {
        ASSERT_MEMEQ.memory(test, left, right, size, format, args);
    }

    /** Require that both blocks are there and their first {@code size} bytes are equal. */
    public static void KUNIT_ASSERT_MEMEQ(Kunit test, @Nullable MemorySegment left, @Nullable MemorySegment right,
        long size) {
        ASSERT_MEMEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Require that both blocks are there and their first {@code size} bytes are equal; else say why. */
    public static void KUNIT_ASSERT_MEMEQ_MSG(Kunit test, @Nullable MemorySegment left,
        @Nullable MemorySegment right, long size, String format, @Nullable Object... args) {
        ASSERT_MEMEQ.memory(test, left, right, size, format, args);
    }

    /** Require that both blocks are there and their first {@code size} bytes differ. */
    public static void KUNIT_ASSERT_MEMNEQ(Kunit test, byte @Nullable [] left, byte @Nullable [] right, long size) {
        ASSERT_MEMNEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Require that both blocks are there and their first {@code size} bytes differ; else say why. */
    public static void KUNIT_ASSERT_MEMNEQ_MSG(Kunit test, byte @Nullable [] left, byte @Nullable [] right,
        long size, String format, @Nullable Object... args) {
        ASSERT_MEMNEQ.memory(test, left, right, size, format, args);
    }

    /** Require that both blocks are there and their first {@code size} bytes differ. */
    public static void KUNIT_ASSERT_MEMNEQ(Kunit test, @Nullable MemorySegment left, @Nullable MemorySegment right,
        long size) {
        ASSERT_MEMNEQ.memory(test, left, right, size, NO_MSG);
    }

    /** Require that both blocks are there and their first {@code size} bytes differ; else say why. */
    public static void KUNIT_ASSERT_MEMNEQ_MSG(Kunit test, @Nullable MemorySegment left,
        @Nullable MemorySegment right, long size, String format, @Nullable Object... args) {
        ASSERT_MEMNEQ.memory(test, left, right, size, format, args);
    }

    /** Expect that {@code suppression} has swallowed {@code count} warnings (7.2). */
    public static void KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(Kunit test, WarningSuppression suppression, int count) {
        SUPPRESSED_COUNT.compare(test, suppression.count(), count, NO_MSG);
    }

    /** Require that {@code suppression} has swallowed {@code count} warnings (7.2). */
    public static void KUNIT_ASSERT_SUPPRESSED_WARNING_COUNT(Kunit test, WarningSuppression suppression, int count) {
        REQUIRED_SUPPRESSED_COUNT.compare(test, suppression.count(), count, NO_MSG);
    }
}
