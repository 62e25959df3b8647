/**
 * Makes memory free when it is short: kswapd, direct reclaim, compaction and the OOM killer, against a population of
 * pages that can be dropped or moved. {@link org.kunitjvm.mm.reclaim.MemoryReclaim} is the entry point: what the slow
 * path of the page allocator calls.
 * Uses {@code org.kunitjvm.mm.alloc}, {@code lru}, {@code node}, {@code fault} and what they use; nobody but the root
 * package uses it.
 * Invariant: a page of the population holds one reference of its owner and is on an LRU list or in a batch in front of
 * one.
 * Models mm/vmscan.c, mm/compaction.c and mm/oom_kill.c without swap, writeback, memory cgroups and proportional
 * scanning.
 */
@NullMarked
package org.kunitjvm.mm.reclaim;

import org.jspecify.annotations.NullMarked;
