package org.kunitjvm.mm.vma;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hook.VisibleIfKunit;

/**
 * Joins ranges with neighbours that are alike, so that an address space needs as few areas as possible.
 *
 * <p>A range is either new (a gap that is about to be filled) or part of an existing area whose attributes are about to
 * change:
 * <pre>
 *   new        PPPP----NNNN      PPPPPPPPPPPP   both     (N goes away)
 *                                PPPPPPPPNNNN   left     NNNN grows down: right
 *   existing   PPPPVVVVNNNN      PPPPPPPPPPPP   both     (V and N go away)
 *              PPPP****VNNN      PPPPPPPPVNNN   left, V shrinks from below
 *              PPPPV****NNN      PPPPVNNNNNNN   right, V shrinks from above
 * </pre>
 * An area whose operations have {@code close} is never removed: a merge that would have to is reduced or not done.
 * All methods want the mmap lock held for writing.
 */
@Models("mm/vma.c")
final class VmaMerger {
    private final VmaSpace space;
    private final boolean faultedMeetsUnfaulted;
    private final long stickyFlags;
    private final long ignoredFlags;

    VmaMerger(VmaSpace space) {
        this.space = space;
        this.faultedMeetsUnfaulted = space.settings().has(VmaRule.MERGE_FAULTED_WITH_UNFAULTED);
        this.stickyFlags = space.settings().has(VmaRule.MERGE_KEEPS_STICKY_FLAGS) ? VmFlags.VM_STICKY : 0;
        this.ignoredFlags = VmFlags.VM_IGNORE_MERGE | stickyFlags;
    }

    // ---- What may be merged ----

    /** Everything but adjacency and anon_vma. */
    @Models("mm/vma.c: is_mergeable_vma")
    private boolean isMergeable(VmaMergeStruct vmg, VmArea vma) {
        return Objects.equals(vmg.policy, vma.policy())
            && ((vmg.vmFlags ^ vma.vmFlags()) & ~ignoredFlags) == 0
            && vmg.file == vma.vmFile()
            && vmg.uffdCtx == vma.userfaultfdCtx()
            && Objects.equals(vmg.anonName, vma.anonName());
    }

    /** Whether the range, with its anon_vma, may become part of {@code vma} or {@code vma} of it. */
    @Models("mm/vma.c: is_mergeable_anon_vma")
    private boolean isAnonVmaMergeable(VmaMergeStruct vmg, VmArea vma) {
        AnonVma theirs = vma.anonVma();
        if (!faultedMeetsUnfaulted) {
            // An area that was forked shares pages with other processes: its chain says with whom, so it must stay as
            // it is.
            boolean oneIsMissing = vmg.anonVma == null || theirs == null;
            return oneIsMissing && vma.isChainSingular() || vmg.anonVma == theirs;
        }
        if (theirs == null && vmg.anonVma != null) {
            return !isForkChild(vmg.middle) && !isForkChild(vmg.copiedFrom);
        }
        if (theirs != null && vmg.anonVma == null) {
            return !isForkChild(vma);
        }
        return vmg.anonVma == theirs;
    }

    private static boolean isForkChild(@Nullable VmArea vma) {
        return vma != null && vma.anonVma() != null && !vma.isChainSingular();
    }

