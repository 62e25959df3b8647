package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code exec} prints around a recorded console what the real kunit.py printed around it, and leaves with its exit
 * code.
 */
class RecordedRunsTest {
    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void configured() {
        cli = new CliRun(root).write(".config", "CONFIG_KUNIT=y\n");
    }

    @Test
    @Tag("K-070")
    @Tag("K-085")
    void allSuites() {
        CliRun.Result result = cli.console(_ -> console("all-suites.raw-all.txt")).run("exec", "--build_dir=.");

        assertSame("all-suites.pretty.txt", result);
        assertEquals(0, result.exit());
        assertTrue(console("all-suites.raw-all.txt").equals(cli.read("test.log")), "test.log is the console");
    }

    @Test
    @Tag("K-076")
    void filterGlob() {
        assertSame("example.pretty.txt", cli.console(_ -> console("example.raw-all.txt"))
            .run("exec", "--build_dir=.", "example*"));
    }

    @Test
    @Tag("K-076")
    void filterAndAction() {
        List<String> recorded = CliRun.timeless(recorded("example.filter-skip.pretty.txt"));
        CliRun.Result result = cli.run("exec", "--build_dir", ".", "--filter", "speed>slow", "--filter_action=skip",
            "example*");

        assertEquals(recorded.subList(0, 4), result.lines().subList(0, 4));
    }

    @Test
    @Tag("K-085")
    void failingSuites() {
        CliRun.Result result = cli.console(_ -> console("failing.raw-all.txt")).run("exec", "--build_dir=.", "truth_*");

        assertEquals(1, result.exit());
        assertEquals(CliRun.timeless(recorded("failing.pretty.txt")).size(), result.lines().size());
        assertEquals(CliRun.timeless(recorded("failing.pretty.txt")).subList(0, 30), result.lines().subList(0, 30));
    }

    @Test
    @Tag("K-084")
    @Tag("K-085")
    void noMatch() {
        CliRun.Result result = cli.console(_ -> "KTAP version 1\n1..0\n").run("exec", "--build_dir=.", "nosuchsuite*");

        assertSame("no-match.pretty.txt", result);
        assertEquals(1, result.exit());
        assertTrue(result.err().contains("nosuchsuite*"), result.err());
    }

    @Test
    @Tag("K-075")
    void qemu() {
        CliRun.Result result = cli.console(_ -> "KTAP version 1\n").run("exec", "--build_dir=.", "--arch=x86_64");

        assertEquals(CliRun.timeless(recorded("x86_64-qemu.all-suites.pretty.txt")).subList(0, 4), result.lines()
            .subList(0, 4));
    }

    @Test
    @Tag("K-078")
    void listTests() {
        CliRun.Result result = cli.console(_ -> list()).run("exec", "--build_dir=.", "--list_tests");

        assertSame("list_tests.txt", result);
        assertEquals(0, result.exit());
    }

    @Test
    @Tag("K-078")
    void listTestsWithAttributes() {
        assertSame("list_tests_attr.txt", cli.console(_ -> list()).run("exec", "--build_dir=.", "--list_tests_attr"));
    }

    @Test
    @Tag("K-083")
    void listSuites() {
        CliRun.Result result = cli.console(_ -> list()).run("exec", "--build_dir=.", "--list_suites");

        assertEquals(List.of("example_init", "kunit_executor_test", "kunit-try-catch-test"), result.lines()
            .subList(2, 5));
        assertEquals("[T] Elapsed time: T", result.lines().get(result.lines().size() - 2));
    }

    @Test
    @Tag("K-077")
    void isolatedBySuite() {
        String all = console("all-suites.raw-all.txt");
        CliRun.Result result = cli.console(request -> request.kernelArgs().contains("kunit.action=list") ? list()
            : suite(all, request))
            .run("exec", "--build_dir=.", "--run_isolated=suite");

        assertSame("all-suites.run_isolated-suite.pretty.txt", result);
        assertEquals(0, result.exit());
    }

    @Test
    @Tag("K-077")
    void isolatedBySuiteKeepsTheTestPartOfTheGlob() {
        cli.console(request -> request.kernelArgs().contains("kunit.action=list")
            ? "KTAP version 1\na.x_1\na.x_2\nb.x_1\n"
            : "KTAP version 1\n1..1\nok 1 s\n").run("exec", "--run_isolated", "suite", "--build_dir=.", "*.x*");

        assertEquals(List.of("kunit.filter_glob=a.x*", "kunit.filter_glob=b.x*"),
            cli.boots().stream().skip(1).map(boot -> boot.kernelArgs().getFirst()).toList());
    }

    @Test
    @Tag("K-077")
    void isolatedByTest() {
        CliRun.Result result = cli.console(request -> request.kernelArgs().contains("kunit.action=list")
            ? "KTAP version 1\na.x\na.y\n"
            : "KTAP version 1\n1..1\nnot ok 1 s\n").run("exec", "--build_dir=.", "--run_isolated=test");

        assertEquals(List.of("kunit.filter_glob=a.x", "kunit.filter_glob=a.y"),
            cli.boots().stream().skip(1).map(boot -> boot.kernelArgs().getFirst()).toList());
        assertTrue(result.lines().contains("[T] Starting KUnit Kernel (2/2)..."));
        assertEquals(1, result.exit());
    }

