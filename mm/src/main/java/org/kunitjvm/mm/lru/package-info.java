/**
 * LRU lists and the per-CPU batches in front of them, those of mlock included.
 * {@link org.kunitjvm.mm.lru.Lru} is the entry point: {@link org.kunitjvm.mm.lru.LruBatches} and
 * {@link org.kunitjvm.mm.lru.MlockBatches} collect folios per CPU and move them to an
 * {@link org.kunitjvm.mm.lru.LruVec} a batch at a time; {@link org.kunitjvm.mm.lru.LruDrain} empties them on demand.
 * Uses {@code org.kunitjvm.mm.page}, {@code org.kunitjvm.mm.zone}, {@code org.kunitjvm.mm.node} and the kernel model;
 * never {@code org.kunitjvm.mm.alloc}: pages come and go through {@link org.kunitjvm.mm.lru.FolioFree}.
 * Invariant: each batch that a folio sits in holds one reference to it; PG_lru is set exactly while the folio is on a
 * list.
 * Models mm/swap.c and the batches of mm/mlock.c of Linux 6.12.117, without multi-generational LRU and memory cgroups.
 */
@NullMarked
package org.kunitjvm.mm.lru;

import org.jspecify.annotations.NullMarked;
