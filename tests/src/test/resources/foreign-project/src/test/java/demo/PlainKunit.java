package demo;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

@KunitSuite("plain")
final class PlainKunit {
    @KunitCase
    void adds(Kunit test) {
        KUNIT_EXPECT_EQ(test, 1 + 1, 2);
    }
}
