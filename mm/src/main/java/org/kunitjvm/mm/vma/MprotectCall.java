package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One mprotect(2). Models mm/mprotect.c. */
final class MprotectCall {
    /** From an access flag to the flag that says whether it may be had. */
    private static final int MAY_SHIFT = 4;

    private final VmaSpace space;

    MprotectCall(VmaSpace space) {
        this.space = space;
    }

    void run(long start, long bytes, int prot) throws ErrnoException {
        int grows = prot & (Mman.PROT_GROWSDOWN | Mman.PROT_GROWSUP);
        int access = prot & ~grows;
        if (grows == (Mman.PROT_GROWSDOWN | Mman.PROT_GROWSUP) || Mman.isMisaligned(start)) {
            throw new ErrnoException(Errno.EINVAL);
        }
        if (bytes == 0) {
            return;
        }
        long end = start + Mman.pageAlign(bytes);
        if (Long.compareUnsigned(end, start) <= 0) {
            throw new ErrnoException(Errno.ENOMEM, "range wraps");
        }
        if ((access & ~(Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC | Mman.PROT_SEM)) != 0) {
            throw new ErrnoException(Errno.EINVAL, "unknown protection");
        }
        try (var _ = space.writeLock()) {
            walk(start, end, access, grows);
        }
    }

    @Models("mm/mprotect.c: do_mprotect_pkey")
    private void walk(long from, long end, int access, int grows) throws ErrnoException {
        if (from < 0 || end < 0) {
            throw new ErrnoException(Errno.ENOMEM);
        }
        VmaIterator vmi = new VmaIterator(space, from);
        VmArea vma = vmi.find(end);
        if (vma == null) {
            throw new ErrnoException(Errno.ENOMEM, "nothing is mapped");
        }
        long start = startOf(vma, from, grows);
        VmArea prev = start > vma.vmStart() ? vma : space.tree().findBefore(vma.vmStart());
        long expected = vma.vmStart();
        long at = start;
        while (vma != null) {
            if (vma.vmStart() != expected) {
                throw new ErrnoException(Errno.ENOMEM, "hole before " + vma);
            }
            long stop = Math.min(vma.vmEnd(), end);
            long newFlags = VmFlags.ofProt(access) | vma.vmFlags() & ~VmFlags.VM_ACCESS_FLAGS;
            if ((newFlags & ~(newFlags >> MAY_SHIFT) & VmFlags.VM_ACCESS_FLAGS) != 0) {
                throw new ErrnoException(Errno.EACCES, vma + " may not have that");
            }
            prev = fixup(vmi, prev, vma, at, stop, newFlags);
            // A merge may have reached beyond the part that was asked for: it had the flags already.
            expected = Math.max(stop, vmi.end());
            at = expected;
            vma = vmi.find(end);
        }
        if (expected < end) {
            throw new ErrnoException(Errno.ENOMEM, "hole at the end");
        }
    }

    private static long startOf(VmArea vma, long from, int grows) throws ErrnoException {
        if (grows == Mman.PROT_GROWSDOWN) {
            if (!vma.hasAnyFlag(VmFlags.VM_GROWSDOWN)) {
                throw new ErrnoException(Errno.EINVAL, vma + " is no stack");
            }
            return vma.vmStart();
        }
        if (vma.vmStart() > from) {
            throw new ErrnoException(Errno.ENOMEM, "hole at the start");
        }
        if (grows == Mman.PROT_GROWSUP) {
            throw new ErrnoException(Errno.EINVAL, "no area grows up");
        }
        return from;
    }

    /** Give {@code [start, end)} of {@code vma} new flags; returns the area that has them. */
    @Models("mm/mprotect.c: mprotect_fixup")
    private VmArea fixup(VmaIterator vmi, @Nullable VmArea prev, VmArea vma, long start, long end, long wanted)
        throws ErrnoException {
        long oldFlags = vma.vmFlags();
        VmaUnmapper.checkNotSealed(vma);
        if (wanted == oldFlags) {
            return vma;
        }
        long pages = end - start >> Mman.PAGE_SHIFT;
        long newFlags = accounted(vma, oldFlags, wanted, pages);
        VmArea changed = space.splitter().modifyFlags(vmi, prev, vma, start, end, newFlags);
        changed.vmaStartWrite();
        changed.vmFlagsReset(newFlags);
        if ((oldFlags & (VmFlags.VM_WRITE | VmFlags.VM_SHARED | VmFlags.VM_LOCKED)) == VmFlags.VM_LOCKED
            && (newFlags & VmFlags.VM_WRITE) != 0) {
            // Locked pages must not be copied later, at the first write: do it now.
            populateIgnoringErrors(changed, start, end);
        }
        space.stat().account(oldFlags, -pages);
        space.stat().account(newFlags, pages);
        space.pages().flagsChanged(changed, start, end, oldFlags);
        return changed;
    }

    private void populateIgnoringErrors(VmArea vma, long start, long end) {
        try {
            space.faults().populateVma(vma, start, end);
        } catch (ErrnoException _) {
            // The pages come at the first access.
        }
    }

    /**
     * Private memory is committed when it becomes writable; it is given back only while nothing can have been written.
     */
    private long accounted(VmArea vma, long oldFlags, long newFlags, long pages) throws ErrnoException {
        if ((newFlags & VmFlags.VM_WRITE) != 0) {
            if (!space.stat().mayExpand(newFlags, pages) && space.stat().mayExpand(oldFlags, pages)) {
                throw new ErrnoException(Errno.ENOMEM, "limit of data");
            }
            if ((oldFlags & (VmFlags.VM_ACCOUNT | VmFlags.VM_WRITE | VmFlags.VM_HUGETLB | VmFlags.VM_SHARED
                | VmFlags.VM_NORESERVE)) == 0) {
                space.stat().commit(pages);
                return newFlags | VmFlags.VM_ACCOUNT;
            }
        } else if ((oldFlags & VmFlags.VM_ACCOUNT) != 0 && vma.isAnonymous() && vma.anonVma() == null) {
            return newFlags & ~VmFlags.VM_ACCOUNT;
        }
        return newFlags;
    }
}
