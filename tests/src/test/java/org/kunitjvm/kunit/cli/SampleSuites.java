package org.kunitjvm.kunit.cli;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.Mutex;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;

/**
 * Suites for tests of the command line. The project's Kconfig files do not know their symbols, so no other run has
 * them.
 */
final class SampleSuites {
    private SampleSuites() {
    }

    /** Everything passes. */
    @KunitSuite(value = "sample_good", config = "SAMPLE_GOOD_KUNIT_TEST", link = 1)
    static final class Good {
        @KunitCase
        void adds(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1 + 1, 2);
        }

        @KunitCase
        void speaks(Kunit test) {
            test.info("cpus %d", test.kernel().machine().cpus());
        }

        @KunitCase(speed = Speed.SLOW)
        void takesItsTime(Kunit test) {
            test.kernel().sched().condResched();
        }
    }

    /** One of each kind of trouble. */
    @KunitSuite(value = "sample_bad", config = "SAMPLE_BAD_KUNIT_TEST", link = 2)
    static final class Bad {
        @KunitCase
        void fails(Kunit test) {
            int found = 3;
            KUNIT_EXPECT_EQ(test, found, 4);
        }

        @KunitCase
        void skips(Kunit test) {
            throw test.skip("no such machine");
        }

        @KunitCase
        void crashes(Kunit test) {
            throw new IllegalStateException("on purpose");
        }

        @KunitCase
        void passesAllTheSame(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    /** Comes after the trouble. */
    @KunitSuite(value = "sample_last", config = "SAMPLE_BAD_KUNIT_TEST", link = 3)
    static final class Last {
        @KunitCase
        void comesLast(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    /** Never ends, and never lets anybody else run. */
    @KunitSuite(value = "sample_hang", config = "SAMPLE_HANG_KUNIT_TEST", link = 4)
    static final class Hang {
        @KunitCase
        void before(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }

        @KunitCase
        void hangs(Kunit test) throws InterruptedException {
            while (test != null) {
                Thread.sleep(1);
            }
        }

        @KunitCase
        void after(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    /**
     * Right under the usual schedule only: both threads read before one of them writes when they are switched in
     * between.
     */
    @KunitSuite(value = "sample_race", config = "SAMPLE_RACE_KUNIT_TEST", link = 5)
    static final class Race {
        private int count;

        @KunitCase
        void losesAnUpdate(Kunit test) {
            count = 0;
            Task other = test.kernel().kthreads().run("adder", () -> add(test));
            add(test);
            test.kernel().kthreads().stop(other);
            KUNIT_EXPECT_EQ(test, count, 2);
        }

        private int add(Kunit test) {
            int seen = count;
            test.kernel().sched().decisionPoint(DecisionPoint.WRITE_ONCE, "count");
            count = seen + 1;
            return 0;
        }
    }

    /** Every way in which a case can go wrong, and cases between them that are right. */
    @KunitSuite(value = "sample_trouble", config = "SAMPLE_TROUBLE_KUNIT_TEST", link = 6)
    static final class Trouble {
        @KunitCase
        void hangs(Kunit test) {
            Mutex mutex = test.kernel().locks().mutex("sample_mutex");
            mutex.lock();
            while (mutex.isHeld()) {
                test.kernel().sched().condResched();
            }
        }

        @KunitCase
        void crashes(Kunit test) {
            throw new IllegalStateException("on purpose");
        }

        @KunitCase
        void fails(Kunit test) {
            int found = 3;
            KUNIT_EXPECT_EQ(test, found, 4);
        }

        @KunitCase
        @KunitNeeds(nodes = 63)
        void skips(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 2);
        }

        @KunitCase
        void isSlow(Kunit test) {
            test.kernel().sched().msleep(2_500);
        }

        @KunitCase
        void leaks(Kunit test) {
            test.kernel().kthreads().run("forgotten", () -> {
                test.kernel().sched().block("nothing at all");
                return 0;
            });
        }

        @KunitCase
        void passes(Kunit test) {
            KUNIT_EXPECT_EQ(test, 1, 1);
        }
    }

    /** Cases that may run at the same time: none sees what another does. */
    @KunitSuite(value = "sample_side_by_side", config = "SAMPLE_SIDE_KUNIT_TEST", link = 7, parallel = true)
    static final class SideBySide {
        private static final int[] THREE = {1, 2, 3};
        private int runs;

        @KunitSuiteInit
        int setUp(SuiteContext suite) {
            suite.info("set up");
            return 0;
        }

        @KunitSuiteExit
        void tearDown(SuiteContext suite) {
            suite.info("torn down after %d", runs);
        }

        private void busy(Kunit test) {
            runs++;
            for (int i = 0; i < 20_000; i++) {
                test.kernel().sched().condResched();
            }
            KUNIT_EXPECT_EQ(test, runs, 1);
        }

        @KunitCase
        void first(Kunit test) {
            busy(test);
        }

        @KunitCase(params = "THREE")
        void second(Kunit test, int value) {
            test.info("value %d", value);
        }

        @KunitCase
        void third(Kunit test) {
            busy(test);
            KUNIT_EXPECT_EQ(test, runs, 2);
        }

        @KunitCase
        void fourth(Kunit test) {
            busy(test);
        }

        @KunitCase
        void fifth(Kunit test) {
            test.skip("enough");
        }
    }
}
