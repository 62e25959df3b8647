package org.kunitjvm.mm.mermap;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.mmu.Pte;
import org.kunitjvm.kernel.mmu.PteFn;
import org.kunitjvm.kernel.sched.MmStruct;

/**
 * Writes the page-table entries of one CPU's mappings. It keeps what it writes in fields, so that a get makes no
 * garbage.
 */
final class MermapMapper implements PteFn {
    private static final long SENTINEL = Pte.of(0, Pgprot.PAGE_NONE.with(Pte.NX));

    private final MmStruct mm;
    private final MermapVariant variant;
    private long nextPte;
    private boolean mapping;

    MermapMapper(MmStruct mm, MermapVariant variant) {
        this.mm = mm;
        this.variant = variant;
    }

    /** Map the frames from {@code pfn} on at [{@code base}, {@code end}); the tables exist. */
    void map(Mmu mmu, long base, long end, int pfn, Pgprot prot) throws ErrnoException {
        mapping = true;
        nextPte = Pte.of(variant.has(MermapRule.PFN_PLUS_ONE) ? pfn + 1 : pfn, prot);
        mmu.applyToPageRange(mm, base, end - base, this);
    }

    /** Take the mappings away again. No TLB is flushed. */
    void unmap(Mmu mmu, long base, long end) {
        if (variant.has(MermapRule.PTES_KEPT_ON_PUT)) {
            return;
        }
        mapping = false;
        nextPte = variant.has(MermapRule.SENTINEL_PTE) ? SENTINEL : 0;
        try {
            mmu.applyToExistingPageRange(mm, base, end - base, this);
        } catch (ErrnoException e) {
            throw new KernelBug("mermap: unmapping [%x, %x) of mm#%d: %s", base, end, mm.id(), e.getMessage());
        }
    }

    @Override
    public void apply(Mmu mmu, long pteAddr, long vaddr) {
        if (!mapping) {
            mmu.setPte(mm, pteAddr, vaddr, nextPte, "mermap_put");
            return;
        }
        long old = mmu.pte(pteAddr);
        if (Pte.isHardwarePresent(old) && !variant.has(MermapRule.PTES_KEPT_ON_PUT)) {
            throw new KernelBug("mermap: %x of mm#%d is handed out while it maps %s", vaddr, mm.id(),
                Pte.describe(old));
        }
        mmu.setPte(mm, pteAddr, vaddr, nextPte, "mermap_get");
        nextPte += PageTable.PAGE_SIZE;
    }
}
