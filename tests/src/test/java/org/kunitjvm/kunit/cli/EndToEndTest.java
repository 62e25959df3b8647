package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kunit.results.ResultsFile;

/** The command line with real suites on the modelled kernel. */
class EndToEndTest {
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
        config SAMPLE_RACE_KUNIT_TEST
        \tbool "Race"
        \tdepends on KUNIT
        config SAMPLE_HANG_KUNIT_TEST
        \tbool "Hang"
        \tdepends on KUNIT
        config SAMPLE_TROUBLE_KUNIT_TEST
        \tbool "Trouble"
        \tdepends on KUNIT
        config SAMPLE_SIDE_KUNIT_TEST
        \tbool "Side"
        \tdepends on KUNIT
        """;

    @TempDir
    Path root;
    private CliRun cli;
    private Path suites;

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", KCONFIG)
            .write("good/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\n")
            .write("bad/.kunitconfig",
                "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\nCONFIG_SAMPLE_BAD_KUNIT_TEST=y\n")
            .write("race/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_RACE_KUNIT_TEST=y\n")
            .write("hang/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_HANG_KUNIT_TEST=y\n");
        suites = cli.sampleSuites();
    }

    private CliRun.Result run(String config, String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--kunitconfig=" + config, "--suite_path="
            + suites));
        all.addAll(List.of(words));
        return cli.run(all.toArray(String[]::new));
    }

    @Test
    void suitesWhoseSymbolNoKconfigHasAreNamed() {
        String note = "kunit: note: no Kconfig file has the symbol of these suites, so they did not run: "
            + "sample_trouble (CONFIG_SAMPLE_TROUBLE_KUNIT_TEST), "
            + "sample_side_by_side (CONFIG_SAMPLE_SIDE_KUNIT_TEST); "
            + "add it to tests/Kconfig, or name no config in @KunitSuite\n";
        assertFalse(run("good").err().contains(note));
        cli.write("Kconfig", KCONFIG.substring(0, KCONFIG.indexOf("config SAMPLE_TROUBLE")));
        assertTrue(run("good").err().contains(note));
        assertEquals(1, run("good", "--run_isolated=test").err().lines().filter(line -> line.contains(note.strip()))
            .count());
        assertTrue(run("good", "--list_tests").err().contains(note));
        assertEquals("", run("good", "--quiet").err());
    }

    @Test
    @Tag("K-070")
    @Tag("K-085")
    void configurationDecidesWhichSuitesRun() {
        CliRun.Result good = run("good");

        assertEquals(0, good.exit(), good.err());
        assertTrue(good.out().contains("Testing complete. Ran 3 tests: passed: 3\n"), good.out());
        assertEquals("", good.err());

        CliRun.Result bad = run("bad");
        assertEquals(1, bad.exit());
        assertTrue(bad.out().contains("Testing complete. Ran 8 tests: passed: 5, failed: 2, skipped: 1\n"), bad.out());
    }

    @Test
    void procKeepsWhatTheKernelOfEachSuiteShowed() throws IOException {
        assertEquals(0, run("good", "--proc").exit());
        Path proc = root.resolve(".kunit/runs/latest/proc/sample_good");
        String zones = Files.readString(proc.resolve("buddyinfo"));
        assertTrue(zones.startsWith("Node 0, zone "), zones);
        assertTrue(Files.readString(proc.resolve("vmstat")).endsWith("nr_unstable 0\n"));
        assertEquals(0, run("good").exit());
        assertFalse(Files.exists(root.resolve(".kunit/runs/latest/proc")), "nobody asked");
    }

    @Test
    void modulesAreNotRunAtBootAndItIsSaid() {
        cli.write("Kconfig", KCONFIG.replace("bool \"Good\"", "tristate \"Good\"")
            + "config MODULES\n\tbool \"M\"\n\tmodules\n");
        CliRun.Result module = run("good", "--kconfig_add=CONFIG_MODULES=y",
            "--kconfig_add=CONFIG_SAMPLE_GOOD_KUNIT_TEST=m");

        assertEquals(1, module.exit(), module.err());
        assertTrue(module.err()
            .contains("kunit: note: modules are not loaded at boot, so these suites did not run: sample_good; "),
            module.err());
    }

    @Test
    @Tag("K-079")
    void parsingTheRawOutputGivesThePrettyOutput() {
        List<String> pretty = run("bad").lines();
        CliRun.Result raw = run("bad", "--raw_output");
        CliRun.Result all = run("bad", "--raw_output=all");

        List<String> results = pretty.subList(pretty.indexOf("[T] " + "=".repeat(60)), pretty.size() - 2);
        results.removeIf(line -> line.equals("Running tests with:") || line.startsWith("$ "));
        assertEquals(results, cli.input(raw.out().replaceFirst("(?m)^\\[..:..:..] Elapsed time: .*\\n\\n", ""))
            .run("parse").lines());
        assertEquals(results, cli.input(all.out().replaceFirst("(?m)^\\[..:..:..] Elapsed time: .*\\n\\n", ""))
            .run("parse").lines());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void resultsDoNotDependOnTheNumberOfJobs(int jobs) {
        CliRun.Result one = run("bad", "--raw_output=all", "--jobs=1");
        CliRun.Result some = run("bad", "--raw_output=all", "--jobs=" + jobs);

        assertEquals(afterBuilding(one), afterBuilding(some));
    }

    private static List<String> tests(CliRun.Result list) {
        return list.lines().stream().filter(line -> line.startsWith("sample_")).toList();
    }

    private static List<String> afterBuilding(CliRun.Result result) {
        return result.lines().subList(result.lines().indexOf("[T] Starting KUnit Kernel (1/1)..."), result.lines()
            .size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 0x2f})
    void sameSeedGivesTheSameRun(long seed) {
        assertEquals(afterBuilding(run("good", "--raw_output=all", "--seed=" + seed)),
            afterBuilding(run("good", "--raw_output=all", "--seed=" + seed)));
        assertEquals(0, run("good", "--seed=" + seed).exit());
    }

    @Test
    @Tag("K-076")
    void globAndFilterReachTheKernel() {
        assertTrue(run("bad", "sample_good.a*").out().contains("Ran 1 tests: passed: 1\n"));
        assertTrue(run("good", "--filter=speed>slow").out().contains("Ran 2 tests: passed: 2\n"));
        CliRun.Result skipped = run("good", "--filter=speed>slow", "--filter_action=skip");
        assertTrue(skipped.out().contains("Ran 3 tests: passed: 2, skipped: 1\n"), skipped.out());
        CliRun.Result wrong = run("good", "--filter=speed>fast");
        assertEquals(1, wrong.exit());
        assertTrue(wrong.out().contains("kunit executor: invalid filter input: >fast"), wrong.out());
    }

    @Test
    @Tag("K-078")
    @Tag("K-083")
    void listsNameWhatWouldRun() {
        assertTrue(run("good", "--list_tests").out()
            .contains("\nsample_good.adds\nsample_good.speaks\nsample_good.takes_its_time\n"));
        assertTrue(run("bad", "--list_suites").out().contains("\nsample_good\nsample_bad\nsample_last\n"));
        assertTrue(run("good", "--list_tests_attr").out().contains("\n# takes_its_time.speed: slow\n"));
    }

    @Test
    @Tag("K-077")
    void isolatedRunsSumUp() {
        CliRun.Result result = run("bad", "--run_isolated=suite");

        assertTrue(result.lines().contains("[T] Starting KUnit Kernel (3/3)..."), result.out());
        assertEquals(1, result.exit());
        assertEquals(0, run("good", "--run_isolated=test").exit());
    }

    @Test
    void machineIsTheOneAskedFor() {
        CliRun.Result result = run("good", "--raw_output", "--arch=x86_64", "--qemu_args=-smp 3", "sample_good.speaks");

        assertTrue(result.out().contains("    # speaks: cpus 3\n"), result.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "random:200", "all:1"})
    void schedulesFindTheRaceAndTheScheduleReplaysIt(String schedules) {
        CliRun.Result usual = run("race");
        assertEquals(0, usual.exit(), usual.out());

        CliRun.Result found = run("race", "--schedules=" + schedules);
        assertEquals(1, found.exit(), found.out());
        Matcher schedule = Pattern.compile("--schedule=([0-9:,]+)").matcher(found.out());
        assertTrue(schedule.find(), found.out());

        CliRun.Result replayed = run("race", "--schedule=" + schedule.group(1));
        assertEquals(1, replayed.exit(), replayed.out());
        assertTrue(replayed.out().contains("count == 1"), replayed.out());
    }

    @Test
    void schedulesThatPassSaySo() {
        CliRun.Result result = run("good", "--schedules=3", "--raw_output", "sample_good.adds");

        assertTrue(result.out().contains("    # adds: 3 schedules "), result.out());
        assertTrue(run("good", "--schedules=some").err()
            .startsWith("kunit: --schedules: schedules 'some': write N or random:N[:SEED] for N random"));
    }

    @Test
    void silentRunSaysThatItIsAlive() {
        cli.environment("KUNIT_HEARTBEAT_MILLIS", "300");

        CliRun.Result result = run("hang", "--timeout=1");

        assertTrue(result.err().contains("kunit: 1 of 3 tests done, running sample_hang.hangs (0 s)\n"), result.err());
        assertEquals("", run("hang", "--timeout=1", "--quiet").err());
    }

    @Test
    void summaryNamesFailuresWithPlaceTextAndCommand() {
        CliRun.Result result = run("bad", "--seed=7", "--verbose");

        assertTrue(result.err().startsWith("kunit: skipped sample_bad.skips: no such machine\nkunit: 2 of 8 tests failed:\n  sample_bad.fails  "),
            result.err());
        assertTrue(result.err().contains("SampleSuites.java:"), result.err());
        assertTrue(result.err().contains("\n    found == 3 (0x3)\n"), result.err());
        assertTrue(result.err().contains("\n    again: bin/kunit run --kunitconfig=bad --seed=7 --suite_path="
            + suites
            + " sample_bad.fails\n"), result.err());
        assertTrue(result.err().contains("\n    seed: 7\n"), result.err());
        assertTrue(run("bad").err().startsWith("kunit: skipped, no such machine: sample_bad.skips\n"));
        assertEquals("", run("bad", "--quiet").err());
    }

    @Test
    void runIsKeptAndShown() throws Exception {
        run("good");
        CliRun.Result result = run("bad");
        Path latest = root.resolve(".kunit/runs/latest");

        assertEquals("2", Files.readSymbolicLink(latest).toString());
        assertEquals(new TreeSet<>(List.of("command", "config", "console.log", "environment", "logs", "machine",
            "results.json", "results.ktap")),
            new TreeSet<>(cli.list(".kunit/runs/2")));
        assertEquals(cli.read(".kunit/test.log"), Files.readString(latest.resolve("console.log")));
        assertEquals(8, ResultsFile.readFolder(latest).cases().count());
        assertTrue(result.exit() == 1);

        CliRun.Result overview = cli.run("show");
        assertEquals(0, overview.exit());
        assertTrue(overview.out()
            .contains("\nstatus:  finished\ntests:   5 passed, 2 failed, 1 skipped\n  failed sample_bad.fails  "),
            overview.out());
        CliRun.Result one = cli.run("show", "latest", "sample_bad.fails");
        assertTrue(one.out().startsWith("    # fails: EXPECTATION FAILED at "), one.out());
        assertTrue(one.out().endsWith("    not ok 1 fails\n"), one.out());
        assertTrue(cli.run("show", "1").out().contains("tests:   3 passed, 0 failed, 0 skipped"));
        CliRun.Result wrong = cli.run("show", "sample_bad.fail");
        assertEquals(1, wrong.exit());
        assertTrue(wrong.err().contains("did you mean sample_bad.fails?"), wrong.err());
    }

    @Test
    void onlySoManyRunsAreKept() {
        cli.environment("KUNIT_KEEP_RUNS", "2");
        run("good");
        run("good");
        run("good");

        assertEquals(List.of("2", "3", "latest"), cli.list(".kunit/runs"));
    }

    @Test
    void runsThatAreTooOldGo() throws IOException {
        cli.environment("KUNIT_KEEP_DAYS", "3");
        run("good");
        run("good");
        Path first = root.resolve(".kunit/runs/1");
        Files.setLastModifiedTime(first, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        run("good");
        assertEquals(List.of("1", "2", "3", "latest"), cli.list(".kunit/runs"));

        Files.setLastModifiedTime(first, FileTime.from(Instant.now().minus(Duration.ofDays(4))));
        run("good");
        assertEquals(List.of("2", "3", "4", "latest"), cli.list(".kunit/runs"));
    }

    @Test
    void runsThatAreTooLargeTogetherGoOldestFirst() {
        cli.environment("KUNIT_KEEP_MIB", "1");
        run("good");
        cli.write(".kunit/runs/1/large", "x".repeat(600_000));
        run("good");
        cli.write(".kunit/runs/2/large", "x".repeat(600_000));
        run("good");

        assertEquals(List.of("2", "3", "latest"), cli.list(".kunit/runs"));
    }

    @Test
    void limitThatIsNoNumberIsSaidAndDoesNotCount() {
        cli.environment("KUNIT_KEEP_RUNS", "few");

        CliRun.Result result = run("good");

        assertEquals(0, result.exit());
        assertEquals(1, result.err().lines().filter(line -> line.equals(
            "kunit: note: KUNIT_KEEP_RUNS=few is no number from 1 to 999999999; it does not count")).count());
    }

    @Test
    void placesOfSuitesDoNotDependOnTheFilter() throws IOException {
        run("bad");
        Map<String, Integer> all = orders();
        run("bad", "sample_bad.f*");

        assertEquals(Map.of("sample_bad", all.get("sample_bad")), orders());
        assertTrue(all.get("sample_bad") > 0, all.toString());
    }

    private Map<String, Integer> orders() throws IOException {
        Map<String, Integer> orders = new TreeMap<>();
        ResultsFile.readFolder(root.resolve(".kunit/runs/latest")).suites()
            .forEach(suite -> orders.put(suite.name(), suite.order()));
        return orders;
    }

    @Test
    void runThatGoesOnIsNotRemoved() {
        cli.environment("KUNIT_KEEP_RUNS", "1");
        run("good");
        cli.write(".kunit/runs/1/incomplete", "running " + ProcessHandle.current().pid() + "\n");
        run("good");
        assertEquals(List.of("1", "2", "latest"), cli.list(".kunit/runs"));

        cli.write(".kunit/runs/1/incomplete", "running 999999999\n");
        run("good");
        assertEquals(List.of("3", "latest"), cli.list(".kunit/runs"));
    }

    @Test
    void runThatCannotBeKeptRunsAllTheSame() {
        cli.write(".kunit/runs", "in the way");

        CliRun.Result result = run("good");

        assertEquals(0, result.exit());
        assertTrue(result.err().startsWith("kunit: note: this run is not kept: "), result.err());
    }

    @Test
    void rerunFailedOfSuitesThatAreGoneSaysSo() {
        run("bad");

        CliRun.Result result = run("good", "--rerun-failed");

        assertEquals(1, result.exit());
        assertTrue(result.err().contains("kunit: no test of --rerun-failed is in this configuration any more: "
            + "sample_bad.crashes, sample_bad.fails\n"), result.err());
    }

    @Test
    void reportThatCannotBeWrittenKeepsNobodyFromTheSummary() {
        CliRun.Result result = run("bad", "--junit=nowhere/out.xml", "--html=nowhere/out.html");

        assertEquals(1, result.exit());
        assertTrue(result.err().contains("kunit: 2 of 8 tests failed:\n"), result.err());
        List<String> said = result.err().lines().filter(line -> line.startsWith("kunit: cannot write ")).toList();
        assertEquals(2, said.size(), result.err());
        assertTrue(said.getFirst().contains("nowhere/out.xml: no such file or folder"), result.err());
        assertTrue(cli.run("show").out().contains("\nstatus:  finished\n"), "the run itself is complete");
    }

    @Test
    void repeatedFailureIsToldOnce() {
        CliRun.Result result = run("bad", "--repeat=3", "sample_bad.fails");

        assertEquals(1, result.exit());
        assertEquals(1, result.err().lines().filter(line -> line.startsWith("  sample_bad.fails ")).count(),
            result.err());
        assertTrue(result.err().contains("\n    in 3 runs; this is the first of them\n"), result.err());
    }

    @Test
    void filterOfTheEnvironmentThatMatchesNothingIsNamed() {
        CliRun.Result result = cli.environment("TESTBRIDGE_TEST_ONLY", "nosuch").run("run", "--kunitconfig=good",
            "--suite_path=" + suites);

        assertEquals(1, result.exit());
        assertTrue(result.err().contains("kunit: no test matches TESTBRIDGE_TEST_ONLY=nosuch in this"), result.err());
    }

    @Test
    void rerunFailedRunsOnlyThose() {
        CliRun.Result none = run("bad", "--rerun-failed");
        assertEquals(1, none.exit());
        assertTrue(none.err().contains("there is no run in "), none.err());

        run("bad");
        CliRun.Result again = run("bad", "--rerun-failed");

        assertTrue(again.out().contains("Ran 2 tests: failed: 2\n"), again.out());
    }

    @Test
    void failFastSkipsTheRest() {
        CliRun.Result result = run("bad", "--fail-fast", "--jobs=1");

        assertEquals(1, result.exit());
        assertTrue(result.out().contains("Ran 8 tests: passed: 3, failed: 1, skipped: 4\n"), result.out());
    }

    @Test
    void repeatComparesTheRuns() {
        CliRun.Result result = run("good", "--repeat=3");

        assertEquals(0, result.exit(), result.err());
        assertTrue(result.lines().contains("[T] Starting KUnit Kernel (3/3)..."), result.out());
        assertTrue(result.err().matches("(?s).*kunit: 3 runs, all the same \\(event hash [0-9a-f]+\\)\n.*"),
            result.err());
        assertEquals(1, run("bad", "--repeat=2").exit());
    }

    @Test
    void shuffleKeepsResultsAndChangesTheOrder() {
        List<String> usual = tests(run("bad", "--list_tests"));
        boolean changed = false;
        for (int seed = 1; seed < 5; seed++) {
            List<String> shuffled = tests(run("bad", "--list_tests", "--shuffle=" + seed));
            assertEquals(shuffled, tests(run("bad", "--list_tests", "--shuffle=" + seed)), "seed " + seed);
            assertEquals(new TreeSet<>(usual), new TreeSet<>(shuffled));
            changed |= !usual.equals(shuffled);
        }
        assertTrue(changed, "four seeds, always link order");
        assertTrue(run("bad", "--shuffle").err().contains("kunit: order of the tests: --shuffle="));
    }

    @Test
    void durationsNamesTheSlowest() {
        List<String> err = run("good", "--durations=2").err().lines().toList();

        assertEquals("kunit: the 2 slowest tests:", err.getFirst());
        assertEquals(3, err.size());
        assertTrue(err.get(1).matches(" +[0-9.]+ s {2}sample_good\\.\\w+"), err.get(1));
    }

    @Test
    void shardsTogetherAreTheWhole() {
        TreeSet<String> all = new TreeSet<>();
        int count = 0;
        for (int shard = 1; shard <= 3; shard++) {
            List<String> tests = tests(run("bad", "--list_tests", "--shard=" + shard + "/3"));
            count += tests.size();
            all.addAll(tests);
        }
        assertEquals(8, count);
        assertEquals(8, all.size());
    }

    @Test
    void shardVariablesOfOthersAreUnderstood() {
        List<String> mine = tests(run("bad", "--list_tests", "--shard=2/3"));
        cli.environment("TEST_TOTAL_SHARDS", "3").environment("TEST_SHARD_INDEX", "1")
            .environment("TEST_SHARD_STATUS_FILE", root.resolve("touched").toString());

        assertEquals(mine, tests(run("bad", "--list_tests")));
        assertEquals("", cli.read("touched"));
        cli.environment("TEST_SHARD_INDEX", "3");
        assertTrue(run("bad").err()
            .contains("kunit: TEST_SHARD_INDEX=3 TEST_TOTAL_SHARDS=3: the part must be one of all parts"));
    }

    @Test
    @Tag("K-084")
    void hangEndsByItselfAndIsNamed() {
        CliRun.Result result = run("hang", "--case-timeout=1");

        assertEquals(1, result.exit());
        assertTrue(result.out().contains("[FAILED] hangs"), result.out());
        assertTrue(result.out().contains("Ran 3 tests: passed: 2, failed: 1"), result.out());
        assertTrue(result.err()
            .contains("  sample_hang.hangs\n    # hangs: test case timed out: no end after 1 s of the host's time\n"),
            result.err());
        assertTrue(result.out().contains("SampleSuites$Hang.hangs(SampleSuites.java:"), result.out());
    }

    /** The case sleeps two and a half seconds of the kernel's time. */
    @ParameterizedTest
    @CsvSource({"--kconfig_add=CONFIG_KUNIT_DEFAULT_TIMEOUT=2, FAILED", "--kernel_args=kunit.timeout=2, FAILED",
            "--kconfig_add=CONFIG_KUNIT_DEFAULT_TIMEOUT=3, PASSED", "--case-timeout=3, PASSED"})
    void limitOfACaseCanBeConfigured(String word, String status) {
        cli.write("Kconfig", KCONFIG + "config KUNIT_DEFAULT_TIMEOUT\n\tint \"Limit\"\n\tdefault 300\n"
            + "config KUNIT_AUTORUN_ENABLED\n\tdef_bool y\n");
        cli.write("trouble/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_TROUBLE_KUNIT_TEST=y\n");

        CliRun.Result result = run("trouble", word, "sample_trouble.is_slow");

        assertTrue(result.out().contains("[" + status + "] is_slow"), result.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        nosuch                              | no test matches 'nosuch' in this configuration; 'kunit run --list_tests' lists
        --filter=speed                      | --filter=speed makes no sense: filter operation not found: speed; write it as
        --filter=speed>bogus                | --filter=speed>bogus makes no sense: invalid filter input: >bogus; write it as
        --filter=speed>normal               | no test matches --filter=speed>normal in this configuration
        --kernel_args=kunit.filter=module>x | kunit.filter=module>x makes no sense: invalid filter input: >x; write
        --kernel_args=kunit.filter_glob=no  | no test matches kunit.filter_glob=no in this configuration
        --kernel_args=kunit.autorun=0       | no test ran, because kunit.autorun is off; say --kernel_args=kunit.autorun=1
        --kernel_args=kunit.action=list     | kunit.action=list is for lists, so no test ran; --list_tests prints the list
        """)
    void whyNothingRanIsSaid(String word, String why) {
        CliRun.Result result = run("good", word);

        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith("kunit: " + why), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @Test
    @Tag("K-084")
    void timeoutEndsTheWholeRun() {
        CliRun.Result result = run("hang", "--timeout=1");

        assertEquals(1, result.exit());
        assertTrue(result.out().contains(" timed out after 1 seconds\n"), result.out());
        assertTrue(result.out().contains("[PASSED] before"), result.out());
        assertTrue(result.out().contains("[CRASHED] "), result.out());
        assertEquals("the time was up\n", cli.read(".kunit/runs/1/incomplete"));
        assertTrue(result.err().endsWith("kunit: the run is not complete, because its time was up (--timeout=1): 1 of "
            + "3 cases have a result; the kernel did not crash\n"), result.err());
    }

    @Test
    void ctrlCSummarisesWhatRan() throws Exception {
        Thread user = Thread.ofPlatform().start(() -> {
            while (!String.valueOf(cli.read(".kunit/runs/1/results.jsonl")).contains("\"case\":{\"name\":\"before\"")) {
                Thread.onSpinWait();
            }
            cli.interrupt();
        });

        CliRun.Result result = run("hang");
        user.join();

        assertEquals(1, result.exit());
        assertTrue(result.err().contains("ERROR:root:Build interruption occurred. Cleaning console."), result.err());
        assertTrue(result.out().contains("[PASSED] before"), result.out());
        assertTrue(result.out().contains("Testing complete. Ran "), result.out());
        assertEquals("interrupted by the user\n", cli.read(".kunit/runs/1/incomplete"));
        assertTrue(result.err()
            .endsWith("kunit: the run is not complete, because it was interrupted: 1 of 3 cases have "
            + "a result; the kernel did not crash\n"), result.err());
    }
}
