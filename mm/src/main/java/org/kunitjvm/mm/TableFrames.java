package org.kunitjvm.mm;

import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL_ACCOUNT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;

import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.mmu.PageTableAllocator;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;

/** Gives the MMU frames for the page tables of address spaces: one page each, zeroed. */
@Models("include/asm-generic/pgalloc.h: __pte_alloc_one")
final class TableFrames implements PageTableAllocator {
    /** {@code GFP_PGTABLE_USER}. */
    private static final Gfp GFP_PGTABLE_USER = Gfp.gfp(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

    private final Mm mm;

    TableFrames(Mm mm) {
        this.mm = mm;
    }

    @Override
    public int allocTable() {
        Page page = mm.allocPage(GFP_PGTABLE_USER);
        return page == null ? NO_FRAME : page.pfn();
    }

    @Override
    public void freeTable(int pfn) {
        mm.freePage(mm.page(pfn));
    }
}
