package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts that are merged report what one run reports, but for times; what does not belong together is refused in one
 * line.
 */
class MergeCommandTest {
    private static final String KCONFIG = """
        config KUNIT
        \tbool "KUnit"
        config KUNIT_DEFAULT_ENABLED
        \tbool "Enabled"
        \tdepends on KUNIT
        \tdefault y
        config SAMPLE_GOOD_KUNIT_TEST
        \tbool "Good"
        \tdepends on KUNIT
        config SAMPLE_BAD_KUNIT_TEST
        \tbool "Bad"
        \tdepends on KUNIT
        """;
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567\n";
    private static final String[] REPORTS = {"--json=%s.json", "--junit=%s.xml", "--html=%s.html", "--kcidb=%s.kcidb",
        "--code-quality=%s.cq"};

    @TempDir
    Path root;
    private CliRun cli;
    private Path suites;

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", KCONFIG)
            .write("bad/.kunitconfig",
            "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\nCONFIG_SAMPLE_BAD_KUNIT_TEST=y\n")
            .write("good/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\n").write(".git/HEAD", COMMIT);
        suites = cli.sampleSuites();
    }

    private CliRun.Result run(String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--suite_path=" + suites));
        all.addAll(List.of(words));
        return cli.run(all.toArray(String[]::new));
    }

    private CliRun.Result merge(String... words) {
        List<String> all = new ArrayList<>(List.of("merge"));
        all.addAll(List.of(words));
        return cli.run(all.toArray(String[]::new));
    }

    private static String[] reports(String name) {
        return java.util.Arrays.stream(REPORTS).map(report -> report.formatted(name)).toArray(String[]::new);
    }

    private static String[] words(String[] reports, String... more) {
        List<String> all = new ArrayList<>(List.of(reports));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String timeless(String file) {
        String text = cli.read(file);
        assertNotNull(text, file);
        return text.replaceAll("(?s)<section id=\"slowest\">.*?</section>", "").replaceAll("[0-9.]+ (ms|s)\\b", "T")
            .replaceAll("20\\d\\d-[0-9T:.-]+Z", "D").replaceAll("time=\"[0-9.]+\"", "time=T")
            .replaceAll("\"duration\" : [0-9.E-]+", "dur")
            .replaceAll(" (--json|--junit|--html|--kcidb|--code-quality)=[^ <\"]*", "");
    }

    private void assertSameReports(String one, String other) {
        for (String kind : List.of(".json", ".xml", ".html", ".kcidb", ".cq")) {
            assertEquals(timeless(one + kind), timeless(other + kind), kind);
        }
    }

    /** What is printed from the first suite on. */
    private static List<String> results(CliRun.Result result) {
        List<String> lines = result.lines().stream().filter(line -> !line.contains("Test results stored in")
            && !line.contains("Elapsed time")).filter(line -> !line.isEmpty()).toList();
        int first = 0;
        while (first < lines.size() && !lines.get(first).contains("sample_good (")) {
            first++;
        }
        assertTrue(first < lines.size(), result.out() + result.err());
        return lines.subList(first, lines.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void mergedShardsReportWhatOneRunReports(int total) {
        CliRun.Result whole = run(words(reports("whole"), "--kunitconfig=bad"));
        List<String> runs = new ArrayList<>();
        for (int i = total; i >= 1; i--) {
            run("--kunitconfig=bad", "--html", "--shard=" + i + "/" + total);
            runs.add(Integer.toString(runs.size() + 2));
        }
        CliRun.Result merged = merge(words(reports("merged"), runs.toArray(String[]::new)));

        assertEquals(whole.exit(), merged.exit());
        assertEquals(results(whole), results(merged));
        assertSameReports("whole", "merged");
        assertTrue(merged.err().contains("again: bin/kunit run --suite_path=" + suites
            + " --kunitconfig=bad sample_bad.fails") || merged.err()
            .contains("again: bin/kunit run --kunitconfig=bad --suite_path=" + suites + " sample_bad.fails"),
            merged.err());
    }

    @Test
    void casesOfOneSuiteMayComeFromSeveralRuns() {
        CliRun.Result whole = run(words(reports("whole"), "--kunitconfig=bad"));
        List<String> runs = new ArrayList<>();
        for (String glob : List.of("*.p*", "*.t*", "*.c*", "*.a*", "*.s*", "*.f*")) {
            run("--kunitconfig=bad", "--html", glob);
            runs.add(Integer.toString(runs.size() + 2));
        }
        CliRun.Result merged = merge(words(reports("merged"), runs.toArray(String[]::new)));

        // The kernel of a part did less before a case than the kernel of the whole: numbers of tasks in a crash differ.
        assertEquals(outcomes(whole), outcomes(merged));
        assertEquals(cli.read("whole.json"), cli.read("merged.json"));
    }

    private static List<String> outcomes(CliRun.Result result) {
        return results(result).stream().filter(line -> line.contains("====")
            || line.matches("\\[T] \\[[A-Z]+] .*|.*Testing complete.*")).toList();
    }

    @Test
    void rawOutputIsTheKtapOfTheWhole() {
        CliRun.Result whole = run("--kunitconfig=bad", "--raw_output");
        run("--kunitconfig=bad", "--shard=1/2");
        run("--kunitconfig=bad", "--shard=2/2");
        CliRun.Result merged = merge("--raw_output", "3", "2");

        List<String> ktap = whole.lines().subList(whole.lines().indexOf("KTAP version 1"), whole.lines().size());
        assertEquals(ktap.stream().takeWhile(line -> !line.contains("Elapsed time")).toList(), merged.lines());
    }

    @Test
    void runsAreNamedByNumberFolderOrBuildFolder() {
        run("--kunitconfig=bad", "--build_dir=a", "--shard=1/2");
        run("--kunitconfig=bad", "--build_dir=b", "--shard=2/2");

        assertTrue(merge("a", "b").out().contains("Ran 8 tests: passed: 5, failed: 2, skipped: 1"));
        assertTrue(merge("a/runs/1", "b/runs/latest").out().contains("Ran 8 tests: passed: 5, failed: 2, skipped: 1"));
        assertTrue(merge("--build_dir=a", "1", "b/runs/1/results.json").out()
            .contains("Ran 8 tests: passed: 5, failed: 2, skipped: 1"));
    }

    @Test
    void missingPartIsSaidAndIsAFailure() {
        run("--kunitconfig=good", "--shard=1/3");
        run("--kunitconfig=good", "--shard=3/3");
        CliRun.Result merged = merge("1", "2");

        assertEquals(1, merged.exit());
        assertTrue(merged.err().contains("kunit: the results are incomplete: part 2/3 is missing\n"), merged.err());
    }

    @Test
    void mergedRunIsKeptLikeAnyOther() {
        run("--kunitconfig=bad", "--html", "--shard=1/2");
        run("--kunitconfig=bad", "--html", "--shard=2/2");
        merge("2", "1");

        assertEquals("bin/kunit merge 2 1\n", cli.read(".kunit/runs/3/command"));
        CliRun.Result shown = cli.run("show");
        assertTrue(shown.out().contains("\nstatus:  finished\n"), shown.out());
        assertTrue(shown.out().contains("\n  failed sample_bad.fails  "), shown.out());
        assertEquals(cli.run("show", "1", "sample_bad.fails").out() + cli.run("show", "2", "sample_bad.fails").out(),
            cli.run("show", "3", "sample_bad.fails").out());
        assertEquals(cli.read(".kunit/runs/1/config"), cli.read(".kunit/runs/3/config"));
        assertTrue(String.valueOf(cli.read(".kunit/runs/3/logs/sample_bad/fails.log")).contains("EXPECTATION FAILED"));
        assertNotNull(cli.read(".kunit/runs/3/snapshots/1/sample_bad.fails.json"));
        assertTrue(run("--kunitconfig=bad", "--rerun-failed").out().contains("Ran 2 tests: failed: 2\n"));
    }

    @Test
    void incompleteMergeIsKeptAsIncomplete() {
        run("--kunitconfig=good", "--shard=1/3");
        merge("1");

        assertEquals("parts 2/3, 3/3 are missing\n", cli.read(".kunit/runs/2/incomplete"));
        assertTrue(cli.run("show").out().contains("\nstatus:  incomplete: parts 2/3, 3/3 are missing\n"));
    }

    @Test
    void mergeOfMergesIsTheMergeOfAll() {
        CliRun.Result whole = run("--kunitconfig=bad");
        for (String glob : List.of("sample_[gl]*", "sample_bad.f*", "sample_bad.[!f]*")) {
            run("--kunitconfig=bad", glob);
        }
        merge("3", "2");
        CliRun.Result merged = merge("5", "4");

        assertEquals(outcomes(whole), outcomes(merged));
    }

    @Test
    void shardsOfOneShuffleAreMergedInItsOrder() {
        CliRun.Result whole = run(words(reports("whole"), "--kunitconfig=bad", "--shuffle=5"));
        run("--kunitconfig=bad", "--html", "--shuffle=5", "--shard=1/2");
        run("--kunitconfig=bad", "--html", "--shuffle=5", "--shard=2/2");
        CliRun.Result merged = merge(words(reports("merged"), "3", "2"));

        assertEquals(results(whole), results(merged));
        assertSameReports("whole", "merged");
    }

    @Test
    void shardsOfSeveralShufflesAreMergedInLinkOrder() {
        CliRun.Result linked = run("--kunitconfig=bad");
        run("--kunitconfig=bad", "--shuffle=5", "--shard=1/2");
        run("--kunitconfig=bad", "--shuffle=6", "--shard=2/2");

        assertEquals(outcomes(linked), outcomes(merge("3", "2")));
    }

    private void assertRefused(String what, String... runs) {
        CliRun.Result result = merge(runs);
        assertEquals(1, result.exit(), result.err());
        assertEquals("", result.out());
        assertEquals("kunit: cannot merge: " + what + "\n", result.err());
    }

    @Test
    void runsOfDifferentThingsAreRefused() {
        run("--kunitconfig=bad", "--shard=1/2");
        cli.write(".git/HEAD", "f".repeat(40) + "\n");
        run("--kunitconfig=bad", "--shard=2/2");
        cli.write(".git/HEAD", COMMIT);
        run("--kunitconfig=bad", "--shard=2/2", "--seed=3");
        run("--kunitconfig=bad", "--shard=2/2", "--arch=x86_64", "--qemu_args=-smp 3");
        run("--kunitconfig=bad", "--shard=1/2");
        run("--kunitconfig=bad", "--shard=2/3");
        run("--kunitconfig=bad", "sample_bad.fails");
        run("--kunitconfig=bad");

        assertRefused("1 and 2 are runs of different commits: " + COMMIT.strip() + " and " + "f".repeat(40), "1", "2");
        assertRefused("1 and 3 are runs of different seeds: null and 3", "1", "3");
        assertRefused("1 and 4 are runs of different architectures: um and x86_64", "1", "4");
        assertRefused("1 and 5 are both part 1/2", "1", "5");
        assertRefused("some runs are parts of 2 and some of 3", "1", "6");
        assertRefused("sample_bad.fails is in both 7 and 8", "7", "8");
    }

    @Test
    void otherConfigurationAndMachineAreRefused() {
        run("--kunitconfig=bad", "sample_bad.fails");
        run("--kunitconfig=good", "sample_good.adds");
        run("--kunitconfig=bad", "--qemu_args=-smp 3", "sample_good.adds");

        CliRun.Result config = merge("1", "2");
        assertTrue(config.err().startsWith("kunit: cannot merge: 1 and 2 are runs of different configurations: "),
            config.err());
        CliRun.Result machine = merge("1", "3");
        assertTrue(machine.err().startsWith("kunit: cannot merge: 1 and 3 are runs of different machines: [2 CPUs, "),
            machine.err());
    }

    @Test
    void wrongWordsAreExplained() {
        assertEquals(2, merge().exit());
        assertEquals(2, merge("--seed=1", "1").exit());
        CliRun.Result nothing = merge("nowhere");
        assertEquals(1, nothing.exit());
        assertEquals("kunit: 'nowhere' is no run; name the number or the folder of a run, or a build folder\n",
            nothing.err());
        assertTrue(merge("--help").out().contains("--junit"));
    }
}
