/**
 * The page allocator: buddy, per-CPU caches, fast and slow path, bulk, exact and contiguous allocation.
 * {@link org.kunitjvm.mm.alloc.PageAllocator} is the entry point; {@link org.kunitjvm.mm.alloc.Buddy} works on the free
 * lists of one zone, {@link org.kunitjvm.mm.alloc.PcpAllocator} on the cache of one CPU in front of them.
 * {@code QuickPath} is a short cut for the common case and has no rules of its own. Pages are frame numbers in here.
 * Uses {@code org.kunitjvm.mm.zone}, {@code org.kunitjvm.mm.page}, {@code org.kunitjvm.mm.types} and the kernel model;
 * knows nothing of nodes beyond their zonelists, of boot or of hotplug.
 * Invariant: with tracing off, an allocation that needs no slow path and a free make no garbage.
 * Models mm/page_alloc.c, mm/page_isolation.c and the allocator's part of mm/vmstat.c of Linux 6.12.117.
 */
@NullMarked
package org.kunitjvm.mm.alloc;

import org.jspecify.annotations.NullMarked;
