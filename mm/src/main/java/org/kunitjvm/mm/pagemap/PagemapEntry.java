package org.kunitjvm.mm.pagemap;

import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.mmu.Pte;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFlags;

/** The words of {@code /proc/PID/pagemap}. Models fs/proc/task_mmu.c: pagemap_entry_t. */
public final class PagemapEntry {
    /** The frame number: bits 0 to 54. */
    public static final long PM_PFRAME_MASK = (1L << 55) - 1;
    /** Written since the marks were last cleared, or newly mapped. */
    public static final long PM_SOFT_DIRTY = 1L << 55;
    /** Mapped only once. */
    public static final long PM_MMAP_EXCLUSIVE = 1L << 56;
    /** Write-protected by a userfaultfd. */
    public static final long PM_UFFD_WP = 1L << 57;
    /** Belongs to a file or is shared anonymous memory. */
    public static final long PM_FILE = 1L << 61;
    /** In swap. */
    public static final long PM_SWAP = 1L << 62;
    /** In memory. */
    public static final long PM_PRESENT = 1L << 63;

    private static final int MAPPING_ANON = 1;

    private PagemapEntry() {
    }

    /** The frame in a word. */
    public static int pfn(long entry) {
        return (int) (entry & PM_PFRAME_MASK);
    }

    /**
     * The word of an address in an area.
     *
     * @param showPfn whether the reader may know frame numbers (CAP_SYS_ADMIN)
     */
    @Models("fs/proc/task_mmu.c: pte_to_pagemap_entry")
    static long of(VmArea vma, UserPages pages, PageMap map, long addr, boolean showPfn) {
        long pte = pages.pte(addr);
        long entry = vma.hasAnyFlag(VmFlags.VM_SOFTDIRTY) ? PM_SOFT_DIRTY : 0;
        if (!Pte.isPresent(pte)) {
            return entry;
        }
        int pfn = Pte.pfn(pte);
        entry |= PM_PRESENT | (showPfn ? pfn : 0);
        entry |= (pte & Pte.SOFT_DIRTY) != 0 ? PM_SOFT_DIRTY : 0;
        entry |= (pte & Pte.UFFD_WP) != 0 ? PM_UFFD_WP : 0;
        if (pages.isNormalPage(pte)) {
            entry |= isAnon(map, pfn) ? 0 : PM_FILE;
            entry |= map.mapcount(pfn) == 0 ? PM_MMAP_EXCLUSIVE : 0;
        }
        return entry;
    }

    private static boolean isAnon(PageMap map, int pfn) {
        return (map.mapping(pfn) & MAPPING_ANON) != 0;
    }

    /** The word for people. */
    public static String describe(long entry) {
        return String.format("pfn %#x%s%s%s%s%s%s", entry & PM_PFRAME_MASK, (entry & PM_SOFT_DIRTY) != 0 ? " soft-dirty"
            : "", (entry & PM_MMAP_EXCLUSIVE) != 0 ? " exclusive" : "", (entry & PM_UFFD_WP) != 0 ? " uffd-wp" : "",
            (entry & PM_FILE) != 0 ? " file" : "", (entry & PM_SWAP) != 0 ? " swapped" : "",
            (entry & PM_PRESENT) != 0 ? " present" : "");
    }
}
