package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;

/** What kunit.filter_glob, kunit.filter, kunit.filter_action and kunit.action select, list and say. */
final class SelectionTest {
    private static TestCase named(String name) {
        return TestCase.of(name, Runs::nothing).withModule("mod");
    }

    private static TestSuite[] suites() {
        return new TestSuite[] {
            TestSuite.named("plain").cases(named("normal"), named("slow").withSpeed(Speed.SLOW)),
            TestSuite.named("slow_suite").speed(Speed.SLOW).cases(named("inherits"),
                named("own").withSpeed(Speed.NORMAL), named("very").withSpeed(Speed.VERY_SLOW)),
            TestSuite.named("first").init(true).cases(TestCase.of("boot", Runs::nothing).withModule("other")),
            TestSuite.named("empty").cases(),
        };
    }

    private static List<String> results(Runs.Result result) {
        return result.only(KunitEvent.CaseFinished.class).stream()
            .map(e -> e.suite().name() + "." + e.testCase().name() + (e.result().status() == KunitStatus.SKIPPED ? "-"
                : ""))
            .toList();
    }

    @ParameterizedTest
    @Tag("K-044")
    @CsvSource({
        "abc, abc, true", "abc, ABC, false", "abc, abcd, false", "a*, abc, true", "*c, abc, true", "*b*, abc, true",
            "*, '', true",
        "'', '', true", "'', a, false", "a?c, abc, true", "a?c, ac, false", "a[bx]c, abc, true", "a[!b]c, abc, false",
        "a[!x]c, abc, true", "a[a-c]c, abc, true", "a[d-z]c, abc, false", "a[]]c, a]c, true", "a[b, a[b, true",
            "a[b, ab, false",
        "a\\*c, a*c, true", "a\\*c, abc, false", "**a**, xay, true", "*a*b*c, xaybzc, true", "*a*b*c, xaybzcd, false"})
    void globMatchesWholeNames(String pattern, String text, boolean matches) {
        assertEquals(matches, new Glob(pattern).matches(text), pattern + " against " + text);
    }

    @Test
    void globWithManyStarsIsQuick() {
        assertFalse(new Glob("*a".repeat(200) + "b").matches("a".repeat(5000)));
    }

    @Test
    @Tag("K-044")
    @Tag("K-004")
    void initSuitesRunFirstAndGlobDropsTheRest() {
        assertEquals(List.of("first.boot", "plain.normal", "plain.slow", "slow_suite.inherits", "slow_suite.own",
            "slow_suite.very"),
            results(Runs.of(suites()).run()));
        assertTrue(Runs.of(suites()).run().lines().contains("ok 4 empty # SKIP"));
        Runs.Result some = Runs.of(suites()).with(o -> o.withFilterGlob("*l*.*o*")).run();
        assertEquals(List.of("plain.normal", "plain.slow", "slow_suite.own"), results(some));
        assertEquals("1..2", some.lines().get(1));
        assertEquals(List.of("KTAP version 1", "1..0"), Runs.of(suites()).with(o ->
            o.withFilterGlob("plain.")).run().lines());
        assertFalse(Runs.of(suites()).with(o -> o.withFilterGlob("*")).run().text().contains("empty"));
    }

    @ParameterizedTest
    @Tag("K-045")
    @CsvSource({
        "speed>slow, first.boot plain.normal slow_suite.own",
        "speed=slow, plain.slow slow_suite.inherits",
        "speed==slow, plain.slow slow_suite.inherits",
        "speed=>slow, plain.slow slow_suite.inherits",
        "speed<slow, slow_suite.very",
        "speed<=slow, plain.slow slow_suite.inherits slow_suite.very",
        "speed>=slow, first.boot plain.normal plain.slow slow_suite.inherits slow_suite.own",
        "speed!=slow, first.boot plain.normal slow_suite.own slow_suite.very",
        "module=other, first.boot",
        "module!=mod, first.boot",
        "is_init=true, first.boot",
        "is_init>false, first.boot",
        "'speed>slow, module=mod', plain.normal slow_suite.own"})
    void attributeFilters(String filter, String expected) {
        assertEquals(List.of(expected.split(" ")), results(Runs.of(suites()).with(o -> o.withFilter(filter)).run()));
    }

    @Test
    @Tag("K-045")
    void filterActionSkipMarksInsteadOfDropping() {
        Runs.Result result = Runs.of(suites()).with(o -> o.withFilter("speed>slow").withFilterAction("skip")
            .withFilterGlob("plain")).run();
        assertEquals(List.of("plain.normal", "plain.slow-"), results(result));
        assertTrue(result.lines().contains("    ok 2 slow # SKIP"));
        Runs.Result alone = Runs.of(suites()).with(o -> o.withFilterAction("skip")).run();
        assertFalse(results(alone).stream().anyMatch(name -> name.endsWith("-")));
    }

