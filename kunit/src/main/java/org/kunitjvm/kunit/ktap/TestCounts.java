package org.kunitjvm.kunit.ktap;

/**
 * How many leaf tests ended in which way below one test, and how many errors the parser found there.
 * All counts saturate at {@link Long#MAX_VALUE}: a plan is whatever number a log claims.
 */
public final class TestCounts {
    private long passed;
    private long failed;
    private long crashed;
    private long skipped;
    private long errors;

    public long passed() {
        return passed;
    }

    public long failed() {
        return failed;
    }

    public long crashed() {
        return crashed;
    }

    public long skipped() {
        return skipped;
    }

    public long errors() {
        return errors;
    }

    /** Return the number of leaf tests; errors are not tests. */
    public long total() {
        return plus(plus(passed, failed), plus(crashed, skipped));
    }

    /** Return the status that these counts amount to: crashed before failed before passed before skipped. */
    public TestStatus status() {
        if (crashed > 0) {
            return TestStatus.CRASHED;
        }
        if (failed > 0) {
            return TestStatus.FAILURE;
        }
        if (passed > 0) {
            return TestStatus.SUCCESS;
        }
        return skipped > 0 ? TestStatus.SKIPPED : TestStatus.NO_TESTS;
    }

    /** Add the counts of a subtest, or of another kernel's run. */
    public void add(TestCounts other) {
        passed = plus(passed, other.passed);
        failed = plus(failed, other.failed);
        crashed = plus(crashed, other.crashed);
        skipped = plus(skipped, other.skipped);
        errors = plus(errors, other.errors);
    }

    /** Count {@code times} tests of {@code status}; {@link TestStatus#NO_TESTS} counts nothing. */
    public void add(TestStatus status, long times) {
        switch (status) {
            case SUCCESS -> passed = plus(passed, times);
            case FAILURE -> failed = plus(failed, times);
            case SKIPPED -> skipped = plus(skipped, times);
            case CRASHED, FAILURE_TO_PARSE -> crashed = plus(crashed, times);
            case NO_TESTS -> { }
        }
    }

    /** Count {@code times} errors of the log itself. */
    public void addErrors(long times) {
        errors = plus(errors, times);
    }

    /** Return the text of the summary line after "Testing complete. ": only what is not zero, in fixed order. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Ran ").append(total()).append(" tests: ");
        int start = text.length();
        append(text, start, "passed: ", passed);
        append(text, start, "failed: ", failed);
        append(text, start, "crashed: ", crashed);
        append(text, start, "skipped: ", skipped);
        append(text, start, "errors: ", errors);
        return text.toString();
    }

    private static void append(StringBuilder text, int start, String label, long count) {
        if (count > 0) {
            if (text.length() > start) {
                text.append(", ");
            }
            text.append(label).append(count);
        }
    }

    private static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
