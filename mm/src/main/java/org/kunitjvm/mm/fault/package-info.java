/**
 * The pages behind the areas of an address space: page faults, population, unmapping, and what user space sees of them.
 * {@link org.kunitjvm.mm.fault.UserPages} is the entry point: it is what {@code org.kunitjvm.mm.vma} tells of every
 * change to an area, and it holds the last level of the page tables. {@link org.kunitjvm.mm.fault.FilePages} is the
 * page cache.
 * Uses {@code org.kunitjvm.mm.vma}, {@code org.kunitjvm.mm.lru}, {@code org.kunitjvm.mm.alloc} and what they use.
 * Invariant: a frame in a page table holds one reference and one mapping of the page; the shared zero page holds
 * neither.
 * Models mm/memory.c, mm/rmap.c and mm/gup.c as far as resident memory can be seen from outside: pages of 4 KiB, no
 * swap.
 */
@NullMarked
package org.kunitjvm.mm.fault;

import org.jspecify.annotations.NullMarked;
