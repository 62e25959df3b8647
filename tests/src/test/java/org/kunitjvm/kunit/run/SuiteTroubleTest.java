package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.SuiteContext;

/** What goes wrong around the cases of a suite stays in that suite and is told. */
final class SuiteTroubleTest {
    private interface SuiteCode {
        int run(SuiteContext suite) throws Throwable;
    }

    private static TestSuite suite(SuiteCode init, SuiteCode exit, TestCase... cases) {
        return TestSuite.named("suite").hooks(new TestSuite.Hooks() {
            @Override
            public int suiteInit(SuiteContext context) throws Throwable {
                return init.run(context);
            }

            @Override
            public void suiteExit(SuiteContext context) throws Throwable {
                exit.run(context);
            }
        }).cases(cases);
    }

    private static TestCase named(String name, TestCase.Body body) {
        return TestCase.of(name, body).withModule("mod");
    }

    /** Keep the host busy, and do not listen when somebody wants to end it. */
    private static void waitFor(CountDownLatch release) {
        boolean waiting = true;
        while (waiting) {
            try {
                release.await();
                waiting = false;
            } catch (InterruptedException e) {
                // Go on waiting.
            }
        }
    }

    private static void assertLines(Runs.Result result, String... expected) {
        List<String> lines = result.lines();
        for (String line : expected) {
            assertTrue(lines.contains(line), line + " in:\n" + result.text());
        }
    }

    @Test
    @Tag("K-034")
    void suiteInitThatThrowsIsAnErrorOfItsSuite() {
        TestCase test = named("test", Runs::nothing);
        assertLines(Runs.of(suite(_ -> {
            throw new ErrnoException(Errno.ENODEV);
        }, _ -> 0, test)).run(), "    # suite:     # failed to initialize (-19)", "not ok 1 suite");
        assertLines(Runs.of(suite(_ -> {
            throw new IllegalStateException("broken");
        }, _ -> 0, test)).run(), "    # suite: suite_init died: java.lang.IllegalStateException: broken",
            "    # suite:     # failed to initialize (-4)", "not ok 1 suite");
        assertLines(Runs.of(suite(s -> {
            throw s.kernel().kthreads().exit(0);
        }, _ -> 0, test)).run(), "    # suite: suite_init tried to end the init task",
            "    # suite:     # failed to initialize (-4)");
    }

    @Test
    @Tag("K-005")
    void suiteExitCannotChangeTheResult() {
        Runs.Result result = Runs.of(suite(_ -> 0, _ -> {
            throw new IllegalStateException("late");
        }, named("test", Runs::nothing))).run();
        assertLines(result, "    # suite: suite_exit died: java.lang.IllegalStateException: late", "ok 1 suite");
    }

    @Test
    @Tag("K-016")
    void casesBehindAStuckOneFailWhenTheSuiteCannotBeSetUpAgain() {
        CountDownLatch release = new CountDownLatch(1);
        int[] inits = {0};
        TestSuite suite = suite(_ -> inits[0]++ == 0 ? 0 : -12, _ -> 0, named("before", Runs::nothing),
            named("stuck", test -> waitFor(release)), named("after", Runs::nothing), named("last", Runs::nothing));
        Runs.Result result = Runs.of(suite).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        release.countDown();
        assertEquals(List.of("    ok 1 before", "    # stuck: try timed out", "    # stuck: test case timed out",
            "    not ok 2 stuck", "    # suite:     # failed to initialize (-12)",
            "    # after: the suite could not be set up again", "    not ok 3 after",
            "    # last: the suite could not be set up again", "    not ok 4 last",
            "# suite: pass:1 fail:3 skip:0 total:4", "# Totals: pass:1 fail:3 skip:0 total:4", "not ok 1 suite"),
            result.lines().stream().skip(6).toList());
        assertEquals(List.of("before", "stuck", "after", "last"),
            result.only(KunitEvent.CaseStarted.class).stream().map(e -> e.testCase().name()).distinct().toList());
        assertEquals(List.of(1, 2, 3, 4),
            result.only(KunitEvent.CaseStarted.class).stream().map(KunitEvent.CaseStarted::number).distinct().toList());
    }

    @Test
    @Tag("K-016")
    void stuckParameterFailsWithItsCaseAndTheNextCaseRuns() {
        CountDownLatch release = new CountDownLatch(1);
        ParamSource numbers = _ -> new ParamSource.Params() {
            private int next = 1;

            @Override
            public int count() {
                return -1;
            }

            @Override
            public boolean hasNext() {
                return next <= 3;
            }

            @Override
            public ParamSource.Param next() {
                return new ParamSource.Param(next, "p" + next++);
            }
        };
        TestSuite suite = suite(_ -> 0, _ -> 0, named("params", test -> {
            if (test.paramIndex() == 1) {
                waitFor(release);
            }
        }).withParams(numbers), named("after", Runs::nothing));
        Runs.Result result = Runs.of(suite).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        release.countDown();
        assertEquals(List.of("        ok 1 p1", "    # params: try timed out", "    # params: test case timed out",
            "        not ok 2 p2", "    # params: pass:1 fail:1 skip:0 total:2", "    not ok 1 params",
            "    ok 2 after", "# suite: pass:1 fail:1 skip:0 total:2", "# Totals: pass:2 fail:1 skip:0 total:3",
            "not ok 1 suite"), result.lines().stream().skip(8).toList());
        assertEquals(KunitFailure.Kind.TIMEOUT, result.only(KunitEvent.Failed.class).getLast().failure().kind());
        assertEquals(new Stats(2, 1, 0), result.only(KunitEvent.RunFinished.class).getFirst().totals());
    }

