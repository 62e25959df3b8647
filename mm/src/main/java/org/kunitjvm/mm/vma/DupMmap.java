package org.kunitjvm.mm.vma;

import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** Copies the areas of a parent into the empty address space of its child. */
final class DupMmap {
    private final VmaSpace parent;
    private final VmaSpace child;

    DupMmap(VmaSpace parent, VmaSpace child) {
        this.parent = parent;
        this.child = child;
    }

    @Models("kernel/fork.c: dup_mmap")
    void run() throws ErrnoException {
        try (var _ = parent.writeLock(); var _ = child.writeLock()) {
            child.stat().copyFrom(parent.stat());
            child.setStartBrk(parent.startBrk());
            child.setBrkEnd(parent.brkEnd());
            for (VmArea vma : parent.areas()) {
                if (vma.hasAnyFlag(VmFlags.VM_DONTCOPY)) {
                    child.stat().account(vma.vmFlags(), -vma.vmaPages());
                } else {
                    copy(vma);
                }
            }
        }
    }

    private void copy(VmArea vma) throws ErrnoException {
        // Neither locks nor a userfaultfd are inherited.
        long flags = vma.vmFlags() & ~(VmFlags.VM_LOCKED_MASK | VmFlags.VM_UFFD_FLAGS);
        VmArea copy = child.newArea(vma.vmStart(), vma.vmEnd(), vma.vmPgoff(), flags);
        copy.setFile(vma.vmFile());
        copy.setVmOps(vma.vmOps());
        copy.setAnonName(vma.anonName());
        copy.setPolicy(vma.policy());
        if (!vma.hasAnyFlag(VmFlags.VM_WIPEONFORK)) {
            child.anonVmas().fork(copy, vma);
        }
        if (copy.vmFile() != null) {
            copy.vmFile().get();
        }
        child.link(new VmaIterator(child, copy.vmStart()), copy);
        VmOperations ops = copy.vmOps();
        if (ops != null && ops.open() != null) {
            ops.open().accept(copy);
        }
    }
}
