package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kunitjvm.kernel.sched.Completion;
import org.kunitjvm.kernel.sync.Mutex;
import org.kunitjvm.kernel.sync.SpinLock;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;

/** A test that does not end is found at the same step in every run, and the report says what the kernel was doing. */
final class StepBudgetTest {
    private static final long STEPS = 20_000;

    /** Ways not to end, each of which reaches decision points. */
    private enum Hang implements TestCase.Body {
        GIVES_WAY {
            @Override
            public void run(Kunit test) {
                while (test != null) {
                    test.kernel().sched().condResched();
                }
            }
        },
        LOCKS_AND_UNLOCKS {
            @Override
            public void run(Kunit test) {
                SpinLock lock = test.kernel().locks().spinLock("busy");
                while (test != null) {
                    lock.lock();
                    lock.unlock();
                }
            }
        },
        SPINS_WITH_INTERRUPTS_OFF {
            @Override
            public void run(Kunit test) {
                SpinLock lock = test.kernel().locks().spinLock("busy");
                boolean flags = lock.lockIrqsave();
                while (test != null) {
                    test.kernel().sched().cpuRelax();
                }
                lock.unlockIrqrestore(flags);
            }
        },
        WAITS_FOR_A_THREAD_THAT_SPINS {
            @Override
            public void run(Kunit test) {
                Completion done = new Completion(test.kernel().sched(), test.kernel().clock(), "done");
                SpinLock lock = test.kernel().locks().spinLock("busy");
                test.kernel().kthreads().run("spinner", () -> {
                    while (!done.isDone()) {
                        lock.lock();
                        lock.unlock();
                    }
                    return 0;
                });
                done.await();
            }
        }
    }

    private static Runs.Result run(TestCase.Body body) {
        TestSuite suite = TestSuite.named("suite").cases(TestCase.of("test", body),
            TestCase.of("after", Runs::nothing));
        return Runs.of(suite).with(o -> o.withLimits(new CaseLimits(STEPS, true))).run();
    }

    @ParameterizedTest
    @EnumSource(Hang.class)
    void hangIsFoundAndTheSuiteGoesOn(Hang hang) {
        Runs.Result result = run(hang);

        assertEquals(KunitStatus.FAILURE, result.of("test").status());
        assertEquals(KunitStatus.SUCCESS, result.of("after").status());
        assertTrue(result.text().contains("    # test: test case timed out: no end after " + STEPS
            + " steps\nlast decision points:\n"), result.text());
        assertTrue(result.text().contains("\nkthreads:\n"), result.text());
        assertEquals(1, result.kernels().size(), "the kernel could be used on");
        assertEquals(result.text(), run(hang).text());
    }

    @Test
    void reportNamesWhoSpinsAndWhoWaits() {
        String text = run(Hang.WAITS_FOR_A_THREAD_THAT_SPINS).text();

        assertTrue(text.contains("spinner/"), text);
        assertTrue(text.contains("waiting for done"), text);
        assertTrue(text.contains("busy"), text);
    }

    @Test
    void blockedTestSaysWhatItWaitsForAndHolds() {
        Runs.Result result = run(test -> {
            Mutex mutex = test.kernel().locks().mutex("mine");
            mutex.lock();
            new Completion(test.kernel().sched(), test.kernel().clock(), "never").await();
            mutex.unlock();
        });

        assertTrue(result.text().contains("test case timed out: no end after 300 s of the kernel's time\n"),
            result.text());
        assertTrue(result.text().contains("waiting for never"), result.text());
        assertTrue(result.text().contains("\n    holds mine"), result.text());
        assertEquals(KunitStatus.SUCCESS, result.of("after").status());
    }

    @Test
    void budgetIsForEachCaseAndLargerForSlowOnes() {
        TestCase.Body busy = test -> {
            for (int i = 0; i < STEPS * 3 / 4; i++) {
                test.kernel().sched().condResched();
            }
        };
        TestCase.Body busier = test -> {
            busy.run(test);
            busy.run(test);
        };
        TestSuite suite = TestSuite.named("suite").cases(List.of(TestCase.of("one", busy), TestCase.of("two", busy),
            TestCase.of("more", busier), TestCase.of("slow", busier).withSpeed(Speed.SLOW)));
        Runs.Result result = Runs.of(suite).with(o -> o.withLimits(new CaseLimits(STEPS, true))).run();

        assertEquals(KunitStatus.SUCCESS, result.of("one").status());
        assertEquals(KunitStatus.SUCCESS, result.of("two").status());
        assertEquals(KunitStatus.FAILURE, result.of("more").status());
        assertEquals(KunitStatus.SUCCESS, result.of("slow").status());
    }

    @Test
    void sleepCostsNoSteps() {
        Runs.Result result = run(test -> test.kernel().sched().msleep(250_000));

        assertEquals(KunitStatus.SUCCESS, result.of("test").status());
    }
}
