package demo;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

@KunitSuite("red_param")
final class RedParamKunit {
    private static final int[] ORDERS = {0, 3, 11};

    static String order(Integer order) {
        return "order " + order;
    }

    @KunitCase(params = "ORDERS", desc = "order")
    void isAnOrder(Kunit test, int order) {
        KUNIT_EXPECT_LT(test, order, 11);
    }
}
