package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

/** An init-section suite: it runs before all others, once, and cannot be run again. */
@KunitSuite(value = "example_init", config = "KUNIT_EXAMPLE_TEST", module = "kunit_example_test", init = true,
    link = 10)
final class ExampleInitKunit {
    @KunitCase
    void exampleInitTest(Kunit test) {
        KUNIT_EXPECT_EQ(test, 1 + 1, 2);
    }
}
