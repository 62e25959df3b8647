package demo;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_SUCCEED;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.SuiteContext;

@KunitSuite("red_suite_init")
final class RedSuiteInitKunit {
    @KunitSuiteInit
    int suiteInit(SuiteContext suite) {
        return -12;
    }

    @KunitCase
    void neverStarts(Kunit test) {
        KUNIT_SUCCEED(test);
    }
}
