package org.kunitjvm.mm.alloc;

/** What an allocator does when the lists of the wanted migrate type are empty; it changed within Linux 6.12. */
public enum FallbackVariant {
    /**
     * 6.12.0 and early stable releases: one pass from the largest order down; what cannot be claimed is cut from that
     * large block.
     */
    F0,
    /** Later 6.12 releases: a claim pass from the largest order down, then a steal pass from the smallest order up. */
    F1
}
