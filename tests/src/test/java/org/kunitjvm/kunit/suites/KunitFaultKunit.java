package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.TryCatch;

/** A fault ends the thread that ran into it and nothing else, and is told apart from an abort. */
@KunitSuite(value = "kunit_fault", config = "KUNIT_FAULT_TEST", module = "kunit_test", link = 26)
final class KunitFaultKunit {
    private static final long TIMEOUT_NS = 300_000_000_000L;

    @KunitCase
    void kunitTestFaultNullDereference(Kunit test) {
        int[] caught = new int[1];
        boolean[] called = new boolean[1];
        TryCatch attempt = new TryCatch(test, TIMEOUT_NS);
        attempt.run(() -> {
            called[0] = true;
            throw new KernelBug("NULL pointer dereference, address: 0000000000000000");
        }, error -> caught[0] = error);

        KUNIT_EXPECT_TRUE(test, called[0]);
        KUNIT_EXPECT_EQ(test, caught[0], -Errno.EINTR.number());
    }
}