    @ParameterizedTest
    @Tag("K-045")
    @CsvSource(delimiter = '|', value = {
        "speed | kunit executor: filter operation not found: speed",
        "nope>1 | kunit executor: attribute not found: nope>1",
        "speed> | kunit executor: filter value not found: >",
        "speed>fast | kunit executor: invalid filter input: >fast",
        "is_init=maybe | kunit executor: invalid filter input: =maybe",
        "module>mod | kunit executor: invalid filter input: >mod",
        "speed!slow | kunit executor: invalid filter operation: !slow"})
    void wrongFiltersAreReportedAndNothingRuns(String filter, String message) {
        Runs.Result result = Runs.of(suites()).with(o -> o.withFilter(filter).withShutdown("halt")).run();
        assertEquals(List.of(message, "kunit executor: error filtering suites: -22", "reboot: System halted"),
            result.lines());
    }

    @Test
    @Tag("K-046")
    @Tag("K-042")
    void listings() {
        assertEquals(List.of("KTAP version 1", "first", "first.boot", "plain", "plain.normal", "plain.slow"),
            Runs.of(suites()).with(o -> o.withAction("list").withFilterGlob("[fp]*")).run().lines());
        assertEquals(List.of("KTAP version 1", "first", "# module: other", "# is_init: true", "first.boot", "plain",
            "# module: mod",
                "plain.normal", "plain.slow", "# slow.speed: slow", "slow_suite", "# speed: slow", "# module: mod",
                "slow_suite.inherits", "slow_suite.own", "# own.speed: normal", "slow_suite.very",
                "# very.speed: very_slow", "empty", "# module:"),
            Runs.of(suites()).with(o -> o.withAction("list_attr")).run().lines());
        assertEquals(List.of("kunit executor: unknown action 'dance'"),
            Runs.of(suites()).with(o -> o.withAction("dance")).run().lines());
    }

    @Test
    @Tag("K-047")
    void disabledKunitRunsNothing() {
        assertEquals(List.of("kunit: disabled", "reboot: Power down"),
            Runs.of(suites()).with(o -> o.withEnabled(false).withShutdown("poweroff")).run().lines());
        assertFalse(Runs.of(suites()).with(o -> o.withShutdown("later")).run().text().contains("reboot"));
    }

    @Test
    @Tag("K-048")
    void withoutAutorunThereAreOnlyResultsToBe() {
        Runs.Result result = Runs.of(suites()).with(o -> o.withMode(KunitMode.V7).withAutorun(false)).run();
        assertEquals("", result.text());
        assertEquals(List.of("first", "plain", "slow_suite", "empty"), result.executor().debugfs().suites());
        assertEquals("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: plain\n    1..2\nok 1 plain\n",
            result.executor().debugfs().results("plain"));
    }

    @Test
    @Tag("K-047")
    void parametersComeFromTheCommandLine() {
        KernelCommandLine cmdline = KernelCommandLine.parse("kunit.enable=0 kunit.stats_enabled=2"
            + " kunit.filter_glob=a* kunit.filter=\"speed>slow\""
            + " kunit.filter_action=skip kunit.action=list kunit_shutdown=halt kunit.timeout=7 kunit.autorun=0");
        KunitOptions expected = KunitOptions.DEFAULT.withEnabled(false).withStats(StatsMode.ALWAYS)
            .withFilterGlob("a*").withFilter("speed>slow").withFilterAction("skip").withAction("list")
            .withShutdown("halt").withTimeoutSeconds(7).withAutorun(false);
        for (KunitMode mode : KunitMode.values()) {
            assertEquals(expected.withMode(mode), KunitOptions.of(cmdline, KernelConfig.defconfig(), mode));
            assertEquals(KunitOptions.DEFAULT.withMode(mode), KunitOptions.of(KernelCommandLine.EMPTY,
                KernelConfig.defconfig(), mode));
        }
    }

