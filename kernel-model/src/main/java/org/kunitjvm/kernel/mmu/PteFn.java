package org.kunitjvm.kernel.mmu;

import org.kunitjvm.kernel.errno.ErrnoException;

/** What {@code apply_to_page_range()} does to each entry. */
@FunctionalInterface
public interface PteFn {
    /**
     * Look at or change the entry of {@code vaddr}.
     *
     * @param mmu to read and write the entry with
     * @param pteAddr physical address of the entry
     */
    void apply(Mmu mmu, long pteAddr, long vaddr) throws ErrnoException;
}
