package org.kunitjvm.kunit.engine;

import java.util.List;

import org.kunitjvm.kunit.KunitFailure;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** Makes errors that IDEs understand from what KUnit says. */
final class Failures {
    private Failures() {
    }

    /** The error for a failure that is happening right now, on the thread on which it happens. */
    static AssertionFailedError of(String suite, KunitFailure failure, boolean fullTrace) {
        String text = suite + "." + withoutPrefix(failure.text());
        Throwable cause = failure.cause();
        AssertionFailedError error = failure.expected() == null && failure.actual() == null
            ? new AssertionFailedError(text, cause)
            : new AssertionFailedError(text, failure.expected(), failure.actual(), cause);
        if (!fullTrace) {
            StackTraceElement[] trace = StackPruner.prune(error.getStackTrace());
            if (cause != null) {
                cause.setStackTrace(StackPruner.prune(cause.getStackTrace()));
                trace = cause.getStackTrace();
            }
            error.setStackTrace(trace);
        }
        return error;
    }

    /** An error for a whole suite; it points to the class. */
    static AssertionFailedError of(String text, Class<?> type) {
        AssertionFailedError error = new AssertionFailedError(text);
        error.setStackTrace(new StackTraceElement[0]);
        return error;
    }

    /** One error for all failures of a case, each with all it has to say; {@code none} is said if there are none. */
    static Throwable combined(String none, List<AssertionFailedError> failures) {
        if (failures.isEmpty()) {
            AssertionFailedError error = new AssertionFailedError(none);
            error.setStackTrace(new StackTraceElement[0]);
            return error;
        }
        if (failures.size() == 1) {
            return failures.getFirst();
        }
        MultipleFailuresError error = new MultipleFailuresError("", failures);
        // The place of the first failure is where a double click should lead.
        error.setStackTrace(failures.getFirst().getStackTrace());
        failures.forEach(error::addSuppressed);
        return error;
    }

    /** Log lines begin with four blanks and a hash; the name of the case follows. */
    private static String withoutPrefix(String text) {
        return text.startsWith("    # ") ? text.substring("    # ".length()) : text;
    }
}
