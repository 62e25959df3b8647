/**
 * Page tables, TLBs and the direct map: everything between a virtual address and
 * {@link org.kunitjvm.kernel.hw.PhysicalMemory}.
 * {@link org.kunitjvm.kernel.mmu.Mmu} is the entry point: memory accesses of the model go through the TLB of the
 * executing CPU, and an access that a real machine would get wrong now and then (stale, unmapped, wrongly protected, of
 * another CPU) is reported every time.
 * Uses hw, sched, irq, printk, time, bug and errno; knows no allocator: frames for tables come through
 * {@link org.kunitjvm.kernel.mmu.PageTableAllocator}.
 * Invariant: a TLB entry, once filled, stays until something flushes it; nothing is ever evicted for lack of room.
 */
@NullMarked
package org.kunitjvm.kernel.mmu;

import org.jspecify.annotations.NullMarked;