    @Test
    @Tag("K-016")
    void stuckStepsAroundTheCasesAreNamed() {
        CountDownLatch release = new CountDownLatch(1);
        TestSuite stuckExit = suite(_ -> 0, _ -> {
            waitFor(release);
            return 0;
        }, named("one", Runs::nothing), named("two", Runs::nothing));
        Runs.Result exit = Runs.of(stuckExit).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        assertEquals(List.of("    ok 1 one", "    ok 2 two",
            "    # suite: suite_exit does not end; its kernel was abandoned", "# suite: pass:2 fail:0 skip:0 total:2",
            "# Totals: pass:2 fail:0 skip:0 total:2", "not ok 1 suite"), exit.lines().stream().skip(6).toList());
        TestSuite stuckInit = suite(_ -> {
            waitFor(release);
            return 0;
        }, _ -> 0, named("one", Runs::nothing), named("two", Runs::nothing));
        Runs.Result init = Runs.of(stuckInit).with(o -> o.withHostLimit(Duration.ofMillis(200))).run();
        release.countDown();
        assertEquals(List.of("KTAP version 1", "1..1", "    # suite: suite_init does not end; its kernel was abandoned",
            "not ok 1 suite"), init.lines());
        assertTrue(init.executor().debugfs().results("suite").endsWith("not ok 1 suite\n"));
    }

    @Test
    void contextThatIsLeftBehindFailsTheCase() {
        Runs.Result irqs = Runs.ofCase(test -> test.kernel().preempt().localIrqDisable()).run();
        assertLines(irqs, "    # test: leak: tasks: interrupts are disabled at the end of the body",
            "    not ok 1 test");
        Runs.Result rcu = Runs.ofCase(test -> test.kernel().preempt().rcuReadLock()).run();
        assertLines(rcu, "    # test: leak: tasks: an RCU read section is open at the end of the body, depth 1");
    }

    @Test
    void failureOfCleanupSaysWhichKindItIs() {
        List<KunitFailure.Kind> kinds = new ArrayList<>();
        for (TestCase.Body exit : List.<TestCase.Body>of(test -> test.kernel().sched().msleep(301_000),
            test -> test.skip("in exit"))) {
            Runs.Result result = Runs.of(TestSuite.named("suite").hooks(new TestSuite.Hooks() {
                @Override
                public void exit(Kunit test) throws Throwable {
                    exit.run(test);
                }
            }).cases(named("test", Runs::nothing))).run();
            kinds.add(result.only(KunitEvent.Failed.class).getLast().failure().kind());
        }
        assertEquals(List.of(KunitFailure.Kind.TIMEOUT, KunitFailure.Kind.CLEANUP), kinds);
    }

    @Test
    @Tag("K-050")
    void moduleSaysWhyItRunsNothing() {
        TestSuite suite = TestSuite.named("late").cases(named("test", Runs::nothing));
        Runs.Result disabled = Runs.ofCase(Runs::nothing).with(o -> o.withEnabled(false)).run();
        assertEquals(KunitStatus.SKIPPED, disabled.executor().loadModule(List.of(suite)));
        assertEquals(List.of("kunit: disabled", "kunit: disabled"), messages(disabled));

        Runs.Result badFilter = Runs.ofCase(Runs::nothing).with(o -> o.withFilter("nope>1")).run();
        assertEquals(KunitStatus.SKIPPED, badFilter.executor().loadModule(List.of(suite)));
        assertEquals(List.of("kunit executor: attribute not found: nope>1",
            "kunit module: error filtering suites: -22"), messages(badFilter).subList(2, 4));

        Runs.Result unknown = Runs.ofCase(Runs::nothing).with(o -> o.withAction("dance")).run();
        unknown.executor().loadModule(List.of(suite));
        assertEquals("kunit: unknown action 'dance'", messages(unknown).getLast());
    }

    private static List<String> messages(Runs.Result result) {
        return result.only(KunitEvent.Message.class).stream().map(KunitEvent.Message::text).toList();
    }

    @Test
    @Tag("K-047")
    void shutdownSaysHow() {
        assertEquals("reboot: Restarting system",
            Runs.ofCase(Runs::nothing).with(o -> o.withShutdown("reboot")).run().lines().getLast());
        assertEquals("reboot: Power down",
            Runs.ofCase(Runs::nothing).with(o -> o.withShutdown("poweroff")).run().lines().getLast());
    }

    @Test
    @Tag("K-052")
    void lockIsFreeAgainAfterARun() throws InterruptedException {
        Runs.Result result = Runs.ofCase(Runs::nothing).run();
        KunitStatus[] status = new KunitStatus[1];
        Thread other = Thread.ofPlatform().start(() -> status[0] = result.executor().debugfs().run("suite"));
        other.join(10_000);
        assertFalse(other.isAlive(), "the run lock is still held");
        assertEquals(KunitStatus.SUCCESS, status[0]);
    }
}
