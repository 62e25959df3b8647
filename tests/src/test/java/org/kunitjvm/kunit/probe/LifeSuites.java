package org.kunitjvm.kunit.probe;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL_AND_ABORT;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
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
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.kunit.resource.Resource;

/** Suites in which something happens at every place of a case's life. {@code GoldenSuitesTest} has what they print. */
final class LifeSuites {
    private LifeSuites() {
    }

    private static Kunit current() {
        return Objects.requireNonNull(Kunit.current());
    }

    /** The name of the case says what happens where. */
    @KunitSuite(value = "places", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 3)
    static final class Places {
        private static void act(@Nullable Object name) {
            current().info("act %s status=%d", name, current().status());
        }

        private static void actAssert(@Nullable Object name) {
            KUNIT_ASSERT_EQ(current(), 1, 2);
        }

        private static void actSkip(@Nullable Object name) {
            current().skip("from action");
        }

        private static void actExpect(@Nullable Object name) {
            KUNIT_EXPECT_EQ(current(), 3, 4);
        }

        @KunitInit
        int init(Kunit test) {
            test.addAction(Places::act, "init");
            test.info("init priv=%d", test.priv != null);
            switch (test.name()) {
                case "init_skip" -> test.skip("skip in init");
                case "init_mark", "init_mark_error" -> test.markSkipped("marked in init");
                case "init_assert" -> KUNIT_ASSERT_TRUE_MSG(test, false, "no");
                case "init_expect" -> KUNIT_EXPECT_TRUE_MSG(test, false, "no");
                default -> test.info("init goes on");
            }
            return test.name().endsWith("_error") ? -22 : 0;
        }

        @KunitExit
        void exit(Kunit test) {
            test.info("exit status=%d", test.status());
            test.addAction(Places::act, "exit");
            switch (test.name()) {
                case "exit_expect", "skip_then_exit_expect" -> KUNIT_EXPECT_EQ(test, 1, 2);
                case "exit_assert" -> KUNIT_ASSERT_EQ(test, 1, 2);
                case "exit_skip" -> test.skip("in exit");
                case "exit_mark", "fail_then_exit_mark" -> test.markSkipped("marked in exit");
                default -> test.info("exit goes on");
            }
        }

        private static void body(Kunit test) {
            test.priv = test;
            test.info("body");
        }

        @KunitCase
        void nothingHappens(Kunit test) {
            body(test);
        }

        @KunitCase
        void initError(Kunit test) {
            body(test);
        }

        @KunitCase
        void initMark(Kunit test) {
            body(test);
        }

        @KunitCase
        void initMarkError(Kunit test) {
            body(test);
        }

        @KunitCase
        void initSkip(Kunit test) {
            body(test);
        }

        @KunitCase
        void initAssert(Kunit test) {
            body(test);
        }

        @KunitCase
        void initExpect(Kunit test) {
            body(test);
        }

        @KunitCase
        void exitExpect(Kunit test) {
            body(test);
        }

        @KunitCase
        void exitAssert(Kunit test) {
            body(test);
        }

        @KunitCase
        void exitSkip(Kunit test) {
            body(test);
        }

        @KunitCase
        void exitMark(Kunit test) {
            body(test);
        }

        @KunitCase
        void failThenExitMark(Kunit test) {
            KUNIT_FAIL(test, "body");
        }

        @KunitCase
        void skipThenExitExpect(Kunit test) {
            test.skip("skip in body");
        }

        @KunitCase
        void actionAssert(Kunit test) {
            test.addAction(Places::act, "never");
            test.addAction(Places::actAssert, null);
            test.addAction(Places::act, "newest");
        }

        @KunitCase
        void actionSkip(Kunit test) {
            test.addAction(Places::act, "never");
            test.addAction(Places::actSkip, null);
            test.addAction(Places::act, "newest");
        }

        @KunitCase
        void actionExpect(Kunit test) {
            test.addAction(Places::act, "oldest");
            test.addAction(Places::actExpect, null);
            test.addAction(Places::act, "newest");
        }

