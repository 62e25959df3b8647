package org.kunitjvm.mm.lru;

/** Where folios go when their last reference is gone. */
@FunctionalInterface
public interface FolioFree {
    /** Free {@code 2^order} pages that have no references and are on no list ({@code free_unref_folios}). */
    void free(int pfn, int order);
}
