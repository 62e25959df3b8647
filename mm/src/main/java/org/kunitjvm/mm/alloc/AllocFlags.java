package org.kunitjvm.mm.alloc;

/** How hard an attempt may try. Models mm/internal.h: ALLOC_*. */
public final class AllocFlags {
    /** Stop at the minimum watermark. */
    public static final int ALLOC_WMARK_MIN = 0;
    /** Stop at the low watermark. */
    public static final int ALLOC_WMARK_LOW = 1;
    /** Stop at the high watermark. */
    public static final int ALLOC_WMARK_HIGH = 2;
    /** Bits of the watermark's index. */
    public static final int ALLOC_WMARK_MASK = 3;
    /** Do not look at watermarks. */
    public static final int ALLOC_NO_WATERMARKS = 4;
    /** Reserves for victims of the OOM killer. */
    public static final int ALLOC_OOM = 8;
    /** The caller cannot block. */
    public static final int ALLOC_NON_BLOCK = 0x10;
    /** {@code __GFP_HIGH}: half of the minimum reserve. */
    public static final int ALLOC_MIN_RESERVE = 0x20;
    /** Obey the cpuset. */
    public static final int ALLOC_CPUSET = 0x40;
    /** May use pageblocks of type CMA. */
    public static final int ALLOC_CMA = 0x80;
    /** Do not mix migrate types within a pageblock. */
    public static final int ALLOC_NOFRAGMENT = 0x100;
    /** May use pageblocks of type HighAtomic. */
    public static final int ALLOC_HIGHATOMIC = 0x200;
    /** {@code __GFP_KSWAPD_RECLAIM}: may wake kswapd. */
    public static final int ALLOC_KSWAPD = 0x800;
    /** No wish of the caller. */
    public static final int ALLOC_DEFAULT = 0;
    /** The direct map must not have the pages; implies unmovable. */
    public static final int ALLOC_UNMAPPED = 0x1000;
    /** Any of these allows to go below the minimum watermark. */
    public static final int ALLOC_RESERVES = ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM;

    private AllocFlags() {
    }
}
