package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/** What KUnit has in debugfs can be read, and written to, after the kernel is gone. */
final class DebugfsCommandTest {
    private static final String GOOD_RESULTS = """
        KTAP version 1
        1..1
            KTAP version 1
            # Subtest: sample_good
            1..3
            ok 1 adds
            # speaks: cpus 1
            ok 2 speaks
            # takes_its_time.speed: slow
            ok 3 takes_its_time
            # module: good
        # sample_good: pass:3 fail:0 skip:0 total:3
        # Totals: pass:3 fail:0 skip:0 total:3
        ok 1 sample_good
        """;

    @TempDir
    private Path root;
    private CliRun cli;
    private String suites = "";

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", """
            config KUNIT
            \tbool "KUnit"
            config KUNIT_DEFAULT_ENABLED
            \tbool "Enabled"
            \tdefault y
            config KUNIT_DEBUGFS
            \tbool "debugfs"
            config SAMPLE_GOOD_KUNIT_TEST
            \tbool "Good"
            config SAMPLE_BAD_KUNIT_TEST
            \tbool "Bad"
            """).write("all/.kunitconfig", """
            CONFIG_KUNIT=y
            CONFIG_KUNIT_DEBUGFS=y
            CONFIG_SAMPLE_GOOD_KUNIT_TEST=y
            CONFIG_SAMPLE_BAD_KUNIT_TEST=y
            """).write("without/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\n");
        suites = "--suite_path=" + cli.sampleSuites();
    }

    @Test
    @Tag("K-049")
    void resultsOfEverySuiteCanBeRead() {
        cli.run("run", "--kunitconfig=all", suites, "--qemu_args=-smp 1");
        assertEquals("""
            sample_bad/results
            sample_bad/run
            sample_good/results
            sample_good/run
            sample_last/results
            sample_last/run
            """, cli.run("debugfs").out());
        assertEquals(GOOD_RESULTS, cli.run("debugfs", "sample_good").out());
        assertEquals(GOOD_RESULTS, cli.run("debugfs", "sample_good/results").out());
        assertTrue(cli.run("debugfs", "sample_bad").out().endsWith("\nnot ok 1 sample_bad\n"));
        assertTrue(cli.run("debugfs", "sample_good/run").out().startsWith("Write to this file to trigger"));
    }

    @Test
    @Tag("K-049")
    void writingToRunRunsTheSuiteAgainAndLeavesTheOthers() {
        cli.run("run", "--kunitconfig=all", suites, "sample_good.adds");
        assertEquals("sample_good/results\nsample_good/run\n", cli.run("debugfs").out());
        assertTrue(cli.run("debugfs", "sample_good").out().contains("    1..1\n"), "only what the filter left exists");

        CliRun.Result again = cli.run("debugfs", "sample_good/run", "x", suites, "--qemu_args=-smp 1");
        assertEquals(0, again.exit(), again.err());
        assertTrue(again.out().contains("[PASSED] takes_its_time"), again.out());
        assertEquals(GOOD_RESULTS, cli.run("debugfs", "sample_good").out());
        cli.run("exec", suites, "sample_last");
        assertEquals(GOOD_RESULTS, cli.run("debugfs", "sample_good").out());
    }

    @Test
    void whatIsNotThereIsTold() {
        cli.run("run", "--kunitconfig=all", suites, "sample_good");
        CliRun.Result near = cli.run("debugfs", "sample_goot");
        assertEquals(1, near.exit());
        assertTrue(near.err().contains("no results of a suite sample_goot; did you mean sample_good?"), near.err());
        assertTrue(cli.run("debugfs", "sample_good/log").err().contains("there is no file sample_good/log"));
        assertTrue(cli.run("debugfs", "sample_good/results", "x").err().contains("sample_good/run can"));
        assertEquals(2, cli.run("debugfs", "sample_good/run", "x", "y").exit());
        assertEquals(2, cli.run("debugfs", "--nonsense").exit());
        assertTrue(cli.run("debugfs", "--help").out().startsWith("usage: kunit debugfs"));
    }

    @Test
    void kernelWithoutDebugfsLeavesNothing() {
        cli.run("run", "--kunitconfig=without", suites);
        assertEquals("", cli.run("debugfs").out());
        assertFalse(Files.exists(root.resolve(".kunit/runs/1/debugfs")));
    }

    @Test
    void initSuitesCannotBeRunAgainAndStrangeNamesStayInside() throws IOException {
        Path run = Files.createDirectories(root.resolve("runs/1"));
        try (DebugfsFiles.Keeper keeper = new DebugfsFiles.Keeper(run)) {
            keeper.keep(TestSuite.named("boot").init(true).cases(TestCase.of("test", _ -> { })), "text\n");
            keeper.keep(TestSuite.named("../outside").cases(), "more\ntext\n");
        }
        DebugfsFiles files = DebugfsFiles.of(root);
        assertEquals(List.of("../outside", "boot"), files.suites());
        assertEquals("text\n", files.read("boot", "results"));
        assertEquals(null, files.read("boot", "run"));
        assertEquals("more\ntext\n", files.read("../outside", "results"));
    }

    @Test
    void fileThatEndsInTheMiddleGivesTheWholeSuites() throws IOException {
        Path run = Files.createDirectories(root.resolve("runs/7"));
        Files.writeString(run.resolve("debugfs"), "suite whole 2\none\ntwo\nsuite torn 3\none\n");
        assertEquals(List.of("whole"), DebugfsFiles.of(root).suites());
        Files.writeString(run.resolve("debugfs"), "suite whole 2\none\ntwo\nsuite torn");
        assertEquals("one\ntwo\n", DebugfsFiles.of(root).read("whole", "results"));
    }
}
