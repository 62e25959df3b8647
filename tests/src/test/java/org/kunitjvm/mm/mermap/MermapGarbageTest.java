package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.management.ManagementFactory;
import java.util.List;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;

/** A get, a read through the mapping and a put make no garbage, flushes included. */
final class MermapGarbageTest {
    private static final int PFN = 0x800;
    private static final int WARM_UP = 20_000;
    private static final int PAIRS = 5_000;

    @Test
    @Tag("M-143")
    void mappedGetPutPairMakesNoGarbage() throws ErrnoException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Kernel kernel = Kernel.builder().memory("64M").initcalls(List.of(new MermapInitcall())).build()) {
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = kernel.sched().mmTable().alloc();
            mermap.mmPrepare(mm);
            kernel.mmSwitch().use(mm);
            pairs(kernel, mermap, mm, WARM_UP);
            long before = threads.getCurrentThreadAllocatedBytes();
            long unmeasured = threads.getCurrentThreadAllocatedBytes() - before;
            long start = threads.getCurrentThreadAllocatedBytes();
            pairs(kernel, mermap, mm, PAIRS);
            long bytes = threads.getCurrentThreadAllocatedBytes() - start - unmeasured;
            assertEquals(0, bytes / PAIRS, bytes + " bytes for " + PAIRS + " pairs");
            kernel.mmSwitch().unuse(mm);
            mm.mmput();
        }
    }

    private static void pairs(Kernel kernel, TestMermap mermap, MmStruct mm, int count) {
        for (int i = 0; i < count; i++) {
            MermapAlloc alloc = mermap.getFrom(mm, PFN, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL, false);
            assertNotNull(alloc);
            kernel.mmu().readInt(alloc.addr());
            mermap.putTo(mm, alloc);
        }
    }
}
