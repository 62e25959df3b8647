package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_SUCCEED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;

/** Whatever a case does, it gets the result that the kernel would give it, and the run goes on. */
final class LifeCycleTest {
    private static TestCase named(String name, TestCase.Body body) {
        return TestCase.of(name, body).withModule("mod");
    }

    private static String onlyMessages(Runs.Result result) {
        return String.join("\n", result.lines().stream().filter(line -> line.startsWith("    # test: ")).toList());
    }

    @Test
    @Tag("K-014")
    void bodyAndCleanupRunInThreadsOfTheirOwn() {
        List<String> who = new ArrayList<>();
        TestSuite suite = TestSuite.named("suite").hooks(new TestSuite.Hooks() {
            @Override
            public void exit(Kunit test) {
                who.add("exit " + test.kernel().current().comm() + test.kernel().current().pid());
            }
        }).cases(named("test", test -> {
            who.add("body " + test.kernel().current().comm() + test.kernel().current().pid());
            test.addAction(t -> who.add("action " + t.kernel().current().pid()), test);
            KUNIT_ASSERT_EQ(test, 1, 2);
        }));
        assertEquals(KunitStatus.FAILURE, Runs.of(suite).run().of("test").status());
        assertEquals(List.of("body kunit_try_catch2", "exit kunit_try_catch3", "action 3"), who);
    }

    @Test
    @Tag("K-014")
    void swallowedAbortEndsTheBodyAtTheNextCall() {
        boolean[] reached = new boolean[2];
        Runs.Result result = Runs.ofCase(test -> {
            try {
                KUNIT_ASSERT_EQ(test, 1, 2);
            } catch (Throwable e) {
                reached[0] = true;
            }
            test.info("not to be seen");
            reached[1] = true;
        }).run();
        assertTrue(reached[0]);
        assertFalse(reached[1]);
        assertFalse(result.text().contains("not to be seen"));
        assertEquals(KunitStatus.FAILURE, result.of("test").status());
    }

    @Test
    @Tag("K-015")
    void faultTellsTheLastPlaceSeenAndTheOthersRun() {
        TestSuite suite = TestSuite.named("suite").cases(named("test", test -> {
            KUNIT_SUCCEED(test);
            throw new KernelBug("bad page %d", 7);
        }), named("after", Runs::nothing));
        Runs.Result result = Runs.of(suite).run();
        String text = onlyMessages(result);
        assertTrue(text.matches("(?s)    # test: try faulted: last line seen "
            + "tests/src/test/java/\\S+LifeCycleTest.java:\\d+\n"
            + "    # test: internal error occurred preventing test case from running: -4"), text);
        assertTrue(result.text().contains("kernel BUG: bad page 7"));
        assertEquals(KunitStatus.SUCCESS, result.of("after").status());
        assertEquals(1, result.kernels().size());
        KunitFailure failure = result.only(KunitEvent.Failed.class).getFirst().failure();
        assertEquals(KunitFailure.Kind.FAULT, failure.kind());
        assertTrue(failure.cause() instanceof KernelBug);
    }

    @Test
    @Tag("K-015")
    void stackOverflowIsACrashOfThatCaseAlone() {
        Runs.Result result = Runs.ofCase(LifeCycleTest::recurse).run();
        assertEquals(KunitStatus.FAILURE, result.of("test").status());
        assertTrue(onlyMessages(result).startsWith("    # test: try faulted"), result.text());
    }

    private static void recurse(Kunit test) {
        recurse(test);
    }

    @Test
    @Tag("K-016")
    void bodyThatSleepsForeverTimesOutInVirtualTime() {
        TestSuite suite = TestSuite.named("suite").cases(named("test", test -> {
            while (!test.kernel().kthreads().shouldStop()) {
                test.kernel().sched().msleep(1000);
            }
        }), named("after", Runs::nothing));
        Runs.Result result = Runs.of(suite).run();
        // The body returned by itself when it was asked to stop, so it is told to be slow too.
        assertTrue(onlyMessages(result).endsWith("\n    # test: try timed out\n    # test: test case timed out"),
            result.text());
        assertEquals(KunitStatus.SUCCESS, result.of("after").status());
        long seconds = result.kernels().getFirst().clock().ktimeNs() / 1_000_000_000L;
        assertTrue(seconds >= 300 && seconds < 303, seconds + " s");
    }

