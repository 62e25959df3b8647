package org.kunitjvm.mm.page;

import org.kunitjvm.kernel.hook.Pointer;

/**
 * A page frame as code outside of the allocator sees it. There is one object per frame and kernel, so {@code ==} means
 * the same frame. Models include/linux/mm_types.h: struct page.
 */
public final class Page implements Pointer {
    private static final long VMEMMAP = 0xffff_ea00_0000_0000L;
    private static final int STRUCT_PAGE_BYTES = 64;

    private final PageMap map;
    private final int pfn;

    Page(PageMap map, int pfn) {
        this.map = map;
        this.pfn = pfn;
    }

    /** Where Linux has the {@code struct page}: what {@code %p} of a page shows. Not the address of its memory. */
    @Override
    public long pointer() {
        return VMEMMAP + (long) pfn * STRUCT_PAGE_BYTES;
    }

    /** Number of the frame ({@code page_to_pfn}). */
    public int pfn() {
        return pfn;
    }

    /** The memory map it belongs to. */
    public PageMap map() {
        return map;
    }

    /** Address in the direct map ({@code page_address}). */
    public long address() {
        return Pfns.virtOf(pfn);
    }

    /** References ({@code page_count}; a tail counts its head's). */
    public int refcount() {
        return map.refcount(map.headOf(pfn));
    }

    /** Take one more reference ({@code get_page}). */
    public void get() {
        map.addRefcount(map.headOf(pfn), 1);
    }

    /** Flags, {@link PageFlags}. */
    public int flags() {
        return map.flags(pfn);
    }

    /** Whether any of the flags is set. */
    public boolean hasFlag(int mask) {
        return map.hasFlag(pfn, mask);
    }

    /** Set flags. */
    public void setFlag(int mask) {
        map.addFlags(pfn, mask);
    }

    /** Clear flags. */
    public void clearFlag(int mask) {
        map.clearFlags(pfn, mask);
    }

    /** Whether it is the first page of a block on a free list ({@code PageBuddy}). */
    public boolean isBuddy() {
        return map.freeBlockOrder(pfn) >= 0;
    }

    /** Order of the free block that it starts ({@code buddy_order}), or -1. */
    public int buddyOrder() {
        return map.freeBlockOrder(pfn);
    }

    /** Whether it is part of a compound page. */
    public boolean isCompound() {
        return map.isHead(pfn) || map.isTail(pfn);
    }

    /** Order of the compound page it is part of, else 0. */
    public int compoundOrder() {
        return map.compoundOrder(pfn);
    }

    /** First page of the compound page it is part of, else itself ({@code compound_head}). */
    public Page head() {
        int head = map.headOf(pfn);
        return head == pfn ? this : map.page(head);
    }

    /** The page {@code n} frames further ({@code page + n}). */
    public Page plus(int n) {
        return map.page(pfn + n);
    }

    /** Migrate type of its pageblock. */
    public int blockType() {
        return map.blockType(pfn);
    }

    @Override
    public String toString() {
        String flags = PageFlags.describe(map.flags(pfn));
        return String.format("page[pfn %#x refcount %d%s%s]", pfn, map.refcount(pfn), flags.isEmpty() ? ""
            : " flags " + flags, isBuddy() ? " free order " + buddyOrder() : "");
    }
}
