package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.Speed;

/** What a class says becomes a suite, and what it says wrongly is told with its name. */
final class SuiteLoaderTest {
    /** What suites have in common. */
    static class Base {
        @KunitCase
        void inherited(Kunit test) {
            test.name();
        }
    }

    @KunitSuite(value = "loaded", config = "LOADED_TEST", speed = Speed.SLOW, link = 7)
    static final class Loaded extends Base {
        static final int[] NUMBERS = {4, 5};

        @KunitCase
        void zLast(Kunit test) {
            test.name();
        }

        void helper() {
            // No case.
        }

        @KunitCase(name = "other_name", speed = Speed.VERY_SLOW)
        void aFirst(Kunit test) {
            test.name();
        }

        @KunitCase(params = "NUMBERS")
        void withoutArgument(Kunit test) {
            test.info("value %d", test.paramValue());
        }
    }

    @KunitSuite(value = "second_in_name", config = "KUNIT_PROBE_TEST")
    static final class ZZ {
        @KunitCase
        void test(Kunit test) {
            test.name();
        }
    }

    @KunitSuite(value = "an_init_suite", config = "KUNIT_PROBE_TEST", init = true)
    static final class Ini {
        @KunitCase
        void test(Kunit test) {
            test.name();
        }
    }

    @KunitSuite(value = "returns", config = "KUNIT_PROBE_TEST")
    static final class Returns {
        @KunitCase
        int value(Kunit test) {
            return 1;
        }
    }

    @KunitSuite(value = "no_context", config = "KUNIT_PROBE_TEST")
    static final class NoContext {
        @KunitCase
        void value() {
            // Nothing.
        }
    }

    @KunitSuite(value = "other_context", config = "KUNIT_PROBE_TEST")
    static final class OtherContext {
        @KunitCase
        void value(String test) {
            // Nothing.
        }
    }

    @KunitSuite(value = "no_source", config = "KUNIT_PROBE_TEST")
    static final class NoSource {
        @KunitCase(params = "nowhere")
        void value(Kunit test, int number) {
            // Nothing.
        }
    }

    @KunitSuite(value = "no_params", config = "KUNIT_PROBE_TEST")
    static final class NoParams {
        @KunitCase
        void value(Kunit test, int number) {
            // Nothing.
        }
    }

    @KunitSuite(value = "two_inits", config = "KUNIT_PROBE_TEST")
    static final class TwoInits {
        @KunitInit
        void one(Kunit test) {
            // Nothing.
        }

        @KunitInit
        void two(Kunit test) {
            // Nothing.
        }
    }

    @KunitSuite(value = "init_of_nothing", config = "KUNIT_PROBE_TEST")
    static final class InitOfNothing {
        @KunitInit
        void one() {
            // Nothing.
        }
    }

    @KunitSuite(value = "init_of_text", config = "KUNIT_PROBE_TEST")
    static final class InitOfText {
        @KunitInit
        String one(Kunit test) {
            return "";
        }
    }

    @ParameterizedTest
    @CsvSource({"testBasicAlloc, test_basic_alloc", "tEq, t_eq", "add_one, add_one", "plain, plain", "A, a", "AB, ab",
        "ABc, a_bc", "aB, a_b", "VMAMerge, vma_merge", "parseURL, parse_url", "parseURLNow, parse_url_now", "x2Y, x2_y",
        "test_Alloc, test_alloc", "aBC, a_bc", "Ab, ab"})
    void javaNamesBecomeNamesOfC(String java, String ktap) {
        assertEquals(ktap, SuiteLoader.snakeCase(java));
    }

    @Test
    @Tag("K-001")
    void suiteIsWhatItsClassSays() {
        TestSuite suite = SuiteLoader.load(Loaded.class);
        assertEquals("loaded", suite.name());
        assertEquals("LOADED_TEST", suite.config());
        assertEquals(Loaded.class.getName(), suite.className());
        assertEquals(Speed.SLOW, suite.speed());
        assertEquals(7, suite.link());
        assertEquals("loaded", suite.module());
        assertFalse(suite.isInit());
        assertEquals(List.of("inherited", "z_last", "other_name", "without_argument"),
            suite.cases().stream().map(TestCase::name).toList());
        assertEquals(Speed.VERY_SLOW, suite.cases().get(2).speed());
        assertFalse(suite.cases().getFirst().body().explores());
        assertTrue(suite.toString().contains("loaded"), suite.toString());
        assertEquals(List.of("inherited", "zLast", "aFirst", "withoutArgument"),
            SuiteLoader.caseMethods(Loaded.class).stream().map(Method::getName).toList());
        Runs.Result result = Runs.of(suite).run();
        assertTrue(result.lines().contains("    # without_argument: value 5"), result.text());
    }

    @Test
    @Tag("K-004")
    void suitesComeInLinkOrder() {
        assertEquals(List.of("an_init_suite", "loaded", "second_in_name"),
            SuiteLoader.loadAll(List.of(ZZ.class, Loaded.class, Ini.class)).stream().map(TestSuite::name).toList());
        TestSuite suite = SuiteLoader.load(Ini.class);
        assertTrue(suite.isInit());
        assertEquals("ini", suite.module());
    }

    @Test
    void bodyKnowsThatItExplores() throws Throwable {
        int[] runs = {0};
        TestCase.Body body = test -> runs[0]++;
        assertFalse(body.explores());
        assertTrue(body.exploring().explores());
        assertEquals(1, Runs.ofCase(body.exploring()).run().only(KunitEvent.CaseFinished.class).size());
        assertEquals(1, runs[0]);
    }

    @ParameterizedTest
    @ValueSource(classes = {Returns.class, NoContext.class, OtherContext.class, NoParams.class})
    void wrongCaseIsTold(Class<?> type) {
        String message = assertThrows(SuiteLoadException.class, () -> SuiteLoader.load(type)).getMessage();
        assertTrue(message.contains(type.getName()), message);
        assertTrue(message.contains("case value must be void value(Kunit test)"), message);
    }

    @Test
    void wrongFunctionsAreTold() {
        String[] messages = new String[5];
        Class<?>[] types = {SuiteLoaderTest.class, NoSource.class, TwoInits.class, InitOfNothing.class,
            InitOfText.class};
        for (int i = 0; i < types.length; i++) {
            Class<?> type = types[i];
            messages[i] = assertThrows(SuiteLoadException.class, () -> SuiteLoader.load(type)).getMessage();
        }
        assertTrue(messages[0].contains("annotate the class with @KunitSuite"), messages[0]);
        assertTrue(messages[1].contains("params = \"nowhere\": there is no such method or field"), messages[1]);
        assertTrue(messages[2].contains("two methods are marked @KunitInit: one and two"), messages[2]);
        assertTrue(messages[3].contains("must be int or void with one argument of type Kunit"), messages[3]);
        assertTrue(messages[4].contains("must be int or void with one argument of type Kunit"), messages[4]);
    }
}
