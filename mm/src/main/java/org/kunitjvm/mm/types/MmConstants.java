package org.kunitjvm.mm.types;

/**
 * Sizes and numbers of x86-64 with 4 KiB pages. Models include/linux/mmzone.h and arch/x86/include/asm/page_types.h.
 */
public final class MmConstants {
    /** Bits of an address inside a page. */
    public static final int PAGE_SHIFT = 12;
    /** Bytes per page. */
    public static final int PAGE_SIZE = 1 << PAGE_SHIFT;
    /** Largest order that the buddy allocator hands out. */
    public static final int MAX_PAGE_ORDER = 10;
    /** Number of orders. */
    public static final int NR_PAGE_ORDERS = MAX_PAGE_ORDER + 1;
    /** Pages in a block of the largest order. */
    public static final int MAX_ORDER_NR_PAGES = 1 << MAX_PAGE_ORDER;
    /** Orders above this one are not worth much effort. */
    public static final int PAGE_ALLOC_COSTLY_ORDER = 3;
    /** Order of a transparent huge page. */
    public static final int HPAGE_PMD_ORDER = 9;
    /** Order of a pageblock, the unit that has a migrate type ({@code pageblock_order}, huge pages configured). */
    public static final int PAGEBLOCK_ORDER = 9;
    /** Pages per pageblock. */
    public static final int PAGEBLOCK_NR_PAGES = 1 << PAGEBLOCK_ORDER;
    /** Bits of a physical address inside a memory section. */
    public static final int SECTION_SIZE_BITS = 27;
    /** Bits of a page frame number inside a section. */
    public static final int PFN_SECTION_SHIFT = SECTION_SIZE_BITS - PAGE_SHIFT;
    /** Pages per section. */
    public static final int PAGES_PER_SECTION = 1 << PFN_SECTION_SHIFT;
    /** Pageblocks per section. */
    public static final int PAGEBLOCKS_PER_SECTION = PAGES_PER_SECTION >> PAGEBLOCK_ORDER;
    /**
     * Bits of a physical address with 4-level paging. The model itself stops at 8 TiB: a frame number is an
     * {@code int}.
     */
    public static final int MAX_PHYSMEM_BITS = 46;

    /** First address of the direct map, without KASLR. */
    public static final long PAGE_OFFSET = 0xffff_8880_0000_0000L;
    /** First address of the vmalloc area, without KASLR. */
    public static final long VMALLOC_START = 0xffff_c900_0000_0000L;
    /** First address of the array of struct page, without KASLR. */
    public static final long VMEMMAP_START = 0xffff_ea00_0000_0000L;
    /** Bytes of a {@code struct page}. */
    public static final int STRUCT_PAGE_SIZE = 64;

    /** Below 16 MiB. */
    public static final int ZONE_DMA = 0;
    /** Below 4 GiB. */
    public static final int ZONE_DMA32 = 1;
    /** The rest. */
    public static final int ZONE_NORMAL = 2;
    /** Only for pages that can be moved away. */
    public static final int ZONE_MOVABLE = 3;
    /** Zones per node. ZONE_DEVICE is not modelled. */
    public static final int MAX_NR_ZONES = 4;

    /** Pages that reclaim and compaction handle at a time. */
    public static final int SWAP_CLUSTER_MAX = 32;
    /** Same, for compaction. */
    public static final int COMPACT_CLUSTER_MAX = SWAP_CLUSTER_MAX;
    /** No page frame. */
    public static final int NO_PFN = -1;
    /** No node: the caller does not care. */
    public static final int NUMA_NO_NODE = -1;
    /** Distance of a node to itself. */
    public static final int LOCAL_DISTANCE = 10;

    private MmConstants() {
    }

    /** Name of a zone type as files and messages show it. */
    public static String zoneName(int zoneType) {
        return switch (zoneType) {
            case ZONE_DMA -> "DMA";
            case ZONE_DMA32 -> "DMA32";
            case ZONE_NORMAL -> "Normal";
            case ZONE_MOVABLE -> "Movable";
            default -> throw new IllegalArgumentException("there is no zone type " + zoneType);
        };
    }
}
