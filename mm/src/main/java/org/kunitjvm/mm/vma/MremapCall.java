package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One mremap(2). Models mm/mremap.c. */
final class MremapCall {
    private static final int ALL_FLAGS = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP;

    private final VmaSpace space;
    private final int flags;
    private final long newLen;
    private final boolean checksFirst;
    private final boolean sameLength;
    private long addr;
    private long oldLen;
    private long moveLen;
    private long newAddr;
    /** The part that was added to a locked area and must be brought in; length 0 if there is none. */
    private long populateStart;
    private long populateLen;

    MremapCall(VmaSpace space, long addr, long oldLen, long newLen, int flags, long newAddr) {
        this.space = space;
        this.addr = addr;
        this.oldLen = Mman.pageAlign(oldLen);
        this.newLen = Mman.pageAlign(newLen);
        this.moveLen = this.newLen;
        this.flags = flags;
        this.newAddr = newAddr;
        this.checksFirst = space.settings().has(VmaRule.MREMAP_CHECKS_PARAMETERS_FIRST);
        // Older kernels compare the lengths before they round them.
        this.sameLength = checksFirst ? this.oldLen == this.newLen : oldLen == newLen;
    }

    long run() throws ErrnoException {
        checkFlags();
        long result;
        try (var _ = space.writeLock()) {
            if (checksFirst && impliesNewAddr()) {
                checkPlace();
            }
            result = isMoveOfSameLength() && space.settings().has(VmaRule.MREMAP_MOVES_MANY) ? moveMany() : single();
        }
        if (populateLen > 0) {
            space.faults().populate(populateStart, populateLen, true);
        }
        return result;
    }

    private boolean impliesNewAddr() {
        return (flags & (Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP)) != 0;
    }

    private boolean isMoveOfSameLength() {
        return (flags & Mman.MREMAP_FIXED) != 0 && oldLen == newLen;
    }

    private void checkFlags() throws ErrnoException {
        boolean mayMove = (flags & Mman.MREMAP_MAYMOVE) != 0;
        if ((flags & ~ALL_FLAGS) != 0
            || !mayMove && impliesNewAddr()
            || (flags & Mman.MREMAP_DONTUNMAP) != 0 && !sameLength
            || Mman.isMisaligned(addr)
            || newLen == 0
            || checksFirst && Long.compareUnsigned(newLen, space.settings().taskSize()) > 0) {
            throw new ErrnoException(Errno.EINVAL);
        }
    }

    /** The checks of a place that the caller names. */
    private void checkPlace() throws ErrnoException {
        long taskSize = space.settings().taskSize();
        boolean overlaps = Long.compareUnsigned(addr + oldLen, newAddr) > 0
            && Long.compareUnsigned(newAddr + newLen, addr) > 0;
        if (Mman.isMisaligned(newAddr) || Long.compareUnsigned(newLen, taskSize) > 0
            || Long.compareUnsigned(newAddr, taskSize - newLen) > 0 || overlaps) {
            throw new ErrnoException(Errno.EINVAL, "new place");
        }
        // A move may leave one area more behind the place it came from and split two at the place it goes to.
        if (space.mapCount() + 2 >= space.settings().maxMapCount() - 3) {
            throw new ErrnoException(Errno.ENOMEM, space.mapCount() + " areas, no more allowed");
        }
    }

    private long single() throws ErrnoException {
        VmArea vma = space.lookup(addr);
        if (vma == null) {
            throw new ErrnoException(Errno.EFAULT, "nothing is mapped there");
        }
        VmaUnmapper.checkNotSealed(vma);
        if (impliesNewAddr()) {
            return moveTo();
        }
        if (Long.compareUnsigned(oldLen, newLen) >= 0) {
            if (oldLen != newLen) {
                space.unmapper().munmap(addr + newLen, oldLen - newLen);
            }
            return addr;
        }
        checkResize(vma);
        return grow(vma);
    }

    /** Move each area of the range, keeping the holes between them. */
    @Models("mm/mremap.c: remap_move")
    private long moveMany() throws ErrnoException {
        long start = addr;
        long end = addr + oldLen;
        long target = newAddr;
        long result = -1;
        long lastEnd = 0;
        VmaIterator vmi = new VmaIterator(space, start);
        for (VmArea vma = vmi.find(end); vma != null; vma = vmi.find(end)) {
            boolean first = result < 0;
            if (first && start < vma.vmStart()) {
                throw new ErrnoException(Errno.EFAULT, "hole at the start");
            }
            long vmaEnd = vma.vmEnd();
            addr = Math.max(start, vma.vmStart());
            oldLen = Math.min(end, vmaEnd) - addr;
            moveLen = oldLen;
            newAddr = first ? target : target + (vma.vmStart() - lastEnd);
            if (vma.userfaultfdCtx() != null && (!first || vmaEnd < end)) {
                throw new ErrnoException(Errno.EFAULT, vma + " moves only alone");
            }
            VmaUnmapper.checkNotSealed(vma);
            long moved = moveTo();
            result = first ? moved : result;
            target = moved + oldLen;
            lastEnd = vmaEnd;
            vmi.set(vmaEnd);
        }
        if (result < 0) {
            throw new ErrnoException(Errno.EFAULT, "nothing is mapped there");
        }
        return result;
    }