    private static boolean areAnonVmasCompatible(VmArea one, VmArea other) {
        return one.anonVma() == null || other.anonVma() == null || one.anonVma() == other.anonVma();
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    boolean canMergeLeft(VmaMergeStruct vmg) {
        VmArea prev = vmg.prev;
        return prev != null
            && prev.vmEnd() == vmg.start
            && prev.vmPgoff() + prev.vmaPages() == vmg.pgoff
            && isMergeable(vmg, prev)
            && isAnonVmaMergeable(vmg, prev);
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    boolean canMergeRight(VmaMergeStruct vmg, boolean canMergeLeft) {
        VmArea next = vmg.next;
        if (next == null
            || vmg.end != next.vmStart()
            || next.vmPgoff() != vmg.pgoff + vmg.pages()
            || !isMergeable(vmg, next)
            || !isAnonVmaMergeable(vmg, next)) {
            return false;
        }
        // That the range fits both sides does not mean that the sides fit each other.
        return !canMergeLeft || areAnonVmasCompatible(Objects.requireNonNull(vmg.prev), next);
    }

    private static boolean canBeRemoved(VmArea vma) {
        return vma.vmOps() == null || vma.vmOps().close() == null;
    }

    // ---- A new range ----

    /**
     * Fill the gap {@code [start, end)} by growing a neighbour.
     *
     * @return the area that now covers the range, or {@code null}: the caller must make one, or
     *     {@link VmaMergeStruct#state} says that memory ran out
     */
    @Models("mm/vma.c: vma_merge_new_range")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    @Nullable VmArea mergeNewRange(VmaMergeStruct vmg) {
        space.assertWriteLocked();
        long start = vmg.start;
        long end = vmg.end;
        long pgoff = vmg.pgoff;
        VmArea prev = vmg.prev;
        VmArea next = vmg.next;
        vmg.state = VmaMergeStruct.State.NOMERGE;
        if ((vmg.vmFlags & VmFlags.VM_SPECIAL) != 0 || prev == null && next == null) {
            return null;
        }
        boolean left = canMergeLeft(vmg);
        boolean right = !vmg.justExpand && canMergeRight(vmg, left);
        if (right && next != null) {
            vmg.end = next.vmEnd();
            vmg.target = next;
        }
        if (left && prev != null) {
            vmg.start = prev.vmStart();
            vmg.pgoff = prev.vmPgoff();
            vmg.target = prev;
            if (right && next != null && !canBeRemoved(next)) {
                vmg.end = end;
            }
        }
        VmArea target = vmg.target;
        if (target != null && tryExpand(vmg)) {
            vmg.state = VmaMergeStruct.State.SUCCESS;
            return target;
        }
        if (!vmg.justExpand) {
            vmg.target = null;
            vmg.start = start;
            vmg.end = end;
            vmg.pgoff = pgoff;
            vmg.vmi.set(start);
        }
        return null;
    }

    private boolean tryExpand(VmaMergeStruct vmg) {
        try {
            expand(vmg);
            return true;
        } catch (ErrnoException _) {
            return false;
        }
    }

    /**
     * Grow {@link VmaMergeStruct#target} to {@code [start, end)}; {@code next} goes away if the range ends where it
     * ends.
     *
     * @throws ErrnoException {@code ENOMEM}; nothing changed but the anon_vma pointer of the target
     */
    @Models("mm/vma.c: vma_expand")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    void expand(VmaMergeStruct vmg) throws ErrnoException {
        space.assertWriteLocked();
        VmArea target = vmg.target;
        if (target == null) {
            throw new KernelBug("%s: no area to expand", vmg);
        }
        VmArea next = vmg.next;
        boolean removeNext = next != null && next != target && vmg.end == next.vmEnd();
        target.vmaStartWrite();
        boolean duplicated = false;
        try {
            if (removeNext) {
                next.vmaStartWrite();
                duplicated = space.anonVmas().dup(target, next);
            }
            if (!duplicated && vmg.copiedFrom != null && target.anonVma() == null) {
                duplicated = space.anonVmas().dup(target, vmg.copiedFrom);
            }
            space.warnings().warnOn(next != null && !removeNext && next != target && vmg.end > next.vmStart());
            space.warnings().warnOn(target.vmStart() < vmg.start || target.vmEnd() > vmg.end);
            vmg.vmi.config(vmg.start, vmg.end);
            vmg.vmi.prealloc();
        } catch (ErrnoException e) {
            if (duplicated) {
                space.anonVmas().undoDup(target);
            }
            if (!vmg.giveUpOnOom) {
                vmg.state = VmaMergeStruct.State.ERROR_NOMEM;
            }
            throw new ErrnoException(Errno.ENOMEM, "expand " + target + ": " + e.getMessage());
        }
        target.setRange(vmg.start, vmg.end, vmg.pgoff);
        keepSticky(target, vmg.vmFlags | (removeNext ? next.vmFlags() : 0));
        vmg.vmi.store(target);
        if (removeNext) {
            space.freeMerged(next);
        }
    }

    // ---- Part of an existing area ----

    /** What a merge of an existing range does; {@code null} fields stay as they are. */
    private record Plan(VmArea survivor, boolean left, boolean right, boolean wholeMiddle) {
    }

    /**
     * Give {@code [start, end)}, a part of {@code middle} that is about to get the proposed attributes, to a neighbour
     * that has them.
     *
     * @return the neighbour, or {@code null} if there is none that fits
     */
    @Models("mm/vma.c: vma_merge_existing_range")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    @Nullable VmArea mergeExistingRange(VmaMergeStruct vmg) {
        space.assertWriteLocked();
        VmArea middle = Objects.requireNonNull(vmg.middle, "existing range without its area");
        vmg.state = VmaMergeStruct.State.NOMERGE;
        boolean leftSide = vmg.start == middle.vmStart();
        boolean rightSide = vmg.end == middle.vmEnd();
        if ((vmg.vmFlags & VmFlags.VM_SPECIAL) != 0 || !leftSide && !rightSide) {
            return null;
        }
        vmg.next = rightSide ? space.tree().findAtOrAfter(vmg.end) : null;
        boolean left = leftSide && canMergeLeft(vmg);
        boolean right = rightSide && canMergeRight(vmg, left);
        boolean whole = leftSide && rightSide;
        if (!left && !right || whole && !canBeRemoved(middle)) {
            return null;
        }
        if (left && right && !canBeRemoved(Objects.requireNonNull(vmg.next))) {
            right = false;
        }
        VmArea survivor = Objects.requireNonNull(left ? vmg.prev : vmg.next);
        return commit(vmg, middle, new Plan(survivor, left, right, whole));
    }

    private @Nullable VmArea commit(VmaMergeStruct vmg, VmArea middle, Plan plan) {
        VmArea survivor = plan.survivor;
        VmArea next = vmg.next;
        middle.vmaStartWrite();
        survivor.vmaStartWrite();
        boolean both = plan.left && plan.right && next != null;
        if (both) {
            next.vmaStartWrite();
        }
        boolean duplicated = false;
        try {
            duplicated = space.anonVmas().dup(survivor, both && next.anonVma() != null ? next : middle);
            vmg.vmi.prealloc();
        } catch (ErrnoException _) {
            if (duplicated) {
                space.anonVmas().undoDup(survivor);
            }
            vmg.vmi.set(vmg.start);
            vmg.vmi.load();
            if (!vmg.giveUpOnOom) {
                vmg.state = VmaMergeStruct.State.ERROR_NOMEM;
            }
            return null;
        }
        moveBoundaries(vmg, middle, plan);
        keepSticky(survivor, vmg.vmFlags | middle.vmFlags() | (both ? next.vmFlags() : 0));
        vmg.vmi.store(survivor);
        if (plan.wholeMiddle) {
            space.freeMerged(middle);
        }
        if (both) {
            space.freeMerged(next);
        }
        vmg.state = VmaMergeStruct.State.SUCCESS;
        return survivor;
    }

    private void keepSticky(VmArea survivor, long flags) {
        survivor.vmFlagsReset(survivor.vmFlags() | flags & stickyFlags);
    }

    private static void moveBoundaries(VmaMergeStruct vmg, VmArea middle, Plan plan) {
        VmArea survivor = plan.survivor;
        if (plan.left) {
            long end = plan.right ? Objects.requireNonNull(vmg.next).vmEnd() : vmg.end;
            if (!plan.wholeMiddle) {
                middle.setRange(vmg.end, middle.vmEnd(), middle.linearPageIndex(vmg.end));
            }
            survivor.setRange(survivor.vmStart(), end, survivor.vmPgoff());
        } else {
            long pages = survivor.vmStart() - vmg.start >> Mman.PAGE_SHIFT;
            if (!plan.wholeMiddle) {
                middle.setRange(middle.vmStart(), vmg.start, middle.vmPgoff());
            }
            survivor.setRange(vmg.start, survivor.vmEnd(), survivor.vmPgoff() - pages);
        }
    }

    /**
     * Grow {@code vma} by {@code delta} bytes at its end, into a gap, and join it with what follows if that fits.
     *
     * @return the area that now covers the extension, or {@code null} if memory ran out or the extension could not
     *     become part of it
     */
    @Models("mm/vma.c: vma_merge_extend")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    @Nullable VmArea mergeExtend(VmaIterator vmi, VmArea vma, long delta) {
        VmaMergeStruct vmg = VmaMergeStruct.ofVma(vmi, vma, vma, vma.vmEnd(), vma.vmEnd() + delta);
        vmg.middle = null;
        vmg.next = space.tree().findAtOrAfter(vma.vmEnd());
        return mergeNewRange(vmg);
    }

    /**
     * Make the copy of {@code vma} that mremap moves to: grow an area at the new place if it fits, else make a new one.
     *
     * <p>An anonymous area without a page gets the page offset of its new place, so that it can merge there; one with
     * pages keeps its own.
     *
     * @return the area that covers {@code [addr, addr + len)}, or {@code null} if memory ran out or the place is taken
     */
    @Models("mm/vma.c: copy_vma")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    @Nullable VmArea copyVma(VmArea vma, long addr, long len, long pgoff) {
        VmaIterator vmi = new VmaIterator(space, addr);
        VmArea prev = space.tree().findBefore(addr);
        VmArea next = space.tree().findAtOrAfter(addr);
        if (next != null && next.vmStart() < addr + len) {
            return null;
        }
        VmaMergeStruct vmg = VmaMergeStruct.ofVma(vmi, prev, vma, addr, addr + len);
        vmg.middle = null;
        vmg.next = next;
        vmg.pgoff = vma.isAnonymous() && vma.anonVma() == null ? addr >> Mman.PAGE_SHIFT : pgoff;
        vmg.copiedFrom = vma;
        VmArea merged = mergeNewRange(vmg);
        if (merged != null) {
            return merged;
        }
        try {
            return linkCopy(vmi, vma, addr, len, vmg.pgoff);
        } catch (ErrnoException _) {
            return null;
        }
    }

    private VmArea linkCopy(VmaIterator vmi, VmArea vma, long addr, long len, long pgoff) throws ErrnoException {
        space.memory().charge(VmaMemory.Site.VM_AREA);
        VmArea copy = vma.dup();
        copy.setRange(addr, addr + len, pgoff);
        space.anonVmas().clone(copy, vma);
        try {
            vmi.prealloc();
        } catch (ErrnoException e) {
            space.anonVmas().unlink(copy);
            throw e;
        }
        if (copy.vmFile() != null) {
            copy.vmFile().get();
        }
        VmOperations ops = copy.vmOps();
        if (ops != null && ops.open() != null) {
            ops.open().accept(copy);
        }
        space.link(vmi, copy);
        return copy;
    }
}
