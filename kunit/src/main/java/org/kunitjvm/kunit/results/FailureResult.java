package org.kunitjvm.kunit.results;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing that made a case fail.
 *
 * @param kind {@code expectation}, {@code assertion}, {@code current_test}, {@code init}, {@code fault},
 *     {@code timeout}, {@code cleanup} or {@code leak}
 * @param file source file as the log names it; empty if there is none
 * @param line line in it, from 1; 0 if there is none
 * @param message the lines that the log shows for it, without their common indentation
 * @param expected the value that was expected, where one can be told
 * @param actual the value that was found, where one can be told
 */
public record FailureResult(String kind, String file, int line, List<String> message, @Nullable String expected,
    @Nullable String actual) {
    /** Copy. */
    public FailureResult {
        message = List.copyOf(message);
    }

    /** {@code file:line}; empty if there is no file. */
    public String place() {
        return file.isEmpty() ? "" : file + ":" + line;
    }
}
