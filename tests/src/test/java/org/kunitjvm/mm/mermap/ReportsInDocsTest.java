package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.KthreadFn;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.SpinLock;

/** The reports that {@code docs/mermap.md} shows are what is printed, but for the numbers of source lines. */
final class ReportsInDocsTest {
    private static final Path DOC = Path.of("..", "docs", "mermap.md");
    private static final int PFN = 0x1000;

    private static void run(Kernel kernel, String name, int cpu, KthreadFn body) {
        Task task = kernel.kthreads().createOnCpu(name, cpu, body);
        kernel.sched().wake(task);
        kernel.sched().join(task, Long.MAX_VALUE);
    }

    /** The log from the first line that starts with {@code first} up to the stack. */
    private static String report(Kernel kernel, String first) {
        List<String> lines = kernel.log().records().stream().map(LogRecord::text)
            .flatMap(text -> Stream.of(text.split("\n", -1)))
            .dropWhile(line -> !line.startsWith(first)).takeWhile(line -> !line.startsWith("CPU: ")).toList();
        return String.join("\n", lines);
    }

    private static void assertInDoc(String report) throws IOException {
        String doc = Files.readString(DOC).lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
        assertTrue(!report.isEmpty() && withoutLines(doc).contains("\n" + withoutLines(report) + "\n```"), report);
    }

    private static String withoutLines(String text) {
        return text.lines().map(line -> line.stripTrailing().replaceAll("\\.java:\\d+", ".java:N"))
            .collect(Collectors.joining("\n"));
    }

    @Test
    @Tag("M-153")
    void staleTlbEntry() throws IOException, ErrnoException {
        Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of(new MermapInitcall())).build();
        Mermap mermap = kernel.get(Mermap.class);
        TestMermap entry = TestMermap.of(kernel);
        MmStruct mm = kernel.sched().mmTable().alloc();
        mermap.mmPrepare(mm);
        run(kernel, "reader", 1, () -> {
            kernel.mmSwitch().use(mm);
            MermapAlloc alloc = entry.getFrom(mm, PFN, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL, false);
            assertNotNull(alloc);
            kernel.mmu().readInt(alloc.addr());
            mermap.put(alloc);
            return kernel.mmu().readInt(alloc.addr());
        });
        assertInDoc(report(kernel, "BUG: use of a stale TLB entry"));
        kernel.shutdown();
    }

    @Test
    @Tag("M-205")
    void circularLockingDependency() throws IOException {
        Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();
        SpinLock pcp = kernel.locks().spinLock("&pcp->lock");
        SpinLock zone = kernel.locks().spinLock("&zone->lock");
        run(kernel, "drain", 0, () -> takeBoth(pcp, zone));
        run(kernel, "compact", 1, () -> takeBoth(zone, pcp));
        assertInDoc(report(kernel, "WARNING: possible circular locking dependency"));
        kernel.shutdown();
    }

    private static int takeBoth(SpinLock first, SpinLock second) {
        first.lock();
        second.lock();
        second.unlock();
        first.unlock();
        return 0;
    }
}
