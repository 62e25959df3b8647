package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.run.AttributeFilter;
import org.kunitjvm.kunit.run.FilterException;
import org.kunitjvm.kunit.run.SuiteFilter;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/** Filters keep what matches, in order, and drop suites that nothing is left of. */
@KunitSuite(value = "kunit_executor_test", config = "KUNIT", module = "kunit", link = 11)
final class KunitExecutorKunit {
    private static TestCase testCase(String name, Speed speed) {
        return TestCase.of(name, test -> {
        }).withSpeed(speed);
    }

    private static TestSuite suite(String name) {
        return TestSuite.named(name).cases(testCase("test1", Speed.UNSET), testCase("test2", Speed.UNSET));
    }

    private static TestSuite speedSuite(String name, Speed own, TestCase... cases) {
        return TestSuite.named(name).speed(own).cases(cases);
    }

    private static List<TestSuite> filter(@Nullable String glob, @Nullable String attributes, @Nullable String action,
        TestSuite... suites) throws FilterException {
        return SuiteFilter.of(glob, attributes, action).apply(List.of(suites));
    }

    @KunitCase
    void parseFilterTest(Kunit test) throws FilterException {
        SuiteFilter suiteOnly = SuiteFilter.of("suite", null, null);
        KUNIT_EXPECT_STREQ(test, String.valueOf(suiteOnly.suiteGlob()), "suite");
        KUNIT_EXPECT_NULL(test, suiteOnly.caseGlob());

        SuiteFilter both = SuiteFilter.of("suite.test", null, null);
        KUNIT_EXPECT_STREQ(test, String.valueOf(both.suiteGlob()), "suite");
        KUNIT_EXPECT_NOT_NULL(test, both.caseGlob());
        KUNIT_EXPECT_STREQ(test, String.valueOf(both.caseGlob()), "test");
    }

    @KunitCase
    void filterSuitesTest(Kunit test) throws FilterException {
        List<TestSuite> got = filter("suite2", null, null, suite("suite1"), suite("suite2"));
        KUNIT_ASSERT_EQ(test, got.size(), 1);
        KUNIT_EXPECT_STREQ(test, got.getFirst().name(), "suite2");
        KUNIT_EXPECT_EQ(test, got.getFirst().cases().size(), 2);
    }

    @KunitCase
    void filterSuitesTestGlobTest(Kunit test) throws FilterException {
        List<TestSuite> got = filter("suite2.test2", null, null, suite("suite1"), suite("suite2"));
        KUNIT_ASSERT_EQ(test, got.size(), 1);
        KUNIT_EXPECT_STREQ(test, got.getFirst().name(), "suite2");
        KUNIT_ASSERT_EQ(test, got.getFirst().cases().size(), 1);
        KUNIT_EXPECT_STREQ(test, got.getFirst().cases().getFirst().name(), "test2");
    }

    @KunitCase
    void filterSuitesToEmptyTest(Kunit test) throws FilterException {
        KUNIT_EXPECT_EQ(test, filter("not_found", null, null, suite("suite1"), suite("suite2")).size(), 0);
    }

    @KunitCase
    void parseFilterAttrTest(Kunit test) throws FilterException {
        List<AttributeFilter> terms = AttributeFilter.parse("speed>slow, module!=example");
        KUNIT_ASSERT_EQ(test, terms.size(), 2);
        KUNIT_EXPECT_STREQ(test, terms.get(0).attribute().text(), "speed");
        KUNIT_EXPECT_STREQ(test, terms.get(0).input(), ">slow");
        KUNIT_EXPECT_STREQ(test, terms.get(1).attribute().text(), "module");
        KUNIT_EXPECT_STREQ(test, terms.get(1).input(), "!=example");
    }

    @KunitCase
    void filterAttrTest(Kunit test) throws FilterException {
        TestSuite mixed = speedSuite("normal_suite", Speed.UNSET, testCase("slow", Speed.SLOW),
            testCase("normal", Speed.UNSET));
        TestSuite slow = speedSuite("slow_suite", Speed.SLOW, testCase("one", Speed.UNSET),
            testCase("two", Speed.UNSET));
        List<TestSuite> got = filter(null, "speed>slow", null, mixed, slow);
        KUNIT_ASSERT_EQ(test, got.size(), 1);
        KUNIT_EXPECT_STREQ(test, got.getFirst().name(), "normal_suite");
        KUNIT_ASSERT_EQ(test, got.getFirst().cases().size(), 1);
        KUNIT_EXPECT_STREQ(test, got.getFirst().cases().getFirst().name(), "normal");
    }

    @KunitCase
    void filterAttrEmptyTest(Kunit test) throws FilterException {
        TestSuite first = speedSuite("suite1", Speed.UNSET, testCase("one", Speed.UNSET));
        TestSuite second = speedSuite("suite2", Speed.UNSET, testCase("two", Speed.UNSET));
        KUNIT_EXPECT_EQ(test, filter(null, "module=dummy", null, first, second).size(), 0);
    }

    @KunitCase
    void filterAttrSkipTest(Kunit test) throws FilterException {
        TestSuite mixed = speedSuite("suite", Speed.UNSET, testCase("slow", Speed.SLOW),
            testCase("normal", Speed.UNSET));
        List<TestSuite> got = filter(null, "speed>slow", "skip", mixed);
        KUNIT_ASSERT_EQ(test, got.size(), 1);
        KUNIT_ASSERT_EQ(test, got.getFirst().cases().size(), 2);
        KUNIT_EXPECT_TRUE(test, got.getFirst().cases().get(0).skipped());
        KUNIT_EXPECT_FALSE(test, got.getFirst().cases().get(1).skipped());
    }
}
