package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.RunResults;

/** A suite with a hang, a crash, a failure, a skip, a slow case and a leak: what somebody gets to know of each. */
class TroubleTest {
    @TempDir
    Path root;
    private CliRun cli;
    private String[] command;

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", """
            config KUNIT
            \tbool "KUnit"
            config KUNIT_DEFAULT_ENABLED
            \tbool "Enabled"
            \tdepends on KUNIT
            \tdefault y
            config SAMPLE_TROUBLE_KUNIT_TEST
            \tbool "Trouble"
            \tdepends on KUNIT
            """).write(".kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_TROUBLE_KUNIT_TEST=y\n");
        command = new String[] {"run", "--kunitconfig=.kunitconfig", "--suite_path=" + cli.sampleSuites(),
            "--case-steps=100000", "--seed=3"};
    }

    private RunResults latest() throws IOException {
        return ResultsFile.readFolder(root.resolve(".kunit/runs/latest"));
    }

    @Test
    void everyTroubleIsNamedAndTheRunEndsByItself() throws IOException {
        CliRun.Result result = cli.run(command);

        assertEquals(1, result.exit(), result.err());
        assertTrue(result.out().contains("Ran 7 tests: passed: 2, failed: 4, skipped: 1\n"), result.out());
        String err = result.err();
        assertTrue(err.contains("kunit: 4 of 7 tests failed:\n"), err);
        assertTrue(err.contains("\n  sample_trouble.hangs\n    # hangs: test case timed out: no end after 100000 steps\n"), err);
        assertTrue(err.contains("\n  sample_trouble.crashes\n    # crashes: internal error occurred preventing test case"), err);
        assertTrue(err.contains("\n  sample_trouble.fails  tests/src/test/java/org/kunitjvm/kunit/cli/SampleSuites.java:")
            || err.contains("\n  sample_trouble.fails  org/kunitjvm/kunit/cli/SampleSuites.java:"), err);
        assertTrue(err.contains("\n    found == 3 (0x3)\n"), err);
        assertTrue(err.contains("\n  sample_trouble.leaks\n    # leaks: leak: tasks: "), err);
        assertTrue(err.contains("forgotten"), err);
        assertTrue(err.contains("kunit: skipped, needs 63 nodes, the machine has 1: sample_trouble.skips\n"), err);
        assertTrue(err.contains("kunit: slow: sample_trouble.is_slow took 2.5 s"), err);
        assertEquals(4, err.lines().filter(line -> line.equals("    seed: 3")).count(), err);
        for (String name : List.of("hangs", "crashes", "fails", "leaks")) {
            assertTrue(err.lines()
                .anyMatch(line -> line.startsWith("    again: bin/kunit run --kunitconfig=.kunitconfig --seed=3 ")
                && line.endsWith(" sample_trouble." + name)), name + "\n" + err);
        }
    }

    @Test
    void everythingIsKept() throws IOException {
        cli.run(command);

        RunResults results = latest();
        Map<String, CaseResult> byName = results.cases().collect(Collectors.toMap(CaseResult::name, each -> each));
        assertTrue(results.info().complete());
        assertEquals("timeout", kind(byName, "hangs"));
        assertEquals("fault", kind(byName, "crashes"));
        assertEquals("expectation", kind(byName, "fails"));
        assertEquals("leak", kind(byName, "leaks"));
        assertEquals("3", byName.get("fails").firstFailure().actual());
        assertEquals(ResultStatus.SKIP, byName.get("skips").status());
        assertTrue(byName.get("is_slow").slow());
        assertEquals(2_500, byName.get("is_slow").virtualNanos() / 1_000_000);
        assertEquals(null, byName.get("passes").log());
        for (String name : List.of("hangs", "crashes", "fails", "leaks")) {
            Path log = root.resolve(".kunit/runs/latest").resolve(String.valueOf(byName.get(name).log()));
            assertTrue(Files.readString(log).contains("# " + name + ": "), log.toString());
            assertTrue(byName.get(name).line() > 0, name);
        }
        assertFalse(Files.exists(root.resolve(".kunit/runs/latest/incomplete")));
        assertTrue(Files.readString(root.resolve(".kunit/runs/latest/results.ktap"))
            .startsWith("KTAP version 1\n1..1\n"));
    }

    private static String kind(Map<String, CaseResult> byName, String name) {
        return String.valueOf(byName.get(name).firstFailure() == null ? null : byName.get(name).firstFailure().kind());
    }

    @Test
    void hangIsReportedTheSameWayEachTime() throws IOException {
        cli.run(command);
        String first = cli.read(".kunit/runs/1/logs/sample_trouble/hangs.log");
        cli.run(command);

        assertEquals(first, cli.read(".kunit/runs/2/logs/sample_trouble/hangs.log"));
        assertTrue(String.valueOf(first).contains("last decision points:\n  ["), first);
        assertTrue(String.valueOf(first).contains("holds sample_mutex"), first);
        assertTrue(String.valueOf(first).contains("SampleSuites$Trouble.hangs(SampleSuites.java:"), first);
    }

    @Test
    void caseOfTheSummaryRunsAgainByItsCommand() {
        String err = cli.run(command).err();
        String again = err.lines().filter(line -> line.endsWith("sample_trouble.fails")
            && line.startsWith("    again: ")).findFirst().orElseThrow();

        String[] words = again.substring("    again: bin/kunit ".length()).split(" ");
        CliRun.Result result = cli.run(words);

        assertEquals(1, result.exit());
        assertTrue(result.out().contains("Ran 1 tests: failed: 1\n"), result.out());
    }
}
