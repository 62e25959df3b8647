package org.kunitjvm.mm.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;

/**
 * Areas of untouched anonymous memory are always the longest runs of pages that are alike: against an array with one
 * entry a page.
 */
@Tag("M-161")
@Tag("M-162")
@Tag("M-167")
final class VmaMergePropertyTest {
    private static final int PAGES = 96;
    private static final int UNMAPPED = -1;
    private static final long BASE = 0x100_0000;
    private static final int[] PROTS = {0, Mman.PROT_READ, Mman.PROT_READ | Mman.PROT_WRITE};

    private static String runs(int[] pages) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PAGES;) {
            int end = i + 1;
            while (end < PAGES && pages[end] == pages[i]) {
                end++;
            }
            if (pages[i] != UNMAPPED) {
                append(text, i, end, pages[i] & Mman.PROT_READ | pages[i] & Mman.PROT_WRITE, pages[i] >> 4);
            }
            i = end;
        }
        return text.toString();
    }

    private static String areas(VmaSpace space) {
        StringBuilder text = new StringBuilder();
        for (VmArea vma : space.areas()) {
            append(text, (vma.vmStart() - BASE) / Mman.PAGE_SIZE, (vma.vmEnd() - BASE) / Mman.PAGE_SIZE,
                (int) (vma.vmFlags() & VmFlags.VM_ACCESS_FLAGS), vma.hasAnyFlag(VmFlags.VM_DONTCOPY) ? 1 : 0);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, long start, long end, int prot, int advice) {
        text.append(start).append('-').append(end).append(':').append(prot).append(advice == 0 ? "" : "!").append(' ');
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void areasAreTheLongestRunsOfEqualPages(long seed) throws ErrnoException {
        SplittableRandom random = new SplittableRandom(seed);
        int[] pages = new int[PAGES];
        java.util.Arrays.fill(pages, UNMAPPED);
        try (Kernel kernel = Kernel.builder().cpus(1).memory("64M").initcalls(List.of(new VmaInitcall())).build()) {
            MmStruct mm = kernel.sched().mmTable().alloc();
            VmaSpace space = VmaSpace.of(mm);
            for (int i = 0; i < 1500; i++) {
                int start = random.nextInt(PAGES);
                int end = random.nextInt(start + 1, Math.min(PAGES, start + 24) + 1);
                step(random, space, pages, start, end);
                assertEquals(runs(pages), areas(space), "seed " + seed + " step " + i);
            }
            space.validate();
            mm.mmput();
        }
    }

    private static void step(SplittableRandom random, VmaSpace space, int[] pages, int start, int end)
        throws ErrnoException {
        long addr = BASE + start * Mman.PAGE_SIZE;
        long len = (end - start) * Mman.PAGE_SIZE;
        int prot = PROTS[random.nextInt(PROTS.length)];
        switch (random.nextInt(5)) {
            case 0 -> {
                space.munmap(addr, len);
                java.util.Arrays.fill(pages, start, end, UNMAPPED);
            }
            case 1, 2 -> {
                space.mmap(addr, len, prot, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, null, 0);
                java.util.Arrays.fill(pages, start, end, prot);
            }
            case 3 -> {
                int done = 0;
                while (start + done < end && pages[start + done] != UNMAPPED) {
                    pages[start + done] = pages[start + done] & ~0xf | prot;
                    done++;
                }
                boolean complete = tryCall(() -> space.mprotect(addr, len, prot));
                assertEquals(start + done == end, complete);
            }
            default -> {
                boolean on = random.nextBoolean();
                boolean holes = false;
                for (int page = start; page < end; page++) {
                    holes |= pages[page] == UNMAPPED;
                    pages[page] = pages[page] == UNMAPPED ? UNMAPPED : pages[page] & 0xf | (on ? 0x10 : 0);
                }
                assertEquals(!holes, tryCall(() -> space.madvise(addr, len, on ? Mman.MADV_DONTFORK
                    : Mman.MADV_DOFORK)));
            }
        }
    }

    /** What may fail. */
    private interface Call {
        void run() throws ErrnoException;
    }

    private static boolean tryCall(Call call) {
        try {
            call.run();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }
}
