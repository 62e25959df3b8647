package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** One madvise(2), or the naming of anonymous memory. Models mm/madvise.c. */
final class MadviseCall {
    private static final int NAME_MAX = 79;

    private final VmaSpace space;

    MadviseCall(VmaSpace space) {
        this.space = space;
    }

    /** What is done with the part of one area that lies in the range. Returns the area that the walk goes on behind. */
    @FunctionalInterface
    private interface Visitor {
        VmArea visit(VmArea vma, @Nullable VmArea prev, long start, long end) throws ErrnoException;
    }

    @Models("mm/madvise.c: do_madvise")
    void run(long start, long bytes, int behavior) throws ErrnoException {
        if (!isKnown(behavior) || Mman.isMisaligned(start)) {
            throw new ErrnoException(Errno.EINVAL);
        }
        long end = endOf(start, bytes);
        if (end == start) {
            return;
        }
        if (behavior == Mman.MADV_POPULATE_READ || behavior == Mman.MADV_POPULATE_WRITE) {
            space.faults().populateAsAdvised(start, end, behavior == Mman.MADV_POPULATE_WRITE);
            return;
        }
        try (var _ = space.writeLock()) {
            walk(start, end, (vma, prev, from, to) -> advise(vma, prev, from, to, behavior));
        }
    }

    @Models("mm/madvise.c: madvise_set_anon_name")
    void setAnonName(long start, long bytes, @Nullable String name) throws ErrnoException {
        if (name != null && (name.length() > NAME_MAX || !name.chars().allMatch(MadviseCall::isNameChar))) {
            throw new ErrnoException(Errno.EINVAL, "name of anonymous memory");
        }
        if (Mman.isMisaligned(start)) {
            throw new ErrnoException(Errno.EINVAL);
        }
        long end = endOf(start, bytes);
        if (end == start) {
            return;
        }
        try (var _ = space.writeLock()) {
            walk(start, end, (vma, prev, from, to) -> {
                if (vma.vmFile() != null && !vma.isAnonShmem()) {
                    throw new ErrnoException(Errno.EBADF, vma + " is a file");
                }
                return update(vma, prev, from, to, vma.vmFlags(), name);
            });
        }
    }

    private static boolean isNameChar(int c) {
        return c > ' ' - 1 && c < 0x7f && "\\`$[]".indexOf(c) < 0;
    }

    private static long endOf(long start, long bytes) throws ErrnoException {
        long len = Mman.pageAlign(bytes);
        if (bytes != 0 && len == 0 || Long.compareUnsigned(start + len, start) < 0) {
            throw new ErrnoException(Errno.EINVAL, "range wraps");
        }
        return start + len;
    }

    private boolean isKnown(int behavior) {
        return behavior >= Mman.MADV_NORMAL && behavior <= Mman.MADV_DONTNEED
            || behavior >= Mman.MADV_FREE && behavior <= Mman.MADV_DONTNEED_LOCKED
            || isGuard(behavior) && space.settings().has(VmaRule.GUARD_REGIONS);
    }

    private static boolean isGuard(int behavior) {
        return behavior == Mman.MADV_GUARD_INSTALL || behavior == Mman.MADV_GUARD_REMOVE;
    }

    /** Visit each area of the range; holes are skipped, and reported at the end. */
    @Models("mm/madvise.c: madvise_walk_vmas")
    private void walk(long from, long end, Visitor visitor) throws ErrnoException {
        boolean hole = from < 0;
        long start = Math.max(from, 0);
        long limit = end < 0 ? Long.MAX_VALUE : end;
        VmArea vma = space.findVma(start);
        VmArea prev = vma != null && start > vma.vmStart() ? vma : space.tree().findBefore(start);
        while (true) {
            if (vma == null) {
                throw new ErrnoException(Errno.ENOMEM, "nothing is mapped at the end");
            }
            if (start < vma.vmStart()) {
                hole = true;
                start = vma.vmStart();
                if (start >= limit) {
                    break;
                }
            }
            prev = visitor.visit(vma, prev, start, Math.min(limit, vma.vmEnd()));
            start = Math.max(Math.min(limit, vma.vmEnd()), prev.vmEnd());
            if (start >= limit) {
                break;
            }
            vma = space.findVma(prev.vmEnd());
        }
        if (hole) {
            throw new ErrnoException(Errno.ENOMEM, "holes in the range");
        }
    }

