package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.run.Glob;

/**
 * Which tests a build tool wants: {@code GTEST_FILTER} of GoogleTest, or {@code TESTBRIDGE_TEST_ONLY} of Bazel's
 * {@code --test_filter}, which GoogleTest takes in its place. Patterns between colons, of which one must match; behind
 * a dash, patterns of which none may. A pattern is {@code suite.case} with {@code *} and {@code ?}; without a dot it is
 * for the whole suite.
 *
 * @param variable where it came from
 * @param text as it was written
 */
record TestNameFilter(String variable, String text) {
    private static final List<String> VARIABLES = List.of("GTEST_FILTER", "TESTBRIDGE_TEST_ONLY");

    /** The filter of the environment, or {@code null}. */
    static @Nullable TestNameFilter of(Host host) {
        for (String variable : VARIABLES) {
            String text = host.variable(variable);
            if (text != null) {
                return new TestNameFilter(variable, text);
            }
        }
        return null;
    }

    /** Whether a test, {@code suite.case}, is wanted. */
    boolean keeps(String test) {
        int dash = text.indexOf('-');
        List<Glob> wanted = globs(dash < 0 ? text : text.substring(0, dash));
        List<Glob> unwanted = globs(dash < 0 ? "" : text.substring(dash + 1));
        return (wanted.isEmpty() || wanted.stream().anyMatch(glob -> glob.matches(test)))
            && unwanted.stream().noneMatch(glob -> glob.matches(test));
    }

    private static List<Glob> globs(String patterns) {
        List<Glob> globs = new ArrayList<>();
        for (String pattern : patterns.split(":")) {
            if (!pattern.isEmpty()) {
                globs.add(new Glob(pattern.indexOf('.') < 0 && !pattern.equals("*") ? pattern + ".*" : pattern));
            }
        }
        return globs;
    }
}
