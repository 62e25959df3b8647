package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One brk(2): never fails, but may leave the heap as it was. Models mm/mmap.c: brk. */
final class BrkCall {
    private static final long HEAP_FLAGS = VmFlags.VM_READ | VmFlags.VM_WRITE | VmFlags.VM_MAYREAD | VmFlags.VM_MAYWRITE
        | VmFlags.VM_MAYEXEC | VmFlags.VM_ACCOUNT;

    private final VmaSpace space;

    BrkCall(VmaSpace space) {
        this.space = space;
    }

    long run(long wanted) {
        long oldEnd = space.brkEnd();
        boolean grown = false;
        try (var _ = space.writeLock()) {
            if (wanted < space.startBrk() || wanted - space.startBrk() > space.settings().rlimits().data()) {
                return oldEnd;
            }
            long newPages = Mman.pageAlign(wanted);
            long oldPages = Mman.pageAlign(oldEnd);
            if (newPages < oldPages) {
                shrink(newPages, oldPages);
            } else if (newPages > oldPages) {
                grow(oldPages, newPages);
                grown = (space.defFlags() & VmFlags.VM_LOCKED) != 0;
            }
            space.setBrkEnd(wanted);
        } catch (ErrnoException _) {
            return oldEnd;
        }
        if (grown) {
            populate(Mman.pageAlign(oldEnd), Mman.pageAlign(wanted));
        }
        return wanted;
    }

    private void populate(long start, long end) {
        try {
            space.faults().populate(start, end - start, true);
        } catch (ErrnoException _) {
            // The pages come at the first access.
        }
    }

    private void shrink(long newEnd, long oldEnd) throws ErrnoException {
        VmArea heap = space.findVma(newEnd);
        if (heap == null || heap.vmStart() >= oldEnd) {
            throw new ErrnoException(Errno.EINVAL, "no heap there");
        }
        space.unmapper().unmap(newEnd, oldEnd);
    }

    private void grow(long oldEnd, long newEnd) throws ErrnoException {
        long len = newEnd - oldEnd;
        new UnmappedArea(space).get(null, oldEnd, len, 0, Mman.MAP_FIXED);
        if (!space.stat().mayLock(space.defFlags(), len)) {
            throw new ErrnoException(Errno.EAGAIN, "limit of locked memory");
        }
        VmArea next = space.findVma(oldEnd);
        if (next != null && next.vmStart() < newEnd + Mman.PAGE_SIZE + VmaSpace.STACK_GUARD_GAP
            && newEnd + Mman.PAGE_SIZE > next.vmStartGap()) {
            throw new ErrnoException(Errno.ENOMEM, next + " is in the way");
        }
        VmArea prev = space.tree().findBefore(oldEnd);
        extend(prev != null && prev.vmEnd() > space.startBrk() ? prev : null, oldEnd, len);
    }

    @Models("mm/vma.c: do_brk_flags")
    private void extend(@Nullable VmArea heap, long addr, long len) throws ErrnoException {
        long flags = HEAP_FLAGS | space.defFlags();
        long pages = len >> Mman.PAGE_SHIFT;
        if (!space.stat().mayExpand(flags, pages) || space.mapCount() > space.settings().maxMapCount()) {
            throw new ErrnoException(Errno.ENOMEM, "limit of the heap");
        }
        space.stat().commit(pages);
        VmArea vma = null;
        if (heap != null && heap.vmEnd() == addr) {
            VmaIterator vmi = new VmaIterator(space, heap.vmStart());
            VmaMergeStruct vmg = VmaMergeStruct.ofNew(space, vmi, addr, addr + len, flags, addr >> Mman.PAGE_SHIFT)
                .neighbours(heap, null).justExpand();
            vma = space.merger().mergeNewRange(vmg);
            if (vmg.state() == VmaMergeStruct.State.ERROR_NOMEM) {
                throw new ErrnoException(Errno.ENOMEM, "heap");
            }
        }
        if (vma == null) {
            vma = space.newArea(addr, addr + len, addr >> Mman.PAGE_SHIFT, flags);
            space.link(new VmaIterator(space, addr), vma);
        }
        space.stat().account(flags, pages);
        if ((flags & VmFlags.VM_LOCKED) != 0) {
            space.stat().addLocked(pages);
        }
        if (space.settings().softDirty()) {
            vma.vmFlagsSet(VmFlags.VM_SOFTDIRTY);
        }
    }
}
