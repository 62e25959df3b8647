package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One call of the mlock family, as far as areas are concerned. Models mm/mlock.c. */
final class MlockCall {
    private final VmaSpace space;

    MlockCall(VmaSpace space) {
        this.space = space;
    }

    void mlock2(long start, long bytes, int flags) throws ErrnoException {
        if ((flags & ~Mman.MLOCK_ONFAULT) != 0) {
            throw new ErrnoException(Errno.EINVAL);
        }
        mlock(start, bytes, (flags & Mman.MLOCK_ONFAULT) != 0 ? VmFlags.VM_LOCKED_MASK : VmFlags.VM_LOCKED);
    }

    @Models("mm/mlock.c: do_mlock")
    void mlock(long addr, long bytes, long flags) throws ErrnoException {
        checkAllowed();
        long start = addr & Mman.PAGE_MASK;
        long len = Mman.pageAlign(bytes + (addr - start));
        try (var _ = space.writeLock()) {
            checkLimit(start, len);
            apply(start, len, flags);
        }
        try {
            space.faults().populate(start, len, false);
        } catch (ErrnoException e) {
            throw new ErrnoException(e.errno() == Errno.EFAULT ? Errno.ENOMEM : e.errno() == Errno.ENOMEM ? Errno.EAGAIN
                : e.errno(), String.valueOf(e.getMessage()));
        }
    }

    void munlock(long addr, long bytes) throws ErrnoException {
        long start = addr & Mman.PAGE_MASK;
        try (var _ = space.writeLock()) {
            apply(start, Mman.pageAlign(bytes + (addr - start)), 0);
        }
    }

    private void checkAllowed() throws ErrnoException {
        if (!space.settings().capIpcLock() && space.settings().rlimits().memlock() == 0) {
            throw new ErrnoException(Errno.EPERM, "may not lock memory");
        }
    }

    private void checkLimit(long start, long len) throws ErrnoException {
        if (space.settings().capIpcLock()) {
            return;
        }
        long limit = space.settings().rlimits().memlock() >> Mman.PAGE_SHIFT;
        long wanted = (len >>> Mman.PAGE_SHIFT) + space.stat().lockedVm();
        if (wanted > limit) {
            // What is locked already does not count twice.
            wanted -= lockedPagesIn(start, start + len);
        }
        if (wanted > limit) {
            throw new ErrnoException(Errno.ENOMEM, "limit of locked memory");
        }
    }

    @Models("mm/mlock.c: count_mm_mlocked_page_nr")
    private long lockedPagesIn(long start, long end) {
        long bytes = 0;
        long limit = end < start ? Long.MAX_VALUE : end;
        for (VmArea vma = space.findVma(start); vma != null && vma.vmStart() < limit;
            vma = space.findVma(vma.vmEnd())) {
            if (vma.hasAnyFlag(VmFlags.VM_LOCKED)) {
                bytes += Math.min(limit, vma.vmEnd()) - Math.max(start, vma.vmStart());
            }
        }
        return bytes >> Mman.PAGE_SHIFT;
    }

    @Models("mm/mlock.c: apply_vma_lock_flags")
    private void apply(long start, long len, long lockFlags) throws ErrnoException {
        long end = start + len;
        if (Long.compareUnsigned(end, start) < 0) {
            throw new ErrnoException(Errno.EINVAL, "range wraps");
        }
        if (end == start) {
            return;
        }
        if (start < 0 || end < 0) {
            throw new ErrnoException(Errno.ENOMEM);
        }
        VmaIterator vmi = new VmaIterator(space, start);
        VmArea vma = vmi.load();
        if (vma == null) {
            throw new ErrnoException(Errno.ENOMEM, "nothing is mapped at the start");
        }
        VmArea prev = start > vma.vmStart() ? vma : space.tree().findBefore(vma.vmStart());
        long expected = vma.vmStart();
        long at = start;
        while (vma != null) {
            if (vma.vmStart() != expected) {
                throw new ErrnoException(Errno.ENOMEM, "hole before " + vma);
            }
            long stop = Math.min(vma.vmEnd(), end);
            prev = fixup(vmi, vma, prev, at, stop, vma.vmFlags() & ~VmFlags.VM_LOCKED_MASK | lockFlags);
            expected = Math.max(stop, vmi.end());
            at = expected;
            vma = vmi.find(end);
        }
        if (expected < end) {
            throw new ErrnoException(Errno.ENOMEM, "hole at the end");
        }
    }

