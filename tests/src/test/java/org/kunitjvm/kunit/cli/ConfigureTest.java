package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code config} prints kunit.py's lines, leaves kunit.py's files behind, and changes nothing when it fails. */
class ConfigureTest {
    private static final String GENERATED_CONFIG =
        "CONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=y\nCONFIG_KUNIT_EXAMPLE_TEST=y\n";

    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void project() {
        cli = new CliRun(root);
    }

    @Test
    @Tag("K-070")
    void firstTimeMakesEverything() {
        CliRun.Result result = cli.run("config");

        assertEquals(List.of("[T] Configuring KUnit Kernel ...", "Generating .config ...", "Populating config with:",
            "$ make ARCH=um O=.kunit olddefconfig", "[T] Elapsed time: T", ""), result.lines());
        assertEquals(0, result.exit());
        assertEquals(List.of(".config", ".kunitconfig", "last_used_kunitconfig"), cli.list(".kunit"));
        assertEquals(CliRun.DEFAULT_FRAGMENT, cli.read(".kunit/.kunitconfig"));
        assertEquals(CliRun.DEFAULT_FRAGMENT, cli.read(".kunit/last_used_kunitconfig"));
        assertTrue(String.valueOf(cli.read(".kunit/.config")).endsWith(GENERATED_CONFIG + "# CONFIG_NUMA is not set\n"),
            cli.read(".kunit/.config"));
    }

    @Test
    @Tag("K-073")
    void secondTimeDoesNothing() {
        cli.run("config");

        CliRun.Result result = cli.run("config");

        assertEquals(List.of("[T] Configuring KUnit Kernel ...", "[T] Elapsed time: T", ""), result.lines());
    }

    @Test
    @Tag("K-073")
    void otherFragmentRegeneratesAndKeepsTheOldConfig() {
        cli.run("config");
        String old = cli.read(".kunit/.config");

        CliRun.Result result = cli.run("config", "--kconfig_add=CONFIG_NUMA=y");

        assertTrue(result.lines().contains("Regenerating .config ..."), result.out());
        assertEquals(old, cli.read(".kunit/.config.old"));
        assertTrue(String.valueOf(cli.read(".kunit/.config")).contains("CONFIG_NUMA=y\n"));
    }

    @Test
    @Tag("K-073")
    void changedKconfigRegenerates() throws IOException {
        cli.run("config");
        Files.setLastModifiedTime(root.resolve("Kconfig"), FileTime.fromMillis(System.currentTimeMillis() + 10_000));

        assertTrue(cli.run("config").lines().contains("Regenerating .config ..."));
    }

