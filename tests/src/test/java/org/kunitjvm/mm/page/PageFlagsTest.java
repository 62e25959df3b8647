package org.kunitjvm.mm.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Page flags stand where Linux 6.12 has them, because dumps and traces show the raw word. */
final class PageFlagsTest {
    @Test
    @Tag("M-007")
    void flagsStandInTheOrderOfTheKernel() {
        List<Integer> inOrder = List.of(PageFlags.PG_LOCKED, PageFlags.PG_WRITEBACK, PageFlags.PG_REFERENCED,
            PageFlags.PG_UPTODATE, PageFlags.PG_DIRTY, PageFlags.PG_LRU, PageFlags.PG_HEAD, PageFlags.PG_WAITERS,
            PageFlags.PG_ACTIVE, PageFlags.PG_WORKINGSET, PageFlags.PG_OWNER_PRIV_1, PageFlags.PG_OWNER_2,
            PageFlags.PG_ARCH_1, PageFlags.PG_RESERVED, PageFlags.PG_PRIVATE, PageFlags.PG_PRIVATE_2,
            PageFlags.PG_RECLAIM, PageFlags.PG_SWAPBACKED, PageFlags.PG_UNEVICTABLE, PageFlags.PG_MLOCKED);
        for (int bit = 0; bit < inOrder.size(); bit++) {
            assertEquals(1 << bit, inOrder.get(bit), "bit " + bit);
        }
    }

    @Test
    @Tag("M-007")
    void aliasesShareABit() {
        assertEquals(PageFlags.PG_OWNER_PRIV_1, PageFlags.PG_SWAPCACHE);
        assertEquals(PageFlags.PG_OWNER_PRIV_1, PageFlags.PG_CHECKED);
        assertEquals(PageFlags.PG_OWNER_2, PageFlags.PG_ANON_EXCLUSIVE);
        assertEquals(PageFlags.PG_RECLAIM, PageFlags.PG_READAHEAD);
        assertEquals(PageFlags.PG_RECLAIM, PageFlags.PG_ISOLATED);
        assertEquals(PageFlags.PG_UPTODATE, PageFlags.PG_REPORTED);
    }
}
