package org.kunitjvm.kunit.probe;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STRNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.Scheduler;
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

/**
 * The probe suites: every failure form, life-cycle failures, parameters, skips. Ported line by line from
 * zz_probe_test.c.
 */
final class ProbeSuites {
    static final String CONFIG = "KUNIT_PROBE_TEST";
    static final String MODULE = "zz_probe_test";

    private static final Action<String> ACT = name -> {
        Kunit t = Kunit.current();
        t.info("action %s comm=%s cur=%d", name, t.kernel().current().comm(), t == Kunit.current());
    };
    private static final Action<Kunit> ACT_RAW_BODY = test -> rawAction(test, "body-act");
    private static final Action<Kunit> ACT_RAW_EXIT = test -> rawAction(test, "x-act");

    private ProbeSuites() {
    }

    private static void rawAction(Kunit test, String name) {
        Scheduler sched = test.kernel().sched();
        test.kernel().log().info("raw action %s comm=%s kunit=%d", name, sched.current().comm(),
            sched.current().kunitTest() != null ? 1 : 0);
    }

    static int probeInit(Kunit test) {
        test.info("init comm=%s priv=%d", test.kernel().current().comm(), test.priv != null);
        test.addAction(ACT, "from-init");
        return 0;
    }

    static void probeExit(Kunit test) {
        test.info("exit comm=%s status=%d", test.kernel().current().comm(), test.status());
        test.addAction(ACT, "from-exit");
    }

    static void body(Kunit test) {
        test.info("body");
        test.addAction(ACT_RAW_BODY, test);
    }

    @KunitSuite(value = "probe", config = CONFIG, module = MODULE, speed = Speed.SLOW, link = 1)
    static final class Probe {
        private static final int[] ARR = {1, 2, 3};
        private static final int[] ARR_SKIP = {3, 3};
        private static final int[] ARR_ONE = {1};

        @KunitInit
        int init(Kunit test) {
            return probeInit(test);
        }

        @KunitExit
        void exit(Kunit test) {
            probeExit(test);
        }

        @KunitSuiteInit
        void suiteInit(SuiteContext s) {
            s.info("suite_init comm=%s", s.kernel().current().comm());
        }

        @KunitSuiteExit
        void suiteExit(SuiteContext s) {
            s.info("suite_exit comm=%s", s.kernel().current().comm());
        }

        @KunitCase
        void tEq(Kunit test) {
            int a = 3;
            Unsigned big = Unsigned.u64(0xffffffffffffffffL);
            Unsigned small = Unsigned.u8(200);
            byte neg = -5;
            char c = 'x';
            boolean b = true;
            KUNIT_EXPECT_EQ(test, a, 5);
            KUNIT_EXPECT_EQ(test, 5, a);
            KUNIT_EXPECT_EQ(test, 5, 6);
            KUNIT_EXPECT_EQ(test, a, a + 1);
            KUNIT_EXPECT_EQ(test, big, 1);
            KUNIT_EXPECT_EQ(test, small, 0xC9);
            KUNIT_EXPECT_EQ(test, neg, 0);
            KUNIT_EXPECT_EQ(test, c, 'y');
            KUNIT_EXPECT_EQ(test, b, false);
            KUNIT_EXPECT_EQ_MSG(test, a, 5, "msg %d", 42);
            KUNIT_EXPECT_EQ_MSG(test, a, a + 1, "msg %d", 42);
            KUNIT_EXPECT_EQ_MSG(test, 5, 6, "msg nl %d\n", 42);
            KUNIT_EXPECT_LT(test, a, 1);
            KUNIT_EXPECT_GE(test, a, 10);
            KUNIT_EXPECT_NE(test, a, 3);
        }

        @KunitCase
        void tTrue(Kunit test) {
            int a = 0;
            KUNIT_EXPECT_TRUE(test, a == 1);
            KUNIT_EXPECT_FALSE(test, a == 0);
            KUNIT_EXPECT_TRUE_MSG(test, a, "why %s", "not");
            KUNIT_FAIL(test, "plain fail %d", 1);
            KUNIT_FAIL(test, "plain fail nl\n");
            KUNIT_FAIL(test, "multi\nline");
        }

