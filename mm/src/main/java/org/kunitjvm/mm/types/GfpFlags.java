package org.kunitjvm.mm.types;

/**
 * The bits of {@code gfp_t} as plain numbers, for static import. Models include/linux/gfp_types.h of Linux 6.12.
 *
 * <p>{@code __GFP_SKIP_ZERO} and {@code __GFP_SKIP_KASAN} are 0, as in a kernel without hardware-tag KASAN.
 */
public final class GfpFlags {
    /** Zone selector: below 16 MiB. */
    public static final int __GFP_DMA = 0x1;
    /** Zone selector: the kernel needs no mapping of the page. */
    public static final int __GFP_HIGHMEM = 0x2;
    /** Zone selector: below 4 GiB. */
    public static final int __GFP_DMA32 = 0x4;
    /** Zone selector with {@link #__GFP_HIGHMEM}; the page can be moved. */
    public static final int __GFP_MOVABLE = 0x8;
    /** The page can be given back by a shrinker. */
    public static final int __GFP_RECLAIMABLE = 0x10;
    /** High priority: may use half of the minimum reserve. */
    public static final int __GFP_HIGH = 0x20;
    /** May start I/O. */
    public static final int __GFP_IO = 0x40;
    /** May call into file systems. */
    public static final int __GFP_FS = 0x80;
    /** Zero the contents. */
    public static final int __GFP_ZERO = 0x100;
    /** The caller may reclaim, hence sleep. */
    public static final int __GFP_DIRECT_RECLAIM = 0x400;
    /** May wake kswapd. */
    public static final int __GFP_KSWAPD_RECLAIM = 0x800;
    /** The page will be dirtied. */
    public static final int __GFP_WRITE = 0x1000;
    /** Do not report a failure. */
    public static final int __GFP_NOWARN = 0x2000;
    /** Try hard, but fail in the end. */
    public static final int __GFP_RETRY_MAYFAIL = 0x4000;
    /** Never fail. */
    public static final int __GFP_NOFAIL = 0x8000;
    /** Try once. */
    public static final int __GFP_NORETRY = 0x10000;
    /** May use all reserves. */
    public static final int __GFP_MEMALLOC = 0x20000;
    /** Make a compound page. */
    public static final int __GFP_COMP = 0x40000;
    /** Must not use reserves. */
    public static final int __GFP_NOMEMALLOC = 0x80000;
    /** Obey the cpuset. */
    public static final int __GFP_HARDWALL = 0x100000;
    /** Only from the wanted node. */
    public static final int __GFP_THISNODE = 0x200000;
    /** Charge to the memory cgroup. */
    public static final int __GFP_ACCOUNT = 0x400000;
    /** Zero memory tags too. */
    public static final int __GFP_ZEROTAGS = 0x800000;
    /** Not zeroed even with init_on_alloc; not configured. */
    public static final int __GFP_SKIP_ZERO = 0;
    /** Not unpoisoned by KASAN; not configured. */
    public static final int __GFP_SKIP_KASAN = 0;
    /** Not seen by lockdep. */
    public static final int __GFP_NOLOCKDEP = 0x1000000;
    /**
     * Unmovable pages that the direct map does not have; may be zeroed. Only the first postings of the mermap series
     * have it, later ones take {@code ALLOC_UNMAPPED} instead.
     */
    public static final int __GFP_UNMAPPED = 0x2000000;

    /** May reclaim in either way. */
    public static final int __GFP_RECLAIM = __GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM;
    /** From a context that cannot sleep, high priority. */
    public static final int GFP_ATOMIC = __GFP_HIGH | __GFP_KSWAPD_RECLAIM;
    /** The usual request of the kernel for itself. */
    public static final int GFP_KERNEL = __GFP_RECLAIM | __GFP_IO | __GFP_FS;
    /** {@link #GFP_KERNEL}, charged. */
    public static final int GFP_KERNEL_ACCOUNT = GFP_KERNEL | __GFP_ACCOUNT;
    /** From a context that cannot sleep and can live without the page. */
    public static final int GFP_NOWAIT = __GFP_KSWAPD_RECLAIM | __GFP_NOWARN;
    /** Reclaim without I/O. */
    public static final int GFP_NOIO = __GFP_RECLAIM;
    /** Reclaim without calls into file systems. */
    public static final int GFP_NOFS = __GFP_RECLAIM | __GFP_IO;
    /** For user space, also used by the kernel. */
    public static final int GFP_USER = GFP_KERNEL | __GFP_HARDWALL;
    /** Below 16 MiB. */
    public static final int GFP_DMA = __GFP_DMA;
    /** Below 4 GiB. */
    public static final int GFP_DMA32 = __GFP_DMA32;
    /** For user space, not mapped by the kernel, not movable. */
    public static final int GFP_HIGHUSER = GFP_USER | __GFP_HIGHMEM;
    /** For user space, movable. */
    public static final int GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER | __GFP_MOVABLE | __GFP_SKIP_KASAN;
    /** Huge page without reclaim. */
    public static final int GFP_TRANSHUGE_LIGHT =
        (GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM;
    /** Huge page with direct reclaim. */
    public static final int GFP_TRANSHUGE = GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM;

    /** Bits that select the zone. */
    public static final int GFP_ZONEMASK = __GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE;
    /** Bits that select the migrate type. */
    public static final int GFP_MOVABLE_MASK = __GFP_RECLAIMABLE | __GFP_MOVABLE;
    /** Bits that constrain the nodes. */
    public static final int GFP_CONSTRAINT_MASK = __GFP_HARDWALL | __GFP_THISNODE;
    /** Bits that reclaim pays attention to. */
    public static final int GFP_RECLAIM_MASK = __GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN
        | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_NOLOCKDEP;
    /** All bits that have a meaning. */
    public static final int __GFP_BITS_MASK = (1 << 26) - 1;
    /** Bits that are allowed before the scheduler runs. */
    public static final int GFP_BOOT_ALLOWED_MASK = __GFP_BITS_MASK & ~(__GFP_RECLAIM | __GFP_IO | __GFP_FS);

    private GfpFlags() {
    }
}
