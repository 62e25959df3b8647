/**
 * Memory as data for a report: what {@link org.kunitjvm.kernel.snapshot.Snapshot} shows of zones.
 * {@link org.kunitjvm.mm.picture.ZonePicture} is the entry point: a map of the pageblocks, close-ups of those that are
 * partly used, the free lists, the lists of the CPUs, and what the checker has to say.
 * Uses {@code org.kunitjvm.mm.page}, {@code org.kunitjvm.mm.zone} and {@code org.kunitjvm.mm.types}; never the
 * allocator.
 * Invariant: it reads and changes nothing, and it ends whatever state the lists are in.
 */
@NullMarked
package org.kunitjvm.mm.picture;

import org.jspecify.annotations.NullMarked;