        @KunitCase
        void tPtr(Kunit test) {
            Long p = 0xdeadbeefL;
            Long q = null;
            ErrPtr e = new ErrPtr(Errno.EINVAL);
            KUNIT_EXPECT_PTR_EQ(test, p, q);
            KUNIT_EXPECT_NULL(test, p);
            KUNIT_EXPECT_NOT_NULL(test, q);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, q);
            KUNIT_EXPECT_NOT_ERR_OR_NULL(test, e);
            KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, e, "why %d", 7);
            KUNIT_EXPECT_PTR_NE_MSG(test, p, p, "same");
        }

        @KunitCase
        void tStr(Kunit test) {
            String a = "abc";
            String n = null;
            KUNIT_EXPECT_STREQ(test, a, "abd");
            KUNIT_EXPECT_STREQ(test, "abd", a);
            KUNIT_EXPECT_STREQ(test, "abd", "abc");
            KUNIT_EXPECT_STREQ(test, a, a.substring(1));
            KUNIT_EXPECT_STRNEQ(test, a, "abc");
            KUNIT_EXPECT_STREQ_MSG(test, a, "abd", "hey");
            KUNIT_EXPECT_STREQ(test, a, n);
            KUNIT_EXPECT_STREQ(test, a, "ab\n");
        }

        @KunitCase
        void tMem(Kunit test) {
            byte[] a = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
            byte[] b = a.clone();
            byte[] n = null;
            b[3] = (byte) 0xff;
            b[17] = (byte) 0xee;
            KUNIT_EXPECT_MEMEQ(test, a, b, 20);
            KUNIT_EXPECT_MEMEQ(test, a, b, a.length - 4);
            KUNIT_EXPECT_MEMNEQ(test, a, a, 4);
            KUNIT_EXPECT_MEMEQ_MSG(test, a, b, 4, "mm");
            KUNIT_EXPECT_MEMEQ_MSG(test, n, b, 4, "nullmsg");
            KUNIT_EXPECT_MEMEQ(test, a, n, 4);
            KUNIT_EXPECT_MEMNEQ(test, n, n, 4);
            KUNIT_EXPECT_MEMNEQ(test, a, b, 0);
        }

        @KunitCase
        void tAbort(Kunit test) {
            test.addAction(ACT, "A");
            test.addAction(ACT, "B");
            KUNIT_ASSERT_EQ(test, 1, 2);
            test.info("not reached");
        }

        @KunitCase
        void tFailThenSkip(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 2);
            test.skip("skip after fail");
        }

        @KunitCase(name = "t_markskip_then_fail")
        void tMarkskipThenFail(Kunit test) {
            test.markSkipped("reason");
            KUNIT_EXPECT_EQ(test, 1, 2);
        }

        @KunitCase
        void tSkipEmpty(Kunit test) {
            test.skip("%s", "");
        }

        @KunitCase
        void tSkipHash(Kunit test) {
            test.skip("has # hash");
        }

        @KunitCase
        void tCurrentFail(Kunit test) {
            Kunit.failCurrentTest("bad %d", 3);
        }

        private int thread(Kunit t) {
            t.kernel().log().info("thr current=%d", Kunit.current() != null ? 1 : 0);
            KUNIT_EXPECT_EQ(t, 7, 8);
            return 0;
        }

        @KunitCase
        void tOtherThread(Kunit test) {
            test.kernel().kthreads().run("probe_thr", () -> thread(test));
            test.kernel().sched().msleep(50);
        }

        @KunitCase
        void tSleepy(Kunit test) {
            test.kernel().sched().msleep(2100);
        }

        @KunitCase
        void tLogLevels(Kunit test) {
            test.info("info");
            test.warn("warn");
            test.err("err");
            test.info("two\nlines");
            test.log(LogLevel.INFO, "bare log");
        }

        static @Nullable Object none(@Nullable Object previous, StringBuilder desc) {
            return null;
        }

        static String describe(int p) {
            return p != 3 ? "val " + p + " # x" : "";
        }

        private static void paramBody(Kunit test, int v) {
            test.info("v=%d idx=%d", v, test.paramIndex());
            test.priv = 1;
            if (v == 2) {
                KUNIT_FAIL(test, "two");
            }
            if (v == 3) {
                test.skip("three");
            }
        }

        @KunitCase(params = "ARR", desc = "describe")
        void tParam(Kunit test, int v) {
            paramBody(test, v);
        }

        @KunitCase(params = "none")
        void tParamNone(Kunit test, int v) {
            paramBody(test, v);
        }

        @KunitCase(params = "ARR_SKIP", desc = KunitCase.NO_DESC)
        void tParamSkip(Kunit test, int v) {
            paramBody(test, v);
        }

        @KunitCase(params = "ARR_ONE", desc = KunitCase.NO_DESC, speed = Speed.SLOW)
        void tParamOne(Kunit test, int v) {
            paramBody(test, v);
        }

        @KunitCase(speed = Speed.VERY_SLOW)
        void tNoop(Kunit test) {
        }
    }

    @KunitSuite(value = "probe_init_fail", config = CONFIG, module = MODULE, link = 2)
    static final class InitFail {
        @KunitInit
        int init(Kunit test) {
            test.addAction(ACT, "init-act");
            return -Errno.EINVAL.number();
        }

        @KunitExit
        void exit(Kunit test) {
            probeExit(test);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_init_skip", config = CONFIG, module = MODULE, link = 3)
    static final class InitSkip {
        @KunitInit
        int init(Kunit test) {
            test.skip("skipped in init");
            return 0;
        }

        @KunitExit
        void exit(Kunit test) {
            probeExit(test);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_init_mark", config = CONFIG, module = MODULE, link = 4)
    static final class InitMark {
        @KunitInit
        int init(Kunit test) {
            test.markSkipped("marked in init");
            return 0;
        }

        @KunitExit
        void exit(Kunit test) {
            probeExit(test);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_init_markfail", config = CONFIG, module = MODULE, link = 5)
    static final class InitMarkFail {
        @KunitInit
        void init(Kunit test) throws ErrnoException {
            test.markSkipped("marked in init");
            throw new ErrnoException(Errno.ENODEV);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_init_assert", config = CONFIG, module = MODULE, link = 6)
    static final class InitAssert {
        @KunitInit
        int init(Kunit test) {
            KUNIT_ASSERT_TRUE(test, false);
            return 0;
        }

        @KunitExit
        void exit(Kunit test) {
            probeExit(test);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_suite_init_fail", config = CONFIG, module = MODULE, link = 7)
    static final class SuiteInitFail {
        @KunitSuiteInit
        int suiteInit(SuiteContext s) {
            return -Errno.ENODEV.number();
        }

        @KunitSuiteExit
        void suiteExit(SuiteContext s) {
            s.info("suite_exit comm=%s", s.kernel().current().comm());
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_exit_assert", config = CONFIG, module = MODULE, link = 8)
    static final class ExitAssert {
        @KunitExit
        void exit(Kunit test) {
            test.addAction(ACT_RAW_EXIT, test);
            KUNIT_ASSERT_EQ(test, 1, 3);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_exit_skip", config = CONFIG, module = MODULE, link = 9)
    static final class ExitSkip {
        @KunitExit
        void exit(Kunit test) {
            test.skip("skipped in exit");
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_exit_mark", config = CONFIG, module = MODULE, link = 10)
    static final class ExitMark {
        @KunitExit
        void exit(Kunit test) {
            test.markSkipped("marked in exit");
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_exit_expect", config = CONFIG, module = MODULE, link = 11)
    static final class ExitExpect {
        @KunitExit
        void exit(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 3);
        }

        @KunitCase
        void run(Kunit test) {
            body(test);
        }
    }

    @KunitSuite(value = "probe_empty", config = CONFIG, module = MODULE, link = 12)
    static final class Empty {
    }
}
