package org.kunitjvm.mm.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;

import java.util.Objects;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.Mm;

/** A page frame is in one state at a time: free at the head of a block, allocated, or part of a compound page. */
final class PageStateTest {
    @Test
    @Tag("M-003")
    void aPageLeavesOneStateWhenItEntersAnother() {
        try (Kernel kernel = Kernel.builder().cpus(1).memory("256M").build()) {
            Mm mm = Mm.of(kernel);
            Page page = Objects.requireNonNull(mm.allocPages(gfp(GFP_KERNEL), 4), "order 4");
            assertFalse(page.isBuddy(), "allocated, not free");
            assertFalse(page.isCompound(), "a bare run of pages");
            assertEquals(1, page.refcount());
            assertEquals(0, page.plus(1).refcount(), "later pages of a bare run have no reference");

            mm.freePages(page, 4);
            assertEquals(0, page.refcount(), "free");

            Page head = Objects.requireNonNull(mm.allocPages(gfp(GFP_KERNEL | __GFP_COMP), 4), "compound order 4");
            assertTrue(head.isCompound() && head.plus(15).isCompound(), "compound from the first to the last page");
            assertEquals(head, head.plus(15).head());
            assertFalse(head.isBuddy(), "allocated, not free");
            mm.freePages(head, 4);
            assertFalse(head.isCompound() || head.plus(15).isCompound(), "nothing is left of the compound page");
        }
    }
}
