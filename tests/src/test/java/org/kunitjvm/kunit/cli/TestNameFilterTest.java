package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters of GoogleTest and Bazel mean what they mean there, and a suite's name is enough. */
class TestNameFilterTest {
    @ParameterizedTest
    @CsvSource({"*, a.b, true", "a.b, a.b, true", "a.b, a.c, false", "a, a.c, true", "a, ab.c, false",
        "a*.c, ab.c, true", "x.y:a.?, a.b, true", "x.y:a.?, a.bc, false", "*-a.b, a.b, false", "*-a.b, a.c, true",
        "-a.*:c.d, c.d, false", "-a.*:c.d, c.e, true", "a.*-a.x:a.y, a.y, false", "a.*-a.x:a.y, a.z, true"})
    void patternsAreThoseOfGoogleTest(String filter, String test, boolean kept) {
        assertEquals(kept, new TestNameFilter("GTEST_FILTER", filter).keeps(test), filter + " on " + test);
    }
}
