package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machine profiles are found, checked, and reach kernel and configuration. */
class MachineProfileTest {
    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void configured() {
        cli = new CliRun(root).write(".kunit/.config", "CONFIG_KUNIT=y\nCONFIG_NR_CPUS=64\n");
    }

    private BootRequest exec(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "exec";
        System.arraycopy(words, 0, all, 1, words.length);
        CliRun.Result result = cli.run(all);
        assertEquals(0, result.exit(), result.err());
        return cli.boots().getLast();
    }

    private String error(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "exec";
        System.arraycopy(words, 0, all, 1, words.length);
        CliRun.Result result = cli.run(all);
        assertEquals(1, result.exit(), result.out());
        return result.err();
    }

    @Test
    void profileDescribesTheMachine() {
        cli.write("machines/odd.machine", """
            # A comment.
            description = seven CPUs on three nodes
            cpus = 7
            nodes = 3
            memory = 1000M
            kernel_args = loglevel=7
            kernel_args = movablecore=100M
            """);

        BootRequest boot = exec("--machine=odd", "--kernel_args=loglevel=3");

        assertEquals(List.of(0, 0, 0, 1, 1, 2, 2), boot.machine().cpuToNode());
        assertEquals(1000L << 20, boot.machine().memoryBytes());
        assertEquals(List.of("loglevel=7", "movablecore=100M", "loglevel=3", "kunit.enable=1"), boot.kernelArgs());
    }

    @Test
    void nodesMayBeUnequalAndFarApart() {
        cli.write("my.machine",
            "cpus = 4\nmemory = 6G\nnode = cpus=0-2,mem=5G\nnode = cpus=3,mem=1G\ndistance = src=0,dst=1,val=42\n");

        BootRequest boot = exec("--machine=my.machine");

        assertEquals(List.of(0, 0, 0, 1), boot.machine().cpuToNode());
        assertEquals(42, boot.machine().distance(0, 1));
        assertEquals(6L << 30, boot.machine().memoryBytes());
    }

    @Test
    void optionsComeBehindTheProfile() {
        cli.write("machines/m.machine", "cpus = 4\nmemory = 2G\n");

        assertEquals(1L << 30, exec("--machine=m", "--qemu_args=-m 1G").machine().memoryBytes());
        assertEquals(4, exec("--machine=m", "--qemu_args=-m 1G").machine().cpus());
    }

    @Test
    void nearestPlaceWins() throws IOException {
        Path user = Files.createDirectories(root.resolve("somewhere"));
        cli.directory(user).environment("XDG_CONFIG_HOME", root.resolve("xdg").toString());
        String[] places = {"kunit/machines", "xdg/kunit/machines", ".kunit/machines", "machines", "somewhere/machines"};
        for (int i = 0; i < places.length; i++) {
            cli.write(places[i] + "/m.machine", "cpus = " + (i + 1) + "\n");
            assertEquals(i + 1, exec("--machine=m").machine().cpus(), places[i]);
        }
    }

    @Test
    void homeIsAPlaceWithoutXdg() {
        cli.environment("HOME", root.resolve("home").toString())
            .write("home/.config/kunit/machines/mine.machine", "cpus = 3\n");

        assertEquals(3, exec("--machine=mine").machine().cpus());
    }

    @Test
    void patternRunsOnEachMachineInOrder() {
        cli.write("profiles/b.machine", "cpus = 2\n").write("profiles/a.machine", "cpus = 1\n")
            .write("profiles/c.txt", "no");

        CliRun.Result result = cli.run("exec", "--machine=profiles/*.machine");

        assertEquals(0, result.exit(), result.err());
        assertEquals(List.of(1, 2), cli.boots().stream().map(boot -> boot.machine().cpus()).toList());
        assertTrue(result.out().contains("Machine a (1 CPU, 1 node, 4G)\n"), result.out());
        assertTrue(result.lines().contains("[T] Starting KUnit Kernel (2/2)..."), result.out());
        cli.write("machines/numa_x.machine", "cpus = 5\n").write("machines/numa_y.machine", "cpus = 6\n");
        assertEquals(6, exec("--machine=numa_*", "--machine=numa_y").machine().cpus());
        assertEquals(4, cli.boots().size());
    }

