/**
 * Metadata of page frames and the lists that run through it.
 * {@link org.kunitjvm.mm.page.PageMap} holds one record per page frame and one entry per pageblock and is the only
 * class that touches them; {@link org.kunitjvm.mm.page.PageLists} and {@link org.kunitjvm.mm.page.FreeLists} are
 * intrusive lists over frame numbers; {@link org.kunitjvm.mm.page.Page} is the object that stands for a frame at the
 * edge of the API.
 * Uses {@code org.kunitjvm.mm.types} and the bug package of the kernel model.
 * Invariant: a section of which no page was ever handed out has no page records.
 * Models include/linux/mm_types.h: struct page and include/linux/pageblock-flags.h.
 */
@NullMarked
package org.kunitjvm.mm.page;

import org.jspecify.annotations.NullMarked;
