package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;

/** A get, a read through the mapping and a put make no garbage, whole cycles of 512 with their flush included. */
final class MermapGarbageTest {
    private static final int CYCLE = 512;
    private static final int WARM_UP_CYCLES = 40;
    private static final int CYCLES = 20;
    private static final int ROUNDS = 5;
    private static final int PFN = 0x1000;

    @Test
    @Tag("M-143")
    void mappedGetPutPairMakesNoGarbage() throws ErrnoException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Kernel kernel = Kernel.builder().memory("64M").build()) {
            Mermap mermap = kernel.get(Mermap.class);
            Page page = Mm.of(kernel).page(PFN);
            MmStruct mm = kernel.sched().mmTable().alloc();
            mermap.mmPrepare(mm);
            kernel.mmSwitch().use(mm);
            cycles(kernel, mermap, page, WARM_UP_CYCLES);
            long flushes = kernel.mmu().tlbFlushes(0);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                cycles(kernel, mermap, page, CYCLES);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes for " + CYCLES + " cycles");
            assertEquals(ROUNDS * CYCLES, kernel.mmu().tlbFlushes(0) - flushes, 1, "flushes");
            kernel.mmSwitch().unuse(mm);
            kernel.mmSwitch().exitMm(kernel.current());
            mm.mmput();
        }
    }

    private static void cycles(Kernel kernel, Mermap mermap, Page page, int count) {
        for (int i = 0; i < count * CYCLE; i++) {
            MermapAlloc alloc = mermap.get(page, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL);
            assertNotNull(alloc);
            kernel.mmu().readInt(alloc.addr());
            mermap.put(alloc);
        }
    }
}
