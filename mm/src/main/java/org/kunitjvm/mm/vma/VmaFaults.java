package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** Page faults as far as areas notice: they get an anon_vma, and stacks grow. */
public final class VmaFaults {
    private final VmaSpace space;

    VmaFaults(VmaSpace space) {
        this.space = space;
    }

    /**
     * Read or write one byte at {@code addr} from user mode.
     *
     * @throws ErrnoException {@code EFAULT} if that is not allowed there
     */
    @Models("mm/memory.c: lock_mm_and_find_vma, handle_mm_fault")
    public void touch(long addr, boolean write) throws ErrnoException {
        try (var _ = space.writeLock()) {
            VmArea vma = space.findVma(addr);
            if (vma == null || addr < vma.vmStart() && !tryExpandDownwards(vma, addr)) {
                throw new ErrnoException(Errno.EFAULT, String.format("nothing is mapped at %#x", addr));
            }
            if (write ? !vma.hasAnyFlag(VmFlags.VM_WRITE) : !vma.isAccessible()) {
                throw new ErrnoException(Errno.EFAULT, vma + " does not allow it");
            }
            if (write && !vma.hasAnyFlag(VmFlags.VM_SHARED)) {
                space.anonVmas().prepare(vma);
            }
            checkInFile(vma, vma.linearPageIndex(addr));
            space.pages().touch(vma, addr, write);
        }
    }

    private static void checkInFile(VmArea vma, long pgoff) throws ErrnoException {
        if (vma.vmFile() != null && pgoff >= vma.vmFile().sizePages()) {
            throw new ErrnoException(Errno.EFAULT, vma + " ends behind its file");
        }
    }

    private boolean tryExpandDownwards(VmArea vma, long addr) {
        try {
            expandDownwards(vma, addr);
            return true;
        } catch (ErrnoException _) {
            return false;
        }
    }

    /**
     * Let a stack grow down to the page of {@code addr}, as far as the guard gap and the limits allow.
     *
     * @throws ErrnoException {@code EFAULT} if it is no stack, {@code EPERM} below {@code mmap_min_addr},
     *     {@code ENOMEM} otherwise
     */
    @Models("mm/vma.c: expand_downwards")
    public void expandDownwards(VmArea vma, long addr) throws ErrnoException {
        space.assertWriteLocked();
        if (!vma.hasAnyFlag(VmFlags.VM_GROWSDOWN)) {
            throw new ErrnoException(Errno.EFAULT, vma + " does not grow");
        }
        long start = addr & Mman.PAGE_MASK;
        if (start < space.settings().mmapMinAddr()) {
            throw new ErrnoException(Errno.EPERM);
        }
        VmArea prev = space.tree().findBefore(vma.vmStart());
        if (prev != null && !prev.hasAnyFlag(VmFlags.VM_GROWSDOWN) && prev.isAccessible()
            && start - prev.vmEnd() < VmaSpace.STACK_GUARD_GAP) {
            throw new ErrnoException(Errno.ENOMEM, vma + " would come too close to " + prev);
        }
        VmaIterator vmi = new VmaIterator(space, start);
        vmi.prealloc();
        space.anonVmas().prepare(vma);
        vma.vmaStartWrite();
        long grow = vma.vmStart() - start >> Mman.PAGE_SHIFT;
        if (grow > vma.vmPgoff()) {
            throw new ErrnoException(Errno.ENOMEM, vma + " has no offsets left below");
        }
        accountGrowth(vma, vma.vmEnd() - start, grow);
        vma.setRange(start, vma.vmEnd(), vma.vmPgoff() - grow);
        vmi.store(vma);
    }

    private void accountGrowth(VmArea vma, long sizeBytes, long growPages) throws ErrnoException {
        VmStat stat = space.stat();
        if (!stat.mayExpand(vma.vmFlags(), growPages) || sizeBytes > space.settings().rlimits().stack()
            || !stat.mayLock(vma.vmFlags(), growPages << Mman.PAGE_SHIFT)) {
            throw new ErrnoException(Errno.ENOMEM, "limit of stack " + vma);
        }
        stat.commit(growPages);
        if (vma.hasAnyFlag(VmFlags.VM_LOCKED)) {
            stat.addLocked(growPages);
        }
        stat.account(vma.vmFlags(), growPages);
    }

