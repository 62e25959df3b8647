package org.kunitjvm.kunit.probe;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_MEMEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_MEMEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_MEMNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_MEMNEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_ERR_OR_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_PTR_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_PTR_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_PTR_NE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_STREQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_STRNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_STRNEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMNEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STRNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STRNEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_SUCCEED;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.Unsigned;

/**
 * Suites in which every macro fails and passes, with operands of every kind. {@code GoldenSuitesTest} has what they
 * print.
 */
final class MacroSuites {
    static final String CONFIG = "KUNIT_GOLDEN_TEST";
    static final String MODULE = "golden";

    private MacroSuites() {
    }

    @KunitSuite(value = "every_macro", config = CONFIG, module = MODULE, link = 1)
    static final class EveryMacro {
        private static final int[] MACROS = IntStream.range(0, 17).toArray();

        @KunitCase
        void expect(Kunit test) {
            int a = 1;
            String z = "z";
            byte[] m = {1};
            byte[] k = {2};
            Long p = 0x10L;
            Long q = null;
            ErrPtr err = new ErrPtr(Errno.ENODEV);
            KUNIT_EXPECT_TRUE(test, a == 2);
            KUNIT_EXPECT_FALSE(test, a == 1);
            KUNIT_EXPECT_EQ(test, a, 2);
            KUNIT_EXPECT_NE(test, a, a);
            KUNIT_EXPECT_LT(test, a, 1);
            KUNIT_EXPECT_LE(test, a, 0);
            KUNIT_EXPECT_GT(test, a, 1);
            KUNIT_EXPECT_GE(test, a, 2);
            KUNIT_EXPECT_PTR_EQ(test, p, q);
            KUNIT_EXPECT_PTR_NE(test, p, p);
            KUNIT_EXPECT_NULL(test, p);
            KUNIT_EXPECT_NOT_NULL(test, q);
            KUNIT_EXPECT_STREQ(test, z, "y");
            KUNIT_EXPECT_STRNEQ(test, z, z);
            KUNIT_EXPECT_MEMEQ(test, m, k, 1);
            KUNIT_EXPECT_MEMNEQ(test, m, m, 1);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, err);
            test.info("goes on");
        }

