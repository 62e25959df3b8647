package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.TryCatch;

/** The handler of an attempt runs if, and only if, the attempt did not end by itself. */
@KunitSuite(value = "kunit-try-catch-test", config = "KUNIT_TEST", module = "kunit_test", link = 20)
final class KunitTryCatchKunit {
    private static final long TIMEOUT_NS = 300_000_000_000L;

    @KunitCase
    void kunitTestTryCatchSuccessfulTryNoCatch(Kunit test) {
        boolean[] called = new boolean[1];
        boolean[] caught = new boolean[1];
        TryCatch attempt = new TryCatch(test, TIMEOUT_NS);
        attempt.run(() -> called[0] = true, error -> caught[0] = true);

        KUNIT_EXPECT_TRUE(test, called[0]);
        KUNIT_EXPECT_FALSE(test, caught[0]);
        KUNIT_EXPECT_EQ(test, attempt.result(), 0);
    }

    @KunitCase
    void kunitTestTryCatchUnsuccessfulTryDoesCatch(Kunit test) {
        boolean[] wentOn = new boolean[1];
        int[] caught = {1};
        TryCatch attempt = new TryCatch(test, TIMEOUT_NS);
        attempt.run(() -> {
            attempt.throwAbort();
            wentOn[0] = true;
        }, error -> caught[0] = error);

        KUNIT_EXPECT_FALSE(test, wentOn[0]);
        KUNIT_EXPECT_EQ(test, caught[0], 0);
        KUNIT_EXPECT_EQ(test, attempt.result(), 0);
    }
}