    @Models("mm/madvise.c: madvise_vma_behavior")
    private VmArea advise(VmArea vma, @Nullable VmArea prev, long start, long end, int behavior) throws ErrnoException {
        if (discards(behavior) && vma.hasAnyFlag(VmFlags.VM_SEALED) && vma.isAnonymous()
            && !vma.hasAnyFlag(VmFlags.VM_WRITE)) {
            throw new ErrnoException(Errno.EPERM, vma + " is sealed");
        }
        if (isGuard(behavior)) {
            guard(vma, behavior == Mman.MADV_GUARD_INSTALL);
            return vma;
        }
        if (leavesFlags(vma, behavior)) {
            return vma;
        }
        try {
            return update(vma, prev, start, end, newFlags(vma, behavior), vma.anonName());
        } catch (ErrnoException e) {
            throw e.errno() == Errno.ENOMEM ? new ErrnoException(Errno.EAGAIN, String.valueOf(e.getMessage())) : e;
        }
    }

    /**
     * Guard markers lie in page tables, which the model has not; what is left of them here is that the area counts as
     * touched.
     */
    @Models("mm/madvise.c: madvise_guard_install, madvise_guard_remove")
    private void guard(VmArea vma, boolean install) throws ErrnoException {
        long disallowed = VmFlags.VM_SPECIAL | VmFlags.VM_HUGETLB | (install ? VmFlags.VM_LOCKED : 0);
        boolean anyKind = space.settings().has(VmaRule.GUARD_REGIONS_IN_FILES);
        if (vma.hasAnyFlag(disallowed) || !anyKind && !(vma.isAnonymous() && vma.hasAnyFlag(VmFlags.VM_MAYWRITE))) {
            throw new ErrnoException(Errno.EINVAL, vma + " takes no guards");
        }
        if (!install) {
            return;
        }
        boolean marksArea = space.settings().has(VmaRule.MERGE_KEEPS_STICKY_FLAGS);
        if (marksArea) {
            vma.vmFlagsSet(VmFlags.VM_MAYBE_GUARD);
        }
        if (!marksArea || vma.isAnonymous()) {
            space.anonVmas().prepare(vma);
        }
    }

    private static boolean discards(int behavior) {
        return switch (behavior) {
            case Mman.MADV_FREE, Mman.MADV_DONTNEED, Mman.MADV_DONTNEED_LOCKED, Mman.MADV_REMOVE, Mman.MADV_DONTFORK,
                Mman.MADV_WIPEONFORK -> true;
            default -> false;
        };
    }

    /** Whether the advice is about pages only; throws if it cannot be given for this area. */
    private static boolean leavesFlags(VmArea vma, int behavior) throws ErrnoException {
        boolean pinned = vma.hasAnyFlag(VmFlags.VM_LOCKED | VmFlags.VM_PFNMAP | VmFlags.VM_HUGETLB);
        boolean wrong = switch (behavior) {
            case Mman.MADV_WILLNEED -> false;
            case Mman.MADV_DONTNEED -> vma.hasAnyFlag(VmFlags.VM_PFNMAP | VmFlags.VM_LOCKED);
            case Mman.MADV_DONTNEED_LOCKED -> vma.hasAnyFlag(VmFlags.VM_PFNMAP);
            case Mman.MADV_FREE -> vma.hasAnyFlag(VmFlags.VM_PFNMAP | VmFlags.VM_LOCKED) || !vma.isAnonymous();
            case Mman.MADV_COLD, Mman.MADV_PAGEOUT -> pinned;
            case Mman.MADV_REMOVE -> vma.hasAnyFlag(VmFlags.VM_LOCKED) || vma.vmFile() == null;
            default -> false;
        };
        if (behavior == Mman.MADV_REMOVE && !wrong && (vma.vmFlags() & (VmFlags.VM_SHARED | VmFlags.VM_MAYWRITE))
            != (VmFlags.VM_SHARED | VmFlags.VM_MAYWRITE)) {
            throw new ErrnoException(Errno.EACCES, vma + " is not shared and writable");
        }
        if (wrong) {
            throw new ErrnoException(Errno.EINVAL, vma + " cannot be advised so");
        }
        return switch (behavior) {
            case Mman.MADV_WILLNEED, Mman.MADV_DONTNEED, Mman.MADV_DONTNEED_LOCKED, Mman.MADV_FREE, Mman.MADV_COLD,
                Mman.MADV_PAGEOUT, Mman.MADV_REMOVE -> true;
            default -> false;
        };
    }

