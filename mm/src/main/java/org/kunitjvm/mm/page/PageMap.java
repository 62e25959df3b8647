package org.kunitjvm.mm.page;

import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCKS_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PFN_SECTION_SHIFT;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.types.MmConstants;

/**
 * What is known about each page frame and each pageblock: the memory map.
 *
 * <p>Page records are made a section (32768 pages) at a time, when a page of the section is first handed out; until
 * then everything about the section is in its 64 pageblock entries. That is enough because a free block of pageblock
 * order or more is described by the entry of its first pageblock alone, and smaller free blocks only come from
 * splitting, which makes the records.
 *
 * <p>The records of one section lie in one {@code int[]}, 8 words per page, so that an allocation or a free touches a
 * single cache line of it:
 * <pre>
 *   word  holds                                                 struct page
 *   0     frame after this one on its list                      lru.next
 *   1     frame before this one on its list                     lru.prev, mlock_count
 *   2     PG_* bits and the model's own                         flags
 *   3     references                                            _refcount
 *   4     mapcount + 1, or page type in the top byte            _mapcount, page_type
 *   5     mapping handle, or first frame of the compound page   mapping, compound_head
 *   6     owner's word; order of a free block's first page      private
 *   7     owner's second word                                   index
 *   32 bytes per page of a touched section; all zero means: no flags, no references, no mappings
 * </pre>
 * Pageblocks have one array per field: zone and migrate type, state, order of the free block that starts here, and the
 * two links of that block: 12 bytes per 512 pages.
 *
 * <p>Frames are {@code int}, so physical memory ends at 8 TiB.
 */
public final class PageMap {
    /** Words per page record. */
    static final int WORDS_SHIFT = 3;
    static final int SECTION_MASK = PAGES_PER_SECTION - 1;
    static final int NEXT = 0;
    static final int PREV = 1;
    static final int FLAGS = 2;
    static final int REFCOUNT = 3;
    static final int TYPE = 4;
    static final int MAPPING = 5;
    static final int PRIVATE = 6;
    static final int INDEX = 7;

    /** Page type of the first page of a free block; the order is in the low bits, so that one comparison tests both. */
    private static final int TYPE_BUDDY = 0xf000_0000;
    private static final int TYPE_GUARD = 0xf300_0000;
    private static final int TYPE_MASK = 0xff00_0000;

    /** Low bits of a mapping handle: anonymous (1) or movable operations (2). */
    private static final int MAPPING_FLAGS = 3;

    /** In a {@link #blockTag}, the migrate type has the low bits, the zone's number the others. */
    private static final int TAG_ZONE_SHIFT = 3;
    /** Largest number of a zone. */
    public static final int MAX_ZONE_ID = Short.MAX_VALUE >>> TAG_ZONE_SHIFT;
    private static final int TAG_TYPE_MASK = (1 << TAG_ZONE_SHIFT) - 1;

    private static final byte BLOCK_RESERVED = 1;
    private static final byte BLOCK_OFFLINE = 2;

    int[] @Nullable [] sections = new int[0][];
    private @Nullable Page[] @Nullable [] pages = new Page[0][];
    private byte[] blockStates = new byte[0];
    /** Zone number and migrate type of each pageblock: see {@link #blockTag}. */
    private short[] blockTags = new short[0];
    byte[] blockOrders = new byte[0];
    int[] blockNext = new int[0];
    int[] blockPrev = new int[0];
    private int touchedSections;
    /** See {@link #changes}. */
    long changes;

    /** Make sure that every frame below {@code endPfn} can be described. Costs 12 bytes per pageblock. */
    public void ensureSpan(int endPfn) {
        int nrSections = (endPfn + PAGES_PER_SECTION - 1) >>> PFN_SECTION_SHIFT;
        if (nrSections <= sections.length) {
            return;
        }
        int nrBlocks = nrSections * PAGEBLOCKS_PER_SECTION;
        sections = Arrays.copyOf(sections, nrSections);
        pages = Arrays.copyOf(pages, nrSections);
        int had = blockTags.length;
        blockTags = Arrays.copyOf(blockTags, nrBlocks);
        Arrays.fill(blockTags, had, nrBlocks, (short) MigrateType.MIGRATE_MOVABLE);
        blockStates = Arrays.copyOf(blockStates, nrBlocks);
        blockOrders = Arrays.copyOf(blockOrders, nrBlocks);
        blockNext = Arrays.copyOf(blockNext, nrBlocks);
        blockPrev = Arrays.copyOf(blockPrev, nrBlocks);
    }

