package org.kunitjvm.kunit.report;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.ktap.TestStatus;

/**
 * What a parse came to.
 *
 * @param root        the results; incomplete if {@code abort} is not null, then no report may be written
 * @param abort       why the parse was cut short, for stderr, or {@code null}; see {@code KtapParser.abort()}
 * @param parentNotOk some suite's footer says FAILED, CRASHED or NO TESTS RUN
 */
public record Outcome(TestResult root, @Nullable String abort, boolean parentNotOk) {
    /** Return the exit status of {@code parse}: 0 only if something passed and nothing failed; all skipped is 1. */
    public int parseExit() {
        return abort == null && root.status() == TestStatus.SUCCESS ? 0 : 1;
    }

    /**
     * Return the exit status of {@code exec} and {@code run} with this one kernel: as {@link #parseExit}, but all
     * skipped is 0.
     */
    public int execExit() {
        return abort == null ? execExit(root.counts()) : 1;
    }

    /** Return the exit status of {@code exec} and {@code run} for the summed counts of all kernels. */
    public static int execExit(TestCounts sum) {
        return sum.status().ok() ? 0 : 1;
    }

    /** Tell whether a strict reader would call the run failed: parse errors and suites that are not ok count too. */
    public boolean failedStrictly() {
        return abort != null || !root.status().ok() || parentNotOk || root.counts().errors() > 0;
    }
}
