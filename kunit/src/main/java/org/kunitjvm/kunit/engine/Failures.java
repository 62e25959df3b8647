package org.kunitjvm.kunit.engine;

import java.util.List;

import org.kunitjvm.kunit.KunitFailure;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** Makes errors that IDEs understand from what KUnit says. */
final class Failures {
    private Failures() {
    }

    /**
     * The error for a failure that is happening right now, on the thread on which it happens.
     *
     * @param name suite and case, and the parameter if there is one
     */
    static AssertionFailedError of(String name, KunitFailure failure, boolean fullTrace) {
        Throwable cause = failure.cause();
        String text = name + ": " + withoutPrefix(failure.text()) + (cause == null ? "" : "\n    " + cause);
        AssertionFailedError error = failure.expected() == null && failure.actual() == null
            ? new AssertionFailedError(text, cause)
            : new AssertionFailedError(text, failure.expected(), failure.actual(), cause);
        if (fullTrace) {
            return error;
        }
        if (cause != null) {
            cause.setStackTrace(StackPruner.prune(cause.getStackTrace()));
        }
        error.setStackTrace(cause == null ? StackPruner.prune(error.getStackTrace()) : cause.getStackTrace());
        return error;
    }

    /** An error without a place in the code. */
    static AssertionFailedError of(String text) {
        AssertionFailedError error = new AssertionFailedError(text);
        error.setStackTrace(new StackTraceElement[0]);
        return error;
    }

    /** One error for all failures of a case, each with all it has to say; {@code none} is said if there are none. */
    static Throwable combined(String none, List<AssertionFailedError> failures) {
        if (failures.isEmpty()) {
            return of(none);
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

    /** Log lines begin with a hash and the name of the case. */
    private static String withoutPrefix(String text) {
        int colon = text.startsWith("    # ") ? text.indexOf(": ") : -1;
        return (colon < 0 ? text : text.substring(colon + 2)).stripTrailing();
    }
}
