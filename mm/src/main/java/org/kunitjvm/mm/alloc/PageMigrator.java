package org.kunitjvm.mm.alloc;

/**
 * Moves the contents of pages in use to other pages. Models the part of mm/migrate.c that depends on who owns the page.
 */
public interface PageMigrator {
    /** Nothing can be moved. */
    PageMigrator NONE = new PageMigrator() {
        @Override
        public boolean isolate(int pfn) {
            return false;
        }

        @Override
        public void migrate(int fromPfn, int toPfn) {
        }
    };

    /** Take a page from its owner's lists; false if it cannot be moved now ({@code isolate_movable_page}). */
    boolean isolate(int pfn);

    /** Move the contents; the owner now uses the new page and has dropped its reference to the old one. */
    void migrate(int fromPfn, int toPfn);

    /** Give an isolated page back: it was not moved ({@code putback_movable_page}). */
    default void putback(int pfn) {
    }
}
