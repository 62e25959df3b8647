package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code parse} reads a file or standard input, and shows what the options ask for. */
class ParseCommandTest {
    private static final String LOG = """
        [    0.1] KTAP version 1
        [    0.1] 1..2
        [    0.1]     KTAP version 1
        [    0.1]     # Subtest: s
        [    0.1]     1..3
        [    0.1]     # bad: EXPECTATION FAILED at s.c:1
        [    0.1]     not ok 1 bad
        [    0.1]     ok 2 good
        [    0.1]     ok 3 odd # SKIP no such machine
        [    0.1] not ok 1 s
        [    0.1] ok 2 t
        """;

    @TempDir
    Path root;
    private CliRun cli;

    @BeforeEach
    void project() {
        cli = new CliRun(root).input(LOG);
    }

    @Test
    void emptyNameIsNoStandardInput() {
        CliRun.Result result = cli.run("parse", "");

        assertEquals(1, result.exit());
        assertEquals("kunit: cannot read '': no such file or folder; leave it out to read standard input\n",
            result.err());
    }

    @Test
    @Tag("K-086")
    void standardInputAndFileGiveTheSame() {
        CliRun.Result fromInput = cli.run("parse");
        CliRun.Result fromFile = cli.write("log.txt", LOG).run("parse", "log.txt");

        assertEquals(1, fromInput.exit());
        assertEquals(fromInput, fromFile);
        assertEquals("[T] Testing complete. Ran 4 tests: passed: 2, failed: 1, skipped: 1", fromInput.lines()
            .getLast());
    }

    @Test
    @Tag("K-085")
    void allSkippedEndsWith1() {
        assertEquals(1, cli.input("KTAP version 1\n1..1\nok 1 a # SKIP x\n").run("parse").exit());
        assertEquals(0, cli.input("KTAP version 1\n1..1\nok 1 a\n").run("parse").exit());
        assertEquals(1, cli.input("").run("parse").exit());
    }

    @Test
    @Tag("K-079")
    void rawOutput() {
        assertEquals("KTAP version 1", cli.run("parse", "--raw_output").out().lines().findFirst().orElse(""));
        assertEquals(LOG, cli.run("parse", "--raw_output=all").out());
        assertEquals(0, cli.run("parse", "--raw_output=all").exit());
    }

