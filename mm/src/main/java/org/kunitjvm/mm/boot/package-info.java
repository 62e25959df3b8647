/**
 * From a machine description to zones: which memory exists, what the boot keeps for itself, where the zones begin and
 * end, how much of a node is only for movable pages, and in which pieces and order free memory is handed to the buddy
 * allocator.
 * {@link org.kunitjvm.mm.boot.Memblock} knows the memory, {@link org.kunitjvm.mm.boot.ZoneLayout} the zones.
 * Uses {@code org.kunitjvm.mm.types} and the machine of {@code org.kunitjvm.kernel.hw}; all of it is arithmetic without
 * state.
 * Models mm/memblock.c and mm/mm_init.c.
 */
@NullMarked
package org.kunitjvm.mm.boot;

import org.jspecify.annotations.NullMarked;
