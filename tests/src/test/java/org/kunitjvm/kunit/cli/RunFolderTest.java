package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.RunResults;

/** Whatever happens to a run, in a process of its own: what it left can be read and says that it is not complete. */
@Timeout(60)
class RunFolderTest {
    @TempDir
    Path root;
    private CliRun cli;
    private Path suites;

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", """
            config KUNIT
            \tbool "KUnit"
            config KUNIT_DEFAULT_ENABLED
            \tbool "Enabled"
            \tdepends on KUNIT
            \tdefault y
            config SAMPLE_GOOD_KUNIT_TEST
            \tbool "Good"
            \tdepends on KUNIT
            config SAMPLE_HANG_KUNIT_TEST
            \tbool "Hang"
            \tdepends on KUNIT
            config SAMPLE_TROUBLE_KUNIT_TEST
            \tbool "Trouble"
            \tdepends on KUNIT
            config SAMPLE_BAD_KUNIT_TEST
            \tbool "Bad"
            config SAMPLE_RACE_KUNIT_TEST
            \tbool "Race"
            config SAMPLE_SIDE_KUNIT_TEST
            \tbool "Side"
            """).write("good/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\n")
            .write("hang/.kunitconfig",
            "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\nCONFIG_SAMPLE_HANG_KUNIT_TEST=y\n")
            .write("trouble/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_TROUBLE_KUNIT_TEST=y\n");
        suites = cli.sampleSuites();
    }

    /** The command line in a process of its own, from a shell that runs {@code before} first. */
    private Process start(String before, String config) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dkunit.home=" + root, "-cp", classPath,
            Main.class.getName(), "run", "--kunitconfig=" + config, "--suite_path=" + suites, "--jobs=1",
            "--case-steps=20000"));
        String command = before + "exec " + words.stream().map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
        return new ProcessBuilder("sh", "-c", command).directory(root.toFile()).redirectErrorStream(true).start();
    }

    /** All that a process says until it ends. */
    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Wait until the hanging case has begun. */
    private void awaitHang() throws InterruptedException {
        while (!String.valueOf(cli.read(".kunit/runs/1/results.jsonl")).contains("{\"started\":{\"name\":\"hangs\"")) {
            Thread.sleep(20);
        }
    }

    private RunResults results() throws IOException {
        return ResultsFile.readFolder(root.resolve(".kunit/runs/latest"));
    }

    private String status() {
        return cli.run("show").out().lines().filter(line -> line.startsWith("status: ")).findFirst().orElse("");
    }

    private void assertHoldsWhatRanBeforeTheHang() throws IOException {
        RunResults results = results();
        assertFalse(results.info().complete());
        assertEquals(List.of("adds", "speaks", "takes_its_time", "before", "hangs"),
            results.cases().map(each -> each.name()).toList());
        assertEquals(4, results.count(ResultStatus.PASS));
        assertEquals(ResultStatus.ERROR, results.cases().toList().getLast().status());
        assertTrue(cli.read(".kunit/runs/1/console.log").contains("    ok 1 before\n"),
            cli.read(".kunit/runs/1/console.log"));
        assertTrue(cli.run("show").out().contains("  no result sample_hang.hangs"), cli.run("show").out());
        assertTrue(cli.run("show", "sample_good.speaks").out().contains("# speaks: cpus "), "the log of a case");
        assertEquals(List.of("sample_hang.hangs"), cli.run("run", "--kunitconfig=hang", "--suite_path=" + suites, "-R",
            "latest", "--list_tests").out().lines().filter(line -> line.startsWith("sample_")).toList());
    }

    @Test
    void killedRunIsReadableAndSaysSo() throws Exception {
        Process process = start("", "hang");
        awaitHang();
        assertEquals("status:  running, process " + process.pid(), status());
        process.destroyForcibly().waitFor();

        assertEquals("status:  incomplete: its process ended without finishing", status());
        assertHoldsWhatRanBeforeTheHang();
    }

    @Test
    void ctrlCSaysWhatRanAndKeepsIt() throws Exception {
        Process process = start("", "hang");
        awaitHang();
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        String output = output(process);

        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("[PASSED] before"), output);
        assertTrue(output.contains("  sample_hang.hangs  it was running when the run ended\n"), output);
        assertEquals("status:  incomplete: interrupted by the user", status());
        assertHoldsWhatRanBeforeTheHang();
    }

    @Test
    void fullDiskIsSaidOnceAndTheRunGoesOn() throws Exception {
        // No file may be larger than 4 KiB, counted in blocks of 512 bytes: the console of this suite is longer.
        Process process = start("ulimit -f 8; trap '' XFSZ; ", "trouble");
        String output = output(process);

        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("Ran 7 tests: passed: 2, failed: 4, skipped: 1\n"), output);
        assertEquals(1, output.lines().filter(line -> line.startsWith("kunit: note: this run is not kept to its end: "))
            .count(), output);
        assertTrue(status().startsWith("status:  incomplete: not everything could be kept: "), status());
        assertFalse(results().info().complete());
        assertTrue(results().cases().count() >= 1);
        assertTrue(cli.read(".kunit/runs/1/console.log").contains("KTAP version 1\n"));
    }

    @Test
    void standardOutputThatIsFullIsSaid() throws Exception {
        Process process = start("exec 2>said >/dev/full; ", "good");

        assertEquals(1, process.waitFor());
        assertTrue(String.valueOf(cli.read("said"))
            .endsWith("kunit: cannot write standard output: No space left on device\n"), cli.read("said"));
        assertEquals("status:  finished", status(), "what is kept does not depend on it");
    }

    @Test
    void readerThatHasGoneIsNoNews() throws Exception {
        Process process = start("exec 2>said; ", "good");
        process.getInputStream().close();

        process.waitFor();
        assertEquals("", cli.read("said"));
    }

    @Test
    void folderThatNobodyMayWriteIsSaidAndTheRunGoesOn() throws IOException {
        // Not even root can make a folder here.
        Files.createDirectories(root.resolve(".kunit"));
        Files.createSymbolicLink(root.resolve(".kunit/runs"), Path.of("/proc/self"));

        CliRun.Result result = cli.run("run", "--kunitconfig=good", "--suite_path=" + suites);

        assertEquals(0, result.exit(), result.err());
        assertTrue(result.err().startsWith("kunit: note: this run is not kept: "), result.err());
        assertTrue(result.out().contains("Ran 3 tests: passed: 3\n"), result.out());
    }

    @Test
    void runOfSeveralKernelsIsOneRun() throws IOException {
        cli.write("machines/one.machine", "cpus = 1\n").write("machines/two.machine", "cpus = 2\n");

        CliRun.Result result = cli.run("run", "--kunitconfig=good", "--suite_path=" + suites, "--machine=one",
            "--machine=two");

        assertEquals(0, result.exit(), result.err());
        assertEquals("kunit: machine one: 3 passed, 0 failed, 0 skipped\nkunit: machine two: 3 passed, 0 failed, 0 skipped\n",
            result.err());
        RunResults results = results();
        assertEquals(List.of("one", "two"), results.suites().stream().map(suite -> suite.machine()).toList());
        assertEquals(List.of(1, 2), results.info().machines().stream().map(machine -> machine.cpus()).toList());
        List<String> console = Files.readAllLines(root.resolve(".kunit/runs/1/console.log"), StandardCharsets.UTF_8);
        results.cases().filter(each -> each.name().equals("speaks")).forEach(each ->
            assertTrue(console.subList(each.fromLine(), each.toLine()).getFirst().contains("# speaks: cpus "),
                each.toString()));
        assertEquals(List.of("machine: one", "    # speaks: cpus 1", "    ok 2 speaks", "machine: two",
            "    # speaks: cpus 2", "    ok 2 speaks"), cli.run("show", "sample_good.speaks").out().lines().toList());
        assertTrue(log("logs/sample_good/speaks.log").contains("cpus 1")
            && log("logs/2/sample_good/speaks.log").contains("cpus 2"));
    }

    private String log(String name) {
        try {
            return Files.readString(root.resolve(".kunit/runs/1").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
