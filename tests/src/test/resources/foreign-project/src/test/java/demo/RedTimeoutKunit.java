package demo;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

@KunitSuite("red_timeout")
final class RedTimeoutKunit {
    @KunitCase
    void neverEnds(Kunit test) {
        while (true) {
            test.kernel().sched().msleep(1000);
        }
    }
}
