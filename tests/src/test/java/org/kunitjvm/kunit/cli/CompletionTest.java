package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Completion scripts and the manual page say what the option table says. */
@Tag("K-083")
class CompletionTest {
    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void project() {
        cli = new CliRun(root);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        kunit r                         | run
        kunit co                        | config,conf,completion
        kunit m                         | merge,man
        kunit d                         | debugfs
        kunit run --raw                 | --raw_output
        kunit parse --j                 | --json,--junit
        kunit exec --run_isolated = s   | suite
        kunit run --arch = x            | x86_64
        kunit parse --arch              | ''
        """)
    void bash(String words, String expected) throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "there is no bash here");
        Path script = root.resolve("completion.bash");
        Files.writeString(script, cli.run("completion", "bash").out());
        String line = "set -u; . " + script + "; COMP_WORDS=(" + words
            + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kunit;"
            + " [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\"";
        assertEquals(expected.isEmpty() ? List.of() : List.of(expected.split(",")), shell("/bin/bash", line));
    }

    @Test
    void zshAndFishNameEveryOption() {
        String zsh = cli.run("completion", "zsh").out();
        String fish = cli.run("completion", "fish").out();

        assertTrue(zsh.startsWith("#compdef kunit\n"), zsh);
        for (Flag flag : Flag.values()) {
            assertTrue(zsh.contains(flag.word()), flag.word());
            assertTrue(fish.contains(" -l " + flag.word().substring(2) + " "), flag.word());
        }
        for (String word : OwnCommand.words()) {
            assertTrue(zsh.contains(" " + word + " "), word);
            assertTrue(fish.contains(" -a " + word + " "), word);
        }
        assertTrue(fish.contains("-l arch -r -f -a 'help um "), fish);
    }

    @Test
    void manualPageHasEveryOptionAndExitCode() {
        CliRun.Result result = cli.run("man");

        assertEquals(0, result.exit());
        assertTrue(result.out().startsWith(".TH KUNIT 1 "));
        for (OwnCommand command : OwnCommand.values()) {
            assertTrue(result.out().contains("\n.B " + command.word() + "\n"), command.word());
        }
        for (Flag flag : Flag.values()) {
            assertTrue(result.out().contains(".B " + flag.word().replace("-", "\\-")), flag.word());
        }
        for (ExitCode code : ExitCode.values()) {
            assertTrue(result.out().contains("\n.B " + code.code() + "\n"), code.toString());
        }
    }

    @Test
    void documentOfExitCodesHasThemAll() throws IOException {
        String document = Files.readString(LauncherSandbox.launcher().resolve("../../docs/exit-codes.md").normalize());
        for (ExitCode code : ExitCode.values()) {
            assertTrue(document.contains("| " + code.code() + " |"), code.toString());
        }
    }

    private static List<String> shell(String shell, String line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(shell, "-c", line).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out.lines().toList();
    }
}
