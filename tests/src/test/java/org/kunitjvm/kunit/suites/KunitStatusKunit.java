package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.KunitSuite;

/** The status of a test is what was set last. */
@KunitSuite(value = "kunit_status", config = "KUNIT_TEST", module = "kunit_test", link = 23)
final class KunitStatusKunit {
    @KunitCase
    void kunitStatusSetFailureTest(Kunit test) {
        Kunit fake = test.fake("fake test", null);

        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.SUCCESS);
        fake.setFailure();
        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.FAILURE);
    }

    @KunitCase
    void kunitStatusMarkSkippedTest(Kunit test) {
        Kunit fake = test.fake("fake test", null);

        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.SUCCESS);
        KUNIT_EXPECT_STREQ(test, fake.statusComment(), "");
        fake.markSkipped("Accepts format string: %s", "YES");
        KUNIT_EXPECT_EQ(test, fake.status(), KunitStatus.SKIPPED);
        KUNIT_EXPECT_STREQ(test, fake.statusComment(), "Accepts format string: YES");
    }
}
