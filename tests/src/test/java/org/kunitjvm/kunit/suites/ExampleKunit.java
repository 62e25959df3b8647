package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_MEMNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_ERR_OR_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STRNEQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitExit;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.stub.StaticStub;
import org.kunitjvm.kunit.stub.StubFn;

/** Every part of KUnit that most suites need, once: the suite to copy from. */
@KunitSuite(value = "example", config = "KUNIT_EXAMPLE_TEST", module = "kunit_example_test", link = 40)
final class ExampleKunit {
    /** A parameter; its text is its name in the results. */
    private record Example(int value) {
        @Override
        public String toString() {
            return "example value " + value;
        }
    }

    private static final Example[] EXAMPLES = {new Example(3), new Example(2), new Example(1), new Example(0)};

    @KunitSuiteInit
    void suiteInit(SuiteContext suite) {
        suite.info("initializing suite");
    }

    @KunitSuiteExit
    void suiteExit(SuiteContext suite) {
        suite.info("exiting suite");
    }

    @KunitInit
    int init(Kunit test) {
        test.info("initializing");
        return 0;
    }

    @KunitExit
    void exit(Kunit test) {
        test.info("cleaning up");
    }

    @KunitCase
    void exampleSimpleTest(Kunit test) {
        KUNIT_EXPECT_EQ(test, 1 + 1, 2);
    }

    @KunitCase
    void exampleSkipTest(Kunit test) {
        test.info("You should not see a line below.");
        test.skip("this test should be skipped");
        KUNIT_EXPECT_TRUE(test, false);
    }

    @KunitCase
    void exampleMarkSkippedTest(Kunit test) {
        test.info("You should see a line below.");
        test.markSkipped("this test should be skipped");
        test.info("You should see this line.");
    }

    @KunitCase
    void exampleAllExpectMacrosTest(Kunit test) {
        byte[] first = {1, 2, 3, 4};
        byte[] second = {1, 2, 3, 5};

        KUNIT_EXPECT_TRUE(test, true);
        KUNIT_EXPECT_FALSE(test, false);
        KUNIT_EXPECT_EQ(test, 1, 1);
        KUNIT_EXPECT_NE(test, 1, 0);
        KUNIT_EXPECT_GT(test, 1, 0);
        KUNIT_EXPECT_GE(test, 1, 1);
        KUNIT_EXPECT_LT(test, 0, 1);
        KUNIT_EXPECT_LE(test, 1, 1);
        KUNIT_EXPECT_NOT_ERR_OR_NULL(test, test);
        KUNIT_EXPECT_PTR_EQ(test, null, null);
        KUNIT_EXPECT_PTR_NE(test, test, null);
        KUNIT_EXPECT_NULL(test, null);
        KUNIT_EXPECT_NOT_NULL(test, test);
        KUNIT_EXPECT_STREQ(test, "hi", "hi");
        KUNIT_EXPECT_STRNEQ(test, "hi", "bye");
        KUNIT_EXPECT_MEMEQ(test, first, first, first.length);
        KUNIT_EXPECT_MEMNEQ(test, first, second, first.length);
        // An assertion that fails ends the case; an expectation lets it go on.
        KUNIT_ASSERT_GT(test, first.length, 0);
        KUNIT_EXPECT_GT_MSG(test, first.length, 0, "Your ints must be bigger than zero");
    }

    /** What the next two cases replace; in the kernel its first line would be KUNIT_STATIC_STUB_REDIRECT. */
    @KunitStubbable
    static int addOne(int i) {
        return i + 1;
    }

    private static int subtractOne(int i) {
        return i - 1;
    }

    @KunitCase
    void exampleStaticStubTest(Kunit test) {
        KUNIT_EXPECT_EQ(test, addOne(1), 2);
        StaticStub.activate(test, ExampleKunit::addOne, ExampleKunit::subtractOne);
        KUNIT_EXPECT_EQ(test, addOne(1), 0);
        StaticStub.deactivate(test, ExampleKunit::addOne);
        KUNIT_EXPECT_EQ(test, addOne(1), 2);
    }

    @KunitCase
    void exampleStaticStubUsingFnPtrTest(Kunit test) {
        StubFn.Fn1<Integer, Integer> addOne = ExampleKunit::addOne;
        KUNIT_EXPECT_EQ(test, addOne(1), 2);
        StaticStub.activate(test, addOne, ExampleKunit::subtractOne);
        KUNIT_EXPECT_EQ(test, addOne(1), 0);
        StaticStub.deactivate(test, addOne);
        KUNIT_EXPECT_EQ(test, addOne(1), 2);
    }

    @KunitCase
    void examplePrivTest(Kunit test) {
        KUNIT_ASSERT_EQ(test, test.priv == null, true);
        test.priv = new int[] {42};
        KUNIT_ASSERT_NOT_NULL(test, test.priv);
        KUNIT_ASSERT_FALSE(test, ((int[]) test.priv)[0] != 42);
    }

    @KunitCase(params = "EXAMPLES")
    void exampleParamsTest(Kunit test, Example param) {
        // A parameter that makes no sense is skipped, and the others run.
        if (param.value() % 3 == 0) {
            test.skip("unsupported param value %d", param.value());
        }
        KUNIT_EXPECT_NE(test, param.value() % 3, 0);
    }

    @KunitCase(speed = Speed.SLOW)
    void exampleSlowTest(Kunit test) {
        KUNIT_EXPECT_EQ(test, 1 + 1, 2);
    }
}
