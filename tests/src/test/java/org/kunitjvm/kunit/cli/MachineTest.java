package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line says about machine, kernel and suites reaches the kernel. */
class MachineTest {
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

    @Test
    @Tag("K-075")
    void defaultMachineHas4GibAnd2Cpus() {
        BootRequest boot = exec();

        assertEquals(4L << 30, boot.machine().memoryBytes());
        assertEquals(2, boot.machine().cpus());
        assertEquals(1, boot.machine().nodes());
    }

    @Test
    @Tag("K-075")
    void qemuArgsDescribeTheMachine() {
        BootRequest boot = exec("--arch=x86_64", "--qemu_args", "-m 2G -smp 4",
            "--qemu_args=-numa node,mem=1G -numa node,mem=1G");

        assertEquals(2L << 30, boot.machine().memoryBytes());
        assertEquals(4, boot.machine().cpus());
        assertEquals(2, boot.machine().nodes());
    }

    @Test
    @Tag("K-075")
    void qemuArgsAreEchoedLast() {
        List<String> lines = cli.run("exec", "--arch=x86_64", "--qemu_args=-m 4G", "--kernel_args=loglevel=7").lines();

        assertEquals("$ qemu-system-x86_64 -nodefaults -m 1024 -kernel .kunit/arch/x86/boot/bzImage -append 'loglevel=7 kunit.enable=1"
            + " console=ttyS0 kunit_shutdown=reboot' -no-reboot -nographic -serial stdio -bios qboot.rom -m 4G",
                lines.get(3));
    }

    /** What the kernel's make calls an architecture is not always what QEMU calls it. */
    @ParameterizedTest
    @Tag("K-075")
    @CsvSource(delimiter = '|', textBlock = """
        arm64   | aarch64 | arch/arm64/boot/Image.gz | console=ttyAMA0         | stdio -machine virt -cpu max
        powerpc | ppc64   | vmlinux                  | console=ttyS0           | stdio -M pseries -cpu power8
        s390    | s390x   | arch/s390/boot/bzImage   | console=ttyS0           | stdio -machine s390-ccw-virtio -cpu qemu
        riscv   | riscv64 | arch/riscv/boot/Image    | console=ttyS0           | stdio -machine virt -cpu rv64
        sh      | sh4     | arch/sh/boot/zImage      | console=ttySC1          | null -machine r2d -serial mon:stdio
        sparc   | sparc   | arch/sparc/boot/zImage   | console=ttyS0 mem=256M  | stdio -m 256
        i386    | i386    | arch/x86/boot/bzImage    | console=ttyS0           | stdio
        """)
    void theCommandNamesTheMachineAsQemuDoes(String arch, String machine, String image, String console, String serial) {
        List<String> lines = cli.run("exec", "--arch=" + arch).lines();

        assertEquals("$ qemu-system-" + machine + " -nodefaults -m 1024 -kernel .kunit/" + image
            + " -append 'kunit.enable=1 " + console + " kunit_shutdown=reboot' -no-reboot -nographic -serial " + serial,
            lines.get(3));
    }

    @Test
    @Tag("K-075")
    void whatIsNotModelledIsNamed() {
        CliRun.Result result = cli.run("exec", "--arch=arm64", "--qemu_args=-cpu max");

        assertEquals(0, result.exit());
        assertTrue(result.err().contains("-cpu max"), result.err());
        assertTrue(result.err().contains("--arch=arm64 runs on the one machine that is modelled"), result.err());
    }

    @Test
    @Tag("K-076")
    void kernelArgsComeFirstInOrder() {
        BootRequest boot = exec("--kernel_args=loglevel=7 kunit.enable=0", "--kernel_args", "kunit.stats_enabled=2",
            "--filter=speed>slow", "a*");

        assertEquals(List.of("loglevel=7 kunit.enable=0", "kunit.stats_enabled=2", "kunit.filter_glob=a*",
            "kunit.filter=\"speed>slow\"",
            "kunit.enable=1"), boot.kernelArgs());
    }

    @Test
    @Tag("K-070")
    void configReachesTheKernel() {
        assertEquals("64", exec().config().value("NR_CPUS"));
    }

    @Test
    void seedAndScheduleReachTheKernel() {
        assertEquals(new Seed(0x2fL, null), exec("--seed=0x2f").seed());
        assertEquals(new Seed(null, "3:1,5:0"), exec("--schedule=3:1,5:0").seed());
        assertEquals(new Seed(null, null), exec().seed());
    }

    @Test
    void schedulesReachTheCases() throws Exception {
        assertTrue(exec("--schedules=all:2").kernelArgs().contains("kunit.schedules=all:2"));
        BootRequest replay = exec("--schedule=historical/52:1,55:0");
        assertTrue(replay.kernelArgs().contains("kunit.schedule=historical/52:1,55:0"));
        assertEquals(new Seed(null, null), replay.seed());
        for (String bad : List.of("--schedules=some", "--schedules=all:-1", "--schedules=random:x",
            "--schedule=historical/5:1,4:0")) {
            assertTrue(cli.run("exec", bad).exit() != 0, bad);
        }
    }

    @Test
    void suitePathIsAdded() throws Exception {
        Path mine = Files.createDirectories(root.resolve("mine"));

        assertEquals(List.of(root.resolve("tests/target/test-classes"), mine), exec("--suite_path=mine")
            .suiteFolders());
    }

    @Test
    @Tag("K-079")
    void logHoldsTheWholeConsoleAlsoOfAFailedRun() {
        String console = "Linux version\n\nKTAP version 1\n1..1\nnot ok 1 s\n";
        cli.console(_ -> console).run("exec");

        assertEquals(console, cli.read(".kunit/test.log"));
        assertEquals(List.of(".config", ".kunitconfig", "runs", "test.log"), cli.list(".kunit"));
    }
}