    @Test
    @Tag("K-016")
    void cleanupHasALimitOfItsOwn() {
        TestSuite suite = TestSuite.named("suite").hooks(new TestSuite.Hooks() {
            @Override
            public void exit(Kunit test) {
                test.kernel().sched().msleep(301_000);
            }
        }).cases(named("test", Runs::nothing));
        assertEquals("    # test: try timed out\n    # test: test case cleanup timed out",
            onlyMessages(Runs.of(suite).run()));
    }

    @Test
    @Tag("K-016")
    void blockedBodyIsEnded() {
        Runs.Result result = Runs.ofCase(test -> {
            boolean waiting = true;
            while (waiting) {
                test.kernel().sched().block("nothing");
            }
        }).run();
        assertEquals("    # test: try timed out\n    # test: test case timed out", onlyMessages(result));
    }

    @Test
    @Tag("K-043")
    void limitGrowsWithSlownessIn7x() {
        TestCase.Body late = test -> test.kernel().sched().msleep(11_000);
        TestSuite suite = TestSuite.named("suite").cases(named("normal", late), named("slow",
            late).withSpeed(Speed.SLOW),
            named("slower", test -> test.kernel().sched().msleep(100_000)).withSpeed(Speed.VERY_SLOW));
        Runs.Result result = Runs.of(suite).with(o -> o.withMode(KunitMode.V7).withTimeoutSeconds(10)).run();
        assertEquals(KunitStatus.FAILURE, result.of("normal").status());
        assertEquals(KunitStatus.SUCCESS, result.of("slow").status());
        assertEquals(KunitStatus.SUCCESS, result.of("slower").status());
    }

    @Test
    @Tag("K-043")
    void limitsOfSlowCasesAreThreeAndTwelveTimesTheBase() {
        TestSuite suite = TestSuite.named("suite").speed(Speed.SLOW).cases(
            named("inherits_29", test -> test.kernel().sched().msleep(29_000)),
            named("inherits_31", test -> test.kernel().sched().msleep(31_000)),
            named("normal_11", test -> test.kernel().sched().msleep(11_000)).withSpeed(Speed.NORMAL),
            named("very_119", test -> test.kernel().sched().msleep(119_000)).withSpeed(Speed.VERY_SLOW),
            named("very_121", test -> test.kernel().sched().msleep(121_000)).withSpeed(Speed.VERY_SLOW));
        Runs.Result result = Runs.of(suite).with(o -> o.withMode(KunitMode.V7).withTimeoutSeconds(10)).run();
        assertEquals(List.of("inherits_31", "normal_11", "very_121"),
            result.only(KunitEvent.CaseFinished.class).stream().filter(e -> e.result().status() == KunitStatus.FAILURE)
                .map(e -> e.testCase().name()).toList());
        assertEquals(KunitStatus.SUCCESS, Runs.of(suite).run().of("very_121").status(), "6.12 has one limit for all");
    }

