package org.kunitjvm.mm.vma;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.mm.vma.VmaSplitter.NewPart;

/** Removes ranges. All methods want the mmap lock held for writing. Models the munmap part of mm/vma.c. */
final class VmaUnmapper {
    private final VmaSpace space;

    VmaUnmapper(VmaSpace space) {
        this.space = space;
    }

    /**
     * Unmap what is in {@code [start, start + len)}.
     *
     * @throws ErrnoException {@code EINVAL} for a range that makes no sense, {@code EPERM} if an area is sealed,
     *     {@code ENOMEM} if a hole would make one area too many
     */
    @Models("mm/vma.c: do_vmi_munmap")
    void munmap(long start, long len) throws ErrnoException {
        long taskSize = space.settings().taskSize();
        if (Mman.isMisaligned(start) || Long.compareUnsigned(start, taskSize) > 0
            || Long.compareUnsigned(len, taskSize - start) > 0) {
            throw new ErrnoException(Errno.EINVAL);
        }
        long end = start + Mman.pageAlign(len);
        if (end == start) {
            throw new ErrnoException(Errno.EINVAL);
        }
        unmap(start, end);
    }

    /** Unmap what is in {@code [start, end)}, both page-aligned ({@code do_vmi_align_munmap}). */
    void unmap(long start, long end) throws ErrnoException {
        complete(gather(start, end));
    }

    /**
     * Find the areas of {@code [start, end)} and cut those that reach outside; nothing is removed yet.
     *
     * <p>The part that stays is a new object at both cuts: the objects that were there go.
     *
     * @throws ErrnoException cuts made so far stay
     */
    @Models("mm/vma.c: vms_gather_munmap_vmas")
    List<VmArea> gather(long start, long end) throws ErrnoException {
        List<VmArea> gathered = new ArrayList<>();
        VmaIterator vmi = new VmaIterator(space, start);
        VmArea vma = vmi.find(end);
        if (vma == null) {
            return gathered;
        }
        if (start > vma.vmStart()) {
            // The limit may be exceeded for a moment, to help those who free, but not for good.
            if (end < vma.vmEnd() && space.mapCount() >= space.settings().maxMapCount()) {
                throw new ErrnoException(Errno.ENOMEM, "hole in " + vma + ": " + space.mapCount()
                    + " areas, no more allowed");
            }
            checkNotSealed(vma);
            space.splitter().splitUnlimited(vmi, vma, start, NewPart.BELOW);
        }
        for (; vma != null; vma = vmi.find(end)) {
            checkNotSealed(vma);
            if (vma.vmEnd() > end) {
                space.splitter().splitUnlimited(vmi, vma, end, NewPart.ABOVE);
            }
            vma.vmaStartWrite();
            gathered.add(vma);
            vmi.config(vma.vmStart(), vma.vmEnd());
        }
        return gathered;
    }

    static void checkNotSealed(VmArea vma) throws ErrnoException {
        if (vma.hasAnyFlag(VmFlags.VM_SEALED)) {
            throw new ErrnoException(Errno.EPERM, vma + " is sealed");
        }
    }

    /** Remove gathered areas. */
    @Models("mm/vma.c: vms_complete_munmap_vmas")
    void complete(List<VmArea> gathered) {
        for (VmArea vma : gathered) {
            space.pages().unmap(vma, vma.vmStart(), vma.vmEnd());
            space.unlink(vma);
            space.stat().account(vma.vmFlags(), -vma.vmaPages());
            if (vma.hasAnyFlag(VmFlags.VM_LOCKED)) {
                space.stat().addLocked(-vma.vmaPages());
            }
        }
        for (VmArea vma : gathered) {
            VmOperations ops = vma.vmOps();
            if (ops != null && ops.close() != null) {
                ops.close().accept(vma);
            }
            space.release(vma);
        }
    }
}
