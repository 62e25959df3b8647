package org.kunitjvm.kunit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/**
 * A debugger stops in a case and in the code under test, sees the variables there, and lets the case pass: through the
 * JUnit launcher and through {@code bin/kunit run --debug}. This is the session that docs/debugging.md shows.
 */
final class DebuggerIT {
    private static final String SUITE = "org.kunitjvm.mm.mermap.MermapKunit";
    private static final String PROMPT = "(?s:.*)\\[1\\] $";
    private static final String MERMAP = "org.kunitjvm.mm.mermap.Mermap";

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Stop in the case and in the mermap, look around, and go on to the end. */
    private static void stopLookAndGoOn(JdbSession jdb) throws IOException, InterruptedException {
        jdb.send("stop in " + SUITE + ".testTlbFlushed", "Deferring breakpoint");
        jdb.send("stop in " + MERMAP + ".getFrom", "Deferring breakpoint");

        jdb.send("cont", "Breakpoint hit: .*" + quote(SUITE + ".testTlbFlushed(), line=") + PROMPT);
        jdb.send("locals", quote("test = instance of org.kunitjvm.kunit.Kunit") + PROMPT);
        jdb.send("print test", quote("test = \"Kunit[test_tlb_flushed ") + PROMPT);
        jdb.send("print test.kernel()", quote("test.kernel() = \"Kernel[2 CPUs") + PROMPT);

        jdb.send("cont", "Breakpoint hit: .*" + quote(MERMAP + ".getFrom(), line=") + PROMPT);
        jdb.send("where", quote(MERMAP + ".getFrom (") + "(?s:.*)" + quote(SUITE + ".testTlbFlushed (") + PROMPT);
        jdb.send("locals", quote("sizeBytes = 4096") + PROMPT);
        jdb.send("print mm", quote("mm = \"mm#") + PROMPT);
        jdb.send("print kernel.dump()", "task:swapper.*state:(?s:.*)task:kunit_try_catch +state:R" + PROMPT);

        jdb.send("clear " + SUITE + ".testTlbFlushed", "Removed: breakpoint");
        jdb.send("clear " + MERMAP + ".getFrom", "Removed: breakpoint");
        jdb.send("cont", "application exited");
    }

    private static String quote(String text) {
        return Pattern.quote(text);
    }

    @Test
    void launcherStopsInCaseAndInTheCodeUnderTest() throws Exception {
        List<String> command = List.of(java(),
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0", "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            RunOneCase.class.getName(), SUITE + "#testTlbFlushed");
        try (JdbSession jdb = new JdbSession(command, Path.of(".").toAbsolutePath(), 0)) {
            stopLookAndGoOn(jdb);
            assertEquals(0, jdb.exitCode(), jdb.programOutput());
            assertTrue(jdb.programOutput().contains("ran 1, passed 1"), jdb.programOutput());
        }
    }

    @Test
    void commandLineStopsInCaseAndInTheCodeUnderTest() throws Exception {
        int port = freePort();
        Path root = Path.of("..").toAbsolutePath().normalize();
        List<String> command = List.of(root.resolve("bin/kunit").toString(), "run", "--debug=" + port,
            "mermap.test_tlb_flushed");
        try (JdbSession jdb = new JdbSession(command, root, port)) {
            stopLookAndGoOn(jdb);
            assertEquals(0, jdb.exitCode(), jdb.programOutput());
            assertTrue(jdb.programOutput().contains("kunit: waiting for a debugger on port " + port + "\n"),
                jdb.programOutput());
            assertTrue(jdb.programOutput().contains("[PASSED] test_tlb_flushed"), jdb.programOutput());
        }
    }
}