    @Test
    @Tag("K-079")
    void rawOutput() {
        String raw = console("failing.raw-all.txt");
        CliRun.Result kunit = cli.console(_ -> raw).run("exec", "--build_dir=.", "--raw_output", "truth_*");
        CliRun.Result all = cli.run("exec", "--build_dir=.", "--raw_output=all", "truth_*");

        assertEquals(0, kunit.exit());
        assertEquals(0, all.exit());
        assertEquals(List.of("[T] Starting KUnit Kernel (1/1)...", "Running tests with:"), kunit.lines().subList(0, 2));
        assertEquals("KTAP version 1", kunit.lines().get(3));
        assertTrue(raw.lines().map(String::stripTrailing).toList()
            .equals(all.lines().subList(3, all.lines().size() - 2)), "raw");
    }

    @Test
    @Tag("K-079")
    void rawOutputIgnoresJson() {
        assertSame("example.json-stdout.txt", cli.console(_ -> console("example.raw-all.txt"))
            .run("exec", "--build_dir=.", "--json", "--raw_output", "example*"));
    }

    @Test
    @Tag("K-080")
    void json() {
        String raw = console("example.raw-all.txt");
        CliRun.Result stdout = cli.console(_ -> raw).run("exec", "--build_dir=.", "--json", "example*");
        CliRun.Result file = cli.run("exec", "--build_dir=.", "--json=out.json", "example*");

        assertTrue(file.lines().contains("[T] Test results stored in " + root.resolve("out.json")), file.out());
        String stored = cli.read("out.json");
        assertNotNull(stored);
        assertTrue(stdout.out().contains(stored), "file and stdout differ");
    }

    @Test
    @Tag("K-084")
    void crashOfTheOnlyKernelGivesTheHint() {
        CliRun.Result result = cli.console(_ ->
            "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..2\n    ok 1 a\nBUG\n")
            .run("exec", "--build_dir=.");

        assertEquals(1, result.exit());
        assertTrue(result.lines()
            .contains("$ scripts/decode_stacktrace.sh ./vmlinux . < ./test.log | tee ./decoded.log | bin/kunit parse"),
            result.out());
    }

    @Test
    @Tag("K-084")
    void timeoutSaysItAndParsesWhatArrived() {
        CliRun.Result result = cli.console(_ -> "KTAP version 1\n1..2\nok 1 a\n").end(Booter.End.TIMED_OUT)
            .run("exec", "--build_dir=.", "--timeout=1");

        assertEquals(1, cli.boots().getFirst().timeoutSeconds());
        assertTrue(result.lines()
            .contains("Command '['./linux', 'kunit.enable=1', 'mem=1G', 'console=tty', 'kunit_shutdown=halt']'"
            + " timed out after 1 seconds"), result.out());
        assertTrue(result.lines().contains("[T] Testing complete. Ran 2 tests: passed: 1, crashed: 1, errors: 1"),
            result.out());
        assertEquals(1, result.exit());
    }

    /** The list that the recorded run printed, as the kernel printed it. */
    private static String list() {
        List<String> lines = new ArrayList<>(recorded("list_tests_attr.txt").lines().toList());
        return "KTAP version 1\n" + String.join("\n", lines.subList(2, lines.size() - 2)) + "\n";
    }

    /** The console of a kernel that runs only the suite that {@code request} asks for. */
    private static String suite(String all, BootRequest request) {
        String name = request.kernelArgs().getFirst().substring("kunit.filter_glob=".length());
        List<String> lines = all.lines().toList();
        int header = lines.indexOf("    # Subtest: " + name);
        int end = header;
        while (!lines.get(end).matches("(not )?ok \\d+ " + name + "( .*)?")) {
            end++;
        }
        String body = String.join("\n", lines.subList(header - 1, end)) + "\n" + lines.get(end)
            .replaceFirst("ok \\d+ ", "ok 1 ");
        return "KTAP version 1\n1..1\n" + body + "\n";
    }

    private static void assertSame(String recording, CliRun.Result result) {
        List<String> expected = CliRun.timeless(recorded(recording));
        List<String> actual = result.lines();
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertEquals(expected.get(i), actual.get(i), recording + ", line " + (i + 1));
        }
        assertEquals(expected.size(), actual.size(), recording + ": number of lines");
    }

    /** What the kernel printed in a recorded raw run, without the lines of kunit.py. */
    private static String console(String recording) {
        return recorded(recording).replaceFirst("(?s)^.*?\\n\\$ [^\\n]*\\n", "")
            .replaceFirst("\\[..:..:..] Elapsed time: .*\\n\\n?$", "");
    }

    static String recorded(String name) {
        try (InputStream in = RecordedRunsTest.class.getResourceAsStream("/kunit-output/" + name + ".gz")) {
            assertNotNull(in, name);
            return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
