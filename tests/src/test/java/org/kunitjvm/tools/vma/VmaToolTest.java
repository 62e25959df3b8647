package org.kunitjvm.tools.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.cli.Tool;

/** {@code kunit vma replay} plays what was recorded, says where the model differs, and writes the case. */
final class VmaToolTest {
    private static final String STRACE = """
        1234 12:00:00 execve("/bin/true", ["true"], 0x7ffd) = 0
        1234 brk(NULL)                         = 0x555555559000
        1234 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fbf000
        mmap(0x7ffff7d00000, 16384, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3</lib/libc.so>, 0x2000) = 0x7ffff7d00000
        mprotect(0x7ffff7fbf000, 4096, PROT_READ) = 0
        munmap(0x7ffff7d01000, 4096)            = 0
        munmap(0x7ffff7d01001, 4096)            = -1 EINVAL (Invalid argument)
        brk(0x55555557a000)                     = 0x55555557a000
        mremap(0x7ffff7fc0000, 4096, 8192, MREMAP_MAYMOVE) = 0x7ffff7a00000
        madvise(0x7ffff7a00000, 4096, MADV_DONTFORK) = 0
        +++ exited with 0 +++
        """;
    private static final String BEFORE = """
        10000-14000 rw-p 00000000 00:00 0
        20000-24000 r--p 00001000 08:01 77                                       /lib/x.so
        """;
    private static final String AFTER = """
        10000-11000 rw-p 00000000 00:00 0
        11000-12000 r--p 00000000 00:00 0
        12000-14000 rw-p 00000000 00:00 0
        20000-22000 r--p 00001000 08:01 77                                       /lib/x.so
        23000-24000 r--p 00004000 08:01 77                                       /lib/x.so
        30000-31000 rw-p 00000000 00:00 0
        """;

    @TempDir
    private Path directory;

    /** What a run gave. */
    private record Run(int exit, String out, String err) {
    }

    private Run run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = new VmaTool().run(List.of(args), new Tool.Context(directory, Map.of(), InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8)));
        return new Run(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void recordedCallsGiveTheRecordedResults() throws IOException {
        file("trace", STRACE);
        Run run = run("replay", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        assertTrue(run.out.contains("55555557a000 rw-p 00000000 00:00 0"), run.out);
        assertTrue(run.out.contains("[heap]"), run.out);
        assertTrue(run.out.endsWith("trace: 9 calls, 0 differences, 6 areas, as Linux 6.12.117\n"), run.out);
    }

    @Test
    void aDifferenceIsNamedWithItsLine() throws IOException {
        file("trace", "munmap(0x10000, 4096) = 0\nmprotect(0x10000, 4096, PROT_READ) = 0\n");
        Run run = run("replay", "trace");
        assertEquals(1, run.exit);
        assertTrue(run.out.startsWith("line 2: mprotect(0x10000, 4096, PROT_READ): recorded 0, model -1 ENOMEM\n"), run.out);
    }

    @Test
    void aDescriptorThatWasClosedIsAnotherFile() throws IOException {
        String first = "mmap(0x10000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x10000\n";
        String second = "mmap(0x11000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0x1000) = 0x11000\n";
        file("same", first + second);
        file("other", first + "close(3) = 0\n" + second);
        assertTrue(run("replay", "same").out.contains(" 1 areas,"));
        assertTrue(run("replay", "other").out.contains(" 2 areas,"));
    }

    @Test
    void anEmittedCaseHoldsCallsAndAreas() throws IOException {
        file("trace", "mmap(0x10000, 8192, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000\n"
            + "munmap(0x10000, 4096) = 0\n");
        Run run = run("replay", "--emit-kunit=ReplayKunit.java", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        String source = Files.readString(directory.resolve("ReplayKunit.java"));
        assertTrue(source.contains("mm.apply(new VmaCall(VmaCall.Kind.MUNMAP, 0x10000L, 0x1000L, 0x0L, 0, 0x0, -1, 0x0L));"), source);
        assertTrue(source.contains("                11000-12000 r--p 0\n"), source);
    }

    @Test
    void twoSnapshotsAreExplained() throws IOException {
        file("before", BEFORE);
        file("after", AFTER);
        Run run = run("replay", "before", "after");
        assertEquals(0, run.exit, run.out + run.err);
        assertEquals("""
            mprotect(0x11000, 4096, PROT_READ) = 0
            munmap(0x22000, 4096) = 0
            mmap(0x30000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x30000
            explained: 3 calls lead from before to after
            """, run.out);
    }

    @Test
    void whatMapsDoesNotShowIsNotExplained() throws IOException {
        file("before", "10000-14000 rw-p 00000000 00:00 0\n");
        file("after", "10000-12000 rw-p 00000000 00:00 0\n12000-14000 rw-p 00000000 00:00 0\n");
        Run run = run("replay", "before", "after");
        assertEquals(1, run.exit);
        assertTrue(run.out.startsWith("not explained"), run.out);
    }

    @Test
    void mistakesAreOneLineWithPlaceAndRemedy() throws IOException {
        file("empty", "");
        file("bad", "munmap(0x10000, 4096) = 0\nmmap(0x10000, 4096, PROT_MAGIC, MAP_PRIVATE, -1, 0) = 0x10000\n");
        file("maps", BEFORE);
        file("overlap", "10000-14000 rw-p 00000000 00:00 0\n13000-15000 rw-p 00000000 00:00 0\n");
        expectMistake("no subcommand", new String[0]);
        expectMistake("unknown subcommand \"play\"", "play");
        expectMistake("needs one strace file or two snapshots", "replay");
        expectMistake("missing: no such file", "replay", "missing");
        expectMistake("empty: no memory call", "replay", "empty");
        expectMistake("bad:2: \"PROT_MAGIC\" is neither a number nor a flag", "replay", "bad");
        expectMistake("maps: one snapshot", "replay", "maps");
        expectMistake("overlap:2: areas overlap", "replay", "maps", "overlap");
        expectMistake("--kernel: \"new\" is no kernel release", "replay", "--kernel=new", "bad");
        expectMistake("unknown option --fast", "replay", "--fast", "bad");
    }

    private void expectMistake(String text, String... args) {
        Run run = run(args);
        assertEquals(2, run.exit, run.out);
        assertTrue(run.err.startsWith("kunit: vma: ") && run.err.contains(text), run.err);
        assertEquals(1, run.err.lines().count(), run.err);
    }
}