    @Models("mm/mlock.c: mlock_fixup")
    private VmArea fixup(VmaIterator vmi, VmArea vma, @Nullable VmArea prev, long start, long end, long newFlags)
        throws ErrnoException {
        long oldFlags = vma.vmFlags();
        if (newFlags == oldFlags
            || (oldFlags & (VmFlags.VM_SPECIAL | VmFlags.VM_HUGETLB | VmFlags.VM_DROPPABLE)) != 0) {
            return vma;
        }
        VmArea changed = space.splitter().modifyFlags(vmi, prev, vma, start, end, newFlags);
        long pages = end - start >> Mman.PAGE_SHIFT;
        boolean was = (oldFlags & VmFlags.VM_LOCKED) != 0;
        boolean is = (newFlags & VmFlags.VM_LOCKED) != 0;
        space.stat().addLocked(is == was ? 0 : is ? pages : -pages);
        changed.vmaStartWrite();
        changed.vmFlagsReset(newFlags);
        space.pages().flagsChanged(changed, start, end, oldFlags);
        return changed;
    }

    void mlockall(int flags) throws ErrnoException {
        if (flags == 0 || (flags & ~(Mman.MCL_CURRENT | Mman.MCL_FUTURE | Mman.MCL_ONFAULT)) != 0
            || flags == Mman.MCL_ONFAULT) {
            throw new ErrnoException(Errno.EINVAL);
        }
        checkAllowed();
        long limit = space.settings().rlimits().memlock() >> Mman.PAGE_SHIFT;
        boolean current = (flags & Mman.MCL_CURRENT) != 0;
        try (var _ = space.writeLock()) {
            if (current && !space.settings().capIpcLock() && space.stat().totalVm() > limit) {
                throw new ErrnoException(Errno.ENOMEM, "limit of locked memory");
            }
            applyAll(flags);
        }
        if (current) {
            space.faults().populate(0, space.settings().taskSize(), true);
        }
    }

    void munlockall() throws ErrnoException {
        try (var _ = space.writeLock()) {
            applyAll(0);
        }
    }

    @Models("mm/mlock.c: apply_mlockall_flags")
    private void applyAll(int flags) throws ErrnoException {
        long lock = (flags & Mman.MCL_ONFAULT) != 0 ? VmFlags.VM_LOCKED_MASK : VmFlags.VM_LOCKED;
        long future = space.defFlags() & ~VmFlags.VM_LOCKED_MASK;
        if ((flags & Mman.MCL_FUTURE) != 0) {
            space.setDefFlags(future | lock);
            if ((flags & Mman.MCL_CURRENT) == 0) {
                return;
            }
        } else {
            space.setDefFlags(future);
        }
        long add = (flags & Mman.MCL_CURRENT) != 0 ? lock : 0;
        VmaIterator vmi = new VmaIterator(space, 0);
        VmArea prev = null;
        for (VmArea vma = vmi.find(Long.MAX_VALUE); vma != null; vma = vmi.find(Long.MAX_VALUE)) {
            prev = fixupIgnoringErrors(vmi, vma, prev, vma.vmFlags() & ~VmFlags.VM_LOCKED_MASK | add);
        }
    }

    private VmArea fixupIgnoringErrors(VmaIterator vmi, VmArea vma, @Nullable VmArea prev, long newFlags) {
        try {
            return fixup(vmi, vma, prev, vma.vmStart(), vma.vmEnd(), newFlags);
        } catch (ErrnoException _) {
            return vma;
        }
    }
}
