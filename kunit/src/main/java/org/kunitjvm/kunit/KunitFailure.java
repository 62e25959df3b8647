package org.kunitjvm.kunit;

import org.jspecify.annotations.Nullable;

/**
 * One thing that made a case fail.
 *
 * @param kind what it was
 * @param file source file as the log names it, empty if there is none
 * @param line line, or 0
 * @param text all of the text that the log shows for it
 * @param expected the value that was expected, where one can be told
 * @param actual the value that was found, where one can be told
 * @param cause what the body threw, if it threw
 */
public record KunitFailure(Kind kind, String file, int line, String text, @Nullable String expected,
    @Nullable String actual,
    @Nullable Throwable cause) {
    /** Kinds of failures. */
    public enum Kind {
        /** An expectation did not hold; the case went on. */
        EXPECTATION,
        /** An assertion did not hold; the case ended. */
        ASSERTION,
        /** Code that is not a test failed the test that was running. */
        CURRENT_TEST,
        /** The init function said no. */
        INIT,
        /** The body died. */
        FAULT,
        /** The body or the cleanup took too long. */
        TIMEOUT,
        /** Cleanup ended early. */
        CLEANUP,
        /** Something was left behind. */
        LEAK
    }

    /** A failure that is text only. */
    public static KunitFailure of(Kind kind, String text) {
        return new KunitFailure(kind, "", 0, text, null, null, null);
    }
}
