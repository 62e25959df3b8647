package org.kunitjvm.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
}