    /**
     * Bring all pages of {@code [start, start + len)} into memory; holes are skipped.
     *
     * @param ignoreErrors go on behind an area that allows no access
     * @throws ErrnoException {@code EFAULT} for an area that allows no access
     */
    @Models("mm/gup.c: __mm_populate")
    void populate(long start, long len, boolean ignoreErrors) throws ErrnoException {
        long end = start + len;
        try (var _ = space.readLock()) {
            for (VmArea vma = intersection(start, end); vma != null; vma = intersection(vma.vmEnd(), end)) {
                if (vma.hasAnyFlag(VmFlags.VM_IO | VmFlags.VM_PFNMAP)) {
                    continue;
                }
                try {
                    populateVma(vma, Math.max(start, vma.vmStart()), Math.min(end, vma.vmEnd()));
                } catch (ErrnoException e) {
                    if (!ignoreErrors) {
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Touch every page of {@code [start, end)} as {@code MADV_POPULATE_READ} and {@code MADV_POPULATE_WRITE} do.
     *
     * @throws ErrnoException {@code ENOMEM} at a hole, {@code EINVAL} for an area that does not allow it,
     *     {@code EFAULT} behind the end of a file; what lies below is in memory then
     */
    @Models("mm/madvise.c: madvise_populate")
    void populateAsAdvised(long start, long end, boolean write) throws ErrnoException {
        try (var _ = space.readLock()) {
            for (long at = start; Long.compareUnsigned(at, end) < 0;) {
                VmArea vma = space.lookup(at);
                if (vma == null) {
                    throw new ErrnoException(Errno.ENOMEM, String.format("nothing is mapped at %#x", at));
                }
                if (vma.hasAnyFlag(VmFlags.VM_IO | VmFlags.VM_PFNMAP)
                    || !vma.hasAnyFlag(write ? VmFlags.VM_WRITE : VmFlags.VM_READ)) {
                    throw new ErrnoException(Errno.EINVAL, vma + " does not allow it");
                }
                long stop = Long.compareUnsigned(end, vma.vmEnd()) < 0 ? end : vma.vmEnd();
                bringIn(vma, at, stop, write && !vma.hasAnyFlag(VmFlags.VM_SHARED));
                at = stop;
            }
        }
    }

    private @Nullable VmArea intersection(long start, long end) {
        if (start >= end) {
            return null;
        }
        VmArea vma = space.findVma(start);
        return vma == null || vma.vmStart() >= end ? null : vma;
    }

    /** Bring the pages of one area's part into memory. */
    @Models("mm/gup.c: populate_vma_page_range")
    void populateVma(VmArea vma, long start, long end) throws ErrnoException {
        if (vma.hasAnyFlag(VmFlags.VM_LOCKONFAULT)) {
            return;
        }
        if (!vma.isAccessible()) {
            throw new ErrnoException(Errno.EFAULT, vma + " allows no access");
        }
        bringIn(vma, start, end, (vma.vmFlags() & (VmFlags.VM_WRITE | VmFlags.VM_SHARED)) == VmFlags.VM_WRITE);
    }

    private void bringIn(VmArea vma, long start, long end, boolean copies) throws ErrnoException {
        long pages = end - start >> Mman.PAGE_SHIFT;
        long present = vma.vmFile() == null ? pages : Math.min(pages,
            vma.vmFile().sizePages() - vma.linearPageIndex(start));
        if (present > 0) {
            if (copies) {
                space.anonVmas().prepare(vma);
            }
            space.pages().populate(vma, start, start + (present << Mman.PAGE_SHIFT));
        }
        checkInFile(vma, vma.linearPageIndex(end) - 1);
    }
}
