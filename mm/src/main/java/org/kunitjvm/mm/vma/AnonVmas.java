package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hook.VisibleIfKunit;

/** Links areas of one address space to anon_vmas. Models the area side of mm/rmap.c. */
public final class AnonVmas {
    private final VmaSpace space;
    private int made;

    AnonVmas(VmaSpace space) {
        this.space = space;
    }

    /** Give {@code vma} an anon_vma of its own ({@code __anon_vma_prepare} without a neighbour to share with). */
    @VisibleIfKunit
    @ExportSymbolIfKunit
    void assignNew(VmArea vma) {
        link(vma, create(null), false);
    }

    /**
     * Make sure that {@code vma} has an anon_vma before a page is put into it. A neighbour's is reused if a later merge
     * with it would be possible: first the next area's, then the one before.
     *
     * @throws ErrnoException {@code ENOMEM}
     */
    @Models("mm/rmap.c: __anon_vma_prepare")
    public void prepare(VmArea vma) throws ErrnoException {
        if (vma.anonVma() != null) {
            return;
        }
        space.memory().charge(VmaMemory.Site.ANON_VMA);
        AnonVma reused = findMergeable(vma);
        link(vma, reused != null ? reused : create(null), false);
    }

    private AnonVma create(@Nullable AnonVma parent) {
        return new AnonVma(space.mm().id() + "." + ++made, parent);
    }

    private static void link(VmArea vma, AnonVma anonVma, boolean byClone) {
        vma.setAnonVma(anonVma);
        vma.chain().add(anonVma);
        anonVma.linked(byClone);
        anonVma.activate();
    }

    /** The anon_vma of a neighbour that {@code vma} may share, or {@code null}. */
    @Models("mm/vma.c: find_mergeable_anon_vma")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    @Nullable AnonVma findMergeable(VmArea vma) {
        VmArea next = space.tree().findAtOrAfter(vma.vmEnd());
        if (next != null) {
            AnonVma anonVma = reusable(next, vma, next);
            if (anonVma != null) {
                return anonVma;
            }
        }
        VmArea prev = space.tree().findBefore(vma.vmStart());
        return prev == null ? null : reusable(prev, prev, vma);
    }

    private static @Nullable AnonVma reusable(VmArea owner, VmArea low, VmArea high) {
        boolean compatible = low.vmEnd() == high.vmStart()
            && java.util.Objects.equals(low.policy(), high.policy())
            && low.vmFile() == high.vmFile()
            && ((low.vmFlags() ^ high.vmFlags()) & ~(VmFlags.VM_ACCESS_FLAGS | VmFlags.VM_SOFTDIRTY)) == 0
            && high.vmPgoff() == low.vmPgoff() + low.vmaPages();
        return compatible && owner.isChainSingular() ? owner.anonVma() : null;
    }

    /**
     * Link {@code dst} to everything that {@code src} is linked to; {@code dst.anon_vma} is already set.
     *
     * @throws ErrnoException {@code ENOMEM}; nothing is linked then
     */
    @Models("mm/rmap.c: anon_vma_clone")
    void clone(VmArea dst, VmArea src) throws ErrnoException {
        if (src.chain().isEmpty()) {
            return;
        }
        space.memory().charge(VmaMemory.Site.ANON_VMA);
        for (AnonVma anonVma : src.chain()) {
            dst.chain().add(anonVma);
            anonVma.linked(true);
        }
        if (dst.anonVma() != null) {
            dst.anonVma().activate();
        }
    }

    /**
     * Let {@code dst} take over the anon_vma of {@code src} if it has none itself.
     *
     * @return whether links were made that must be dropped if the merge fails
     * @throws ErrnoException {@code ENOMEM}
     */
    @Models("mm/vma.c: dup_anon_vma")
    boolean dup(VmArea dst, VmArea src) throws ErrnoException {
        // There are no pages that only dst could know of, so the two may become one.
        if (src.anonVma() == null || dst.anonVma() != null) {
            return false;
        }
        dst.setAnonVma(src.anonVma());
        clone(dst, src);
        return true;
    }

    /**
     * Drop the links that {@link #dup} made. The pointer stays: the area has no page yet, and a retry finds it as it
     * left it.
     */
    void undoDup(VmArea dst) {
        unlinkChain(dst);
    }

    /** Drop all links of {@code vma} ({@code unlink_anon_vmas}). */
    void unlink(VmArea vma) {
        unlinkChain(vma);
        vma.setAnonVma(null);
    }

    private static void unlinkChain(VmArea vma) {
        if (vma.anonVma() != null) {
            vma.anonVma().deactivate();
        }
        for (AnonVma anonVma : vma.chain()) {
            anonVma.unlinked();
        }
        vma.chain().clear();
    }

    /**
     * Link the child's copy of a parent's area: to all that the parent is linked to, and to an anon_vma of its own on
     * top. An anon_vma that no area and at most one child uses any more is taken over instead.
     */
    @Models("mm/rmap.c: anon_vma_fork")
    void fork(VmArea child, VmArea parent) throws ErrnoException {
        if (parent.anonVma() == null) {
            return;
        }
        child.setAnonVma(null);
        clone(child, parent);
        for (AnonVma anonVma : child.chain()) {
            if (anonVma.numChildren() < 2 && anonVma.numActiveVmas() == 0) {
                child.setAnonVma(anonVma);
                anonVma.activate();
                return;
            }
        }
        link(child, create(parent.anonVma()), false);
    }
}
