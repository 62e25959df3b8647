package org.kunitjvm.kunit.probe;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STRNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL_AND_ABORT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_SUCCEED;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitExit;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.Unsigned;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.kunit.stub.StaticStub;

/**
 * Suites in which every family of assertions fails, and what fails around cases. Ported line by line from
 * truth-fail-test.c.
 */
final class TruthSuites {
    static final String CONFIG = "KUNIT_TRUTH_TEST";
    static final String MODULE = "truth_fail_test";

    private TruthSuites() {
    }

    private static void exitCalled(Kunit test) {
        test.info("exit called");
    }

    private static void never(Kunit test) {
        test.info("NOT REACHED");
    }

    @KunitSuite(value = "truth_fail", config = CONFIG, module = MODULE, link = 1)
    static final class Fail {
        private static final Prm[] PRMS = {new Prm(1, "one"), new Prm(2, "two"), new Prm(3, "three with # hash"),
            new Prm(4, "four")};

        /** A parameter. */
        record Prm(int v, String d) {
            @Override
            public String toString() {
                return d;
            }
        }

        private static int three() {
            return 3;
        }

        @KunitCase
        void expectBool(Kunit test) {
            boolean t = true;
            KUNIT_EXPECT_TRUE(test, false); KUNIT_EXPECT_TRUE(test, three() == 4); KUNIT_EXPECT_FALSE(test, t);
            KUNIT_EXPECT_TRUE_MSG(test, !t, "msg %d", 5);
            KUNIT_EXPECT_FALSE_MSG(test, t, "no newline");
        }

        @KunitCase
        void expectInt(Kunit test) {
            int x = 7;
            int y = -1;
            Unsigned ul = Unsigned.u64(~0L);
            long ll = -5;
            Unsigned c = Unsigned.u8(200);
            Unsigned s = Unsigned.u64(4096);
            KUNIT_EXPECT_EQ(test, 1 + 1, 3);
            KUNIT_EXPECT_EQ(test, x, 8);
            KUNIT_EXPECT_EQ(test, x, y);
            KUNIT_EXPECT_EQ(test, three(), x);
            KUNIT_EXPECT_NE(test, x, 7);
            KUNIT_EXPECT_LT(test, x, 3);
            KUNIT_EXPECT_LE(test, x, y);
            KUNIT_EXPECT_GT(test, y, x);
            KUNIT_EXPECT_GE(test, y, 0);
            KUNIT_EXPECT_EQ(test, ul, 0L);
            KUNIT_EXPECT_EQ(test, ll, 10);
            KUNIT_EXPECT_EQ(test, c, 201);
            KUNIT_EXPECT_EQ(test, s, 0x2000);
            KUNIT_EXPECT_EQ(test, Integer.BYTES, 8);
            KUNIT_EXPECT_EQ(test, x == 7, false);
            KUNIT_EXPECT_EQ_MSG(test, x, y, "the message: x=%d", x);
            KUNIT_EXPECT_LT_MSG(test, x, y, "another\n");
        }