    @Test
    @Tag("K-016")
    void bodyThatKeepsTheHostBusyIsAbandonedAndTheSuiteGoesOn() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<String> inits = new ArrayList<>();
        TestSuite first = TestSuite.named("first").hooks(new TestSuite.Hooks() {
            @Override
            public void exit(Kunit test) {
                inits.add(test.name());
            }
        }).cases(named("before", Runs::nothing), named("stuck", test -> {
            boolean waiting = true;
            while (waiting) {
                try {
                    release.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // A body that does not listen.
                }
            }
        }), named("after", Runs::nothing));
        TestSuite second = TestSuite.named("second").cases(named("other", Runs::nothing));
        Runs.Result result = Runs.of(first, second).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        assertEquals(List.of("before", "after"), List.copyOf(inits));
        release.countDown();
        assertEquals(List.of("ok 1 before", "# stuck: try timed out", "# stuck: test case timed out", "not ok 2 stuck",
            "ok 3 after"), result.lines().subList(6, 11).stream().map(String::strip).toList());
        assertEquals(KunitStatus.SUCCESS, result.of("other").status());
        assertEquals(3, result.kernels().size());
    }

    @Test
    @Tag("K-016")
    void suiteInitThatKeepsTheHostBusyFailsItsSuiteAlone() {
        CountDownLatch never = new CountDownLatch(1);
        TestSuite first = TestSuite.named("first").hooks(new TestSuite.Hooks() {
            @Override
            public int suiteInit(SuiteContext suite) throws InterruptedException {
                never.await();
                return 0;
            }
        }).cases(named("test", Runs::nothing));
        TestSuite second = TestSuite.named("second").cases(named("other", Runs::nothing));
        Runs.Result result = Runs.of(first, second).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        assertTrue(result.lines().contains("not ok 1 first"), result.text());
        assertTrue(result.lines().contains("ok 2 second"), result.text());
    }

    @Test
    void leaksFailACaseThatPassed() {
        Runs.Result kthread = Runs.ofCase(test -> test.kernel().kthreads().run("stray", () -> {
            test.kernel().sched().block("ever");
            return 0;
        })).run();
        assertTrue(onlyMessages(kthread).startsWith("    # test: leak: tasks: kthread stray/"), kthread.text());
        assertEquals(KunitStatus.FAILURE, kthread.of("test").status());
        Runs.Result preempt = Runs.ofCase(test -> test.kernel().preempt().disable()).run();
        assertEquals("    # test: leak: tasks: preempt_count is 00000001 at the end of the body",
            onlyMessages(preempt));
        Runs.Result lock = Runs.ofCase(test -> test.kernel().locks().mutex("m").lock()).run();
        assertTrue(onlyMessages(lock).startsWith("    # test: leak: tasks: the body still holds [m"), lock.text());
        Runs.Result mm = Runs.ofCase(test -> test.kernel().sched().mmTable().alloc()).run();
        assertTrue(onlyMessages(mm).startsWith("    # test: leak: mm_structs: mm#1"), mm.text());
    }

    @Test
    void migrationThatIsLeftDisabledDiesWithTheThread() {
        assertEquals(KunitStatus.SUCCESS, Runs.ofCase(test ->
            test.kernel().preempt().migrateDisable()).run().of("test").status());
    }

    @Test
    void kthreadThatIsAboutToEndIsNoLeak() {
        Runs.Result result = Runs.ofCase(test -> test.kernel().kthreads().run("quick", () -> 0)).run();
        assertEquals(KunitStatus.SUCCESS, result.of("test").status(), result.text());
    }

    @Test
    @Tag("K-051")
    void runningASuiteTaintsTheKernel() {
        assertTrue(Runs.ofCase(Runs::nothing).run().kernels().getFirst().taint().has(TaintFlag.TEST));
    }

    @Test
    @Tag("K-041")
    void slowWarningComesFromTwoSecondsOnUnlessTheCaseIsMarked() {
        TestCase.Body body = test -> test.kernel().sched().msleep(2000);
        TestSuite suite = TestSuite.named("suite").speed(Speed.SLOW).cases(named("test", body),
            named("marked", body).withSpeed(Speed.SLOW), named("quick", test -> test.kernel().sched().msleep(1999)));
        Runs.Result result = Runs.of(suite).run();
        assertTrue(
            onlyMessages(result).matches("    # test: Test should be marked slow \\(runtime: 2\\.0000\\d{5}s\\)"),
            result.text());
        assertFalse(result.text().contains("# marked: "), result.text());
        assertFalse(result.text().contains("# quick: "), result.text());
    }

    @Test
    @Tag("K-017")
    void assertionInAnotherThreadEndsThatThreadOnly() {
        boolean[] went = new boolean[2];
        Runs.Result result = Runs.ofCase(test -> {
            test.kernel().kthreads().run("helper", () -> {
                KUNIT_ASSERT_EQ(test, 1, 2);
                went[0] = true;
                return 0;
            });
            test.kernel().sched().msleep(10);
            went[1] = true;
        }).run();
        assertEquals(KunitStatus.FAILURE, result.of("test").status());
        assertFalse(went[0]);
        assertTrue(went[1]);
    }

    @Test
    @Tag("K-018")
    void skipReasonIsCutTo255Bytes() {
        Runs.Result result = Runs.ofCase(test -> test.skip("%s", "ä".repeat(200))).run();
        assertEquals("ä".repeat(127), result.of("test").comment());
        assertEquals(KunitStatus.SKIPPED, result.of("test").status());
        assertTrue(result.lines().contains("    ok 1 test # SKIP " + "ä".repeat(127)));
    }

    @Test
    @Tag("K-020")
    void currentTestIsBoundToTheThreadUntilResourcesAreFreed() {
        List<Boolean> bound = new ArrayList<>();
        Runs.ofCase(test -> {
            bound.add(Kunit.current() == test);
            test.addAction(t -> bound.add(Kunit.current() == t), test);
            test.kernel().kthreads().run("child", () -> {
                bound.add(Kunit.current() == null);
                return 0;
            });
            test.kernel().sched().msleep(1);
        }).run();
        assertEquals(List.of(true, true, true), bound);
        assertNull(Kunit.current());
    }

    @Test
    @Tag("K-020")
    void modelCodeFailsTheCurrentTestThroughTheHook() {
        Runs.Result result = Runs.ofCase(test -> test.kernel().hooks().failCurrentTest("mm/kasan.c", 12,
            "bad access")).run();
        assertEquals("    # test: mm/kasan.c:12: bad access", onlyMessages(result));
        assertEquals(KunitStatus.FAILURE, result.of("test").status());
    }

    @Test
    @Tag("K-050")
    void modulesRunWhenTheyAreLoaded() {
        Runs.Result result = Runs.ofCase(Runs::nothing).run();
        TestSuite suite = TestSuite.named("late").cases(named("test", Runs::nothing), named("two", Runs::nothing));
        int before = result.events().size();
        assertEquals(KunitStatus.SUCCESS, result.executor().loadModule(List.of(suite)));
        assertTrue(result.lines().size() >= 0 && result.events().size() > before);
        assertTrue(result.executor().debugfs().suites().contains("late"));
        result.executor().unloadModule(List.of(suite));
        assertNull(result.executor().debugfs().results("late"));
        assertEquals(KunitStatus.SKIPPED, result.executor().loadModule(List.of()));
    }

    @Test
    @Tag("K-052")
    void waitingForTheRunLockCanBeInterrupted() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        List<String> said = new ArrayList<>();
        KunitExecutor executor = new KunitExecutor(
            (console, platform) -> Kernel.builder().initcalls(List.of()).console(console).build(),
            KunitOptions.DEFAULT, event -> {
                if (event instanceof KunitEvent.Message message) {
                    said.add(message.text());
                }
            });
        TestSuite slow = TestSuite.named("slow").cases(named("test", test -> {
            inside.countDown();
            finish.await();
        }));
        Thread first = Thread.ofPlatform().start(() -> executor.run(List.of(slow)));
        inside.await();
        KunitStatus[] status = new KunitStatus[1];
        Thread second = Thread.ofPlatform().start(() -> status[0] = executor.run(List.of(slow)));
        second.interrupt();
        second.join();
        finish.countDown();
        first.join();
        assertEquals(List.of("kunit: test interrupted"), said);
        assertEquals(KunitStatus.FAILURE, status[0]);
    }

    @Test
    void suitesOfOneNameAreRefused() {
        TestSuite suite = TestSuite.named("twice").cases();
        assertThrows(IllegalArgumentException.class, () -> Runs.of(suite, suite).run());
    }

    @Test
    void runIsTheSameEveryTime() {
        TestCase.Body body = test -> {
            KUNIT_EXPECT_EQ(test, test.kernel().clock().ktimeNs(), -1L);
            test.kernel().sched().msleep(3);
        };
        assertEquals(Runs.ofCase(body).run().text(), Runs.ofCase(body).run().text());
    }

    @Test
    void oneKernelServesAllSuitesWhenAskedTo() {
        TestSuite one = TestSuite.named("one").cases(named("test", Runs::nothing));
        TestSuite two = TestSuite.named("two").cases(named("test", Runs::nothing));
        assertEquals(1, Runs.of(one, two).with(o -> o.withOneKernel(true)).run().kernels().size());
        assertEquals(2, Runs.of(one, two).run().kernels().size());
    }

    @Test
    @Tag("K-018")
    void skipHidesAFailureAsInTheKernelUnlessTheRunIsStrict() {
        TestCase.Body body = test -> {
            KUNIT_EXPECT_EQ(test, 1, 2);
            test.skip("later");
        };
        assertEquals(KunitStatus.SKIPPED, Runs.ofCase(body).run().of("test").status());
        assertEquals(KunitStatus.FAILURE, Runs.ofCase(body).with(o -> o.withStrict(true)).run().of("test").status());
    }

    @Test
    @Tag("K-034")
    void suiteExitRunsAfterAFailedSuiteInitOnlyInAStrictRun() {
        List<String> called = new ArrayList<>();
        TestSuite suite = TestSuite.named("suite").hooks(new TestSuite.Hooks() {
            @Override
            public int suiteInit(SuiteContext context) {
                return -12;
            }

            @Override
            public void suiteExit(SuiteContext context) {
                called.add("exit");
            }
        }).cases(named("test", Runs::nothing));
        assertEquals("    # suite:     # failed to initialize (-12)", Runs.of(suite).run().lines().get(2));
        assertEquals(List.of(), called);
        Runs.of(suite).with(o -> o.withStrict(true)).run();
        assertEquals(List.of("exit"), called);
    }
}
