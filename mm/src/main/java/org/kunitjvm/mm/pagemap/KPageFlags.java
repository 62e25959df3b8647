package org.kunitjvm.mm.pagemap;

import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;

/**
 * The bits of {@code /proc/kpageflags}, which stay the same when the kernel's own flags move. Models
 * include/uapi/linux/kernel-page-flags.h and include/linux/kernel-page-flags.h.
 */
public enum KPageFlags {
    LOCKED(0), ERROR(1), REFERENCED(2), UPTODATE(3), DIRTY(4), LRU(5), ACTIVE(6), SLAB(7), WRITEBACK(8), RECLAIM(9),
        BUDDY(10),
    MMAP(11), ANON(12), SWAPCACHE(13), SWAPBACKED(14), COMPOUND_HEAD(15), COMPOUND_TAIL(16), HUGE(17), UNEVICTABLE(18),
    HWPOISON(19), NOPAGE(20), KSM(21), THP(22), OFFLINE(23), ZERO_PAGE(24), IDLE(25), PGTABLE(26), RESERVED(32),
    MLOCKED(33), OWNER_2(34), PRIVATE(35), PRIVATE_2(36), OWNER_PRIVATE(37), ARCH(38), SOFTDIRTY(40), ARCH_2(41),
    ARCH_3(42);

    private static final int MAPPING_ANON = 1;
    private static final int SWAPCACHE_FLAGS = PageFlags.PG_SWAPBACKED | PageFlags.PG_SWAPCACHE;

    /** Which flag of the folio shows as which bit; pairs, in the order of the bits. */
    private static final int[] COPIED = {
        PageFlags.PG_LOCKED, LOCKED.bit, PageFlags.PG_REFERENCED, REFERENCED.bit, PageFlags.PG_UPTODATE, UPTODATE.bit,
        PageFlags.PG_DIRTY, DIRTY.bit, PageFlags.PG_LRU, LRU.bit, PageFlags.PG_ACTIVE, ACTIVE.bit,
        PageFlags.PG_WRITEBACK, WRITEBACK.bit, PageFlags.PG_RECLAIM, RECLAIM.bit, PageFlags.PG_SWAPBACKED,
        SWAPBACKED.bit, PageFlags.PG_UNEVICTABLE, UNEVICTABLE.bit, PageFlags.PG_RESERVED, RESERVED.bit,
        PageFlags.PG_MLOCKED, MLOCKED.bit, PageFlags.PG_OWNER_2, OWNER_2.bit, PageFlags.PG_PRIVATE, PRIVATE.bit,
        PageFlags.PG_PRIVATE_2, PRIVATE_2.bit, PageFlags.PG_OWNER_PRIV_1, OWNER_PRIVATE.bit, PageFlags.PG_ARCH_1,
        ARCH.bit};

    private final int bit;

    KPageFlags(int bit) {
        this.bit = bit;
    }

    /** Number of the bit. */
    public int bit() {
        return bit;
    }

    /** The word with this bit alone. */
    public long mask() {
        return 1L << bit;
    }

    /** Whether the bit is set in a word of the file. */
    public boolean isIn(long word) {
        return (word & mask()) != 0;
    }

    /** The names of the bits of a word, lowest first, with {@code |} between them. */
    public static String describe(long word) {
        StringBuilder out = new StringBuilder();
        for (KPageFlags flag : values()) {
            if (flag.isIn(word)) {
                out.append(out.isEmpty() ? "" : "|").append(flag);
            }
        }
        return out.toString();
    }

    /**
     * The word of a frame. What a compound page is shows in all of its pages; {@code zeroPfn} is the shared zero page,
     * or -1.
     */
    @Models("fs/proc/page.c: stable_page_flags")
    public static long of(PageMap map, int pfn, int zeroPfn) {
        if (!map.isValid(pfn)) {
            return NOPAGE.mask();
        }
        int head = map.headOf(pfn);
        int flags = map.flags(head);
        long word = 0;
        for (int i = 0; i < COPIED.length; i += 2) {
            word |= (flags & COPIED[i]) != 0 ? 1L << COPIED[i + 1] : 0;
        }
        word |= map.mapcount(pfn) >= 0 ? MMAP.mask() : 0;
        word |= (map.mapping(head) & MAPPING_ANON) != 0 ? ANON.mask() : 0;
        word |= head != pfn ? COMPOUND_TAIL.mask() : map.isHead(pfn) ? COMPOUND_HEAD.mask() : 0;
        word |= pfn == zeroPfn ? ZERO_PAGE.mask() : 0;
        word |= isFree(map, pfn) ? BUDDY.mask() : 0;
        word |= (map.flags(pfn) & PageFlags.MODEL_OFFLINE) != 0 ? OFFLINE.mask() : 0;
        word |= (flags & SWAPCACHE_FLAGS) == SWAPCACHE_FLAGS ? SWAPCACHE.mask() : 0;
        word |= map.hasFlag(pfn, PageFlags.PG_HWPOISON) ? HWPOISON.mask() : 0;
        return word;
    }

    /** On a free list, or inside a block that is. Pages in a CPU's cache have no references either and are not. */
    private static boolean isFree(PageMap map, int pfn) {
        return map.freeBlockOrder(pfn) >= 0 || map.refcount(pfn) == 0 && !map.isTail(pfn)
            && map.freeBlockAround(pfn) >= 0;
    }
}