        @KunitCase
        void expectPtr(Kunit test) {
            int a = 0;
            Long n = null;
            Long p = 0x1000L;
            ErrPtr e = new ErrPtr(Errno.ENOMEM);
            KUNIT_EXPECT_PTR_EQ(test, p, 0x2000L);
            KUNIT_EXPECT_PTR_NE(test, n, null);
            KUNIT_EXPECT_NULL(test, p);
            KUNIT_EXPECT_NOT_NULL(test, n);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, n);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, e);
            KUNIT_EXPECT_NOT_NULL_MSG(test, n, "n was %d", a);
            KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, e, "e was bad");
        }

        @KunitCase
        void expectStr(Kunit test) {
            String a = "hello";
            String b = "world";
            KUNIT_EXPECT_STREQ(test, a, b);
            KUNIT_EXPECT_STREQ(test, a, "hullo");
            KUNIT_EXPECT_STREQ(test, "abc", "abd");
            KUNIT_EXPECT_STRNEQ(test, a, "hello");
            KUNIT_EXPECT_STREQ_MSG(test, a, b, "str msg");
        }

        @KunitCase
        void expectMem(Kunit test) {
            byte[] a = new byte[20];
            Arrays.fill(a, (byte) 0x11);
            byte[] b = a.clone();
            b[3] = 0x22;
            b[17] = (byte) 0xff;
            KUNIT_EXPECT_MEMEQ(test, a, b, 20);
            KUNIT_EXPECT_MEMNEQ(test, a, a, 4);
            KUNIT_EXPECT_MEMEQ_MSG(test, a, b, 5, "mem msg");
        }

        @KunitCase
        void assertAborts(Kunit test) {
            int x = 1;
            test.info("before");
            KUNIT_EXPECT_EQ(test, x, 2);
            KUNIT_ASSERT_EQ(test, x, 3);
            test.info("NOT REACHED");
        }

        @KunitCase
        void assertMsg(Kunit test) {
            int x = 1;
            KUNIT_ASSERT_EQ_MSG(test, x, 3, "assert msg %s", "here");
        }

        @KunitCase
        void failMacro(Kunit test) {
            KUNIT_FAIL(test, "failed on purpose %d", 42);
            test.info("still running");
        }

        @KunitCase
        void failAbort(Kunit test) {
            KUNIT_FAIL_AND_ABORT(test, "abort on purpose");
        }

        @KunitCase
        void succeed(Kunit test) {
            KUNIT_SUCCEED(test);
        }

        @KunitCase
        void logs(Kunit test) {
            test.info("info line");
            test.warn("warn line");
            test.err("err line");
            test.log(LogLevel.INFO, "log line\n");
        }

        @KunitCase
        void skipAfterFail(Kunit test) {
            KUNIT_EXPECT_TRUE(test, false);
            test.skip("skip after fail");
        }

        @KunitCase
        void failAfterMarkSkip(Kunit test) {
            test.markSkipped("marked");
            KUNIT_EXPECT_TRUE(test, false);
        }

        @KunitCase
        void deferred(Kunit test) {
            Action<Integer> act = x -> test.kernel().log().info("deferred action %d", x);
            test.addAction(act, 1);
            test.addAction(act, 2);
            KUNIT_ASSERT_TRUE(test, false);
        }

        @KunitStubbable
        static int add_one(int i) {
            return i + 1;
        }

        private static int subOne(int i) {
            return i - 1;
        }

        @KunitCase
        void stub(Kunit test) {
            StaticStub.activate(test, Fail::add_one, Fail::subOne);
            KUNIT_EXPECT_EQ(test, add_one(1), 2);
            StaticStub.deactivate(test, Fail::add_one);
            KUNIT_EXPECT_EQ(test, add_one(1), 3);
        }

        @KunitCase(params = "PRMS")
        void paramTest(Kunit test, Prm p) {
            if (p.v() == 4) {
                test.skip("four is skipped");
            }
            KUNIT_EXPECT_NE(test, p.v, 2);
            KUNIT_ASSERT_LT(test, p.v, 3);
        }

        static @Nullable Object next(@Nullable Object previous, StringBuilder desc) {
            long v = previous == null ? 0 : (Long) previous;
            return v < 3 ? (Long) (v + 1) : null;
        }

        @KunitCase(params = "next")
        void paramNodesc(Kunit test) {
            test.info("param %d", test.paramValue());
            KUNIT_EXPECT_NE(test, test.paramValue(), 3L);
        }

        static @Nullable Object nothing(@Nullable Object previous, StringBuilder desc) {
            return null;
        }

        @KunitCase(params = "nothing")
        void paramEmpty(Kunit test) {
        }

        @KunitCase(name = "succeed", speed = Speed.SLOW)
        void succeedSlowly(Kunit test) {
            KUNIT_SUCCEED(test);
        }
    }

    @KunitSuite(value = "truth_bad_init", config = CONFIG, module = MODULE, link = 2)
    static final class BadInit {
        @KunitInit
        int badInit(Kunit test) {
            return -Errno.EINVAL.number();
        }

        @KunitExit
        void tcExit(Kunit test) {
            exitCalled(test);
        }

        @KunitCase
        void never(Kunit test) {
            TruthSuites.never(test);
        }
    }

    @KunitSuite(value = "truth_bad_suite_init", config = CONFIG, module = MODULE, link = 3)
    static final class BadSuiteInit {
        @KunitSuiteInit
        int badSuiteInit(SuiteContext s) {
            return -Errno.ENODEV.number();
        }

        @KunitSuiteExit
        void suiteExit(SuiteContext s) {
            s.info("suite_exit called");
        }

        @KunitCase
        void never(Kunit test) {
            TruthSuites.never(test);
        }
    }

    @KunitSuite(value = "truth_assert_init", config = CONFIG, module = MODULE, link = 4)
    static final class AssertInit {
        @KunitInit
        int assertInit(Kunit test) {
            KUNIT_ASSERT_TRUE(test, false);
            return 0;
        }

        @KunitExit
        void tcExit(Kunit test) {
            exitCalled(test);
        }

        @KunitCase
        void never(Kunit test) {
            TruthSuites.never(test);
        }
    }

    @KunitSuite(value = "truth_exit_fails", config = CONFIG, module = MODULE, link = 5)
    static final class ExitFails {
        @KunitInit
        void okInit(Kunit test) {
            test.info("init");
        }

        @KunitExit
        void exitFails(Kunit test) {
            KUNIT_EXPECT_TRUE(test, false);
        }

        @KunitCase
        void okCase(Kunit test) {
            test.info("body");
        }
    }

    @KunitSuite(value = "truth_all_skipped", config = CONFIG, module = MODULE, link = 6)
    static final class AllSkipped {
        @KunitCase
        void allSkip(Kunit test) {
            test.skip("all");
        }
    }

    @KunitSuite(value = "truth_single_pass", config = CONFIG, module = MODULE, link = 7)
    static final class SinglePass {
        @KunitCase
        void okCase(Kunit test) {
            test.info("body");
        }
    }

    @KunitSuite(value = "truth_crash", config = CONFIG, module = MODULE, link = 8)
    static final class Crash {
        @KunitCase
        void okCase(Kunit test) {
            test.info("body");
        }

        @KunitCase
        void nullDeref(Kunit test) {
            int[] p = null;
            test.info("about to crash");
            p[0] = 1;
            test.info("NOT REACHED");
        }

        @KunitCase
        void succeed(Kunit test) {
            KUNIT_SUCCEED(test);
        }
    }
}
