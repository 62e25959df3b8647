package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hook.VisibleIfKunit;

/**
 * Takes areas apart and changes their bounds. All methods want the mmap lock held for writing.
 */
@Models("mm/vma.c")
final class VmaSplitter {
    /** Which part of a split is the new object. */
    enum NewPart {
        /** The new object gets the addresses below the cut; the old one keeps the end. */
        BELOW,
        /** The new object gets the addresses from the cut on. */
        ABOVE
    }

    private final VmaSpace space;

    VmaSplitter(VmaSpace space) {
        this.space = space;
    }

    /**
     * Cut {@code vma} at {@code addr}, if one more area is allowed.
     *
     * @throws ErrnoException {@code ENOMEM} at the limit of areas or without memory; whatever {@code may_split} says
     */
    @Models("mm/vma.c: split_vma")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    void splitVma(VmaIterator vmi, VmArea vma, long addr, NewPart newPart) throws ErrnoException {
        if (space.mapCount() >= space.settings().maxMapCount()) {
            throw new ErrnoException(Errno.ENOMEM, "split of " + vma + ": " + space.mapCount()
                + " areas, no more allowed");
        }
        splitUnlimited(vmi, vma, addr, newPart);
    }

    /**
     * Cut {@code vma} at {@code addr} whatever the number of areas; unmapping may exceed the limit for a moment.
     * Afterwards the iterator stands on the old object's part.
     */
    @Models("mm/vma.c: __split_vma")
    void splitUnlimited(VmaIterator vmi, VmArea vma, long addr, NewPart newPart) throws ErrnoException {
        space.assertWriteLocked();
        space.warnings().warnOn(vma.vmStart() >= addr);
        space.warnings().warnOn(vma.vmEnd() <= addr);
        VmOperations ops = vma.vmOps();
        if (ops != null && ops.maySplit() != null) {
            ops.maySplit().check(vma, addr);
        }
        space.memory().charge(VmaMemory.Site.VM_AREA);
        VmArea part = vma.dup();
        long cutPgoff = vma.linearPageIndex(addr);
        if (newPart == NewPart.BELOW) {
            part.setRange(vma.vmStart(), addr, vma.vmPgoff());
        } else {
            part.setRange(addr, vma.vmEnd(), cutPgoff);
        }
        vmi.config(part.vmStart(), part.vmEnd());
        vmi.prealloc();
        space.anonVmas().clone(part, vma);
        if (part.vmFile() != null) {
            part.vmFile().get();
        }
        if (ops != null && ops.open() != null) {
            ops.open().accept(part);
        }
        vma.vmaStartWrite();
        part.vmaStartWrite();
        if (newPart == NewPart.BELOW) {
            vma.setRange(addr, vma.vmEnd(), cutPgoff);
        } else {
            vma.setRange(vma.vmStart(), addr, vma.vmPgoff());
        }
        space.link(vmi, part);
        if (newPart == NewPart.BELOW) {
            vmi.next();
        } else {
            vmi.prev();
        }
    }

    /**
     * Get an area that covers exactly the range of {@code vmg}, whose attributes the caller then changes: merge the
     * range into a neighbour that already has them, or cut it out.
     *
     * @return the neighbour after a merge, else the object that the range belonged to, cut to the range
     * @throws ErrnoException {@code ENOMEM}; after a failed second cut the first one stays
     */
    @Models("mm/vma.c: vma_modify")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmArea modify(VmaMergeStruct vmg) throws ErrnoException {
        VmArea vma = java.util.Objects.requireNonNull(vmg.middle, "modify without an area");
        long start = vmg.start;
        long end = vmg.end;
        VmArea merged = space.merger().mergeExistingRange(vmg);
        if (merged != null) {
            return merged;
        }
        if (vmg.state == VmaMergeStruct.State.ERROR_NOMEM) {
            throw new ErrnoException(Errno.ENOMEM, "modify " + vma);
        }
        if (vma.vmStart() < start) {
            splitVma(vmg.vmi, vma, start, NewPart.BELOW);
        }
        if (vma.vmEnd() > end) {
            splitVma(vmg.vmi, vma, end, NewPart.ABOVE);
        }
        return vma;
    }

    /** Get an area for {@code [start, end)} that is about to have {@code newFlags} ({@code vma_modify_flags}). */
    @Models("mm/vma.c: vma_modify_flags")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmArea modifyFlags(VmaIterator vmi, @Nullable VmArea prev, VmArea vma, long start, long end, long newFlags)
        throws ErrnoException {
        return modify(VmaMergeStruct.ofVma(vmi, prev, vma, start, end).flags(newFlags));
    }

    /**
     * Cut one end off {@code vma}.
     *
     * @throws ErrnoException {@code ENOMEM}; nothing changed
     */
    @Models("mm/vma.c: vma_shrink")
    @VisibleIfKunit
    @ExportSymbolIfKunit
    void shrink(VmaIterator vmi, VmArea vma, long start, long end, long pgoff) throws ErrnoException {
        space.warnings().warnOn(vma.vmStart() != start && vma.vmEnd() != end);
        if (vma.vmStart() < start) {
            vmi.config(vma.vmStart(), start);
        } else {
            vmi.config(end, vma.vmEnd());
        }
        vmi.prealloc();
        vma.vmaStartWrite();
        vmi.clear();
        vma.setRange(start, end, pgoff);
    }
}
