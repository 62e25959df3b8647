/**
 * Virtual memory areas: what an address space maps where, and every operation that changes it.
 * {@link org.kunitjvm.mm.vma.VmaSpace} is the entry point: it hangs from an {@code MmStruct}, keeps the
 * {@link org.kunitjvm.mm.vma.VmArea}s in a {@link org.kunitjvm.mm.vma.RangeTree} and offers mmap, munmap, mprotect,
 * mremap, brk, madvise and mlock as the system calls do.
 * {@link org.kunitjvm.mm.vma.VmaMerger} and {@link org.kunitjvm.mm.vma.VmaSplitter} are the core below them; tests
 * reach it.
 * Uses the kernel model only; knows nothing of pages, which others fault in and lock.
 * Invariant: areas are disjoint, each is in the tree exactly as {@code [vm_start, vm_end)}, and {@code map_count}
 * counts them.
 * Models mm/vma.c, mm/mmap.c, mm/mprotect.c, mm/mremap.c and the parts of mm/madvise.c and mm/mlock.c that change
 * areas.
 */
@NullMarked
package org.kunitjvm.mm.vma;

import org.jspecify.annotations.NullMarked;
