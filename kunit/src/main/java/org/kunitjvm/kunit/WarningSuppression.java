package org.kunitjvm.kunit;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Task;

/**
 * Swallows the warnings that a test expects on its own task, and counts them, until it is closed or the test is cleaned
 * up. Models {@code kunit_warning_suppress} (7.2).
 */
public final class WarningSuppression implements AutoCloseable {
    private final Kernel kernel;
    private final Task task;
    private boolean active;
    private int count;

    private WarningSuppression(Kernel kernel) {
        this.kernel = kernel;
        this.task = kernel.current();
    }

    static @Nullable WarningSuppression start(Kunit test, @Nullable WarningSuppression active) {
        if (active != null && active.active) {
            KunitAssert.KUNIT_FAIL(test, "Another suppression block is already active");
            return null;
        }
        WarningSuppression started = new WarningSuppression(test.kernel());
        started.active = true;
        test.kernel().warnings().setSuppressor(_ -> started.swallow());
        test.addAction(WarningSuppression::close, started);
        return started;
    }

    private boolean swallow() {
        if (kernel.current() != task) {
            return false;
        }
        count++;
        return true;
    }

    /** Whether warnings are still swallowed. */
    public boolean isActive() {
        return active;
    }

    /** How many were swallowed ({@code KUNIT_SUPPRESSED_WARNING_COUNT}). */
    public int count() {
        return count;
    }

    /** Let warnings through again ({@code kunit_end_suppress_warning}). */
    @Override
    public void close() {
        if (active) {
            active = false;
            kernel.warnings().setSuppressor(null);
        }
    }
}
