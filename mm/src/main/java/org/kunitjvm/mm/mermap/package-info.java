/**
 * The mermap: short-lived mappings of page frames, private to an address space and a CPU, that need no shootdown of
 * other CPUs.
 * {@link org.kunitjvm.mm.mermap.Mermap} is the entry point. {@link org.kunitjvm.mm.mermap.MermapVariant} selects the
 * latest form or an earlier posted one; {@link org.kunitjvm.mm.mermap.MermapRule} names each difference between them.
 * Uses {@code org.kunitjvm.kernel} and {@code org.kunitjvm.mm.page}; never an allocator.
 * Invariant: between two local flushes no address is handed out twice, so a stale TLB entry is never used.
 * Models mm/mermap.c as posted.
 */
@NullMarked
package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.NullMarked;
