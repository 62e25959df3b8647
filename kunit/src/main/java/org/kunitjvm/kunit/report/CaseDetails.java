package org.kunitjvm.kunit.report;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.TestResult;

/**
 * What is known about a test beyond its KTAP lines, for a richer JUnit XML than kunit.py's: where it stands, how long it took,
 * how it failed. Whoever executed the tests supplies it; a parsed log has {@link #NONE}.
 */
@FunctionalInterface
public interface CaseDetails {
    /** Nothing beyond the log. */
    CaseDetails NONE = test -> null;

    /**
     * One test's details; what is not known is null or negative.
     *
     * @param file    source file relative to the project
     * @param line    line in {@code file}, from 1
     * @param seconds modelled or measured run time
     * @param failure what to say in the failure element instead of the standard text
     */
    record Detail(@Nullable String file, int line, double seconds, @Nullable String failure) { }

    /** Return what is known about {@code test} (a case or a group), or {@code null}. */
    @Nullable Detail of(TestResult test);
}
