package org.kunitjvm.tools;

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
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kunit.cli.Tool;

/** The tool prints files of a machine that the arguments describe, and says what is wrong with arguments. */
final class ProcToolTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        Tool.Context context = new Tool.Context(Path.of("."), Map.of(), InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new ProcTool().run(List.of(args), context);
    }

    @Test
    void isFoundAsAService() {
        assertTrue(ServiceLoader.load(Tool.class).stream().anyMatch(tool -> tool.type() == ProcTool.class));
    }

    @Test
    @Tag("M-220")
    void buddyinfoOfTheAdvertisedMachine() {
        assertEquals(0, run("--kernel_args=movablecore=2G", "--qemu_args", "-m 4G", "buddyinfo"),
            err.toString(StandardCharsets.UTF_8));
        assertEquals("""
            Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3\s
            Node 0, zone    DMA32      0      0      0      0      0      0      0      0      0      0    760\s
            Node 0, zone  Movable      0      0      0      0      0      0      0      0      0      0    256\s
            """, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void severalFilesComeOneAfterTheOther() {
        assertEquals(0, run("/proc/meminfo", "vmstat"));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("MemTotal:        ") && text.contains("nr_free_pages ")
            && text.endsWith("nr_unstable 0\n"), text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cpuinfo|there is no file 'cpuinfo'; there are buddyinfo, pagetypeinfo",
        "--kernel_args=movablecore=x vmstat|movablecore=x:",
        "--qemu_args=-m vmstat|option '-m' needs a value",
        "--frobnicate vmstat|unknown option --frobnicate",
        "--kernel_args|--kernel_args needs a value",
        "--kernel_args=a=b|name at least one file"})
    void nonsenseIsNamed(String args, String part) {
        assertEquals(2, run(args.split(" ")));
        String text = err.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("kunit proc: ") && text.contains(part) && text.lines().count() == 1, text);
        assertEquals(0, out.size());
    }

    @Test
    void optionsThatAreNotModelledAreNoted() {
        assertEquals(0, run("--qemu_args=-m 1G -nographic", "buddyinfo"));
        assertEquals("kunit proc: note: '-nographic' is not modelled\n", err.toString(StandardCharsets.UTF_8));
    }

    // ---------------------------------------------------------------- of a run

    private int inRun(Path directory, String... args) {
        Tool.Context context = new Tool.Context(directory, Map.of(), InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new ProcTool().run(List.of(args), context);
    }

    private static void keep(Path runs, String file, String text) throws IOException {
        Path path = runs.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void keptTextsArePrintedBySuite(@TempDir Path directory) throws IOException {
        String home = System.clearProperty("kunit.home");
        try {
            Path runs = directory.resolve("out/runs");
            keep(runs, "7/proc/one/buddyinfo", "Node 0 of one\n");
            keep(runs, "7/proc/two/buddyinfo", "Node 0 of two\n");
            keep(runs, "8/proc/one/buddyinfo", "later\n");
            keep(runs, "9/console.log", "");
            assertEquals(0, inRun(directory, "--build_dir=out", "buddyinfo", "7", "two"));
            assertEquals(0, inRun(directory, "--build_dir=out", "buddyinfo", "8"));
            assertEquals("Node 0 of two\nlater\n", out.toString(StandardCharsets.UTF_8));
            assertFails(directory, 2, "run 7 has several suites; name one of one, two", "buddyinfo", "7");
            assertFails(directory, 1, "run 7 has no suite three; it has one, two", "buddyinfo", "7", "three");
            assertFails(directory, 1, "run 9 did not keep /proc; run again with --proc", "buddyinfo", "9", "one");
            assertFails(directory, 1, "there is no run 10 in " + runs + "; 'kunit run' makes one", "buddyinfo", "10");
            assertFails(directory, 2, "a run has its own machine; leave --kernel_args and --qemu_args out",
                "--qemu_args=-m 1G", "buddyinfo", "7", "one");
        } finally {
            if (home != null) {
                System.setProperty("kunit.home", home);
            }
        }
    }

    private void assertFails(Path directory, int status, String text, String... args) {
        err.reset();
        List<String> all = new ArrayList<>(List.of("--build_dir=out"));
        all.addAll(List.of(args));
        assertEquals(status, inRun(directory, all.toArray(String[]::new)));
        assertEquals("kunit proc: " + text + "\n", err.toString(StandardCharsets.UTF_8));
    }
}
