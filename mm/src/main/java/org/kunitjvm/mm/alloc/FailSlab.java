package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;

/** Fails slab allocations on purpose ({@code failslab=}). Models mm/failslab.c: should_failslab. */
public final class FailSlab {
    /** The boot parameter. */
    public static final String PARAM = "failslab";

    private final FaultAttr attr;
    private boolean ignoreGfpReclaim = true;
    private boolean cacheFilter;

    /** Fails as {@code attr} says, with the kernel's defaults for the rest. */
    public FailSlab(FaultAttr attr) {
        this.attr = attr;
    }

    /** Whether requests that may reclaim are spared ({@code ignore-gfp-wait}). */
    public void setIgnoreGfpReclaim(boolean ignore) {
        ignoreGfpReclaim = ignore;
    }

    /** Whether only caches that are marked for it fail ({@code cache-filter}). */
    public void setCacheFilter(boolean filter) {
        cacheFilter = filter;
    }

    /**
     * Whether this request must fail.
     *
     * @param objectBytes size of the objects of the cache
     * @param marked whether the cache is marked {@code SLAB_FAILSLAB}
     */
    public boolean shouldFail(int objectBytes, boolean marked, int gfp) {
        if ((gfp & __GFP_NOFAIL) != 0 || ignoreGfpReclaim && (gfp & __GFP_DIRECT_RECLAIM) != 0
            || cacheFilter && !marked) {
            return false;
        }
        return attr.shouldFail(objectBytes, (gfp & __GFP_NOWARN) != 0);
    }
}