    /** First frame that cannot be described. */
    public int endPfn() {
        return sections.length << PFN_SECTION_SHIFT;
    }

    /** How many sections have page records, 1 MiB each. */
    public int touchedSections() {
        return touchedSections;
    }

    /**
     * A number that is another one after any field of a record, any list link or any pageblock was written; whoever
     * wants to know whether the map is still as it was compares two of them. What the allocator itself writes when it
     * hands a block out or takes one back does not count, because that is counted as an event.
     */
    public long changes() {
        return changes;
    }

    // ---------------------------------------------------------------- sections

    /** Make the page records of the section of {@code pfn} unless they exist. */
    public void touch(int pfn) {
        if (sections[pfn >>> PFN_SECTION_SHIFT] == null) {
            makeRecords(pfn >>> PFN_SECTION_SHIFT);
        }
    }

    /** Whether the section of {@code pfn} has page records. */
    public boolean isTouched(int pfn) {
        return sectionOf(pfn) != null;
    }

    private void makeRecords(int section) {
        sections[section] = new int[PAGES_PER_SECTION << WORDS_SHIFT];
        touchedSections++;
        int firstBlock = section * PAGEBLOCKS_PER_SECTION;
        for (int block = firstBlock; block < firstBlock + PAGEBLOCKS_PER_SECTION; block++) {
            if (blockStates[block] != 0) {
                fillRecords(block);
            }
        }
    }

    private void fillRecords(int block) {
        boolean reserved = blockStates[block] == BLOCK_RESERVED;
        int startPfn = block << PAGEBLOCK_ORDER;
        setRecords(startPfn, startPfn + PAGEBLOCK_NR_PAGES,
            reserved ? PageFlags.PG_RESERVED : PageFlags.MODEL_OFFLINE, 1);
    }

    private int @Nullable [] sectionOf(int pfn) {
        int section = pfn >>> PFN_SECTION_SHIFT;
        return section < sections.length ? sections[section] : null;
    }

    /** The records of the section of a frame; they must exist. */
    int[] section(int pfn) {
        return sections[pfn >>> PFN_SECTION_SHIFT];
    }

    /** Where in its section the record of a frame begins. */
    static int record(int pfn) {
        return (pfn & SECTION_MASK) << WORDS_SHIFT;
    }

    private int word(int pfn, int word) {
        return sections[pfn >>> PFN_SECTION_SHIFT][record(pfn) + word];
    }

    private void setWord(int pfn, int word, int value) {
        changes++;
        sections[pfn >>> PFN_SECTION_SHIFT][record(pfn) + word] = value;
    }

    /** The word of a page that may have no record yet. */
    private int peek(int pfn, int word) {
        int[] section = sectionOf(pfn);
        return section == null ? 0 : section[record(pfn) + word];
    }

    private int blockState(int pfn) {
        int block = pfn >>> PAGEBLOCK_ORDER;
        return block < blockStates.length ? blockStates[block] : 0;
    }

    // ---------------------------------------------------------------- page records

    /** Flags of a page, {@link PageFlags}. */
    public int flags(int pfn) {
        int[] section = sectionOf(pfn);
        if (section != null) {
            return section[record(pfn) + FLAGS];
        }
        return switch (blockState(pfn)) {
            case BLOCK_RESERVED -> PageFlags.PG_RESERVED;
            case BLOCK_OFFLINE -> PageFlags.MODEL_OFFLINE;
            default -> 0;
        };
    }

    /** Whether any of the flags is set. */
    public boolean hasFlag(int pfn, int mask) {
        return (flags(pfn) & mask) != 0;
    }

    /** Replace all flags; the section must have records. */
    public void setFlags(int pfn, int flags) {
        setWord(pfn, FLAGS, flags);
    }

    /** Set some flags. */
    public void addFlags(int pfn, int mask) {
        touch(pfn);
        setFlags(pfn, word(pfn, FLAGS) | mask);
    }

    /** Clear some flags. */
    public void clearFlags(int pfn, int mask) {
        touch(pfn);
        setFlags(pfn, word(pfn, FLAGS) & ~mask);
    }

