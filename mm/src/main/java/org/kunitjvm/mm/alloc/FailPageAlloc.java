package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;

/** Page allocations that fail on purpose ({@code fail_page_alloc=}). Models mm/fail_page_alloc.c. */
public final class FailPageAlloc implements AllocInjection {
    /** The boot parameter. */
    public static final String PARAM = "fail_page_alloc";

    private final FaultAttr attr;
    private boolean ignoreGfpWait = true;
    private boolean ignoreGfpHighmem = true;
    private int minOrder = 1;

    /** Fail as {@code attr} says. */
    public FailPageAlloc(FaultAttr attr) {
        this.attr = attr;
    }

    /** Whether callers that may sleep never fail; true unless told otherwise. */
    public void setIgnoreGfpWait(boolean ignore) {
        ignoreGfpWait = ignore;
    }

    /** Whether highmem requests never fail; true unless told otherwise. */
    public void setIgnoreGfpHighmem(boolean ignore) {
        ignoreGfpHighmem = ignore;
    }

    /** Lower orders never fail; 1 unless told otherwise. */
    public void setMinOrder(int order) {
        minOrder = order;
    }

    @Override
    public boolean shouldFailPages(int gfp, int order) {
        boolean exempt = order < minOrder || (gfp & __GFP_NOFAIL) != 0
            || ignoreGfpHighmem && (gfp & __GFP_HIGHMEM) != 0
            || ignoreGfpWait && (gfp & __GFP_DIRECT_RECLAIM) != 0;
        return !exempt && attr.shouldFail(1L << order, (gfp & __GFP_NOWARN) != 0);
    }
}
