package org.kunitjvm.mm.types;

import static org.kunitjvm.mm.types.GfpFlags.GFP_MOVABLE_MASK;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ZONEMASK;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DMA;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DMA32;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import org.kunitjvm.kernel.bug.KernelBug;

/**
 * How an allocation may be served: {@code gfp_t} at the edge of the API, where a bare {@code int} could be swapped with
 * the order. Inside the allocator the mask is an {@code int}; the static methods work on it and make no garbage.
 *
 * <p>{@code gfp(GFP_KERNEL | __GFP_NOWARN)} is the usual spelling. Models include/linux/gfp.h and
 * include/linux/gfp_types.h.
 *
 * @param mask bits of {@link GfpFlags}
 */
public record Gfp(int mask) {
    private static final int GFP_MOVABLE_SHIFT = 3;

    /** The value of a mask, short for static import. */
    public static Gfp gfp(int mask) {
        return new Gfp(mask);
    }

    /** This and the given bits. */
    public Gfp or(int bits) {
        return new Gfp(mask | bits);
    }

    /** This without the given bits. */
    public Gfp without(int bits) {
        return new Gfp(mask & ~bits);
    }

    /** Whether all the given bits are set. */
    public boolean has(int bits) {
        return (mask & bits) == bits;
    }

    /** The highest zone that the request may use. */
    public int zone() {
        return gfpZone(mask);
    }

    /** The migrate type that the request asks for. */
    public int migratetype() {
        return gfpMigratetype(mask);
    }

    /**
     * The highest zone that a request with these bits may use. All of 64-bit memory is mapped, so HIGHMEM alone means
     * Normal. Models include/linux/gfp.h: gfp_zone.
     *
     * @throws KernelBug if the zone bits contradict each other
     */
    public static int gfpZone(int mask) {
        return switch (mask & GFP_ZONEMASK) {
            case 0, __GFP_HIGHMEM, __GFP_MOVABLE -> ZONE_NORMAL;
            case __GFP_DMA, __GFP_MOVABLE | __GFP_DMA -> ZONE_DMA;
            case __GFP_DMA32, __GFP_MOVABLE | __GFP_DMA32 -> ZONE_DMA32;
            case __GFP_MOVABLE | __GFP_HIGHMEM -> ZONE_MOVABLE;
            default -> throw new KernelBug("gfp_zone: %#x (%s) selects more than one zone", mask & GFP_ZONEMASK,
                GfpText.trace(mask));
        };
    }

    /**
     * The migrate type that a request with these bits asks for; 3 if the caller set both mobility bits, which the
     * allocator warns about. Models include/linux/gfp.h: gfp_migratetype, mobility grouping enabled.
     */
    public static int gfpMigratetype(int mask) {
        return (mask & GFP_MOVABLE_MASK) >> GFP_MOVABLE_SHIFT;
    }

    /** Whether the caller may sleep ({@code gfpflags_allow_blocking}). */
    public static boolean allowsBlocking(int mask) {
        return (mask & __GFP_DIRECT_RECLAIM) != 0;
    }

    /** Names joined by {@code |}, as printk's {@code %pGg} prints them. */
    @Override
    public String toString() {
        return GfpText.printk(mask);
    }
}