    @Models("mm/mremap.c: mremap_to")
    private long moveTo() throws ErrnoException {
        if (!checksFirst) {
            checkPlace();
        } else {
            checkResize(lookupOrFault());
        }
        if ((flags & Mman.MREMAP_FIXED) != 0) {
            space.unmapper().munmap(newAddr, moveLen);
        }
        if (Long.compareUnsigned(oldLen, moveLen) > 0) {
            space.unmapper().munmap(addr + moveLen, oldLen - moveLen);
            oldLen = moveLen;
        }
        VmArea vma = lookupOrFault();
        if (!checksFirst) {
            checkResize(vma);
        }
        if ((flags & Mman.MREMAP_DONTUNMAP) != 0 && !space.stat().mayExpand(vma.vmFlags(), oldLen >> Mman.PAGE_SHIFT)) {
            throw new ErrnoException(Errno.ENOMEM, "limit of address space");
        }
        int mapFlags = (flags & Mman.MREMAP_FIXED) != 0 ? Mman.MAP_FIXED : 0;
        long found = findPlace(vma, newAddr, mapFlags);
        return move(vma, (flags & Mman.MREMAP_FIXED) != 0 ? newAddr : found);
    }

    private VmArea lookupOrFault() throws ErrnoException {
        VmArea vma = space.lookup(addr);
        if (vma == null) {
            throw new ErrnoException(Errno.EFAULT, "nothing is mapped there");
        }
        return vma;
    }

    private long findPlace(VmArea vma, long hint, int mapFlags) throws ErrnoException {
        int shared = vma.hasAnyFlag(VmFlags.VM_MAYSHARE) ? Mman.MAP_SHARED : 0;
        return new UnmappedArea(space).get(vma.vmFile(), hint, moveLen, vma.linearPageIndex(addr), mapFlags | shared);
    }

    /** Whether the mapping may have its new length. */
    @Models("mm/mremap.c: vma_to_resize")
    private void checkResize(VmArea vma) throws ErrnoException {
        if (oldLen == 0 && !vma.hasAnyFlag(VmFlags.VM_SHARED | VmFlags.VM_MAYSHARE)) {
            space.warnings().warnOnce("%s: attempted to duplicate a private mapping with mremap. This is not supported.", "mremap");
            throw new ErrnoException(Errno.EINVAL, "only a shared mapping can be duplicated");
        }
        if ((flags & Mman.MREMAP_DONTUNMAP) != 0 && vma.hasAnyFlag(VmFlags.VM_DONTEXPAND | VmFlags.VM_PFNMAP)) {
            throw new ErrnoException(Errno.EINVAL, vma + " cannot be left behind");
        }
        // What a shrink cuts off may belong to other areas.
        long kept = Long.compareUnsigned(oldLen, moveLen) < 0 ? oldLen : moveLen;
        if (Long.compareUnsigned(kept, vma.vmEnd() - addr) > 0) {
            throw new ErrnoException(Errno.EFAULT, "the range goes beyond " + vma);
        }
        if (kept == moveLen) {
            return;
        }
        long pgoff = vma.linearPageIndex(addr);
        if (Long.compareUnsigned(pgoff + (newLen >>> Mman.PAGE_SHIFT), pgoff) < 0) {
            throw new ErrnoException(Errno.EINVAL, "offset wraps");
        }
        if (vma.hasAnyFlag(VmFlags.VM_DONTEXPAND | VmFlags.VM_PFNMAP)) {
            throw new ErrnoException(Errno.EFAULT, vma + " cannot be expanded");
        }
        if (!space.stat().mayLock(vma.vmFlags(), newLen - oldLen)) {
            throw new ErrnoException(Errno.EAGAIN, "limit of locked memory");
        }
        if (!space.stat().mayExpand(vma.vmFlags(), newLen - oldLen >>> Mman.PAGE_SHIFT)) {
            throw new ErrnoException(Errno.ENOMEM, "limit of address space");
        }
    }

    private long grow(VmArea vma) throws ErrnoException {
        long delta = newLen - oldLen;
        if (oldLen == vma.vmEnd() - addr && isExpandable(vma, delta)) {
            expandInPlace(vma, delta);
            return addr;
        }
        if ((flags & Mman.MREMAP_MAYMOVE) == 0) {
            throw new ErrnoException(Errno.ENOMEM, "no room to grow");
        }
        return move(vma, findPlace(vma, 0, 0));
    }

