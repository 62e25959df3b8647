package org.kunitjvm.kunit.engine;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.List;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;

/** What the tests of the engine run. The CONFIG symbol keeps these suites out of every other run. */
final class EngineSuites {
    static final String CONFIG = "KUNIT_ENGINE_FIXTURES";

    private EngineSuites() {
    }

    @KunitSuite(value = "engine_green", config = CONFIG)
    static final class Green {
        @KunitCase
        void zuluComesFirst(Kunit test) {
            test.info("a word from %s", "zulu");
            KUNIT_EXPECT_EQ(test, 1 + 1, 2);
        }

        @KunitCase
        void alphaComesSecond(Kunit test) {
            KUNIT_EXPECT_TRUE(test, test.kernel().machine().cpus() > 0);
        }

        @KunitCase(name = "renamed", speed = Speed.SLOW)
        void javaName(Kunit test) {
            KUNIT_EXPECT_STREQ(test, test.name(), "renamed");
        }
    }

    @KunitSuite(value = "engine_params", config = CONFIG)
    static final class Params {
        record Order(int order) {
            @Override
            public String toString() {
                return "order " + order;
            }
        }

        static List<Order> orders() {
            return List.of(new Order(0), new Order(3), new Order(9));
        }

        @KunitCase(params = "orders")
        void everyOrder(Kunit test, Order order) {
            test.info("sees %s", order);
            KUNIT_EXPECT_EQ(test, order.order() % 3, 0);
        }

        @KunitCase(params = "orders")
        void onlySmallOrders(Kunit test, Order order) {
            if (order.order() == 0) {
                test.skip("order 0 is too easy");
            }
            KUNIT_EXPECT_EQ(test, order.order(), 3);
        }
    }

    @KunitSuite(value = "engine_red", config = CONFIG)
    static final class Red {
        static void codeUnderTest(Kunit test, int pages) {
            KUNIT_ASSERT_EQ(test, pages, 8);
        }

        @KunitCase
        void twoExpectations(Kunit test) {
            int order = 3;
            KUNIT_EXPECT_EQ(test, order, 4);
            KUNIT_EXPECT_STREQ(test, "abc", "abd");
        }

        @KunitCase
        void assertionInHelper(Kunit test) {
            test.warn("before the assertion");
            codeUnderTest(test, 4);
            test.warn("not reached");
        }

        @KunitCase
        void crash(Kunit test) {
            throw new KernelBug("pfn %#x is on two lists", 0x42);
        }

        @KunitCase
        void neverEnds(Kunit test) {
            while (true) {
                test.kernel().sched().msleep(1000);
            }
        }

        @KunitCase
        void failsWithoutWords(Kunit test) {
            test.setFailure();
        }

        @KunitCase
        void leavesLockContext(Kunit test) {
            test.kernel().preempt().disable();
        }

        @KunitCase
        void passes(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    @KunitSuite(value = "engine_skips", config = CONFIG)
    static final class Skips {
        @KunitCase
        void skipsItself(Kunit test) {
            test.skip("needs %d nodes", 2);
        }

        @KunitCase
        void runs(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    @KunitSuite(value = "engine_init", config = CONFIG)
    static final class InitFails {
        @KunitInit
        int init(Kunit test) {
            return -Errno.ENOMEM.number();
        }

        @KunitCase
        void neverStarts(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    @KunitSuite(value = "engine_suite_init", config = CONFIG)
    static final class SuiteInitFails {
        @KunitSuiteInit
        int suiteInit(SuiteContext suite) {
            suite.warn("there is no device");
            return -Errno.ENODEV.number();
        }

        @KunitCase
        void neverStarts(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    @KunitSuite(value = "engine_broken_params", config = CONFIG)
    static final class BrokenParams {
        static List<String> source() {
            throw new IllegalStateException("no parameters today");
        }

        @KunitCase(params = "source")
        void neverStarts(Kunit test, String param) {
            KUNIT_EXPECT_STREQ(test, param, "");
        }
    }

    @KunitSuite(value = "engine_off", config = "KUNIT_ENGINE_OFF")
    static final class Off {
        @KunitCase
        void wouldFail(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 2);
        }
    }

    @KunitSuite(value = "engine_malformed", config = CONFIG)
    static final class Malformed {
        @KunitCase
        int returnsSomething(Kunit test) {
            return 1;
        }
    }

    @KunitSuite(value = "engine_overloads", config = CONFIG)
    static final class Overloads {
        private static final int[] NUMBERS = {1};

        @KunitCase(name = "plain")
        void same(Kunit test) {
            KUNIT_EXPECT_STREQ(test, test.name(), "plain");
        }

        @KunitCase(name = "with_param", params = "NUMBERS")
        void same(Kunit test, int number) {
            KUNIT_EXPECT_EQ(test, number, 1);
        }
    }

    /** No suite at all. */
    static final class Plain {
        void method() {
            throw new IllegalStateException("nobody calls this");
        }
    }
}