    /** Symbols that came after 6.12 count in its mode too; those that a configuration does not know change nothing. */
    @ParameterizedTest
    @EnumSource(KunitMode.class)
    @Tag("K-048")
    void symbolsAreTheDefaultsOfParameters(KunitMode mode) {
        KernelConfig old = KernelConfig.of(Map.of("KUNIT", "y", "KUNIT_DEFAULT_ENABLED", "y"));
        assertEquals(KunitOptions.DEFAULT.withMode(mode), KunitOptions.of(KernelCommandLine.EMPTY, old, mode));

        KernelConfig config = old.with("KUNIT_DEFAULT_ENABLED", "n").with("KUNIT_DEFAULT_TIMEOUT", "5")
            .with("KUNIT_DEFAULT_FILTER_GLOB", "x*").with("KUNIT_DEFAULT_FILTER", "speed>slow")
            .with("KUNIT_DEFAULT_FILTER_ACTION", "skip");
        KunitOptions off = KunitOptions.DEFAULT.withMode(mode).withEnabled(false).withTimeoutSeconds(5)
            .withFilterGlob("x*").withFilter("speed>slow").withFilterAction("skip").withAutorun(false);
        assertEquals(off, KunitOptions.of(KernelCommandLine.EMPTY, config, mode));
        assertEquals(off.withAutorun(true), KunitOptions.of(KernelCommandLine.EMPTY,
            config.with("KUNIT_AUTORUN_ENABLED", "y"), mode));

        KernelCommandLine cmdline = KernelCommandLine.parse("kunit.enable=1 kunit.timeout=6 kunit.autorun=on"
            + " kunit.filter_glob=y* kunit.filter=module=m kunit.filter_action=");
        assertEquals(KunitOptions.DEFAULT.withMode(mode).withTimeoutSeconds(6).withFilterGlob("y*")
            .withFilter("module=m").withFilterAction(""), KunitOptions.of(cmdline, config, mode));
    }

    @ParameterizedTest
    @Tag("K-040")
    @ValueSource(strings = {"OFF", "AUTO", "ALWAYS"})
    void statisticsModes(String mode) {
        TestSuite one = TestSuite.named("one").cases(named("test"));
        TestSuite two = TestSuite.named("two").cases(named("a"), named("b"));
        List<String> lines = Runs.of(one, two).with(o -> o.withStats(StatsMode.valueOf(mode))).run().lines().stream()
            .filter(line -> line.contains("pass:")).toList();
        List<String> always = List.of("    # test: pass:1 fail:0 skip:0 total:1", "# one: pass:1 fail:0 skip:0 total:1",
            "# Totals: pass:1 fail:0 skip:0 total:1", "    # a: pass:1 fail:0 skip:0 total:1",
            "    # b: pass:1 fail:0 skip:0 total:1", "# two: pass:2 fail:0 skip:0 total:2",
            "# Totals: pass:2 fail:0 skip:0 total:2");
        assertEquals(switch (StatsMode.valueOf(mode)) {
            case OFF -> List.of();
            case AUTO -> always.subList(5, 7);
            case ALWAYS -> always;
        }, lines);
    }

    @Test
    @Tag("K-049")
    void debugfsShowsCaseLogsThenTheSuiteLogAndRunsAgain() {
        TestSuite suite = TestSuite.named("suite").speed(Speed.SLOW).cases(TestCase.of("noisy", test -> {
            test.info("hello");
            test.log(LogLevel.INFO, "bare");
        }).withModule("mod"), named("slow").withSpeed(Speed.SLOW));
        Runs.Result result = Runs.of(suite).run();
        String expected = """
            KTAP version 1
            1..1
                KTAP version 1
                # Subtest: suite
                1..2
                # noisy: hello
            bare
                ok 1 noisy
                # slow.speed: slow
                ok 2 slow
                # speed: slow
                # module: mod
            # suite: pass:2 fail:0 skip:0 total:2
            # Totals: pass:2 fail:0 skip:0 total:2
            ok 1 suite
            """;
        KunitDebugfs debugfs = result.executor().debugfs();
        assertEquals(expected, debugfs.results("suite"));
        assertTrue(debugfs.canRun("suite"));
        int before = result.only(KunitEvent.RunStarted.class).size();
        assertEquals(KunitStatus.SUCCESS, debugfs.run("suite"));
        assertEquals(expected, debugfs.results("suite"));
        assertEquals(before, result.events().stream().filter(e -> e instanceof KunitEvent.RunStarted).count());
        assertEquals("""
            Write to this file to trigger the test suite to run.
            usage: echo "any string" > /sys/kernel/debugfs/kunit/<suite>/run
            """, KunitDebugfs.RUN_TEXT);
    }

    @Test
    @Tag("K-049")
    void initSuitesCannotRunAgain() {
        Runs.Result result = Runs.of(suites()).run();
        assertFalse(result.executor().debugfs().canRun("first"));
        assertEquals(null, result.executor().debugfs().run("first"));
    }
}