    @Models("mm/mremap.c: vma_expandable")
    private boolean isExpandable(VmArea vma, long delta) {
        long end = vma.vmEnd() + delta;
        if (Long.compareUnsigned(end, vma.vmEnd()) < 0 || Long.compareUnsigned(end, space.settings().taskSize()) > 0) {
            return false;
        }
        VmArea next = space.findVma(vma.vmEnd());
        return next == null || next.vmStart() >= end;
    }

    private void expandInPlace(VmArea vma, long delta) throws ErrnoException {
        long pages = delta >> Mman.PAGE_SHIFT;
        if (vma.hasAnyFlag(VmFlags.VM_ACCOUNT)) {
            space.stat().commit(pages);
        }
        VmArea grown = space.merger().mergeExtend(new VmaIterator(space, vma.vmEnd()), vma, delta);
        if (grown == null) {
            throw new ErrnoException(Errno.ENOMEM, "cannot extend " + vma);
        }
        space.stat().account(grown.vmFlags(), pages);
        if (grown.hasAnyFlag(VmFlags.VM_LOCKED)) {
            space.stat().addLocked(pages);
            populateStart = addr + oldLen;
            populateLen = delta;
        }
    }

    @Models("mm/mremap.c: move_vma")
    private long move(VmArea source, long to) throws ErrnoException {
        if (space.mapCount() >= space.settings().maxMapCount() - 3) {
            throw new ErrnoException(Errno.ENOMEM, space.mapCount() + " areas, no more allowed");
        }
        checkMaySplit(source);
        long oldFlags = source.vmFlags();
        boolean dontUnmap = (flags & Mman.MREMAP_DONTUNMAP) != 0;
        if ((oldFlags & VmFlags.VM_ACCOUNT) != 0) {
            space.stat().commit((dontUnmap ? moveLen : moveLen - oldLen) >> Mman.PAGE_SHIFT);
        }
        source.vmaStartWrite();
        VmArea copy = space.merger().copyVma(source, to, moveLen, source.linearPageIndex(addr));
        if (copy == null) {
            throw new ErrnoException(Errno.ENOMEM, "cannot copy " + source);
        }
        // The copy may have swallowed its source.
        VmArea vma = source.isAttached() ? source : copy;
        space.pages().move(vma, addr, copy, to, oldLen);
        VmOperations ops = vma.vmOps();
        if (ops != null && ops.mremap() != null) {
            ops.mremap().accept(copy);
        }
        leaveUserfaultfd(copy);
        space.stat().account(oldFlags, moveLen >> Mman.PAGE_SHIFT);
        if (dontUnmap) {
            if ((oldFlags & VmFlags.VM_LOCKED) != 0 && space.settings()
                .has(VmaRule.MREMAP_DONTUNMAP_COUNTS_LOCKED_TWICE)) {
                space.stat().addLocked(moveLen >> Mman.PAGE_SHIFT);
            }
            leaveBehind(vma, copy);
            return to;
        }
        unmapSource(vma);
        if ((oldFlags & VmFlags.VM_LOCKED) != 0) {
            space.stat().addLocked(moveLen >> Mman.PAGE_SHIFT);
            populateStart = to + oldLen;
            populateLen = moveLen - oldLen;
        }
        return to;
    }

    /** A userfaultfd that does not want to hear of moves loses what moves. */
    @Models("fs/userfaultfd.c: mremap_userfaultfd_prep")
    private static void leaveUserfaultfd(VmArea copy) {
        UserfaultfdCtx ctx = copy.userfaultfdCtx();
        if (ctx != null && !ctx.followsMoves()) {
            copy.vmFlagsClear(VmFlags.VM_UFFD_FLAGS);
            copy.setUserfaultfdCtx(null);
        }
    }

    private void checkMaySplit(VmArea vma) throws ErrnoException {
        VmOperations ops = vma.vmOps();
        if (ops == null || ops.maySplit() == null) {
            return;
        }
        if (vma.vmStart() != addr) {
            ops.maySplit().check(vma, addr);
        }
        if (vma.vmEnd() != addr + oldLen) {
            ops.maySplit().check(vma, addr + oldLen);
        }
    }

    @Models("mm/mremap.c: dontunmap_complete")
    private void leaveBehind(VmArea vma, VmArea copy) {
        vma.vmFlagsClear(VmFlags.VM_LOCKED_MASK);
        if (vma != copy && vma.vmStart() == addr && vma.vmEnd() == addr + oldLen) {
            // No page is left there.
            space.anonVmas().unlink(vma);
        }
    }

    @Models("mm/mremap.c: unmap_source_vma")
    private void unmapSource(@Nullable VmArea vma) {
        if (oldLen == 0) {
            return;
        }
        try {
            space.unmapper().unmap(addr, addr + oldLen);
        } catch (ErrnoException e) {
            // The mapping is now in both places; pages are in the new one only.
            space.warnings().warn("mremap: cannot unmap %s: %s", vma, e.getMessage());
        }
    }
}
