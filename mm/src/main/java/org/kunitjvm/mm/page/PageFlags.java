package org.kunitjvm.mm.page;

/** Bits of the flags word. Models include/linux/page-flags.h: enum pageflags, in the order of Linux 6.12 on x86-64. */
public final class PageFlags {
    /** The page is locked. */
    public static final int PG_LOCKED = 1;
    /** It is being written back. */
    public static final int PG_WRITEBACK = 1 << 1;
    /** It was used. */
    public static final int PG_REFERENCED = 1 << 2;
    /** Its contents are valid. */
    public static final int PG_UPTODATE = 1 << 3;
    /** Its contents must be written back. */
    public static final int PG_DIRTY = 1 << 4;
    /** It is on an LRU list. */
    public static final int PG_LRU = 1 << 5;
    /** It is the first page of a compound page. */
    public static final int PG_HEAD = 1 << 6;
    /** Somebody waits for it. */
    public static final int PG_WAITERS = 1 << 7;
    /** It is on an active list. */
    public static final int PG_ACTIVE = 1 << 8;
    /** It is part of a working set. */
    public static final int PG_WORKINGSET = 1 << 9;
    /** For its owner. */
    public static final int PG_OWNER_PRIV_1 = 1 << 10;
    /** For its owner, too. */
    public static final int PG_OWNER_2 = 1 << 11;
    /** For the architecture. */
    public static final int PG_ARCH_1 = 1 << 12;
    /** It does not belong to the allocator. */
    public static final int PG_RESERVED = 1 << 13;
    /** Its private word is in use. */
    public static final int PG_PRIVATE = 1 << 14;
    /** As {@link #PG_PRIVATE}, for its owner. */
    public static final int PG_PRIVATE_2 = 1 << 15;
    /** To be reclaimed soon. */
    public static final int PG_RECLAIM = 1 << 16;
    /** Backed by swap. */
    public static final int PG_SWAPBACKED = 1 << 17;
    /** Not to be reclaimed. */
    public static final int PG_UNEVICTABLE = 1 << 18;
    /** Locked into memory. */
    public static final int PG_MLOCKED = 1 << 19;
    /** Broken hardware. */
    public static final int PG_HWPOISON = 1 << 20;

    /** In the swap cache. */
    public static final int PG_SWAPCACHE = PG_OWNER_PRIV_1;
    /** Checked by a filesystem. */
    public static final int PG_CHECKED = PG_OWNER_PRIV_1;
    /** Anonymous and owned by one process. */
    public static final int PG_ANON_EXCLUSIVE = PG_OWNER_2;
    /** To be read ahead. */
    public static final int PG_READAHEAD = PG_RECLAIM;
    /** Taken off its list for migration. */
    public static final int PG_ISOLATED = PG_RECLAIM;
    /** Known to the page reporting; only on free pages. */
    public static final int PG_REPORTED = PG_UPTODATE;

    /** Model only, outside of the kernel's bits: the page has movable operations ({@code __PageMovable}). */
    public static final int MODEL_MOVABLE_OPS = 1 << 28;
    /** Model only: the page is a tail of a compound page ({@code PageTail}). */
    public static final int MODEL_TAIL = 1 << 29;
    /** Model only: the page is offline ({@code PageOffline}). */
    public static final int MODEL_OFFLINE = 1 << 30;
    /** Model only: the page was in use before the model began; its owner is not modelled. */
    public static final int MODEL_FOREIGN = 1 << 26;
    /** Model only: the page was allocated without watermarks ({@code page_is_pfmemalloc}). */
    public static final int MODEL_PFMEMALLOC = 1 << 27;

    /** The bits that the kernel prints. */
    public static final int KERNEL_MASK = (1 << 21) - 1;
    /** None of these may be set when a page is freed. */
    public static final int CHECK_AT_FREE = PG_LRU | PG_LOCKED | PG_PRIVATE | PG_PRIVATE_2 | PG_WRITEBACK | PG_RESERVED
        | PG_ACTIVE | PG_UNEVICTABLE | PG_MLOCKED;
    /** None of these may be set when a page is allocated. */
    public static final int CHECK_AT_PREP = KERNEL_MASK & ~PG_HWPOISON;

    private static final String[] NAMES = {"locked", "writeback", "referenced", "uptodate", "dirty", "lru", "head",
        "waiters", "active", "workingset", "owner_priv_1", "owner_2", "arch_1", "reserved", "private", "private_2",
        "reclaim", "swapbacked", "unevictable", "mlocked", "hwpoison"};

    private PageFlags() {
    }

    /** The names of the bits, lowest first, with {@code |} between them, as {@code %pGp} prints them. */
    public static String describe(int flags) {
        StringBuilder out = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                out.append(out.isEmpty() ? "" : "|").append(NAMES[bit]);
            }
        }
        return out.toString();
    }

    /** Name of one bit. */
    public static String nameOfBit(int bit) {
        return NAMES[bit];
    }
}
