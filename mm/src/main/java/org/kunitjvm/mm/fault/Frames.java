package org.kunitjvm.mm.fault;

/** Where the pages of user space come from. They go back through {@link org.kunitjvm.mm.lru.FolioFree}. */
public interface Frames {
    /** A page filled with zeros and one reference ({@code folio_alloc} with {@code GFP_HIGHUSER_MOVABLE}), or -1. */
    int allocUserPage();

    /** The page that reads of untouched anonymous memory see, or -1 if there is none ({@code empty_zero_page}). */
    int zeroPfn();
}
