package demo;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

@KunitSuite("red_case")
final class RedCaseKunit {
    @KunitCase
    void wrongSum(Kunit test) {
        int sum = 2 + 2;
        test.info("sum is %d", sum);
        KUNIT_EXPECT_EQ(test, sum, 5);
    }
}