        @KunitCase
        void actionTwice(Kunit test) {
            test.addAction(Places::act, "d");
            test.addAction(Places::act, "d");
            test.addAction(Places::act, "e");
            test.removeAction(Places::act, "d");
            test.releaseAction(Places::act, "e");
            test.releaseAction(Places::act, "not there");
            test.removeAction(Places::act, "not there");
        }

        @KunitCase
        void actionOfNothing(Kunit test) {
            test.addAction((Action<Object>) null, "x");
        }
    }

    @KunitSuite(value = "words", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 4,
        speed = Speed.VERY_SLOW)
    static final class Words {
        @KunitCase
        void longReason(Kunit test) {
            test.skip("%s", "r".repeat(300));
        }

        @KunitCase
        void setFailure(Kunit test) {
            test.setFailure();
        }

        @KunitCase
        void markTwice(Kunit test) {
            test.markSkipped("one");
            test.markSkipped("two # %d", 2);
        }

        @KunitCase
        void markLines(Kunit test) {
            test.markSkipped("one\ntwo");
        }

        @KunitCase
        void failAndAbort(Kunit test) {
            KUNIT_FAIL_AND_ABORT(test, "on %s", "purpose");
        }

        @KunitCase
        void logs(Kunit test) {
            test.info("%s", "x".repeat(1100));
            test.info("");
            test.info("two newlines\n\n");
            test.log(LogLevel.INFO, "plain %d%%", 5);
            test.printk(LogLevel.NOTICE, "notice");
            test.warn("%5d|%-5s|%#llx|%hhu|%pe", 7, "ab", 255L, -1, -12L);
            test.kernel().log().info("pr_info %lu", 5);
            Kunit.failCurrentTest("from %s", "anywhere");
        }

        @KunitCase
        void otherThread(Kunit test) {
            test.kernel().kthreads().run("other", () -> {
                Kunit.failCurrentTest("nobody's");
                KUNIT_EXPECT_EQ(test, 7, 8);
                KUNIT_ASSERT_EQ(test, 1, 2);
                test.info("not reached");
                return 0;
            });
            test.kernel().sched().msleep(10);
            test.info("goes on");
        }

        @KunitCase
        void slow(Kunit test) {
            test.kernel().sched().msleep(2100);
        }

        @KunitCase(speed = Speed.SLOW)
        void slowAndMarked(Kunit test) {
            test.kernel().sched().msleep(2100);
        }

        @KunitCase(speed = Speed.NORMAL)
        void slowAndSkipped(Kunit test) {
            test.kernel().sched().msleep(2100);
            test.skip("late");
        }
    }

    @KunitSuite(value = "resources", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 5)
    static final class Resources {
        private static void freed(Resource resource) {
            current().info("free %s", resource.data());
        }

        private static void freedWithInner(Resource resource) {
            freed(resource);
            current().addResource(null, Resources::freed, new Resource(), "inner");
        }

        private static int initBang(Resource resource, @Nullable Object data) {
            resource.setData(data + "!");
            return 0;
        }

        @KunitCase
        void namesAndErrors(Kunit test) {
            test.info("%d", test.addNamedResource(null, Resources::freedWithInner, new Resource(), "name", "b"));
            test.info("%d", test.addNamedResource(null, Resources::freed, new Resource(), "name", "c"));
            test.info("%d", test.addNamedResource(null, Resources::freed, new Resource(), null, "c"));
            test.info("%d", test.addResource((_, _) -> -12, Resources::freed, new Resource(), "d"));
            test.info("%s", test.allocResource(Resources::initBang, Resources::freed, "e"));
            test.info("%s", test.allocResource((_, _) -> -1, Resources::freed, "f"));
            Resource found = Objects.requireNonNull(test.findNamedResource("name"));
            test.info("found %s", found.data());
            found.put();
            test.info("%s", test.findNamedResource("other"));
            test.info("%d", test.destroyNamedResource("other"));
            test.info("%d", test.destroyResource((r, _) -> "e!".equals(r.data()), null));
        }

