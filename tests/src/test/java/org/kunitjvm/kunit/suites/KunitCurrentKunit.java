package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.KunitSuite;

/** The current test is the one that is bound to the running task. */
@KunitSuite(value = "kunit_current", config = "KUNIT_TEST", module = "kunit_test", link = 24)
final class KunitCurrentKunit {
    @KunitCase
    void kunitCurrentTest(Kunit test) {
        KUNIT_EXPECT_PTR_EQ(test, test, Kunit.current());
        KUNIT_EXPECT_PTR_EQ(test, test, test.kernel().current().kunitTest());
    }

    @KunitCase
    void kunitCurrentFailTest(Kunit test) {
        Kunit fake = test.fake("fake test", null);
        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.SUCCESS);

        fake.bindToCurrent();
        Kunit.failCurrentTest("This should make `fake` test fail.");
        test.bindToCurrent();
        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.FAILURE);
        KUNIT_EXPECT_EQ(test, test.status(), KunitStatus.SUCCESS);
    }
}
