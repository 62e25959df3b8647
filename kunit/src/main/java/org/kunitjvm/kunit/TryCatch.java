package org.kunitjvm.kunit;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.sched.KthreadExit;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;

/**
 * Runs a function in a kthread of its own, so that it can be ended at any point, and tells how it ended. Models
 * lib/kunit/try-catch.c.
 *
 * <p>An abort ends the thread that asks for it with an exception that unwinds the stack. Unlike in the kernel, {@code
 * finally} blocks run; code that swallows the exception meets it again at its next call of the framework.
 */
public final class TryCatch {
    /** Name of the kthreads; a task shows the first 15 characters. */
    public static final String THREAD_NAME = "kunit_try_catch_thread";

    private static final int ABORTED = -Errno.EFAULT.number();
    private static final int DIED = -Errno.EINTR.number();
    private static final int TIMED_OUT = -Errno.ETIMEDOUT.number();
    private static final long GRACE_NS = 1_000_000_000L;
    private static final long LAST_STEPS = 12;

    private final Kunit test;
    private final long timeoutNs;
    private final long maxSteps;
    private int tryResult;
    private String hang = "";
    private @Nullable Task aborted;
    private @Nullable Throwable cause;

    /** Prepare an attempt on behalf of {@code test} that may take {@code timeoutNs} of virtual time. */
    public TryCatch(Kunit test, long timeoutNs) {
        this(test, timeoutNs, 0);
    }

    /**
     * Prepare an attempt that has a budget of steps too: sleep costs virtual time and no steps, a loop that polls costs
     * steps and next to no virtual time. With a budget, {@link #hang} tells what was going on when the attempt was
     * given up.
     *
     * @param maxSteps most decision points of all tasks together; 0 for no limit
     */
    public TryCatch(Kunit test, long timeoutNs, long maxSteps) {
        this.test = test;
        this.timeoutNs = timeoutNs;
        this.maxSteps = maxSteps;
    }

    /**
     * Run {@code body}; if it did not return by itself, log how it ended and call {@code onError} with 0 for an abort,
     * else with the negative error number.
     *
     * @throws KunitAbandoned if the thread does not end although it was killed
     */
    public void run(Runnable body, IntConsumer onError) {
        TryCatch outer = test.enterAttempt(this);
        try {
            Task task = attempt(body);
            if (tryResult != 0) {
                report(task);
                onError.accept(tryResult);
            }
        } finally {
            test.leaveAttempt(outer);
        }
    }

    /** How the latest attempt ended: 0, or a negative error number; an abort counts as 0. */
    public int result() {
        return tryResult;
    }

    /**
     * Why the latest attempt was given up, and what the kernel was doing then; empty unless it was and there was a
     * budget.
     */
    public String hang() {
        return hang;
    }

    private Task attempt(Runnable body) {
        Kernel kernel = test.kernel();
        tryResult = DIED;
        aborted = null;
        cause = null;
        hang = "";
        Task task = kernel.kthreads().run(THREAD_NAME, () -> {
            body.run();
            if (tryResult == DIED) {
                tryResult = 0;
            }
            return 0;
        });
        if (maxSteps > 0) {
            kernel.sched().setStepAlarm(maxSteps, () -> outOfSteps(task));
        }
        boolean ended = kernel.sched().join(task, timeoutNs);
        if (maxSteps > 0) {
            kernel.sched().clearStepAlarm();
        }
        if (!hang.isEmpty()) {
            tryResult = TIMED_OUT;
        } else if (!ended) {
            tryResult = TIMED_OUT;
            if (maxSteps > 0) {
                hang = "no end after " + timeoutNs / GRACE_NS + " s of the kernel's time\n" + new HangReport(kernel)
                    .text();
            }
        }
        if (!ended) {
            end(task);
        }
        return task;
    }

    /**
     * The budget is used up: look at the next decision points, which in a loop are the last ones too, and then end it.
     */
    private void outOfSteps(Task task) {
        Scheduler sched = test.kernel().sched();
        HangReport report = new HangReport(test.kernel());
        Scheduler.PointListener listener = report::point;
        sched.addPointListener(listener);
        sched.setStepAlarm(LAST_STEPS, () -> {
            sched.removePointListener(listener);
            hang = "no end after " + maxSteps + " steps\n" + report.text();
            // Whoever spins keeps the others from running: it has to end, whether it is the test or a kthread of the
            // test.
            if (sched.current() != sched.initTask()) {
                sched.kill(sched.current());
            }
            sched.kill(task);
        });
    }

    /** Ask a thread that is late to stop; if it does not look, end it at its next decision point. */
    private void end(Task task) {
        Kernel kernel = test.kernel();
        kernel.kthreads().askToStop(task);
        if (kernel.sched().join(task, GRACE_NS)) {
            return;
        }
        kernel.sched().kill(task);
        if (!kernel.sched().join(task, GRACE_NS)) {
            throw new KunitAbandoned(test.name() + ": " + task + " does not end");
        }
    }

    private void report(Task task) {
        if (tryResult == ABORTED) {
            tryResult = 0;
        } else if (tryResult == DIED) {
            cause = task.deathCause();
            String place = test.lastSeen();
            test.err(place.isEmpty() ? "try faulted" : "try faulted: last line seen " + place);
        } else if (tryResult == TIMED_OUT) {
            test.err("try timed out");
        } else {
            test.err("Unknown error: %d", tryResult);
        }
    }

    /** What killed the thread of the latest attempt, or {@code null}. */
    public @Nullable Throwable cause() {
        return cause;
    }

    /** Abort the attempt: the running thread ends here ({@code kunit_try_catch_throw}). Never returns normally. */
    public KthreadExit throwAbort() {
        Kernel kernel = test.kernel();
        tryResult = ABORTED;
        aborted = kernel.current();
        return kernel.kthreads().exit(0);
    }

    /** End the running thread again if it swallowed its abort. */
    void recheck() {
        if (aborted != null && aborted == test.kernel().current()) {
            test.kernel().kthreads().exit(0);
        }
    }
}
