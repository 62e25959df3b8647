package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.TryCatch;

/**
 * One cycle of a case or of one of its parameters: init and body in a kthread, exit and the freeing of resources in a
 * second one, then the search for what was left behind. Called by the init task. Models lib/kunit/test.c:
 * kunit_run_case_catch_errors.
 */
final class CaseRunner {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long SLOW_NS = 2 * NS_PER_SECOND;
    private static final int SETTLE_STEPS = 1000;
    private static final int TRACED_SWITCHES = 256;

    private final Kernel kernel;
    private final TestSuite suite;
    private final KunitOptions options;
    private final HostWatch watch;
    private long durationNs;

    CaseRunner(Kernel kernel, TestSuite suite, KunitOptions options, HostWatch watch) {
        this.kernel = kernel;
        this.suite = suite;
        this.options = options;
        this.watch = watch;
    }

    /** Run {@code testCase} once with {@code test}, which then has the status; returns the virtual time of the body. */
    long run(Kunit test, TestCase testCase) {
        durationNs = 0;
        List<Auditor> auditors = kernel.auditors();
        List<Object> marks = new ArrayList<>(auditors.size());
        auditors.forEach(auditor -> marks.add(auditor.mark()));
        int factor = factor(testCase);
        long timeoutNs = options.timeoutSeconds() * NS_PER_SECOND * factor;
        long maxSteps = options.limits().maxSteps() * factor;
        watch.setFactor(options.limits().bySpeed() ? factor : 1);
        if (maxSteps > 0 && kernel.sched().switchTrace() == null) {
            kernel.sched().traceSwitches(TRACED_SWITCHES);
        }

        TryCatch body = new TryCatch(test, timeoutNs, maxSteps);
        attempt(body, () -> runBody(test, testCase), code -> bodyFailed(test, body, code));
        TryCatch cleanup = new TryCatch(test, timeoutNs, maxSteps);
        attempt(cleanup, () -> runCleanup(test), code -> cleanupFailed(test, cleanup, code));
        reportLeaks(test, auditors, marks);
        return durationNs;
    }

    private void attempt(TryCatch attempt, Runnable code, IntConsumer onError) {
        watch.start();
        try {
            attempt.run(code, onError);
        } finally {
            watch.stop();
        }
    }

    private void runBody(Kunit test, TestCase testCase) {
        test.bindToCurrent();
        int error = Calls.errnoOf(() -> suite.hooks().init(test));
        if (error != 0) {
            test.failWith(KunitFailure.Kind.INIT, null, "failed to initialize: " + error);
            return;
        }
        long start = kernel.clock().ktimeNs();
        Calls.sneaky(() -> testCase.body().run(test));
        durationNs = kernel.clock().ktimeNs() - start;
        warnIfSlow(test, testCase);
        reportContext(test, kernel.current());
    }

    private void warnIfSlow(Kunit test, TestCase testCase) {
        boolean markedSlow = testCase.speed() == Speed.SLOW || testCase.speed() == Speed.VERY_SLOW;
        if (durationNs >= SLOW_NS && !markedSlow) {
            test.printk(LogLevel.WARNING, "Test should be marked slow (runtime: %d.%09ds)", durationNs / NS_PER_SECOND,
                durationNs % NS_PER_SECOND);
        }
    }

    private void runCleanup(Kunit test) {
        test.bindToCurrent();
        Calls.sneaky(() -> suite.hooks().exit(test));
        test.cleanup();
    }

    private void bodyFailed(Kunit test, TryCatch attempt, int code) {
        if (code == 0) {
            return;
        }
        boolean late = code == -Errno.ETIMEDOUT.number();
        test.failWith(late ? KunitFailure.Kind.TIMEOUT : KunitFailure.Kind.FAULT, attempt.cause(),
            late ? "test case timed out" + hang(attempt) : "internal error occurred preventing test case from running: "
            + code);
    }

    private void cleanupFailed(Kunit test, TryCatch attempt, int code) {
        boolean late = code == -Errno.ETIMEDOUT.number();
        String text = code == 0 ? "test aborted during cleanup. continuing without cleaning up"
            : late ? "test case cleanup timed out" + hang(attempt)
            : "internal error occurred during test case cleanup: " + code;
        test.failWith(late ? KunitFailure.Kind.TIMEOUT : KunitFailure.Kind.CLEANUP, attempt.cause(), text);
        test.resources().abandon();
    }

    private static String hang(TryCatch attempt) {
        return attempt.hang().isEmpty() ? "" : ": " + attempt.hang();
    }

    private int factor(TestCase testCase) {
        if (options.mode() == KunitMode.V6_12 && !options.limits().bySpeed()) {
            return 1;
        }
        return CaseLimits.factor(testCase.speed() != Speed.UNSET ? testCase.speed() : suite.speed());
    }

    /**
     * The body must end as it began. A migration count that is left is no error: it dies with the kthread, and posted
     * tests rely on that. A case that failed already is expected to leave things behind, as an abort in the kernel
     * does.
     */
    private static void reportContext(Kunit test, Task me) {
        if (test.status() == KunitStatus.FAILURE) {
            return;
        }
        if (me.preemptCount() != 0) {
            leak(test, "tasks: preempt_count is " + String.format("%08x", me.preemptCount())
                + " at the end of the body");
        }
        if (me.irqsDisabled()) {
            leak(test, "tasks: interrupts are disabled at the end of the body");
        }
        if (me.rcuDepth() != 0) {
            leak(test, "tasks: an RCU read section is open at the end of the body, depth " + me.rcuDepth());
        }
        if (!me.heldLocks().isEmpty()) {
            leak(test, "tasks: the body still holds " + me.heldLocks());
        }
    }

    private void reportLeaks(Kunit test, List<Auditor> auditors, List<Object> marks) {
        if (test.status() == KunitStatus.FAILURE) {
            return;
        }
        settle();
        List<String> leaks = new ArrayList<>();
        for (int i = 0; i < auditors.size(); i++) {
            Auditor auditor = auditors.get(i);
            auditor.leaksSince(marks.get(i)).forEach(leak -> leaks.add(auditor.name() + ": " + leak));
        }
        leaks.forEach(leak -> leak(test, leak));
    }

    /** Let kthreads that have nothing left to do but to end do so; those that wait for something are leaks. */
    private void settle() {
        Task init = kernel.sched().initTask();
        for (int i = 0; i < SETTLE_STEPS && kernel.sched().hasOtherRunnable(init); i++) {
            kernel.sched().yieldCpu();
        }
    }

    private static void leak(Kunit test, String what) {
        test.failWith(KunitFailure.Kind.LEAK, null, "leak: " + what);
    }
}
