package org.kunitjvm.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.kernel.sync.Mutex;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmaSpace;
import org.kunitjvm.mm.zone.Zone;

/** The objects of the model say in one line what a kernel developer who stopped at a breakpoint wants to know first. */
final class AtAGlanceTest {
    private static void matches(String pattern, Object object) {
        String text = object.toString();
        assertTrue(text.matches(pattern), text + "\ndoes not match\n" + pattern);
    }

    @Test
    void pageZoneAndCacheShowWhereAndHowMuch() {
        Kernel kernel = Kernel.builder().memory("4G").cpus(2).cmdline("loglevel=7").build();
        Mm mm = Mm.of(kernel);
        Page page = mm.allocPages(Gfp.gfp(GFP_KERNEL), 0);
        assertNotNull(page);

        matches("page\\[pfn 0x[0-9a-f]+ refcount 1\\]", page);
        Zone zone = mm.pageZone(page);
        matches("node 0 zone (DMA32|Normal) pfn 0x[0-9a-f]+-0x[0-9a-f]+ free [1-9][0-9]* \\(\\+[0-9]+ pcp\\) of [1-9][0-9]* managed,"
            + " min [0-9]+ low [0-9]+ high [0-9]+", zone);
        matches("pcp count [1-9][0-9]* high [0-9]+ \\([0-9]+-[0-9]+\\) batch [0-9]+, [0-9]+ x order 0 Unmovable.*",
            zone.pcp[kernel.current().cpu()]);
        matches("Kernel\\[2 CPUs, 1 nodes, cmdline=\"loglevel=7\", t=[0-9]+ ns, current=swapper.*\\]", kernel);

        mm.freePage(page);
        matches("page\\[pfn 0x[0-9a-f]+ refcount 0\\]", page);
        assertEquals(List.of(), kernel.shutdown());
    }

    @Test
    void addressSpaceAreaAndPageTablesNameThemselves() throws ErrnoException {
        Kernel kernel = Kernel.builder().build();
        MmStruct space = kernel.sched().mmTable().alloc();
        matches("mm#[0-9]+ of .* users=1 count=[0-9]+", space);
        VmaSpace areas = VmaSpace.of(space);
        long addr = areas.mmap(0x10000, 4 * Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
            Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, null, 0);
        VmArea area = areas.lookup(addr);
        assertNotNull(area);
        matches("00010000-00014000 pgoff 10 flags rd wr .*", area);
        areas.munmap(addr, 4 * Mman.PAGE_SIZE);
        matches("init_mm page tables \\([0-9]+ frames\\)", kernel.mmu().tables(null));
        space.mmput();
        assertEquals(List.of(), kernel.shutdown());
    }

    @Test
    void dumpShowsEveryTaskWithStateLocksAndStack() {
        Kernel kernel = Kernel.builder().build();
        Mutex mutex = kernel.locks().mutex("demo_lock");
        Task holder = kernel.kthreads().run("holder", () -> {
            try (Guard _ = mutex.hold()) {
                waitHere(kernel);
            }
            return 0;
        });
        Task waiter = kernel.kthreads().run("waiter", () -> {
            try (Guard _ = mutex.hold()) {
                return 0;
            }
        });
        kernel.sched().msleep(10);

        matches("holder/[0-9]+ [DS] cpu[01] .*holds .*demo_lock.*", holder);
        matches("waiter/[0-9]+ [DS] cpu[01] .* waits for .*demo_lock.*", waiter);
        String dump = kernel.dump();
        assertTrue(dump.contains("task:swapper"), dump);
        assertTrue(dump.matches("(?s).*task:holder +state:[DS] .*holds .*demo_lock.*AtAGlanceTest.waitHere.*"), dump);
        assertTrue(dump.matches("(?s).*task:waiter +state:[DS] .*waiting for .*demo_lock.*"), dump);

        kernel.sched().msleep(10_000);
        assertEquals(List.of(), kernel.shutdown());
    }

    private static void waitHere(Kernel kernel) {
        kernel.sched().msleep(5_000);
    }
}
