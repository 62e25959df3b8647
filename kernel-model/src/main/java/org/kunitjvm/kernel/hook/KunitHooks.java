package org.kunitjvm.kernel.hook;

import org.jspecify.annotations.Nullable;

/**
 * The table through which the kernel reaches a test framework that may or may not be there. Models lib/kunit/hooks.c.
 * All entries are empty until a framework fills them in.
 */
public final class KunitHooks {
    /** Fails the test that is bound to the running task, if any. */
    @FunctionalInterface
    public interface FailCurrentTest {
        /** Report {@code text} as seen at {@code file}:{@code line}. */
        void fail(String file, int line, String text);
    }

    private @Nullable FailCurrentTest failCurrentTest;

    /** Fill in {@code kunit_fail_current_test}. */
    public void setFailCurrentTest(@Nullable FailCurrentTest hook) {
        failCurrentTest = hook;
    }

    /** {@code kunit_fail_current_test()}: does nothing without a framework. */
    public void failCurrentTest(String file, int line, String text) {
        if (failCurrentTest != null) {
            failCurrentTest.fail(file, line, text);
        }
    }
}