        @KunitCase
        void freesOthers(Kunit test) {
            Resource a = new Resource();
            test.addResource(null, Resources::freed, a, "a");
            test.addResource(null, Resources::freed, new Resource(), "b");
            test.addResource(null, r -> {
                freed(r);
                test.removeResource(a);
            }, new Resource(), "c");
        }

        @KunitCase
        void referencesKeepIt(Kunit test) {
            Resource held = Objects.requireNonNull(test.allocAndGetResource(null, Resources::freed, "held"));
            test.removeResource(held);
            test.info("removed");
            test.removeResource(held);
            held.put();
            test.info("put");
        }
    }

    @KunitSuite(value = "parameters", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 6)
    static final class Parameters {
        private static final int[] NONE = {};
        private static final int[] ONE = {1};
        private static final Described[] DESCRIBED = {new Described(1, "one"), new Described(2, ""),
            new Described(3, "d".repeat(200)), new Described(4, "x # y")};

        /** A parameter. */
        record Described(int v, String d) {
            @Override
            public String toString() {
                return d;
            }
        }

        @KunitInit
        int init(Kunit test) {
            test.info("init %d", test.paramIndex());
            return test.paramIndex() == 1 ? -3 : 0;
        }

        @KunitExit
        void exit(Kunit test) {
            test.info("exit %d", test.paramIndex());
        }

        @KunitCase(params = "DESCRIBED")
        void described(Kunit test, Described p) {
            KUNIT_EXPECT_LT(test, p.v, 4);
            if (p.v == 1) {
                test.skip("%s", p.d());
            }
        }

        @KunitCase(params = "DESCRIBED", desc = KunitCase.NO_DESC, speed = Speed.SLOW)
        void withoutDescription(Kunit test) {
            test.markSkipped("all of them");
        }

        static @Nullable Object next(@Nullable Object previous, StringBuilder desc) {
            int n = previous == null ? 1 : (Integer) previous * 2;
            desc.append("g").append(n);
            return n > 8 ? null : (Integer) n;
        }

        @KunitCase(params = "next")
        void generated(Kunit test, int n) {
            test.info("n=%d", n);
            if (n == 4) {
                KUNIT_ASSERT_EQ(test, n, 5);
            }
        }

        @KunitCase(params = "NONE")
        void none(Kunit test) {
            test.info("not reached");
        }

        @KunitCase(params = "ONE")
        void one(Kunit test) {
            test.info("value %d", test.paramValue());
        }

        @KunitCase(params = "ONE", desc = KunitCase.NO_DESC)
        void oneSkipped(Kunit test) {
            test.skip("why");
        }
    }

    @KunitSuite(value = "no_suite", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 7)
    static final class NoSuite {
        @KunitSuiteInit
        int suiteInit(SuiteContext suite) {
            suite.info("suite_init");
            suite.warn("warn %d", 1);
            suite.err("err");
            suite.log(LogLevel.INFO, "bare");
            return -12;
        }

        @KunitSuiteExit
        void suiteExit(SuiteContext suite) {
            suite.info("not reached");
        }

        @KunitCase
        void never(Kunit test) {
            test.info("not reached");
        }
    }

    @KunitSuite(value = "empty", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 8)
    static final class Empty {
    }

    @KunitSuite(value = "boot", config = MacroSuites.CONFIG, module = MacroSuites.MODULE, link = 9, init = true)
    static final class Boot {
        @KunitSuiteInit
        void suiteInit(SuiteContext suite) {
            suite.info("suite_init");
        }

        @KunitSuiteExit
        void suiteExit(SuiteContext suite) {
            suite.info("suite_exit");
        }

        @KunitCase
        void plain(Kunit test) {
            test.info("body");
        }

        @KunitCase(speed = Speed.VERY_SLOW)
        void verySlow(Kunit test) {
            test.info("body");
        }
    }
}
