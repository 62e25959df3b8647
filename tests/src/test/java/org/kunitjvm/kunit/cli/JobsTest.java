package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultsFile;

/** What comes of a run does not depend on the number of jobs or shards. */
class JobsTest {
    private static final List<String> SYMBOLS = List.of("GOOD", "BAD", "RACE", "TROUBLE", "SIDE");

    @TempDir
    Path root;
    private CliRun cli;
    private Path suites;

    @BeforeEach
    void project() {
        StringBuilder kconfig =
            new StringBuilder("config KUNIT\n\tbool \"KUnit\"\nconfig KUNIT_DEFAULT_ENABLED\n\tbool \"Enabled\"\n"
            + "\tdepends on KUNIT\n\tdefault y\n");
        StringBuilder config = new StringBuilder("CONFIG_KUNIT=y\n");
        for (String symbol : SYMBOLS) {
            kconfig.append("config SAMPLE_").append(symbol).append("_KUNIT_TEST\n\tbool \"x\"\n\tdepends on KUNIT\n");
            config.append("CONFIG_SAMPLE_").append(symbol).append("_KUNIT_TEST=y\n");
        }
        cli = new CliRun(root).onRealKernels().write("Kconfig", kconfig.toString())
            .write("all/.kunitconfig", config.toString())
            .write("side/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_SIDE_KUNIT_TEST=y\n");
        suites = cli.sampleSuites();
    }

    private CliRun.Result run(String config, String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--kunitconfig=" + config, "--suite_path=" + suites,
            "--case-steps=200000"));
        all.addAll(List.of(words));
        return cli.run(all.toArray(String[]::new));
    }

    private static List<String> console(CliRun.Result result) {
        List<String> lines = result.lines();
        return lines.subList(lines.indexOf("[T] Starting KUnit Kernel (1/1)..."), lines.size());
    }

    /** A case without what is different in every run. */
    private record Timeless(String name, int suiteOrder, CaseResult result) {
        static Timeless of(int suiteOrder, CaseResult each) {
            return new Timeless(each.fullName(), suiteOrder,
                new CaseResult(each.suite(), each.name(), each.order(), each.status(), each.reason(), each.file(),
                each.line(), 0, 0, each.virtualNanos(), each.slow(), 0, 0, each.log(), each.failures(),
                each.params().stream().map(Timeless::param).toList()));
        }

        private static ParamResult param(ParamResult each) {
            return new ParamResult(each.number(), each.name(), each.status(), each.reason(), 0, each.virtualNanos());
        }
    }

    private List<Timeless> results() throws IOException {
        List<Timeless> results = new ArrayList<>();
        ResultsFile.readFolder(root.resolve(".kunit/runs/latest")).suites().forEach(suite ->
            suite.cases().forEach(each -> results.add(Timeless.of(suite.order(), each))));
        results.sort(Comparator.comparingInt(Timeless::suiteOrder).thenComparingInt(each -> each.result().order()));
        return results;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void jobsChangeNothingButTheTime(int jobs) throws IOException {
        List<String> one = console(run("all", "--raw_output=all", "--jobs=1", "--seed=5"));
        List<Timeless> results = results();

        assertEquals(one, console(run("all", "--raw_output=all", "--jobs=" + jobs, "--seed=5")));
        assertEquals(results, results());
        assertEquals(21, results.size());
    }

    @Test
    void eightShardsTogetherAreTheWhole() throws IOException {
        run("all", "--jobs=2");
        List<Timeless> whole = results();
        List<Timeless> parts = new ArrayList<>();
        int empty = 0;
        for (int shard = 1; shard <= 8; shard++) {
            CliRun.Result result = run("all", "--jobs=2", "--shard=" + shard + "/8");
            if (result.err().contains("kunit: note: no test belongs to shard " + shard + "/8\n")) {
                assertEquals(0, result.exit(), "an empty part is no failure");
                empty++;
            }
            parts.addAll(results());
        }
        parts.sort(Comparator.comparingInt(Timeless::suiteOrder).thenComparingInt(each -> each.result().order()));

        assertEquals(whole, parts);
        assertTrue(empty > 0 && empty < 7, "empty parts: " + empty);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--jobs=1", "--jobs=4"})
    void casesSideBySideMakeOneSuite(String jobs) {
        CliRun.Result result = run("side", "--raw_output", jobs);

        assertTrue(result.out().contains("    1..5\n"), result.out());
        assertEquals(1, count(result, "set up"), result.out());
        assertEquals(1, count(result, "torn down after "), result.out());
        assertTrue(result.out().contains("    ok 1 first\n") && result.out().contains("    ok 2 second\n")
            && result.out().contains("    not ok 3 third\n") && result.out().contains("    ok 4 fourth\n")
            && result.out().contains("    ok 5 fifth # SKIP enough\n"), result.out());
        assertTrue(result.out().contains("# sample_side_by_side: pass:3 fail:1 skip:1 total:5\n"), result.out());
        assertTrue(result.out().contains("# Totals: pass:5 fail:1 skip:1 total:7\n"), result.out());
        assertTrue(result.out().contains("\nnot ok 1 sample_side_by_side\n"), result.out());
    }

    private static long count(CliRun.Result result, String text) {
        return result.out().lines().filter(line -> line.contains(text)).count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void failFastSkipsTheSameCasesWithAnyNumberOfJobs(int jobs) throws IOException {
        run("all", "--fail-fast", "--jobs=1");
        List<Timeless> one = results();

        run("all", "--fail-fast", "--jobs=" + jobs);

        assertEquals(one.stream().map(each -> each.result().status()).toList(),
            results().stream().map(each -> each.result().status()).toList());
    }
}
