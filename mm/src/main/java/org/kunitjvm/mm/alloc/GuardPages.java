package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;

import org.kunitjvm.kernel.Kernel;

/**
 * Guard pages: with {@code debug_pagealloc=on debug_guardpage_minorder=N}, what is left of a block that is cut, and of
 * an order below N, goes on no list, so that accesses beyond the end of an allocation hit memory that nobody has. A
 * guard merges with its neighbour when that is freed. Models the guard pages of mm/page_alloc.c and
 * mm/debug_page_alloc.c.
 *
 * <p>Differs from Linux: that a page which is free is not in the direct map either is not modelled.
 */
public final class GuardPages {
    /** Parameter of the kernel. */
    public static final String PARAM = "debug_guardpage_minorder";
    private static final int MAX_ORDER = MAX_PAGE_ORDER / 2;

    private GuardPages() {
    }

    /** Orders below this become guards; 0 if there are none. */
    static int orders(Kernel kernel) {
        String value = kernel.cmdline().get(PARAM);
        if (value == null || !kernel.config().isEnabled("DEBUG_PAGEALLOC")) {
            return 0;
        }
        if (!value.matches("[0-9]{1,2}") || Integer.parseInt(value) > MAX_ORDER) {
            kernel.log().err("Bad debug_guardpage_minorder value");
            return 0;
        }
        return PageChecks.isOn(kernel.cmdline().get("debug_pagealloc"), false) ? Integer.parseInt(value) : 0;
    }
}
