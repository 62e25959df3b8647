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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
        assertTrue(run.out.startsWith("line 2: mprotect(0x10000, 4096, PROT_READ): recorded 0, model -1 ENOMEM\n"),
            run.out);
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
    void anEmittedCaseCompilesAndPasses() throws IOException, ReflectiveOperationException {
        file("trace", STRACE + """
            mlock2(0x7ffff7a00000, 4096, MLOCK_ONFAULT) = 0
            prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x7ffff7a00000, 8192, "two words") = 0
            mseal(0x7ffff7a00000, 4096, 0) = 0
            munmap(0x7ffff7a00000, 8192) = -1 EPERM (Operation not permitted)
            """);
        Run run = run("replay", "--kernel=6.12.117", "--emit-kunit=ReplayKunit.java", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        String source = Files.readString(directory.resolve("ReplayKunit.java"));
        assertTrue(source.contains("KUNIT_EXPECT_STREQ(test, mm.apply(VmaCall.munmap(0x7ffff7d01001L, 0x1000L)).toString(),\n"
            + "                \"-1 EINVAL\");"), source);
        String console = EmittedCase.run(source, directory);
        assertTrue(console.lines().anyMatch("ok 1 vma_replay"::equals), console);
    }

    @Test
    void anEmittedCaseFailsWhereTheModelDiffers() throws IOException, ReflectiveOperationException {
        file("trace", "mmap(0x10000, 8192, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000\n"
            + "munmap(0x11000, 4096) = -1 ENOMEM (Cannot allocate memory)\n");
        Run run = run("replay", "--emit-kunit=ReplayKunit.java", "trace");
        assertEquals(1, run.exit, run.out + run.err);
        String console = EmittedCase.run(Files.readString(directory.resolve("ReplayKunit.java")), directory);
        assertTrue(console.contains("\"-1 ENOMEM\""), console);
        assertTrue(console.lines().anyMatch("not ok 1 vma_replay"::equals), console);
    }

    /** What strace writes in front of a call, and how it writes arguments, is of no concern. */
    @ParameterizedTest
    @ValueSource(strings = {
        "mprotect(0x10000, 4096, PROT_READ) = 0",
        "mprotect(0x10000, 4096, 0x1 /* PROT_READ */) = 0 <0.000051>",
        "1234  mprotect(0x10000, 4096, PROT_READ) = 0",
        "[pid  1234] mprotect(0x10000, 0x1000, PROT_READ)        = 0",
        "12:00:00 mprotect(0x10000, 4096, PROT_READ) = 0",
        "1234 12:00:00.123456 mprotect(0x10000, 4096, PROT_READ) = 0 <0.000123>",
        "1234 1795273228.722837 mprotect(0x10000, 4096, PROT_READ) = 0",
        "     0.000051 mprotect(0x10000, 4096, PROT_READ) = 0",
        "12:00:00 (+     0.000051) mprotect(0x10000, 4096, PROT_READ) = 0",
        "[pid 1234] 12:00:00 [00007f875497cd07] mprotect(0x10000, 4096, PROT_READ) = 0",
        "[ 10] [00007f875497cd07] mprotect(0x10000, 4096, PROT_READ) = 0",
        "pkey_mprotect(0x10000, 4096, PROT_READ, -1) = 0",
        "mprotect(0x10000, 4096, PROT_READ <unfinished ...>\n<... mprotect resumed>) = 0",
        "[pid 1] mprotect(0x10000, 4096, PROT_READ <unfinished ...>\n[pid 2] close(3) = 0\n[pid 1] <... mprotect resumed> ) = 0",
        "mprotect(0x10000, 4096, PROT_READstrace: Process 77 attached\n <unfinished ...>\n<... mprotect resumed>) = 0"})
    void everyFormOfALineIsUnderstood(String lines) throws IOException {
        file("trace", "mmap(0x10000, 8192, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANON|0x4000000, -1, 0) = 0x10000\n"
            + lines + "\n" + "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---\n > /lib/libc.so.6(mmap+0x17) [0xfe5a7]\n"
            + "read(3</a, b) = c>, \"\\177ELF, (\", 832) = 832\n+++ exited with 0 +++\n");
        Run run = run("replay", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        assertTrue(run.out.startsWith("00010000-00011000 r--p 00000000 00:00 0 \n00011000-00012000 ---p"), run.out);
    }

    @Test
    void decodedDescriptorsNameTheFile() throws IOException {
        file("trace", "mmap(0x10000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3</tmp/a, b) = (c>, 0x1000) = 0x10000\n");
        Run run = run("replay", "trace");
        assertTrue(run.out.contains(" 00001000 00:00 1000003 ") && run.out.contains(" /tmp/a, b) = (c\n"),
            run.out + run.err);
    }

    /** A thread unmaps while another one is given the same place: the one that ended later came first. */
    @Test
    void overlappingCallsOfThreadsAreOrderedByEffect() throws IOException {
        file("trace", """
            1 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000
            1 munmap(0x20000, 8192 <unfinished ...>
            2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x21000
            1 <... munmap resumed>) = 0
            """);
        Run run = run("replay", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        assertTrue(run.out.startsWith("00021000-00022000 r--p"), run.out);
    }

    @Test
    void processesHaveAddressSpacesOfTheirOwnAndThreadsShare() throws IOException {
        file("trace", """
            execve("/bin/sh", ["sh"], 0x7ffd /* 3 vars */) = 0
            mmap(0x20000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x20000
            clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f) = 11
            [pid 11] munmap(0x20000, 4096) = 0
            [pid 10] mprotect(0x20000, 4096, PROT_NONE) = 0
            [pid 10] clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD} => {parent_tid=[12]}, 88) = 12
            [pid 12] munmap(0x20000, 4096) = 0
            [pid 10] vfork(strace: Process 13 attached
             <unfinished ...>
            [pid 13] execve("/bin/true", ["true"], 0x7ffd /* 3 vars */ <unfinished ...>
            [pid 10] <... vfork resumed>) = 13
            [pid 13] <... execve resumed>) = 0
            [pid 13] mmap(0x30000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x30000
            [pid 10] mprotect(0x20000, 4096, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)
            """);
        Run run = run("replay", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        assertEquals("""
            first process:
            process 11:
            process 13:
            00030000-00031000 r--p 00000000 00:00 0\s
            trace: 6 calls, 0 differences, 1 areas, 3 address spaces, as Linux 6.12.117
            """, run.out);
        Run emitted = run("replay", "--emit-kunit", "--pid=13", "trace");
        assertTrue(emitted.out.contains("30000-31000 r--p 0\n") && !emitted.out.contains("0x20000L"), emitted.out);
    }

    @Test
    void whatWasThereBeforeIsAssumedAndSaid() throws IOException {
        file("trace", "mprotect(0x20000, 8192, PROT_READ) = 0\nmprotect(0x30000, 4096, PROT_EXEC) = -1 EACCES (Permission denied)\n");
        Run run = run("replay", "trace");
        assertEquals(0, run.exit, run.out + run.err);
        assertEquals("""
            line 1: assumed to be mapped before the recording: 20000-22000
            line 2: mprotect(0x30000, 4096, PROT_EXEC): not judged, it is about memory that was there before the recording
            00020000-00022000 r--p 00000000 00:00 0\s
            trace: 2 calls, 0 differences, 1 areas, as Linux 6.12.117
            """, run.out);
    }

    @Test
    void aRecordingMayStartFromASnapshot() throws IOException {
        file("before", BEFORE + "30000-40000 rw-p 00000000 00:00 0                          [heap]\n");
        file("trace", "brk(NULL) = 0x40000\nbrk(0x41000) = 0x41000\nmunmap(0x11000, 4096) = 0\nmadvise(0x50000, 4096, MADV_NORMAL) = 0\n");
        Run run = run("replay", "before", "trace");
        assertEquals(1, run.exit, run.out + run.err);
        assertTrue(run.out.startsWith("line 4: madvise(0x50000, 4096, MADV_NORMAL): recorded 0, model -1 ENOMEM\n"
            + "00010000-00011000 rw-p"), run.out);
        assertTrue(run.out.lines().anyMatch(line -> line.startsWith("00030000-00041000") && line.endsWith("[heap]")),
            run.out);
    }

    @Test
    void heapAndStackGrowAsTheyDo() throws IOException {
        file("before", """
            10000-14000 rw-p 00000000 00:00 0                          [heap]
            20000-21000 rw-p 00000000 00:00 0
            21000-22000 rw-p 00000000 00:00 0
            7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
            """);
        file("after", """
            10000-16000 rw-p 00000000 00:00 0                          [heap]
            20000-21000 rw-p 00000000 00:00 0
            21000-22000 rw-p 00000000 00:00 0
            7ffffffdc000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
            """);
        Run run = run("replay", "before", "after");
        assertEquals("""
            brk(0x16000) = 0x16000
            read(0, 0x7ffffffdc000, 1) = 1
            explained: 2 calls lead from before to after
            """, run.out + run.err);
        assertEquals("brk(0x14000) = 0x14000", run("replay", "after", "before").out.lines().findFirst().orElse(""));
    }

    @Test
    void smapsServesAsMaps() throws IOException {
        file("before", "10000-14000 rw-p 00000000 00:00 0\nSize:                 16 kB\nVmFlags: rd wr mr mw me\n");
        file("after", "10000-14000 r--p 00000000 00:00 0\nTHPeligible:    0\n");
        Run run = run("replay", "before", "after");
        assertEquals(0, run.exit, run.out + run.err);
        assertTrue(run.out.startsWith("mprotect(0x10000, 16384, PROT_READ) = 0\n"), run.out);
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
        file("cut", "munmap(0x10000, 4096) = 0\nmmap(NULL, 8192, PROT_RE");
        expectMistake("cut:2: mmap without \") = result\"", "replay", "cut");
        file("few", "mmap(NULL, 8192) = 0x10000\n");
        expectMistake("few:1: mmap has 2 arguments, needs 6", "replay", "few");
        file("error", "munmap(0x10000, 4096) = -1 EWHAT (What)\n");
        expectMistake("error:1: unknown error \"EWHAT\"", "replay", "error");
        file("mixed", "10000-14000 rw-p 00000000 00:00 0\nnothing\n");
        expectMistake("mixed:2: no line of /proc/PID/maps", "replay", "mixed", "maps");
        expectMistake("--pid: \"x\" is no number of a process", "replay", "--pid=x", "error");
        file("good", "munmap(0x10000, 4096) = 0\n");
        expectMistake("--pid=7: no address space of that process in good", "replay", "--emit-kunit", "--pid=7", "good");
    }

    private void expectMistake(String text, String... args) {
        Run run = run(args);
        assertEquals(2, run.exit, run.out);
        assertTrue(run.err.startsWith("kunit: vma: ") && run.err.contains(text), run.err);
        assertEquals(1, run.err.lines().count(), run.err);
    }
}