    private static long newFlags(VmArea vma, int behavior) throws ErrnoException {
        long flags = vma.vmFlags();
        boolean forbidden = switch (behavior) {
            case Mman.MADV_DOFORK -> vma.hasAnyFlag(VmFlags.VM_IO);
            case Mman.MADV_WIPEONFORK -> vma.vmFile() != null || vma.hasAnyFlag(VmFlags.VM_SHARED);
            case Mman.MADV_KEEPONFORK -> vma.hasAnyFlag(VmFlags.VM_DROPPABLE);
            case Mman.MADV_DODUMP -> vma.hasAnyFlag(VmFlags.VM_DROPPABLE)
                || !vma.hasAnyFlag(VmFlags.VM_HUGETLB) && vma.hasAnyFlag(VmFlags.VM_SPECIAL);
            default -> false;
        };
        if (forbidden) {
            throw new ErrnoException(Errno.EINVAL, vma + " cannot be advised so");
        }
        return switch (behavior) {
            case Mman.MADV_NORMAL -> flags & ~(VmFlags.VM_RAND_READ | VmFlags.VM_SEQ_READ);
            case Mman.MADV_SEQUENTIAL -> flags & ~VmFlags.VM_RAND_READ | VmFlags.VM_SEQ_READ;
            case Mman.MADV_RANDOM -> flags & ~VmFlags.VM_SEQ_READ | VmFlags.VM_RAND_READ;
            case Mman.MADV_DONTFORK -> flags | VmFlags.VM_DONTCOPY;
            case Mman.MADV_DOFORK -> flags & ~VmFlags.VM_DONTCOPY;
            case Mman.MADV_WIPEONFORK -> flags | VmFlags.VM_WIPEONFORK;
            case Mman.MADV_KEEPONFORK -> flags & ~VmFlags.VM_WIPEONFORK;
            case Mman.MADV_DONTDUMP -> flags | VmFlags.VM_DONTDUMP;
            case Mman.MADV_DODUMP -> flags & ~VmFlags.VM_DONTDUMP;
            case Mman.MADV_MERGEABLE -> isKsmCompatible(vma) ? flags | VmFlags.VM_MERGEABLE : flags;
            case Mman.MADV_UNMERGEABLE -> flags & ~VmFlags.VM_MERGEABLE;
            case Mman.MADV_HUGEPAGE -> flags & ~VmFlags.VM_NOHUGEPAGE | VmFlags.VM_HUGEPAGE;
            case Mman.MADV_NOHUGEPAGE -> flags & ~VmFlags.VM_HUGEPAGE | VmFlags.VM_NOHUGEPAGE;
            default -> flags;
        };
    }

    @Models("mm/ksm.c: vma_ksm_compatible")
    private static boolean isKsmCompatible(VmArea vma) {
        return !vma.hasAnyFlag(VmFlags.VM_SHARED | VmFlags.VM_MAYSHARE | VmFlags.VM_SPECIAL | VmFlags.VM_HUGETLB
            | VmFlags.VM_DROPPABLE);
    }

    @Models("mm/madvise.c: madvise_update_vma")
    private VmArea update(VmArea vma, @Nullable VmArea prev, long start, long end, long newFlags, @Nullable String name)
        throws ErrnoException {
        long oldFlags = vma.vmFlags();
        if (newFlags == oldFlags && java.util.Objects.equals(name, vma.anonName())) {
            return vma;
        }
        VmaIterator vmi = new VmaIterator(space, start);
        VmArea changed = space.splitter().modify(VmaMergeStruct.ofVma(vmi, prev, vma, start, end).flags(newFlags)
            .anonName(name));
        changed.vmaStartWrite();
        changed.vmFlagsReset(newFlags);
        if (changed.vmFile() == null || changed.isAnonShmem()) {
            changed.setAnonName(name);
        }
        space.pages().flagsChanged(changed, start, end, oldFlags);
        return changed;
    }
}