    @Test
    @Tag("K-072")
    void lostSymbolFailsAndSaysWhy() {
        cli.run("config");
        String before = cli.read(".kunit/.config");

        CliRun.Result result = cli.run("config", "--kconfig_add=CONFIG_MERMAP=y");

        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith("""
            ERROR:root:Not all Kconfig options selected in kunitconfig were in the generated .config.
            This is probably due to unsatisfied dependencies.
            Missing: CONFIG_MERMAP=y
            Note: many Kconfig options aren't available on UML. You can try running on a different architecture with something like \
            "--arch=x86_64".
            kunit: CONFIG_MERMAP=y was lost:"""), result.err());
        assertTrue(result.err().contains("ARCH_SUPPORTS_MERMAP"), result.err());
        assertEquals("[T] Elapsed time: T", result.lines().get(result.lines().size() - 2),
            "config tells the time even then");
        assertEquals(before, cli.read(".kunit/.config"));
        assertEquals(List.of(".config", ".kunitconfig", "last_used_kunitconfig"), cli.list(".kunit"));
    }

    @Test
    @Tag("K-072")
    void noteAboutUmIsForUmOnly() {
        CliRun.Result result = cli.run("config", "--arch=x86_64", "--kconfig_add=CONFIG_MERMAP=y");

        assertTrue(result.err().contains("Missing: CONFIG_MERMAP=y\nkunit: "), result.err());
    }

    @Test
    @Tag("K-072")
    void failedConfigurationStopsRunWithoutElapsedLine() {
        CliRun.Result result = cli.run("run", "--kconfig_add=CONFIG_MERMAP=y");

        assertEquals(1, result.exit());
        assertEquals("$ make ARCH=um O=.kunit olddefconfig", result.lines().getLast());
        assertEquals(List.of(), cli.boots());
    }

    @Test
    @Tag("K-071")
    void severalFragmentsAreMerged() {
        cli.write("a.config", "CONFIG_KUNIT=y\n").write("sub/.kunitconfig", "# comment\n\nCONFIG_NUMA=y\n");

        CliRun.Result result = cli.run("config", "--kunitconfig=a.config", "--kunitconfig", "sub");

        assertEquals(0, result.exit(), result.err());
        assertEquals("CONFIG_KUNIT=y\nCONFIG_NUMA=y\n", cli.read(".kunit/last_used_kunitconfig"));
        assertEquals(List.of(".config", "last_used_kunitconfig"), cli.list(".kunit"));
    }

    @Test
    @Tag("K-071")
    void conflictIsNamed() {
        cli.write("a.config", "CONFIG_KUNIT=y\n").write("b.config", "CONFIG_KUNIT=m\n");

        CliRun.Result result = cli.run("config", "--kunitconfig=a.config", "--kunitconfig=b.config");

        assertEquals(1, result.exit());
        assertEquals("kunit: Multiple values specified for 1 options in kunitconfig:\nCONFIG_KUNIT=y\n  vs from b.config\nCONFIG_KUNIT=m\n",
            result.err());
        assertEquals(List.of(), cli.list(".kunit"));
    }

    @Test
    @Tag("K-071")
    void fragmentIsFoundFromWhereTheUserStands() throws IOException {
        Path elsewhere = Files.createDirectories(root.resolve("deep/er"));
        Files.writeString(elsewhere.resolve("mine.config"), "CONFIG_KUNIT=y\n");

        assertEquals(0, cli.directory(elsewhere).run("config", "--kunitconfig=mine.config").exit());
        assertEquals("CONFIG_KUNIT=y\n", cli.read(".kunit/last_used_kunitconfig"));
    }

    @Test
    @Tag("K-074")
    void alltestsAddsItsFragment() {
        cli.run("config", "--alltests", "--kunitconfig=kunit/configs/default.config");

        assertTrue(String.valueOf(cli.read(".kunit/.config")).contains("CONFIG_NUMA=y\n"));
    }

    @Test
    @Tag("K-074")
    void kconfigAddOverridesFiles() {
        cli.write("a.config", "CONFIG_KUNIT=y\nCONFIG_NUMA=y\n");

        CliRun.Result result = cli.run("config", "--kunitconfig=a.config", "--kconfig_add=CONFIG_NUMA=n");

        assertEquals(0, result.exit(), result.err());
        assertTrue(String.valueOf(cli.read(".kunit/.config")).contains("# CONFIG_NUMA is not set\n"));
    }

    @Test
    @Tag("K-075")
    void makeWordsAreEchoedAndSaidToBeWithoutEffect() {
        CliRun.Result result = cli.run("config", "--arch=x86_64", "--cross_compile=x-", "--make_options=LLVM=1",
            "--make_options=V=2");

        assertTrue(result.lines().contains("$ make ARCH=x86_64 O=.kunit CROSS_COMPILE=x- LLVM=1 V=2 olddefconfig"),
            result.out());
        assertTrue(result.err()
            .contains("--make_options=LLVM=1 --make_options=V=2 --cross_compile=x- has no effect here"), result.err());
    }

    @Test
    @Tag("K-070")
    void buildDirIsMadeButNotTheFoldersAboveIt() {
        assertEquals(0, cli.run("config", "--build_dir=out").exit());
        assertTrue(cli.list("out").contains(".config"));

        CliRun.Result deep = cli.run("config", "--build_dir=no/such/folder");
        assertEquals(1, deep.exit());
        assertTrue(deep.err().startsWith("kunit: cannot make no/such/folder: there is no folder no/such; make it first"), deep.err());
    }

    /** Comments and strings of older fragments may be in any encoding. */
    @Test
    void bytesThatAreNoTextArriveInTheConfiguration() throws IOException {
        cli.write("Kconfig", CliRun.KCONFIG + "config NAME\n\tstring \"name\"\n");
        Files.write(root.resolve("latin"), "# f\u00fcr\nCONFIG_KUNIT=y\nCONFIG_NAME=\"M\u00fcller\"\n"
            .getBytes(StandardCharsets.ISO_8859_1));

        assertEquals("", cli.run("config", "--kunitconfig=latin").err());

        String config = Files.readString(root.resolve(".kunit/.config"), StandardCharsets.ISO_8859_1);
        assertTrue(config.contains("CONFIG_NAME=\"M\u00fcller\"\n"), config);
        assertFalse(cli.run("config", "--kunitconfig=latin").out().contains("Regenerating"));
    }

    @Test
    @Tag("K-087")
    void kbuildOutputIsWhereTheBuildFolderIs() throws IOException {
        Path output = Files.createDirectory(root.resolve("kout"));
        cli.environment("KBUILD_OUTPUT", output.toString());

        CliRun.Result result = cli.run("config");
        assertTrue(result.out().contains("O=" + output + "/.kunit olddefconfig"), result.out());
        assertTrue(cli.list("kout/.kunit").contains(".config"));
        assertEquals(List.of(), cli.list(".kunit"));

        cli.run("config", "--build_dir=other");
        assertTrue(cli.list("other").contains(".config"), "--build_dir comes first");

        cli.environment("KBUILD_OUTPUT", "");
        cli.run("config");
        assertTrue(cli.list(".kunit").contains(".config"), "empty is not set");
    }

    @Test
    @Tag("K-070")
    void buildPrintsItsLines() {
        CliRun.Result result = cli.run("build", "--jobs=3");

        assertEquals(List.of("[T] Building KUnit Kernel ...", "Populating config with:",
            "$ make ARCH=um O=.kunit olddefconfig",
            "Building with:", "$ make all compile_commands.json ARCH=um O=.kunit --jobs=3", "[T] Elapsed time: T", ""),
            result.lines().subList(4, result.lines().size()), result.err());
        assertEquals(0, result.exit());
    }

    @Test
    @Tag("K-070")
    void runPrintsAllStepsAndTheirTimes() {
        CliRun.Result result = cli.run("run");

        assertEquals(0, result.exit(), result.err());
        assertEquals(List.of("[T] Elapsed time: T total, T configuring, T building, T running", ""),
            result.lines().subList(result.lines().size() - 2, result.lines().size()));
        assertEquals(List.of(".config", ".kunitconfig", "last_used_kunitconfig", "runs", "test.log"),
            cli.list(".kunit"));
        assertTrue(cli.boots().getFirst().config().isEnabled("KUNIT_EXAMPLE_TEST"));
        assertNull(cli.boots().getFirst().config().value("NUMA"));
    }
}
