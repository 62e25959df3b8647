package org.kunitjvm.mm.vma;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;

/**
 * Measures what an operation costs on an mm with few and with many areas, and what the suites cost warm. Not a test: run {@code main}.
 */
final class VmaBench {
    private static final int OPERATIONS = 1_000_000;
    private static final long BASE = 0x1_0000_0000L;
    /** Four pages mapped, four not. */
    private static final long STRIDE = 8 * Mman.PAGE_SIZE;

    private VmaBench() {
    }

    /** Print the table. */
    public static void main(String[] args) throws ErrnoException {
        PrintStream out = System.out;
        for (int round = 0; round < 3; round++) {
            double few = nsPerOperation(1_000);
            double many = nsPerOperation(100_000);
            out.printf(Locale.ROOT, "areas 1000: %.0f ns/op, 100000: %.0f ns/op, ratio %.2f%n", few, many, many / few);
        }
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            long start = System.nanoTime();
            VmaSuitesTest.run(VmaMergeKunit.class);
            VmaSuitesTest.run(VmaModifyKunit.class);
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
        }
        out.printf(Locale.ROOT, "suites vma_merge and vma_modify, warm, with boot and KTAP: %.1f ms%n", best);
    }

    /** Map, protect, advise, unmap and look up at random places; the number of areas stays about the same. */
    private static double nsPerOperation(int areas) throws ErrnoException {
        try (Kernel kernel = Kernel.builder().cpus(1).memory("64M").initcalls(List.of()).build()) {
            MmStruct mm = kernel.sched().mmTable().alloc();
            VmaSpace space = new VmaSpace(kernel, mm, VmaSettings.DEFAULT.withMaxMapCount(2 * areas + 1000));
            mm.attach(VmaSpace.class, space);
            for (int i = 0; i < areas; i++) {
                map(space, i);
            }
            SplittableRandom random = new SplittableRandom(1);
            long start = System.nanoTime();
            for (int i = 0; i < OPERATIONS; i++) {
                operate(space, random, random.nextInt(areas));
            }
            double ns = (System.nanoTime() - start) / (double) OPERATIONS;
            mm.mmput();
            return ns;
        }
    }

    private static void map(VmaSpace space, int slot) throws ErrnoException {
        space.mmap(BASE + slot * STRIDE, STRIDE / 2, Mman.PROT_READ | Mman.PROT_WRITE,
            Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, null, 0);
    }

    private static void operate(VmaSpace space, SplittableRandom random, int slot) throws ErrnoException {
        long addr = BASE + slot * STRIDE;
        switch (random.nextInt(5)) {
            case 0 -> {
                space.munmap(addr, STRIDE / 2);
                map(space, slot);
            }
            case 1 -> {
                space.mprotect(addr + Mman.PAGE_SIZE, Mman.PAGE_SIZE, Mman.PROT_READ);
                space.mprotect(addr + Mman.PAGE_SIZE, Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE);
            }
            case 2 -> space.madvise(addr, STRIDE / 2, Mman.MADV_SEQUENTIAL);
            case 3 -> space.mremap(addr, STRIDE / 2, STRIDE / 2, 0, 0);
            default -> space.lookup(addr + random.nextInt((int) STRIDE));
        }
    }
}
