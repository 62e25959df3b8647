package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that hangs shows its kthreads when SIGQUIT comes, and when {@code t} is pressed at the terminal. */
class TaskDumpsIT {
    private static final long LIMIT_MILLIS = 60_000;
    private static final long PAUSE_MILLIS = 100;
    private static final String KCONFIG = """
        config KUNIT
        \tbool "KUnit"
        config SAMPLE_HANG_KUNIT_TEST
        \tbool "Hang"
        \tdepends on KUNIT
        """;

    @TempDir
    Path root;
    private Path output = Path.of("");
    private final List<Process> processes = new ArrayList<>();
    private List<String> command = List.of();

    @BeforeEach
    void hangingSuite() {
        CliRun cli = new CliRun(root).write("Kconfig", KCONFIG)
            .write("hang/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_HANG_KUNIT_TEST=y\n");
        output = root.resolve("output");
        command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:disable",
            "-XX:+UnlockDiagnosticVMOptions", "-XX:-DisplayVMOutput", "-Dkunit.home=" + root, "-Dkunit.tty=012", "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), Main.class.getName(),
            "run", "--kunitconfig=hang", "--suite_path=" + cli.sampleSuites(), "--case-timeout=10");
    }

    @AfterEach
    void end() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start(List<String> words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).directory(root.toFile()).redirectErrorStream(true)
            .redirectOutput(output.toFile());
        builder.environment().put("NO_COLOR", "1");
        builder.environment().put("TERM", "xterm");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private String await(String text) throws IOException, InterruptedException {
        for (long waited = 0; waited < LIMIT_MILLIS; waited += PAUSE_MILLIS) {
            String seen = Files.readString(output, StandardCharsets.ISO_8859_1);
            if (seen.contains(text)) {
                return seen;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new AssertionError("never said '" + text + "':\n"
            + Files.readString(output, StandardCharsets.ISO_8859_1));
    }

    private static void assertIsDump(String seen) {
        assertTrue(seen.contains("kunit: Kernel["), seen);
        assertTrue(seen.matches("(?s).*task:swapper .*task:kunit_try_catch state:R.*SampleSuites\\$Hang.hangs.*"),
            seen);
    }

    @Test
    void sigquitShowsTheTasksAndNoDumpOfTheJvm() throws Exception {
        Process run = start(command);
        await("[PASSED] before");
        Thread.sleep(2_000);
        new ProcessBuilder("kill", "-QUIT", Long.toString(run.pid())).start().waitFor();
        String seen = await("SampleSuites$Hang.hangs");
        assertIsDump(seen);
        assertFalse(seen.contains("Full thread dump"), seen);
        assertTrue(run.isAlive());
    }

    @Test
    void keyShowsTheTasksAndTheTerminalIsGivenBack() throws Exception {
        String line = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Process terminal = start(List.of("script", "-qfec",
            "stty -a | grep -o '.icanon'; " + line + "; stty -a | grep -o '.icanon'", "/dev/null"));
        await("[PASSED] before");
        Thread.sleep(2_000);
        Writer keyboard = terminal.outputWriter();
        keyboard.write("t");
        keyboard.flush();
        assertIsDump(await("SampleSuites$Hang.hangs"));
        terminal.waitFor();
        String seen = Files.readString(output, StandardCharsets.ISO_8859_1);
        long cooked = seen.lines().filter(text -> text.strip().equals("icanon")).count();
        assertEquals(2, cooked, seen);
    }
}