    /** References to a page. */
    public int refcount(int pfn) {
        int[] section = sectionOf(pfn);
        if (section == null) {
            return blockState(pfn) == 0 ? 0 : 1;
        }
        return section[record(pfn) + REFCOUNT];
    }

    /** Set the references; the section must have records. */
    public void setRefcount(int pfn, int count) {
        setWord(pfn, REFCOUNT, count);
    }

    /** Add to the references and return the new number. */
    public int addRefcount(int pfn, int delta) {
        changes++;
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn) + REFCOUNT;
        section[at] += delta;
        return section[at];
    }

    /** Mappings of a page; -1 means none, as in {@code _mapcount}. */
    public int mapcount(int pfn) {
        int type = peek(pfn, TYPE);
        return type < 0 ? -1 : type - 1;
    }

    /** Set the mappings, -1 for none. */
    public void setMapcount(int pfn, int mapcount) {
        touch(pfn);
        setWord(pfn, TYPE, mapcount + 1);
    }

    /**
     * Mapping handle, or for a tail the first frame of its compound page. 0 means none; bit 0 anonymous, bit 1 movable
     * operations.
     */
    public int mapping(int pfn) {
        return peek(pfn, MAPPING);
    }

    /** Set the mapping handle. */
    public void setMapping(int pfn, int mapping) {
        touch(pfn);
        setWord(pfn, MAPPING, mapping);
    }

    /** The owner's word. */
    public int privateWord(int pfn) {
        return peek(pfn, PRIVATE);
    }

    /** Set the owner's word. */
    public void setPrivateWord(int pfn, int value) {
        touch(pfn);
        setWord(pfn, PRIVATE, value);
    }

    /** The owner's second word. */
    public int index(int pfn) {
        return peek(pfn, INDEX);
    }

    /** Set the owner's second word. */
    public void setIndex(int pfn, int value) {
        touch(pfn);
        setWord(pfn, INDEX, value);
    }

    /**
     * How many locked mappings an unevictable page has, as far as is known; overlays its list links
     * ({@code mlock_count}).
     */
    public int mlockCount(int pfn) {
        return word(pfn, PREV);
    }

    /** Set the number of locked mappings of a page that is on no list. */
    public void setMlockCount(int pfn, int count) {
        setWord(pfn, PREV, count);
    }

    /** Frame after this one on whatever list it is; only meaningful while it is on one. */
    public int next(int pfn) {
        return word(pfn, NEXT);
    }

    /** The page becomes an allocated one: one reference, nothing private, no list. */
    public void setAllocated(int pfn) {
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn);
        section[at + REFCOUNT] = 1;
        section[at + PRIVATE] = 0;
    }

    /**
     * Drop the only reference to a block that has nothing that needs care: no flags, no mapping, no mappings, and none
     * of its tails has. One look at each record.
     *
     * @return false if there is something; then nothing was changed
     */
    public boolean dropPlain(int pfn, int order) {
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn);
        int odd = section[at + FLAGS] | section[at + MAPPING] | section[at + TYPE] | section[at + REFCOUNT] ^ 1;
        if (order > 0) {
            odd |= order <= PAGE_ALLOC_COSTLY_ORDER ? fewTailFlags(section, at, order) : tailFlags(section, at, order);
        }
        if (odd != 0) {
            return false;
        }
        section[at + REFCOUNT] = 0;
        section[at + PRIVATE] = 0;
        return true;
    }

    private static int tailFlags(int[] section, int at, int order) {
        int flags = fewTailFlags(section, at, PAGE_ALLOC_COSTLY_ORDER);
        for (int page = 1 << PAGE_ALLOC_COSTLY_ORDER; page < 1 << order; page += 1 << PAGE_ALLOC_COSTLY_ORDER) {
            int eight = at + (page << WORDS_SHIFT);
            flags |= flagsOfTail(section, eight, 0) | fewTailFlags(section, eight, PAGE_ALLOC_COSTLY_ORDER);
        }
        return flags;
    }

    /**
     * The flags of all tails of a block of two to eight pages. Without a loop the bounds are checked once, not for each
     * tail.
     */
    private static int fewTailFlags(int[] section, int at, int order) {
        int flags = flagsOfTail(section, at, 1);
        if (order >= 2) {
            flags |= flagsOfTail(section, at, 3) | flagsOfTail(section, at, 2);
        }
        if (order >= 3) {
            flags |= flagsOfTail(section, at, 7) | flagsOfTail(section, at, 6) | flagsOfTail(section, at, 5)
                | flagsOfTail(section, at, 4);
        }
        return flags;
    }

    private static int flagsOfTail(int[] section, int at, int tail) {
        return section[at + (tail << WORDS_SHIFT) + FLAGS];
    }

    /** The page is no longer anybody's: only the mark of broken memory stays. */
    public void clearForFree(int pfn) {
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn);
        section[at + FLAGS] &= PageFlags.PG_HWPOISON;
        section[at + MAPPING] = 0;
        section[at + PRIVATE] = 0;
    }

    /** Forget the mapping of an anonymous or movable page; that of a file stays, because it must be gone already. */
    public void dropAnonMapping(int pfn) {
        if ((mapping(pfn) & MAPPING_FLAGS) != 0) {
            setMapping(pfn, 0);
        }
    }

    /** Whether nothing is left on the page that must not be there when it is freed or allocated, besides flags. */
    public boolean isBare(int pfn, int flagMask) {
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn);
        return (section[at + TYPE] | section[at + MAPPING] | section[at + REFCOUNT] | section[at + FLAGS] & flagMask)
            == 0;
    }

    // ---------------------------------------------------------------- compound pages

    /** Whether the page is the first of a compound page. */
    public boolean isHead(int pfn) {
        return (flags(pfn) & PageFlags.PG_HEAD) != 0;
    }

    /** Whether the page is a later one of a compound page. */
    public boolean isTail(int pfn) {
        return (flags(pfn) & PageFlags.MODEL_TAIL) != 0;
    }

    /** First frame of the compound page that {@code pfn} is part of, else {@code pfn} ({@code compound_head}). */
    public int headOf(int pfn) {
        return isTail(pfn) ? word(pfn, MAPPING) : pfn;
    }

    /** Order of the compound page that {@code pfn} is part of, else 0 ({@code compound_order}). */
    public int compoundOrder(int pfn) {
        int head = headOf(pfn);
        return isHead(head) ? word(head + 1, PRIVATE) : 0;
    }

    /** Make {@code 2^order} pages one compound page. Models mm/page_alloc.c: prep_compound_page. */
    public void makeCompound(int head, int order) {
        int[] section = sections[head >>> PFN_SECTION_SHIFT];
        int at = record(head);
        section[at + FLAGS] |= PageFlags.PG_HEAD;
        int end = at + (1 << order + WORDS_SHIFT);
        for (int tail = at + (1 << WORDS_SHIFT); tail < end; tail += 1 << WORDS_SHIFT) {
            section[tail + FLAGS] |= PageFlags.MODEL_TAIL;
            section[tail + MAPPING] = head;
            section[tail + PRIVATE] = 0;
        }
        section[at + (1 << WORDS_SHIFT) + PRIVATE] = order;
    }

    /** Undo {@link #makeCompound}; returns how many tails did not point to {@code head}. */
    public int dissolveCompound(int head, int order) {
        int[] section = sections[head >>> PFN_SECTION_SHIFT];
        int at = record(head);
        int bad = 0;
        section[at + FLAGS] &= ~PageFlags.PG_HEAD;
        int end = at + (1 << order + WORDS_SHIFT);
        for (int tail = at + (1 << WORDS_SHIFT); tail < end; tail += 1 << WORDS_SHIFT) {
            if ((section[tail + FLAGS] & PageFlags.MODEL_TAIL) == 0 || section[tail + MAPPING] != head) {
                bad++;
            }
            section[tail + FLAGS] &= ~PageFlags.MODEL_TAIL;
            section[tail + MAPPING] = 0;
            section[tail + PRIVATE] = 0;
        }
        return bad;
    }

    /** Clear flags of all pages but the first of a block. */
    public void clearTailFlags(int pfn, int order, int mask) {
        int[] section = sections[pfn >>> PFN_SECTION_SHIFT];
        int at = record(pfn) + FLAGS;
        int end = at + (1 << order + WORDS_SHIFT);
        for (int tail = at + (1 << WORDS_SHIFT); tail < end; tail += 1 << WORDS_SHIFT) {
            if ((section[tail] & mask) != 0) {
                section[tail] &= ~mask;
            }
        }
    }

    // ---------------------------------------------------------------- free blocks

    /** Whether {@code pfn} is the first page of a free block of exactly this order, on a free list. */
    public boolean isFreeBlock(int pfn, int order) {
        if (order >= PAGEBLOCK_ORDER) {
            int block = pfn >>> PAGEBLOCK_ORDER;
            return block < blockOrders.length && blockOrders[block] == order;
        }
        return word(pfn, TYPE) == (TYPE_BUDDY | order);
    }

    /** As {@link #isFreeBlock} for an order below the pageblock's in a section that has records. */
    public boolean isSmallFreeBlock(int pfn, int order) {
        return word(pfn, TYPE) == (TYPE_BUDDY | order);
    }

    /**
     * Order of the free block that starts at {@code pfn}, or -1 if none does ({@code PageBuddy}, {@code buddy_order}).
     */
    public int freeBlockOrder(int pfn) {
        int block = pfn >>> PAGEBLOCK_ORDER;
        if ((pfn & PAGEBLOCK_NR_PAGES - 1) == 0 && block < blockOrders.length && blockOrders[block] != 0) {
            return blockOrders[block];
        }
        int type = peek(pfn, TYPE);
        return (type & TYPE_MASK) == TYPE_BUDDY ? type & ~TYPE_MASK : -1;
    }

    /** First page of the free block that {@code pfn} lies in, or -1. */
    public int freeBlockAround(int pfn) {
        for (int order = 0; order <= MmConstants.MAX_PAGE_ORDER; order++) {
            int start = Pfns.alignDown(pfn, 1 << order);
            int found = freeBlockOrder(start);
            if (found >= order) {
                return start;
            }
        }
        return MmConstants.NO_PFN;
    }

    static void markFree(int[] section, int at, int order) {
        section[at + TYPE] = TYPE_BUDDY | order;
        section[at + PRIVATE] = order;
    }

    static void unmarkFree(int[] section, int at) {
        section[at + TYPE] = 0;
        section[at + PRIVATE] = 0;
    }

    /** Whether a guard of exactly this order starts at {@code pfn}, which lies in a section that has records. */
    public boolean isGuard(int pfn, int order) {
        return word(pfn, TYPE) == (TYPE_GUARD | order);
    }

    /** Make a block a guard: free, but on no list ({@code set_page_guard}). */
    public void markGuard(int pfn, int order) {
        setWord(pfn, TYPE, TYPE_GUARD | order);
        setWord(pfn, PRIVATE, order);
    }

    /** A guard may be used again ({@code clear_page_guard}). */
    public void unmarkGuard(int pfn) {
        setWord(pfn, TYPE, 0);
        setWord(pfn, PRIVATE, 0);
    }

    // ---------------------------------------------------------------- pageblocks

    /** Migrate type of the pageblock of {@code pfn} ({@code get_pageblock_migratetype}). */
    public int blockType(int pfn) {
        return blockTags[pfn >>> PAGEBLOCK_ORDER] & TAG_TYPE_MASK;
    }

    /** Set the migrate type of the pageblock of {@code pfn} ({@code set_pageblock_migratetype}). */
    public void setBlockType(int pfn, int type) {
        setTagType(pfn >>> PAGEBLOCK_ORDER, type);
    }

    private void setTagType(int block, int type) {
        changes++;
        blockTags[block] = (short) (blockTags[block] & ~TAG_TYPE_MASK | type);
    }

    /**
     * Zone number and migrate type of the pageblock of {@code pfn} in one number, for comparing:
     * {@code zoneId << 3 | type}. Most of the time only both together are of interest.
     */
    public int blockTag(int pfn) {
        return blockTags[pfn >>> PAGEBLOCK_ORDER];
    }

    /**
     * Set the migrate type of every pageblock that a block of {@code order} covers ({@code change_pageblock_range}).
     */
    public void setBlockTypes(int pfn, int order, int type) {
        int first = pfn >>> PAGEBLOCK_ORDER;
        int end = first + (1 << Math.max(0, order - PAGEBLOCK_ORDER));
        for (int block = first; block < end; block++) {
            setTagType(block, type);
        }
    }

    /** Number of the zone that the pageblock of {@code pfn} belongs to, 0 if none does. */
    public int zoneId(int pfn) {
        int block = pfn >>> PAGEBLOCK_ORDER;
        return block < blockTags.length ? blockTags[block] >>> TAG_ZONE_SHIFT : 0;
    }

    /**
     * Give the pageblocks of {@code startPfn} (inclusive) to {@code endPfn} (exclusive) to a zone; 0 takes them away.
     */
    public void setZoneId(int startPfn, int endPfn, int id) {
        changes++;
        for (int block = startPfn >>> PAGEBLOCK_ORDER; block << PAGEBLOCK_ORDER < endPfn; block++) {
            blockTags[block] = (short) (id << TAG_ZONE_SHIFT | blockTags[block] & TAG_TYPE_MASK);
        }
    }

    /** Whether the pageblocks of the two frames belong to the same zone. */
    public boolean sameZone(int pfn, int otherPfn) {
        return zoneId(pfn) == zoneId(otherPfn);
    }

    /** Whether the frame exists ({@code pfn_valid}). */
    public boolean isValid(int pfn) {
        return pfn >= 0 && zoneId(pfn) != 0;
    }

    /**
     * Mark frames as reserved with one reference each. Whole pageblocks cost nothing until their section is touched.
     */
    public void markReserved(int startPfn, int endPfn) {
        changes++;
        int pfn = startPfn;
        while (pfn < endPfn) {
            boolean wholeBlock = (pfn & PAGEBLOCK_NR_PAGES - 1) == 0 && endPfn - pfn >= PAGEBLOCK_NR_PAGES;
            if (wholeBlock && !isTouched(pfn)) {
                blockStates[pfn >>> PAGEBLOCK_ORDER] = BLOCK_RESERVED;
                pfn += PAGEBLOCK_NR_PAGES;
            } else {
                int end = Math.min(endPfn, (pfn | PAGEBLOCK_NR_PAGES - 1) + 1);
                touch(pfn);
                setRecords(pfn, end, PageFlags.PG_RESERVED, 1);
                pfn = end;
            }
        }
    }

    /** Set flags and references of frames of one section. Every boot comes here with cold code: one plain loop. */
    private void setRecords(int startPfn, int endPfn, int flags, int refcount) {
        changes++;
        int[] section = section(startPfn);
        int end = record(startPfn) + (endPfn - startPfn << WORDS_SHIFT);
        for (int at = record(startPfn); at < end; at += 1 << WORDS_SHIFT) {
            section[at + FLAGS] = flags;
            section[at + REFCOUNT] = refcount;
        }
    }

    /** Mark whole pageblocks as offline: present, but not for the allocator. */
    public void markOffline(int startPfn, int endPfn) {
        changes++;
        for (int pfn = startPfn; pfn < endPfn; pfn += PAGEBLOCK_NR_PAGES) {
            blockStates[pfn >>> PAGEBLOCK_ORDER] = BLOCK_OFFLINE;
            if (isTouched(pfn)) {
                fillRecords(pfn >>> PAGEBLOCK_ORDER);
            }
        }
    }

    /** Undo {@link #markOffline} and {@link #markReserved} of whole pageblocks. */
    public void markOnline(int startPfn, int endPfn) {
        changes++;
        for (int pfn = startPfn; pfn < endPfn; pfn++) {
            if ((pfn & PAGEBLOCK_NR_PAGES - 1) == 0) {
                blockStates[pfn >>> PAGEBLOCK_ORDER] = 0;
            }
            if (isTouched(pfn)) {
                Arrays.fill(sections[pfn >>> PFN_SECTION_SHIFT], record(pfn), record(pfn) + (1 << WORDS_SHIFT), 0);
            }
        }
    }

    /** Whether the pageblock of {@code pfn} is offline as a whole. */
    public boolean isBlockOffline(int pfn) {
        return blockState(pfn) == BLOCK_OFFLINE;
    }

    // ---------------------------------------------------------------- objects

    /** The object that stands for a frame; the same one each time ({@code pfn_to_page}). */
    public Page page(int pfn) {
        if (pfn < 0 || pfn >= endPfn()) {
            throw new KernelBug("pfn %#x has no struct page: the memory map ends at %#x", pfn, endPfn());
        }
        @Nullable Page[] section = pages[pfn >>> PFN_SECTION_SHIFT];
        if (section == null) {
            section = new Page[PAGES_PER_SECTION];
            pages[pfn >>> PFN_SECTION_SHIFT] = section;
        }
        Page page = section[pfn & SECTION_MASK];
        if (page == null) {
            page = new Page(this, pfn);
            section[pfn & SECTION_MASK] = page;
        }
        return page;
    }
}
