package org.kunitjvm.kernel.mmu;

/** Lets tests of other packages name the suites of this one. */
public final class PageTableKunitSuites {
    /** Suite page_table. */
    public static final Class<?> PAGE_TABLE = PageTableKunit.class;
    /** Suite direct_map. */
    public static final Class<?> DIRECT_MAP = DirectMapKunit.class;

    private PageTableKunitSuites() {
    }
}
