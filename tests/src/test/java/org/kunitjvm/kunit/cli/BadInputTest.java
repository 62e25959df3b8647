package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Input that makes no sense gives one line that names it and what to do, the right exit code, and nothing in the build
 * folder.
 */
class BadInputTest {
    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void project() {
        cli = new CliRun(root);
    }

    @Test
    void wordsCanBeCheckedWithoutRunningAnything() {
        CliRun.Result wrong = cli.run("check-words", "run", "--fliter=x");
        assertEquals(2, wrong.exit());
        assertTrue(wrong.err().contains("unrecognized arguments: --fliter=x (did you mean --filter?)"), wrong.err());

        assertEquals(0, cli.run("check-words", "run", "--filter=x").exit());
        assertEquals(0, cli.run("check-words").exit());
        assertEquals(List.of(), cli.list(".kunit"));
    }

    @ParameterizedTest
    @Tag("K-085")
    @CsvSource(delimiter = '|', textBlock = """
        rnu                              | argument subcommand: invalid choice: 'rnu' (choose from 'run', 'config', 'build', 'exec', 'parse') (did you mean run?)
        --alltests                       | unrecognized arguments: --alltests
        run --fliter=x                   | unrecognized arguments: --fliter=x (did you mean --filter?)
        run --summary=1                  | argument --summary: ignored explicit argument '1' (it takes no value)
        run --f=x                        | ambiguous option: --f=x could match --filter, --filter_action
        run --arch                       | argument --arch: expected one argument
        run --arch --summary             | argument --arch: expected one argument
        run --timeout=soon               | argument --timeout: invalid int value: 'soon'
        run --raw_output=some            | argument --raw_output: invalid choice: 'some' (choose from 'all', 'kunit')
        run --run_isolated=case          | argument --run_isolated: invalid choice: 'case' (choose from 'suite', 'test')
        run --filter_action=drop         | argument --filter_action: invalid choice: 'drop' (choose from 'skip')
        run a b                          | unrecognized arguments: b ('kunit run' takes one at most)
        config --timeout=3               | unrecognized arguments: --timeout=3
        parse --arch=um                  | unrecognized arguments: --arch=um
        """)
    void usage(String words, String error) {
        CliRun.Result result = cli.run(words.split(" "));

        assertEquals(2, result.exit());
        List<String> lines = result.err().lines().toList();
        assertEquals(2, lines.size(), result.err());
        assertTrue(lines.getFirst().startsWith("usage: kunit"), result.err());
        assertTrue(lines.getLast().contains("error: " + error), result.err());
        assertEquals("", result.out());
        assertEquals(List.of(), cli.list(".kunit"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        run --kunitconfig=nosuch         | kunit: Specified kunitconfig (nosuch) does not exist
        run --kunitconfig=tests          | kunit: Specified kunitconfig (tests/.kunitconfig) does not exist
        run --kunitconfig=bad.config     | kunit: Failed to parse: CONFIG_KUNIT y
        run --kconfig_add=KUNIT=y        | kunit: Failed to parse: KUNIT=y
        run --arch=vax                   | kunit: vax is not a valid arch, options are ['alpha', 'arm', 'arm64',
        run --qemu_args=-m_lots          | kunit: --qemu_args:
        run --qemu_args='-m              | kunit: --qemu_args='-m: No closing quotation
        run --qemu_config=x.py           | kunit: --qemu_config=x.py: a Python file cannot be read here
        run --kernel_args=nonsense=1     | kunit: --kernel_args: no part of the kernel knows nonsense=1
        run --kernel_args=kunit.fliter=x | kunit: --kernel_args: no part of the kernel knows kunit.fliter=x; check the spelling
        run --kernel_args=kunit-timeout=x | kunit: --kernel_args: no part of the kernel knows kunit-timeout=x; check
        run --kernel_args=kunit.timeout=x | kunit: --kernel_args: kunit.timeout=x: 'x' is no number of seconds
        run --kernel_args=kunit.timeout  | kunit: --kernel_args: kunit.timeout: '' is no number of seconds
        run --kernel_args=kunit.autorun=maybe | kunit: --kernel_args: kunit.autorun=maybe: 'maybe' is neither yes nor no; write 1 or 0
        run --kernel_args="              | kunit: --kernel_args: ": no closing quotation; close the quotes
        run --kernel_args=movablecore=lots | kunit: --kernel_args: movablecore=lots
        run --suite_path=nosuch          | kunit: --suite_path=nosuch: no such folder
        run --jobs=0                     | kunit: --jobs=0: at least 1 is needed
        run --repeat=0                   | kunit: --repeat=0: at least 1 is needed
        run --case-timeout=0             | kunit: --case-timeout=0: at least 1 is needed
        run --case-steps=-1              | kunit: --case-steps=-1: at least 0 is needed
        run --durations=-1               | kunit: --durations=-1: at least 0 is needed
        run --durations=some             | kunit: --durations=some: not a whole number
        run --shard=0/3                  | kunit: --shard=0/3: the part must be one of all parts
        run --shard=4/3                  | kunit: --shard=4/3: the part must be one of all parts
        run --shard=one                  | kunit: --shard=one: write I/N, such as 1/4
        run --shuffle=well               | kunit: --shuffle=well: not a whole number
        run --schedule=x                 | kunit: --schedule: schedule 'x':
        run --schedules=0                | kunit: --schedules: schedules '0':
        run --rerun-failed=abc           | kunit: 'abc' is no run; name its number, or 'latest'
        run --rerun-failed=7             | kunit: there is no run 7 in
        run --machine=nosuch             | kunit: --machine=nosuch: there is no such machine
        exec                             | kunit: there is no .kunit/.config to run with; 'kunit run' makes one
        parse nosuch                     | kunit: cannot read nosuch: no such file or folder
        """, quoteCharacter = '~')
    void meaning(String words, String error) {
        cli.write("bad.config", "CONFIG_KUNIT y\n");

        CliRun.Result result = cli.run(Arrays.stream(words.split(" ")).map(word -> word.replace("-m_", "-m "))
            .toArray(String[]::new));

        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith(error), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertEquals("", result.out());
        assertTrue(List.of(List.of(), List.of(".kunitconfig")).contains(cli.list(".kunit")), cli.list(".kunit")
            .toString());
    }

    /** kunit.py puts its own parameters behind the user's, and the model has the memory of its machine. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --kernel_args=kunit.enable=0               | kunit.enable=0 has no effect, because kunit.enable=1 comes after it
        --kernel_args=kunit.filter_glob=b a        | kunit.filter_glob=b has no effect, because kunit.filter_glob=a comes after it
        --kernel_args=kunit.filter=x --filter=y    | kunit.filter=x has no effect, because kunit.filter="y" comes after it
        --kernel_args=mem=512M                     | mem=512M has no effect; --qemu_args='-m 4G' says how much memory there is
        --kernel_args=kunit.enable=1               |
        --kernel_args=kunit.filter_glob=b          |
        """, quoteCharacter = '~')
    void aParameterWithoutEffectIsNamed(String words, @Nullable String note) {
        List<String> all = new ArrayList<>(List.of("run"));
        all.addAll(List.of(words.split(" ")));

        CliRun.Result result = cli.run(all.toArray(String[]::new));

        assertEquals(0, result.exit());
        assertEquals(note == null ? "" : "kunit: note: " + note + "\n", result.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        exec --alltests                       | --alltests has no effect, because exec takes .config as it is; 'kunit run' configures
        exec --kconfig_add=CONFIG_A=y         | --kconfig_add=CONFIG_A=y has no effect, because exec takes .config as it is; 'kunit run' configures
        run --kconfig_add=CONFIG_NUMA=y       |
        exec --list_tests --json --failed     | --json=stdout --failed has no effect with --list_tests
        exec --list_suites --list_tests_attr  | --list_suites has no effect with --list_tests_attr
        exec --list_tests --raw_output        | --raw_output=kunit has no effect with --list_tests
        exec --list_tests --run_isolated=test | --run_isolated=test has no effect with --list_tests
        exec --raw_output --junit --summary   | --junit=stdout --summary has no effect with --raw_output
        exec --summary --failed               | --failed has no effect with --summary
        exec --summary --failed --quiet       |
        exec --filter_action=skip             | --filter_action=skip has no effect without --filter
        exec --filter=speed>slow --filter_action=skip |
        exec --make_options=V=1 --cross_compile=a- | --make_options=V=1 --cross_compile=a- has no effect here; nothing is made or cross-compiled
        parse --raw_output --failed log       | --failed has no effect with --raw_output
        parse --summary --failed log          | --failed has no effect with --summary
        """)
    void anOptionWithoutEffectIsNamed(String words, @Nullable String note) {
        cli.write("log", "KTAP version 1\n1..1\nok 1 a\n").run("config");

        CliRun.Result result = cli.run(words.split(" "));

        assertEquals(0, result.exit(), result.err());
        assertEquals(note == null ? "" : "kunit: note: " + note + "\n", result.err());
    }

    @Test
    void aNameThatTheFileSystemCannotHaveIsNoFault() {
        CliRun.Result result = cli.run("run", "--build_dir=a\0b");

        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith("kunit: no name of a file: a"), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        TEST_TOTAL_SHARDS=x TEST_SHARD_INDEX=0     | kunit: TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=x: both must be whole numbers
        TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=2     | kunit: TEST_SHARD_INDEX=2 TEST_TOTAL_SHARDS=2: the part must be one of all parts
        TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=-1    | kunit: TEST_SHARD_INDEX=-1 TEST_TOTAL_SHARDS=2: both must be whole numbers
        GTEST_TOTAL_SHARDS=2                       | kunit: GTEST_SHARD_INDEX: must be set, because GTEST_TOTAL_SHARDS=2 is
        TEST_SHARD_INDEX=1                         | kunit: TEST_TOTAL_SHARDS: must be set, because TEST_SHARD_INDEX=1 is
        TEST_TOTAL_SHARDS=2 TEST_SHARD_INDEX=0 TEST_SHARD_STATUS_FILE=/nosuch/f | kunit: cannot write the shard status file /nosuch/f: no such file or folder
        """)
    void variables(String variables, String error) {
        for (String variable : variables.split(" ")) {
            cli.environment(variable.substring(0, variable.indexOf('=')),
                variable.substring(variable.indexOf('=') + 1));
        }

        CliRun.Result result = cli.run("run");

        assertEquals(1, result.exit());
        assertEquals(error + "\n", result.err());
        assertEquals("", result.out());
    }

    @Test
    void buildThatDoesNotShardIsTheWhole() {
        cli.environment("TEST_TOTAL_SHARDS", "0").environment("TEST_SHARD_INDEX", "0");

        assertEquals(0, cli.run("run").exit());
    }

    @Test
    void originThatKernelCiWouldRefuseIsSaidBeforeAnythingRuns() {
        CliRun.Result result = cli.environment("KCIDB_ORIGIN", "Bad One").run("run", "--kcidb=x.json");

        assertEquals(1, result.exit());
        assertEquals("kunit: KCIDB_ORIGIN=Bad One: an origin has lower case letters, digits and underscores only\n",
            result.err());
    }

    @Test
    @Tag("K-072")
    void unknownSymbol() {
        CliRun.Result result = cli.run("run", "--kconfig_add=CONFIG_MERMAPP=y");

        assertEquals(1, result.exit());
        assertTrue(result.err().contains("Missing: CONFIG_MERMAPP=y"), result.err());
        assertTrue(result.err().lines().anyMatch(line -> line.startsWith("kunit: CONFIG_MERMAPP=y was lost: ")
            && line.contains("MERMAP")),
            result.err());
        assertEquals(List.of(".kunitconfig"), cli.list(".kunit"));
    }

    @Test
    void buildFolderThatIsAFile() {
        CliRun.Result result = cli.write("file", "").run("config", "--build_dir=file");

        assertEquals(1, result.exit());
        assertEquals("", cli.read("file"));
        assertTrue(result.err().contains("file"), result.err());
    }

    @Test
    void unknownFlagOfATool() {
        CliRun.Result result = cli.run("completion", "csh");

        assertEquals(2, result.exit());
        assertTrue(result.err().contains("invalid choice: 'csh' (choose from 'bash', 'zsh', 'fish')"), result.err());
    }
}
