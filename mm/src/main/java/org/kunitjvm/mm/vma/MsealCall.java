package org.kunitjvm.mm.vma;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One mseal(2): all or nothing. Models mm/mseal.c. */
final class MsealCall {
    private final VmaSpace space;

    MsealCall(VmaSpace space) {
        this.space = space;
    }

    @Models("mm/mseal.c: do_mseal")
    void run(long start, long bytes, long flags) throws ErrnoException {
        if (flags != 0 || Mman.isMisaligned(start)) {
            throw new ErrnoException(Errno.EINVAL);
        }
        long len = Mman.pageAlign(bytes);
        long end = start + len;
        if (bytes != 0 && len == 0 || Long.compareUnsigned(end, start) < 0) {
            throw new ErrnoException(Errno.EINVAL, "range wraps");
        }
        if (end == start) {
            return;
        }
        try (var _ = space.writeLock()) {
            checkAllMapped(start, end);
            seal(start, end);
        }
    }

    private void checkAllMapped(long start, long end) throws ErrnoException {
        long at = start;
        while (at < end) {
            VmArea vma = space.lookup(at);
            if (vma == null) {
                throw new ErrnoException(Errno.ENOMEM, "hole in the range");
            }
            at = vma.vmEnd();
        }
    }

    private void seal(long start, long end) throws ErrnoException {
        long at = start;
        while (at < end) {
            VmArea vma = java.util.Objects.requireNonNull(space.lookup(at));
            VmArea prev = at > vma.vmStart() ? vma : space.tree().findBefore(at);
            long stop = Math.min(end, vma.vmEnd());
            if (!vma.hasAnyFlag(VmFlags.VM_SEALED)) {
                VmArea sealed = space.splitter().modifyFlags(new VmaIterator(space, at), prev, vma, at, stop,
                    vma.vmFlags() | VmFlags.VM_SEALED);
                sealed.vmFlagsSet(VmFlags.VM_SEALED);
            }
            at = stop;
        }
    }
}
