package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.RunResults;

/**
 * The runner on this project's own suites: the same results with any number of jobs and shards, on machines of all
 * kinds.
 */
class RealSuitesTest {
    private static final String NOT_SLOW = "--filter=speed>slow";

    @TempDir
    Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void configure() {
        assertEquals(0, kunit("config"), err.toString(StandardCharsets.UTF_8));
    }

    private int kunit(String command, String... words) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of(command, "--build_dir=" + folder));
        all.addAll(List.of(words));
        return Main.run(all, InputStream.nullInputStream(), new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8), Map.of("HOME", folder.toString()),
            Path.of("").toAbsolutePath());
    }

    private RunResults results() throws IOException {
        return ResultsFile.readFolder(folder.resolve("runs/latest"));
    }

    /** What every run must agree on, in the order of the whole. */
    private static List<String> timeless(List<RunResults> parts) {
        record Line(int suite, int order, String text) {
        }

        List<Line> lines = new ArrayList<>();
        for (RunResults part : parts) {
            part.suites().forEach(suite -> suite.cases().forEach(each ->
                lines.add(new Line(suite.order(), each.order(), text(each)))));
        }
        lines.sort(Comparator.comparingInt(Line::suite).thenComparingInt(Line::order));
        return lines.stream().map(Line::text).toList();
    }

    private static String text(ParamResult each) {
        return each.number() + " " + each.name() + " " + each.status() + " " + each.reason() + " "
            + each.virtualNanos();
    }

    private static String text(CaseResult each) {
        return each.fullName() + " " + each.status() + " " + each.reason() + " " + each.virtualNanos() + " "
            + each.params().stream().map(RealSuitesTest::text).toList() + " " + each.failures() + " " + each.file()
            + ":" + each.line();
    }

    @Test
    void jobsAndShardsGiveTheSameResults() throws IOException {
        assertEquals(0, kunit("exec", NOT_SLOW, "--jobs=1"), err.toString(StandardCharsets.UTF_8));
        List<String> one = timeless(List.of(results()));
        assertTrue(one.size() > 150, "cases: " + one.size());

        kunit("exec", NOT_SLOW, "--jobs=2");
        assertEquals(one, timeless(List.of(results())));

        List<RunResults> parts = new ArrayList<>();
        for (int shard = 1; shard <= 8; shard++) {
            assertEquals(0, kunit("exec", NOT_SLOW, "--jobs=2", "--shard=" + shard + "/8"),
                err.toString(StandardCharsets.UTF_8));
            parts.add(results());
        }
        assertEquals(one, timeless(parts));
    }

    /** A suite without a symbol would run in every configuration, also one that only a test of this project needs. */
    @Test
    void everySuiteHasASymbol() throws IOException {
        Path fragment = Files.writeString(folder.resolve("kunit-alone"), "CONFIG_KUNIT=y\n");
        assertEquals(0, kunit("config", "--kunitconfig=" + fragment));
        assertEquals(0, kunit("exec", "--list_suites"));
        List<String> suites = out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.matches("[a-z_0-9]+"))
            .toList();
        assertEquals(List.of("kunit_executor_test"), suites);
    }

    @Test
    void withoutKunitNothingRunsAndThatIsSaid() throws IOException {
        Path fragment = Files.writeString(folder.resolve("nothing"), "");
        assertEquals(0, kunit("config", "--kunitconfig=" + fragment));

        assertEquals(1, kunit("exec"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("Could not find any KTAP output."),
            out.toString(StandardCharsets.UTF_8));
        assertEquals("kunit: no test ran, because CONFIG_KUNIT is not set in " + folder + "/.config; add CONFIG_KUNIT=y"
            + " to the kunitconfig\n", err.toString(StandardCharsets.UTF_8));

        assertEquals(1, kunit("exec", "--list_tests"));
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("kunit: cannot list tests: CONFIG_KUNIT is not set"),
            err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void autorunCanBeConfiguredOff() {
        assertEquals(0, kunit("config", "--kconfig_add=CONFIG_KUNIT_AUTORUN_ENABLED=n"));
        assertEquals(1, kunit("exec", "example"));
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("kunit: no test ran, because kunit.autorun is off"),
            err.toString(StandardCharsets.UTF_8));

        assertEquals(0, kunit("exec", "--kernel_args=kunit.autorun=1", "example.example_simple_test"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("[PASSED] example_simple_test"),
            out.toString(StandardCharsets.UTF_8));
    }

    /** The three symbols for filters say what runs when nobody says anything; a parameter replaces its symbol. */
    @Test
    void filtersCanBeConfigured() throws IOException {
        assertEquals(0, kunit("config", "--kconfig_add=CONFIG_KUNIT_DEFAULT_FILTER_GLOB=\"example.*_s*\"",
            "--kconfig_add=CONFIG_KUNIT_DEFAULT_FILTER=\"speed>slow\"",
            "--kconfig_add=CONFIG_KUNIT_DEFAULT_FILTER_ACTION=\"skip\""), err.toString(StandardCharsets.UTF_8));
        assertEquals(0, kunit("exec"));
        assertEquals(List.of("example.example_simple_test PASS", "example.example_skip_test SKIP",
            "example.example_mark_skipped_test SKIP", "example.example_static_stub_test PASS", "example.example_static_stub_using_fn_ptr_test PASS",
            "example.example_slow_test SKIP"), statuses());

        assertEquals(0, kunit("exec", "example.*_slow_*"));
        assertEquals(List.of("example.example_slow_test SKIP"), statuses());
        assertEquals(0, kunit("exec", "--filter=speed=slow", "example.*_slow_*"));
        assertEquals(List.of("example.example_slow_test PASS"), statuses());
    }

    private List<String> statuses() throws IOException {
        return results().cases().map(each -> each.fullName() + " " + each.status()).toList();
    }

    @Test
    void paranoidRunChecksEveryOperation() throws IOException {
        assertEquals(0, kunit("exec", "--paranoid", "page_alloc.test_alloc_fresh"),
            err.toString(StandardCharsets.UTF_8));
        String args = results().info().machines().getFirst().kernelArgs();
        assertTrue(args.contains("mm.paranoid=1"), args);
        // The other end, from the parameter to a message that names the operation, is ZoneAuditorTest's.
        assertTrue(results().cases().allMatch(each -> each.status() == ResultStatus.PASS),
            out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void timesOfReportsAreWallTimesAlsoOfParameters() throws IOException {
        Path report = folder.resolve("report.xml");
        assertEquals(0, kunit("exec", "--junit=" + report, "example.example_params_test"));

        CaseResult result = results().cases().findFirst().orElseThrow();
        assertTrue(result.params().size() > 1, result.toString());
        long sum = result.params().stream().mapToLong(ParamResult::hostNanos).sum();
        assertTrue(sum > 0 && sum <= result.hostNanos(), sum + " of " + result.hostNanos());
        String xml = Files.readString(report);
        for (ParamResult param : result.params()) {
            String time = String.format(Locale.ROOT, "%.3f", param.hostNanos() / 1e9);
            assertTrue(xml.lines().anyMatch(line -> line.contains("<testcase name=\"" + param.name() + "\"")
                && line.contains(" time=\"" + time + "\"")), param + "\n" + xml);
        }
    }

    @Test
    void placesOfCasesAreTheirs() throws IOException {
        kunit("exec", "mermap.*");

        CaseResult any = results().cases().findFirst().orElseThrow();
        Path root = LauncherSandbox.launcher().resolve("../..").normalize();
        String line = Files.readAllLines(root.resolve(any.file())).get(any.line() - 2);
        assertTrue(any.file().endsWith("Kunit.java"), any.file());
        assertTrue(line.contains("void ") && line.contains("Kunit test"), any.file() + ":" + any.line() + " " + line);
    }

    @Test
    void suitesRunOnEveryMachineThatComesWithTheProject() throws IOException {
        String machines = "--machine=kunit/machines/*.machine";
        assertEquals(0, kunit("config", machines, "--kunitconfig=mm/.kunitconfig"),
            err.toString(StandardCharsets.UTF_8));

        assertEquals(0, kunit("exec", machines, NOT_SLOW, "mermap"), out.toString(StandardCharsets.UTF_8) + err);
        assertEquals(List.of("movable", "numa2", "numa4", "small"),
            results().suites().stream().map(suite -> suite.machine()).distinct().toList());
        assertTrue(results().count(ResultStatus.PASS) >= 4, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void testsSayWhatASmallMachineLacks() throws IOException {
        String machine = "--machine=small";
        assertEquals(0, kunit("config", machine), err.toString(StandardCharsets.UTF_8));

        assertEquals(0, kunit("exec", machine, NOT_SLOW), out.toString(StandardCharsets.UTF_8) + err);
        List<CaseResult> lacking = results().cases()
            .filter(each -> each.reason().equals("needs 2 CPUs, the machine has 1")).toList();
        assertTrue(lacking.size() >= 8, lacking.toString());
        assertTrue(lacking.stream().allMatch(each -> each.status() == ResultStatus.SKIP), lacking.toString());
    }

    @Test
    void casesOfAParallelSuiteHaveKernelsOfTheirOwnInAnyOrder() throws IOException {
        assertEquals(0, kunit("exec", "--jobs=1", "mermap_concurrency"), err.toString(StandardCharsets.UTF_8));
        List<String> alone = timeless(List.of(results()));
        assertTrue(alone.size() > 5, alone.toString());

        assertEquals(0, kunit("exec", "--jobs=4", "--shuffle=9", "mermap_concurrency"));
        assertEquals(alone, timeless(List.of(results())));
        for (CaseResult each : results().cases().toList()) {
            assertEquals(0, kunit("exec", each.fullName()));
            assertTrue(alone.containsAll(timeless(List.of(results()))), each.fullName());
        }
    }

    @Test
    void repeatedRunsHaveOneEventHash() {
        int exit = kunit("exec", "--repeat=3", "--seed=11", "mermap");

        assertEquals(0, exit, err.toString(StandardCharsets.UTF_8));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("kunit: 3 runs, all the same (event hash "),
            err.toString(StandardCharsets.UTF_8));
    }
}
