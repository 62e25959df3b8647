package org.kunitjvm.kernel.mmu;

import java.util.Arrays;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * Frames that no memory allocator knows of: for the tables of the direct map, and for all tables while there is no page
 * allocator.
 *
 * <p>They lie in the hole below 4 GiB where a PC has devices and never memory, so that they are nobody else's.
 * Differs from Linux: there the tables of the direct map are taken from memory at boot.
 */
final class BootFrames implements PageTableAllocator {
    private static final int HOLE_START_PFN = 0xf0000;
    private static final int HOLE_PAGES = 0xc000;

    private final int startPfn;
    private final int endPfn;
    private int nextPfn;
    private int[] freed = new int[16];
    private int nrFreed;

    BootFrames(Machine machine) {
        this.startPfn = place(machine);
        this.endPfn = startPfn + HOLE_PAGES;
        this.nextPfn = startPfn;
    }

    private static int place(Machine machine) {
        int end = HOLE_START_PFN;
        for (MemoryRange range : machine.memory()) {
            if (range.startPfn() < HOLE_START_PFN + HOLE_PAGES && range.endPfn() > HOLE_START_PFN) {
                end = Math.max(end, range.endPfn());
            }
        }
        return end;
    }

    @Override
    public int allocTable() {
        if (nrFreed > 0) {
            return freed[--nrFreed];
        }
        return nextPfn < endPfn ? nextPfn++ : NO_FRAME;
    }

    @Override
    public void freeTable(int pfn) {
        if (pfn < startPfn || pfn >= nextPfn) {
            throw new KernelBug("table frame %#x does not come from the boot frames %#x-%#x", pfn, startPfn, nextPfn);
        }
        if (nrFreed == freed.length) {
            freed = Arrays.copyOf(freed, 2 * nrFreed);
        }
        freed[nrFreed++] = pfn;
    }

    /** Frames that are out now. */
    int inUse() {
        return nextPfn - startPfn - nrFreed;
    }
}
