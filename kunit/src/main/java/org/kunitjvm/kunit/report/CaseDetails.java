package org.kunitjvm.kunit.report;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.TestResult;

/**
 * What is known about a test beyond its KTAP lines, for a richer JUnit XML than kunit.py's: where it stands, how long
 * it took, how it failed. Whoever executed the tests supplies it; a parsed log has {@link #NONE}.
 */
@FunctionalInterface
public interface CaseDetails {
    /** Nothing beyond the log. */
    CaseDetails NONE = new CaseDetails() {
        // No lambda: those of an interface are linked anew in every start.
        @Override
        public @Nullable Detail of(TestResult test) {
            return null;
        }
    };

    /**
     * One test's details; what is not known is null, empty or negative.
     *
     * @param file      source file relative to the project
     * @param line      line in {@code file}, from 1
     * @param seconds   modelled or measured run time
     * @param failure   what to say in the failure element instead of the standard text
     * @param className what readers group tests by
     * @param type      what kind of failure it was
     * @param message   the failure in one line
     */
    record Detail(@Nullable String file, int line, double seconds, @Nullable String failure, String className,
        String type, String message) {
        /** Details of something that is not grouped and has not failed. */
        public Detail(@Nullable String file, int line, double seconds, @Nullable String failure) {
            this(file, line, seconds, failure, "", "", "");
        }

        /** The same, grouped. */
        public Detail in(String newClassName) {
            return new Detail(file, line, seconds, failure, newClassName, type, message);
        }

        /** The same, with the kind of failure and its first line. */
        public Detail because(String newType, String newMessage) {
            return new Detail(file, line, seconds, failure, className, newType, newMessage);
        }
    }

    /** Return what is known about {@code test} (a case or a group), or {@code null}. */
    @Nullable Detail of(TestResult test);

    /** Return when the run began, as an ISO 8601 instant, or {@code null}. */
    default @Nullable String timestamp() {
        return null;
    }

    /** Return what is true of the run as a whole, in the order to show it in. */
    default Map<String, String> properties() {
        return Map.of();
    }
}
