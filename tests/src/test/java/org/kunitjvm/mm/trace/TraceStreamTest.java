package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings are read as a stream: a long one needs no more memory than a short one. */
final class TraceStreamTest {
    private static final Path SHORT = Path.of("src/test/resources/org/kunitjvm/mm/trace/T6n-order10.trace.gz");
    private static final long BYTES = 100_000_000;
    /** What the tool and the 512 MiB node of the recording need; the recording is four times as long. */
    private static final String HEAP = "-Xmx24m";
    private static final long TIMEOUT_SECONDS = 60;

    /** The fastest there is: what is compressed is always the same. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(Path file) throws IOException {
            super(Files.newOutputStream(file), 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /** The initial state of a recording and its first allocation, which is also the first line that is an operation. */
    private static List<String> beginning() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(SHORT)), StandardCharsets.ISO_8859_1))) {
            return in.lines().takeWhile(line -> !line.startsWith("1 ")).toList();
        }
    }

    /**
     * A recording as a kernel would make it that allocates a block of order 10 and frees it again, until there are
     * {@link #BYTES}. Freeing restores the state, so all that changes is the number of the operation.
     *
     * @return the number of operations
     */
    private static long writeLongRecording(Path file) throws IOException {
        List<String> beginning = beginning();
        String allocation = " A 10 202800 1050624 0 656 0 0 2 127004 127004 0 0\n";
        assertEquals("0" + allocation.stripTrailing(), beginning.getLast());
        String free = " F 10 - 1050624 0 656 0 0 2 128028 128028 0 0\n";
        long operations = 0;
        try (Writer out = new OutputStreamWriter(new FastGzip(file), StandardCharsets.ISO_8859_1)) {
            out.write(String.join("\n", beginning.subList(0, beginning.size() - 1)) + "\n");
            for (long written = 0; written < BYTES; written += allocation.length() + free.length()) {
                out.write(operations++ + allocation);
                out.write(operations++ + free);
            }
            out.write("!END ops " + operations + "\n");
        }
        return operations;
    }

    private static String verify(Path recording) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
            "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "org.kunitjvm.kunit.cli.Main", "trace",
            "verify", recording.toString()).redirectErrorStream(true).start();
        String said = process.inputReader(StandardCharsets.UTF_8).lines().reduce("", (all, line) -> all + line + "\n");
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return said + "exit " + process.exitValue();
    }

    @Test
    void aHundredMegabytesNeedNoMoreMemoryThanTheNode(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path recording = directory.resolve("long.trace.gz");
        long operations = writeLongRecording(recording);
        assertEquals("long.trace.gz: " + operations + " operations, 0 mismatches\nexit 0", verify(recording));
    }
}