    @Test
    void machineMayBringItsConfiguration() {
        cli.write("machines/m.machine", "kunitconfig = more.config\nconfig = CONFIG_NUMA=y\n")
            .write("machines/more.config",
            "CONFIG_KUNIT_ALL_TESTS=y\n").write("machines/plain.machine", "cpus = 1\n");

        CliRun.Result result = cli.run("run", "--machine=plain", "--machine=m",
            "--kunitconfig=kunit/configs/default.config");

        assertEquals(0, result.exit(), result.err());
        assertTrue(String.valueOf(cli.read(".kunit/machine-m/.config")).contains("CONFIG_NUMA=y\n"));
        assertEquals("y", cli.boots().getLast().config().value("NUMA"));
        assertEquals(null, cli.boots().getFirst().config().value("NUMA"));
        assertTrue(String.valueOf(cli.read(".kunit/.config")).contains("# CONFIG_NUMA is not set\n"));
    }

    @Test
    void helpListsThemAll() {
        cli.write("machines/m.machine", "description = the best\ncpus = 3\nnodes = 2\nmemory = 3G\n");

        assertEquals("m: 3 CPUs, 2 nodes, 3G; the best (machines/m.machine)\n", cli.run("run", "--machine=help").out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "cpus 4                    | 'cpus 4' is no setting; write key = value, as in cpus = 4",
        "cpu = 4                   | there is no key 'cpu'; did you mean cpus?",
        "colour = red              | there is no key 'colour'; the keys are description, cpus, nodes, memory, node,",
        "cpus = 0                  | cpus = 0: write a number from 1 to 64",
        "cpus = 65                 | cpus = 65: write a number from 1 to 64",
        "cpus =                    | cpus has no value; leave the line out",
        "distance = a b            | distance = a b: no blanks between the parts",
        "kernel_args = movabelcore=1G | kernel_args: no part of the kernel knows movabelcore=1G; check the spelling",
        "kunitconfig = none.config | kunitconfig = none.config: there is no such file beside machines/bad.machine",
        "config = NUMA             | config = NUMA: write CONFIG_NAME=value, as in config = CONFIG_NUMA=y",
        "node = cpus=0 mem=1G      | node = cpus=0 mem=1G: no blanks between the parts, as in node = cpus=0-1,mem=2G",
        "memory = 2G               | memory is said a second time; remove one of the lines"})
    void errorNamesFileAndLine(String line, String message) {
        cli.write("machines/bad.machine", "# one\nmemory = 1G\n" + line + "\n");

        String error = error("--machine=bad");

        assertTrue(error.startsWith("kunit: machines/bad.machine:3: " + message), error);
    }

    @Test
    void whatIsNotThereIsNamed() {
        cli.write("machines/numa2.machine", "cpus = 4\n");

        assertTrue(error("--machine=numa").contains("there is no such machine; did you mean numa2?"));
        assertTrue(error("--machine=elephant").contains("there is no such machine; there are numa2\n"));
        assertTrue(error("--machine=x/y.machine").contains("there is no such file"));
        assertTrue(error("--machine=z*").contains("nothing matches; there are numa2"));
        cli.write("other/numa2.machine", "cpus = 1\n");
        cli.write("machines/twice.machine", "nodes = 2\nnode = cpus=0,mem=4G\n");
        assertTrue(error("--machine=twice").contains("machines/twice.machine: nodes and node describe the same thing"));
        assertTrue(error("--machine=numa2", "--machine=other/numa2.machine").contains("have one name"));
    }

    @Test
    void machinesThatComeWithTheProjectAreRight() throws IOException {
        Path folder = LauncherSandbox.launcher().resolve("../../kunit/machines").normalize();
        int count = 0;
        try (var files = Files.newDirectoryStream(folder, "*.machine")) {
            for (Path file : files) {
                MachineFile.read(file, file.toString());
                count++;
            }
        }
        assertTrue(count >= 4, folder.toString());
    }
}
