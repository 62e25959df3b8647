package org.kunitjvm.kunit;

import java.util.function.Predicate;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.time.TimerQueue;

/**
 * Calls a function from task, softirq and hardirq context, the latter two in the middle of the first.
 * Models include/kunit/run-in-irq-context.h (6.18).
 */
final class IrqTest<S> {
    private static final long PERIOD_NS = 5_000;
    private static final long LIMIT_NS = 1_000_000_000L;

    private final Kunit test;
    private final Kernel kernel;
    private final Predicate<S> function;
    private final S state;
    private int hardirqCalls;
    private int softirqCalls;
    private boolean taskFailed;
    private boolean softirqFailed;
    private boolean hardirqFailed;
    private boolean over;
    private TimerQueue.Timer timer;

    IrqTest(Kunit test, Predicate<S> function, S state) {
        this.test = test;
        this.kernel = test.kernel();
        this.function = function;
        this.state = state;
        this.timer = arm();
    }

    void run(int maxIterations) {
        long end = kernel.clock().ktimeNs() + LIMIT_NS;
        int calls = 0;
        while (kernel.clock().ktimeNs() < end && (calls < maxIterations || hardirqCalls == 0 || softirqCalls == 0)) {
            taskFailed |= !function.test(state);
            calls++;
            kernel.sched().cpuRelax();
        }
        over = true;
        kernel.sched().cancelTimer(timer);
        KunitAssert.KUNIT_EXPECT_GT_MSG(test, hardirqCalls, 0, "Timer function was not called");
        KunitAssert.KUNIT_EXPECT_GT_MSG(test, softirqCalls, 0, "BH work function was not called");
        KunitAssert.KUNIT_EXPECT_FALSE_MSG(test, taskFailed, "Failure reported from task context");
        KunitAssert.KUNIT_EXPECT_FALSE_MSG(test, hardirqFailed, "Failure reported from hardirq context");
        KunitAssert.KUNIT_EXPECT_FALSE_MSG(test, softirqFailed, "Failure reported from softirq context");
    }

    private TimerQueue.Timer arm() {
        return kernel.sched().armTimer(kernel.clock().ktimeNs() + PERIOD_NS, this::softirq);
    }

    /** Timers run in softirq context; the hardirq is sent from there and taken at the next decision point. */
    private void softirq() {
        if (over) {
            return;
        }
        softirqCalls++;
        softirqFailed |= !function.test(state);
        kernel.interrupts().raise(kernel.current().cpu(), "kunit_irq_test", this::hardirq);
        timer = arm();
    }

    private void hardirq() {
        hardirqCalls++;
        hardirqFailed |= !function.test(state);
    }
}