        @KunitCase
        void expectMsg(Kunit test) {
            int a = 1;
            String z = "z";
            byte[] m = {1};
            byte[] k = {2};
            Long p = 0x10L;
            Long q = null;
            ErrPtr err = new ErrPtr(Errno.ENODEV);
            KUNIT_EXPECT_TRUE_MSG(test, a == 2, "message %d", 1);
            KUNIT_EXPECT_FALSE_MSG(test, a == 1, "message %d", 2);
            KUNIT_EXPECT_EQ_MSG(test, a, 2, "message %d", 3);
            KUNIT_EXPECT_NE_MSG(test, a, a, "message %d", 4);
            KUNIT_EXPECT_LT_MSG(test, a, 1, "message %d", 5);
            KUNIT_EXPECT_LE_MSG(test, a, 0, "message %d", 6);
            KUNIT_EXPECT_GT_MSG(test, a, 1, "message %d", 7);
            KUNIT_EXPECT_GE_MSG(test, a, 2, "message %d", 8);
            KUNIT_EXPECT_PTR_EQ_MSG(test, p, q, "message %d", 9);
            KUNIT_EXPECT_PTR_NE_MSG(test, p, p, "message %d", 10);
            KUNIT_EXPECT_NULL_MSG(test, p, "message %d", 11);
            KUNIT_EXPECT_NOT_NULL_MSG(test, q, "message %d", 12);
            KUNIT_EXPECT_STREQ_MSG(test, z, "y", "message %d", 13);
            KUNIT_EXPECT_STRNEQ_MSG(test, z, z, "message %d", 14);
            KUNIT_EXPECT_MEMEQ_MSG(test, m, k, 1, "message %d", 15);
            KUNIT_EXPECT_MEMNEQ_MSG(test, m, m, 1, "message %d", 16);
            KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, err, "message %d", 17);
            test.info("goes on");
        }

        @KunitCase(params = "MACROS")
        void require(Kunit test, int macro) {
            int a = 1;
            String z = "z";
            byte[] m = {1};
            byte[] k = {2};
            Long p = 0x10L;
            Long q = null;
            ErrPtr err = new ErrPtr(Errno.ENODEV);
            switch (macro) {
                case 0 -> KUNIT_ASSERT_TRUE(test, a == 2);
                case 1 -> KUNIT_ASSERT_FALSE(test, a == 1);
                case 2 -> KUNIT_ASSERT_EQ(test, a, 2);
                case 3 -> KUNIT_ASSERT_NE(test, a, a);
                case 4 -> KUNIT_ASSERT_LT(test, a, 1);
                case 5 -> KUNIT_ASSERT_LE(test, a, 0);
                case 6 -> KUNIT_ASSERT_GT(test, a, 1);
                case 7 -> KUNIT_ASSERT_GE(test, a, 2);
                case 8 -> KUNIT_ASSERT_PTR_EQ(test, p, q);
                case 9 -> KUNIT_ASSERT_PTR_NE(test, p, p);
                case 10 -> KUNIT_ASSERT_NULL(test, p);
                case 11 -> KUNIT_ASSERT_NOT_NULL(test, q);
                case 12 -> KUNIT_ASSERT_STREQ(test, z, "y");
                case 13 -> KUNIT_ASSERT_STRNEQ(test, z, z);
                case 14 -> KUNIT_ASSERT_MEMEQ(test, m, k, 1);
                case 15 -> KUNIT_ASSERT_MEMNEQ(test, m, m, 1);
                case 16 -> KUNIT_ASSERT_NOT_ERR_OR_NULL(test, err);
                default -> test.info("no such macro");
            }
            test.info("not reached");
        }

        @KunitCase(params = "MACROS")
        void requireMsg(Kunit test, int macro) {
            int a = 1;
            String z = "z";
            byte[] m = {1};
            byte[] k = {2};
            Long p = 0x10L;
            Long q = null;
            ErrPtr err = new ErrPtr(Errno.ENODEV);
            switch (macro) {
                case 0 -> KUNIT_ASSERT_TRUE_MSG(test, a == 2, "message %d", 1);
                case 1 -> KUNIT_ASSERT_FALSE_MSG(test, a == 1, "message %d", 2);
                case 2 -> KUNIT_ASSERT_EQ_MSG(test, a, 2, "message %d", 3);
                case 3 -> KUNIT_ASSERT_NE_MSG(test, a, a, "message %d", 4);
                case 4 -> KUNIT_ASSERT_LT_MSG(test, a, 1, "message %d", 5);
                case 5 -> KUNIT_ASSERT_LE_MSG(test, a, 0, "message %d", 6);
                case 6 -> KUNIT_ASSERT_GT_MSG(test, a, 1, "message %d", 7);
                case 7 -> KUNIT_ASSERT_GE_MSG(test, a, 2, "message %d", 8);
                case 8 -> KUNIT_ASSERT_PTR_EQ_MSG(test, p, q, "message %d", 9);
                case 9 -> KUNIT_ASSERT_PTR_NE_MSG(test, p, p, "message %d", 10);
                case 10 -> KUNIT_ASSERT_NULL_MSG(test, p, "message %d", 11);
                case 11 -> KUNIT_ASSERT_NOT_NULL_MSG(test, q, "message %d", 12);
                case 12 -> KUNIT_ASSERT_STREQ_MSG(test, z, "y", "message %d", 13);
                case 13 -> KUNIT_ASSERT_STRNEQ_MSG(test, z, z, "message %d", 14);
                case 14 -> KUNIT_ASSERT_MEMEQ_MSG(test, m, k, 1, "message %d", 15);
                case 15 -> KUNIT_ASSERT_MEMNEQ_MSG(test, m, m, 1, "message %d", 16);
                case 16 -> KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, err, "message %d", 17);
                default -> test.info("no such macro");
            }
            test.info("not reached");
        }

        @KunitCase
        void allPass(Kunit test) {
            int a = 1;
            String z = "z";
            byte[] m = {1};
            Long p = 0x10L;
            KUNIT_EXPECT_TRUE(test, a == 1);
            KUNIT_EXPECT_FALSE(test, a == 2);
            KUNIT_EXPECT_EQ(test, a, 1);
            KUNIT_EXPECT_NE(test, a, 2);
            KUNIT_EXPECT_LT(test, a, 2);
            KUNIT_EXPECT_LE(test, a, 1);
            KUNIT_EXPECT_GT(test, a, 0);
            KUNIT_EXPECT_GE(test, a, 1);
            KUNIT_EXPECT_PTR_EQ(test, p, 0x10L);
            KUNIT_EXPECT_PTR_NE(test, p, null);
            KUNIT_EXPECT_NULL(test, null);
            KUNIT_EXPECT_NOT_NULL(test, p);
            KUNIT_EXPECT_STREQ(test, z, "z");
            KUNIT_EXPECT_STRNEQ(test, z, "zz");
            KUNIT_EXPECT_MEMEQ(test, m, m, 1);
            KUNIT_EXPECT_MEMNEQ(test, m, new byte[] {2}, 1);
            KUNIT_EXPECT_MEMEQ(test, m, new byte[] {2}, 0);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, p);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, -4096L);
            KUNIT_EXPECT_EQ(test, Unsigned.u32(-1), -1);
            KUNIT_EXPECT_LT(test, -1L, Unsigned.u32(-1));
            KUNIT_SUCCEED(test);
        }
    }

    @KunitSuite(value = "operands", config = CONFIG, module = MODULE, link = 2)
    static final class Operands {
        private enum Color {
            RED, GREEN, BLUE
        }

        @KunitCase
        void integers(Kunit test) {
            short s = -300;
            byte b = -1;
            char c = 'x';
            long l = Long.MIN_VALUE;
            int i = 7;
            boolean t = true;
            KUNIT_EXPECT_EQ(test, s, 300);
            KUNIT_EXPECT_EQ(test, b, 255);
            KUNIT_EXPECT_EQ(test, l, Long.MAX_VALUE);
            KUNIT_EXPECT_LE(test, c, 'a');
            KUNIT_EXPECT_EQ(test, t, 0);
            KUNIT_EXPECT_EQ(test, t, false);
            KUNIT_EXPECT_EQ(test, -5, i);
            KUNIT_EXPECT_EQ(test, -5, -6);
            KUNIT_EXPECT_EQ(test, 010, 9);
            KUNIT_EXPECT_EQ(test, -0, 1);
            KUNIT_EXPECT_EQ(test, (5), 6);
            KUNIT_EXPECT_FALSE(test, i);
            KUNIT_EXPECT_TRUE(test, 0L);
            KUNIT_EXPECT_TRUE(test, i > 9 && (i < 3 || i == 4));
        }

        @KunitCase
        void unsignedIntegers(Kunit test) {
            Unsigned u8 = Unsigned.u8(0xff);
            Unsigned u16 = Unsigned.u16(0xffff);
            Unsigned u32 = Unsigned.u32(0xffff_ffffL);
            Unsigned u64 = Unsigned.u64(-1);
            KUNIT_EXPECT_EQ(test, u8, 0);
            KUNIT_EXPECT_EQ(test, u16, -1);
            KUNIT_EXPECT_NE(test, u32, -1);
            KUNIT_EXPECT_LT(test, u64, 0);
            KUNIT_EXPECT_GT(test, -1, u32);
            KUNIT_EXPECT_LT(test, u64, 1L);
        }

        @KunitCase
        void constantsOfAnEnum(Kunit test) {
            Color color = Color.GREEN;
            KUNIT_EXPECT_EQ(test, Color.RED, Color.BLUE);
            KUNIT_EXPECT_EQ(test, color, 2);
            KUNIT_EXPECT_GE(test, color, Color.BLUE);
        }

        @KunitCase
        void sourceText(Kunit test) {
            int i = 7;
            KUNIT_EXPECT_EQ(test, i ++ , /* comment, here */ 9);
            KUNIT_EXPECT_EQ(test, Math.max(i, 3),
                Math.min( i,
                    3 )); // a comment behind it, with (brackets
            KUNIT_EXPECT_EQ(test, new int[] {1, 2}[0], new int[] {1, 2}[1]);
            KUNIT_EXPECT_EQ(test, "a,b)".length(), 5); KUNIT_EXPECT_EQ(test, ')', '(');
            KUNIT_EXPECT_EQ(test, i, i + 1); KUNIT_EXPECT_EQ(test, i, i + 2); KUNIT_EXPECT_EQ_MSG(test, i, i + 3, "%d, x", 3);
        }

        @KunitCase
        void messages(Kunit test) {
            int a = 1;
            byte[] m = {1};
            KUNIT_EXPECT_EQ_MSG(test, a, 2, "");
            KUNIT_EXPECT_EQ_MSG(test, a, a + 1, "");
            KUNIT_EXPECT_EQ_MSG(test, a, a + 1, "a\nb\n\n");
            KUNIT_EXPECT_MEMNEQ_MSG(test, m, null, 1, "lost");
            KUNIT_EXPECT_MEMNEQ_MSG(test, m, m, 0, "kept");
            KUNIT_FAIL(test, "");
        }

        @KunitCase
        void strings(Kunit test) {
            String quote = "\"";
            String empty = "";
            String none = null;
            String lines = "a\nb";
            String abc = "abc";
            KUNIT_EXPECT_STREQ(test, empty, quote);
            KUNIT_EXPECT_STREQ(test, "", quote);
            KUNIT_EXPECT_STREQ(test, "\"", "");
            KUNIT_EXPECT_STREQ(test, lines, "a\nb ");
            KUNIT_EXPECT_STRNEQ(test, none, none);
            KUNIT_EXPECT_STRNEQ(test, none, "x");
            KUNIT_EXPECT_STREQ(test, "x", null);
            KUNIT_EXPECT_STREQ(test, new StringBuilder("sb"), "bs");
            KUNIT_EXPECT_STREQ(test, "a" + "b", "ab ");
            KUNIT_EXPECT_STREQ(test, "ab", "abc");
            KUNIT_EXPECT_STREQ(test, abc, "ab");
        }

        @KunitCase
        void memory(Kunit test) {
            byte[] a = new byte[100];
            byte[] b = new byte[100];
            b[0] = 1;
            b[99] = 2;
            for (int size : new int[] {1, 15, 16, 17, 32, 33}) {
                KUNIT_EXPECT_MEMEQ(test, a, b, size);
            }
            // More than the kernel's log takes in one record.
            KUNIT_EXPECT_MEMEQ(test, a, b, 100);
            KUNIT_EXPECT_MEMEQ(test, MemorySegment.ofArray(a), MemorySegment.ofArray(b), 3);
        }

        @KunitCase
        void pointers(Kunit test) {
            ErrPtr error = new ErrPtr(Errno.ENOMEM);
            Long high = 0xffff888000000000L;
            Long low = 0x1000L;
            KUNIT_EXPECT_NULL(test, error);
            KUNIT_EXPECT_PTR_EQ(test, high, low);
            KUNIT_EXPECT_PTR_EQ(test, null, low);
            KUNIT_EXPECT_NOT_NULL(test, null);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, null);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, -1L);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, -4095L);
        }
    }
}