    @Test
    void reportsGoThroughLinksAndIntoPipes() throws Exception {
        Path real = Files.writeString(root.resolve("real"), "old and long ".repeat(1_000));
        Path link = Files.createSymbolicLink(root.resolve("link"), real);
        assertEquals("", cli.run("parse", "--json=link").err());
        assertTrue(Files.isSymbolicLink(link));
        String json = Files.readString(real);
        assertTrue(json.startsWith("{") && json.endsWith("}"), json);

        Path pipe = root.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        assertEquals("", cli.run("parse", "--json=pipe").err());
        assertEquals(json, new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertFalse(Files.isRegularFile(pipe));
    }

    @Test
    @Tag("K-080")
    void json() {
        String out = cli.run("parse", "--json").out();

        assertTrue(out.contains("    \"arch\": \"\",\n    \"defconfig\": \"\",\n    \"build_environment\": \"\","),
            out);
        assertFalse(out.contains("misc"));
    }

    @Test
    @Tag("K-081")
    void junit() {
        CliRun.Result result = cli.run("parse", "--junit=out.xml");

        String xml = String.valueOf(cli.read("out.xml"));
        assertTrue(xml.contains("<failure>Test Failed</failure>") && xml.contains("<skipped>no such machine</skipped>")
            && xml.contains("EXPECTATION FAILED at s.c:1"), xml);
        assertTrue(result.lines().getLast().endsWith("Test results stored in " + root.resolve("out.xml")),
            result.out());
        assertTrue(cli.run("parse", "--junit").out().contains(xml));
    }

    @Test
    @Tag("K-080")
    void reportThatCannotBeWrittenIsSaidInOneLine() {
        CliRun.Result result = cli.run("parse", "--json=no/such/folder/x.json");

        assertEquals(1, result.exit());
        assertEquals("kunit: cannot write " + root.resolve("no/such/folder/x.json")
            + ": no such file or folder; name a file in a folder"
            + " that exists\n", result.err());
    }

    @Test
    @Tag("K-082")
    void summary() {
        assertEquals(List.of("[T] Testing complete. Ran 4 tests: passed: 2, failed: 1, skipped: 1"),
            cli.run("parse", "--summary").lines());
    }

    @Test
    @Tag("K-082")
    void failed() {
        List<String> lines = cli.run("parse", "--failed").lines();

        assertTrue(lines.contains("[T] [FAILED] bad"), lines.toString());
        assertFalse(lines.contains("[T] [PASSED] good"), lines.toString());
        assertFalse(lines.contains("[T] [PASSED] t"), lines.toString());
    }

    @Test
    @Tag("K-085")
    void mode() {
        assertTrue(cli.run("parse", "--mode=7.x", "--json").out().contains("\"misc\": {"));
        assertTrue(cli.run("parse", "--mode=7.x").lines().contains("[T] [SKIPPED] odd (no such machine)"));
        assertTrue(cli.run("parse", "--mode=6.12").lines().contains("[T] [SKIPPED] odd"));
        String onlyParentFails =
            "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..1\n    ok 1 a\nnot ok 1 s\n";
        assertEquals(0, cli.input(onlyParentFails).run("parse").exit());
        assertEquals(1, cli.input(onlyParentFails).run("parse", "--mode=7.x").exit());
    }

    @Test
    @Tag("K-068")
    void coloursOnTerminalsOnly() {
        assertFalse(cli.run("parse").out().contains("\u001b["));
        assertTrue(cli.terminals("1").run("parse").out().contains("\u001b[1;31m[FAILED] \u001b[0;0mbad"));
        assertFalse(cli.environment("NO_COLOR", "1").run("parse").out().contains("\u001b["));
    }

    @Test
    void controlCharactersReachNoTerminalWithColoursOrWithout() {
        String log = "KTAP version 1\n1..1\nbad \u001b[2Jtrick\nnot ok 1 a\u0007b\n";
        for (String noColour : new String[] {"", "1"}) {
            for (String raw : new String[] {"--mode=6.12", "--raw_output=all", "--raw_output"}) {
                CliRun cli = new CliRun(root).input(log).terminals("1").environment("NO_COLOR", noColour);
                String out = cli.run("parse", raw).out();

                assertTrue(out.contains("bad \\x1b[2Jtrick"), raw + out);
                assertTrue(out.contains("a\\x07b"), raw + out);
            }
        }
        String piped = new CliRun(root).input(log).run("parse", "--raw_output=all").out();
        assertTrue(piped.contains("bad \u001b[2Jtrick"), piped);
    }

    @Test
    @Tag("K-086")
    void resultAppearsWhenItsLineArrives() throws Exception {
        LinkedBlockingQueue<String> shown = new LinkedBlockingQueue<>();
        PipedOutputStream log = new PipedOutputStream();
        InputStream in = new PipedInputStream(log);
        PrintStream out = new PrintStream(new LineQueue(shown), false, StandardCharsets.UTF_8);
        Thread parser = Thread.ofPlatform().start(() -> Main.run(List.of("parse"), in, out, out, Map.of(), root));
        try (log) {
            log.write("KTAP version 1\n1..2\nok 1 first\n".getBytes(StandardCharsets.UTF_8));
            log.flush();

            String line = "";
            while (line != null && !line.contains("[PASSED] first")) {
                line = shown.poll(20, TimeUnit.SECONDS);
            }
            assertTrue(line != null, "the result is shown while the log goes on");
        }
        parser.join();
    }

    /** Hands on lines, but only what was flushed. */
    private static final class LineQueue extends OutputStream {
        private final StringBuilder text = new StringBuilder();
        private final LinkedBlockingQueue<String> lines;

        LineQueue(LinkedBlockingQueue<String> lines) {
            this.lines = lines;
        }

        @Override
        public void write(int b) {
            text.append((char) b);
        }

        @Override
        public void flush() throws IOException {
            text.toString().lines().forEach(lines::add);
            text.setLength(0);
        }
    }
}
