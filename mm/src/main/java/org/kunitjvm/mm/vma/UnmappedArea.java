package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/**
 * Finds room for a mapping. The search runs from {@code mmap_base} down and, if that fails, from a third of the address
 * space up. Models mm/mmap.c: __get_unmapped_area and arch/x86/kernel/sys_x86_64.c.
 */
final class UnmappedArea {
    private static final long MAP_32BIT_LOW = 0x4000_0000L;
    private static final long MAP_32BIT_HIGH = 0x8000_0000L;
    private static final long FOUR_GIB = 1L << 32;

    private final VmaSpace space;

    UnmappedArea(VmaSpace space) {
        this.space = space;
    }

    /**
     * Find an address for {@code len} bytes.
     *
     * @param addr where it should be; with {@code MAP_FIXED} where it must be
     * @throws ErrnoException {@code ENOMEM} if there is no room, {@code EINVAL} for a fixed address that is no multiple
     *     of a page
     */
    @Models("mm/mmap.c: __get_unmapped_area")
    long get(@Nullable VmFile file, long addr, long len, long pgoff, int flags) throws ErrnoException {
        long taskSize = space.settings().taskSize();
        if (Long.compareUnsigned(len, taskSize) > 0) {
            throw new ErrnoException(Errno.ENOMEM, "longer than the address space");
        }
        long found = pick(file, addr, len, pgoff, flags);
        if (Long.compareUnsigned(found, taskSize - len) > 0) {
            throw new ErrnoException(Errno.ENOMEM, "would reach behind the address space");
        }
        if (Mman.isMisaligned(found)) {
            throw new ErrnoException(Errno.EINVAL, "no multiple of a page");
        }
        return found;
    }

    private long pick(@Nullable VmFile file, long addr, long len, long pgoff, int flags) throws ErrnoException {
        boolean wantsHugeAlignment = space.settings().thp() && file == null && (flags & Mman.MAP_SHARED) == 0
            && addr == 0 && len % Mman.PMD_SIZE == 0 && (flags & Mman.MAP_FIXED) == 0;
        if (wantsHugeAlignment) {
            long aligned = hugeAligned(len, pgoff << Mman.PAGE_SHIFT, flags);
            if (aligned != 0) {
                return aligned;
            }
        }
        return topDown(addr, len, flags);
    }

    /** Look for more than is needed, then take the part of it that starts where huge pages do; 0 if there is none. */
    @Models("mm/huge_memory.c: __thp_get_unmapped_area")
    private long hugeAligned(long len, long offBytes, int flags) {
        long padded = len + Mman.PMD_SIZE;
        long alignedOff = (offBytes + Mman.PMD_SIZE - 1) / Mman.PMD_SIZE * Mman.PMD_SIZE;
        if (offBytes + len - alignedOff < Mman.PMD_SIZE) {
            return 0;
        }
        try {
            long found = topDown(0, padded, flags);
            long shift = offBytes - found & Mman.PMD_SIZE - 1;
            return shift == 0 ? found + Mman.PMD_SIZE : found + shift;
        } catch (ErrnoException _) {
            return 0;
        }
    }

    @Models("arch/x86/kernel/sys_x86_64.c: arch_get_unmapped_area_topdown")
    private long topDown(long addr, long len, int flags) throws ErrnoException {
        if ((flags & Mman.MAP_FIXED) != 0) {
            return addr;
        }
        if ((flags & Mman.MAP_32BIT) == 0) {
            long hinted = tryHint(addr & Mman.PAGE_MASK, len);
            if (hinted != RangeTree.NO_RANGE) {
                return hinted;
            }
            long low = (flags & Mman.MAP_ABOVE4G) != 0 ? FOUR_GIB : Mman.PAGE_SIZE;
            long found = searchTopDown(Math.max(low, space.settings().mmapMinAddr()), space.settings().mmapBase(), len);
            if (found != RangeTree.NO_RANGE) {
                return found;
            }
        }
        return bottomUp(addr, len, flags);
    }

    private long tryHint(long addr, long len) {
        if (addr == 0 || Long.compareUnsigned(addr, space.settings().taskSize() - len) > 0) {
            return RangeTree.NO_RANGE;
        }
        VmArea vma = space.findVma(addr);
        return vma == null || addr + len <= vma.vmStartGap() ? addr : RangeTree.NO_RANGE;
    }

    @Models("arch/x86/kernel/sys_x86_64.c: arch_get_unmapped_area")
    private long bottomUp(long addr, long len, int flags) throws ErrnoException {
        boolean low = (flags & Mman.MAP_32BIT) != 0;
        if (low && addr != 0) {
            long hinted = tryHint(Mman.pageAlign(addr), len);
            if (hinted != RangeTree.NO_RANGE && hinted + len <= MAP_32BIT_HIGH) {
                return hinted;
            }
        }
        long taskSize = space.settings().taskSize();
        long from = low ? MAP_32BIT_LOW : Mman.pageAlign(taskSize / 3);
        long found = searchBottomUp(Math.max(from, space.settings().mmapMinAddr()), low ? MAP_32BIT_HIGH : taskSize,
            len);
        if (found == RangeTree.NO_RANGE) {
            throw new ErrnoException(Errno.ENOMEM, "no room for " + len + " bytes");
        }
        return found;
    }

    @Models("mm/vma.c: unmapped_area_topdown")
    private long searchTopDown(long low, long high, long len) {
        long limit = high;
        while (true) {
            long gap = space.tree().highestGap(low, limit, len);
            if (gap == RangeTree.NO_RANGE) {
                return gap;
            }
            VmArea next = space.findVma(gap + len);
            if (next == null || next.vmStartGap() >= gap + len) {
                return gap;
            }
            // Too close to the stack above: it must be able to grow.
            limit = next.vmStartGap();
        }
    }

    @Models("mm/vma.c: unmapped_area")
    private long searchBottomUp(long low, long high, long len) {
        long limit = low;
        while (true) {
            long gap = space.tree().lowestGap(limit, high, len);
            if (gap == RangeTree.NO_RANGE) {
                return gap;
            }
            VmArea next = space.findVma(gap + len);
            if (next == null || !next.hasAnyFlag(VmFlags.VM_GROWSDOWN) || next.vmStartGap() >= gap + len - 1) {
                return gap;
            }
            limit = next.vmEnd();
        }
    }
}
