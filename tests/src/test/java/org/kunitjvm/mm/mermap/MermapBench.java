package org.kunitjvm.mm.mermap;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;

/** Measures a mapped get, read and put, and a cycle of 512 gets with its one flush. Not a test: run {@code main}. */
final class MermapBench {
    private static final int ROUNDS = 8;
    private static final int PAIRS = 500_000;
    private static final int CYCLE = 512;
    private static final int PFN = 0x800;

    private MermapBench() {
    }

    /** Print a line per round. */
    public static void main(String[] args) throws ErrnoException {
        PrintStream out = System.out;
        try (Kernel kernel = Kernel.builder().memory("64M").initcalls(List.of(new MermapInitcall())).build()) {
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = kernel.sched().mmTable().alloc();
            mermap.mmPrepare(mm);
            kernel.mmSwitch().use(mm);
            for (int round = 0; round < ROUNDS; round++) {
                double bare = nsPerPair(kernel, mermap, mm, false);
                double read = nsPerPair(kernel, mermap, mm, true);
                out.printf(Locale.ROOT, "get+put %.0f ns, get+read+put %.0f ns, cycle of %d gets with reads and one flush %.1f us%n", bare,
                    read, CYCLE, read * CYCLE / 1000);
            }
            kernel.mmSwitch().unuse(mm);
            mm.mmput();
        }
    }

    private static double nsPerPair(Kernel kernel, TestMermap mermap, MmStruct mm, boolean reads) {
        long sum = 0;
        long start = System.nanoTime();
        for (int i = 0; i < PAIRS; i++) {
            MermapAlloc alloc = mermap.getFrom(mm, PFN, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL, false);
            if (alloc == null) {
                throw new IllegalStateException("get " + i + " failed");
            }
            sum += reads ? kernel.mmu().readInt(alloc.addr()) : alloc.addr();
            mermap.putTo(mm, alloc);
        }
        double ns = (System.nanoTime() - start) / (double) PAIRS;
        return sum == 1 ? 0 : ns;
    }
}
