/**
 * Zones and what they count.
 * {@link org.kunitjvm.mm.zone.Zone} is the central type: geometry, watermarks, free lists and one
 * {@link org.kunitjvm.mm.zone.PerCpuPages} per CPU, as data. Everything can be set from outside, so a zone can be built
 * from computed values (boot) or from recorded ones (replay). What is done with it is the business of
 * {@code org.kunitjvm.mm.alloc}.
 * Uses {@code org.kunitjvm.mm.page}, {@code org.kunitjvm.mm.types} and the kernel model's locks.
 * Invariant: {@code NR_FREE_PAGES} with all its per-CPU differences is the sum over the free lists of types other than
 * Isolate.
 * Models include/linux/mmzone.h and mm/vmstat.c.
 */
@NullMarked
package org.kunitjvm.mm.zone;

import org.jspecify.annotations.NullMarked;
