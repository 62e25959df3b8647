/**
 * Replays recordings of a real kernel's page allocator and compares everything.
 * {@link org.kunitjvm.mm.trace.TraceReplay} is the entry point: it reads a recording line by line, loads the initial
 * state into a fresh kernel, performs each operation on the CPU that performed it, and compares results, counters,
 * events, dumps and texts.
 * Uses {@code org.kunitjvm.mm.alloc} and what lies below it, and {@code org.kunitjvm.mm.proc} for texts.
 * Invariant: memory does not grow with the length of a recording.
 */
@NullMarked
package org.kunitjvm.mm.trace;

import org.jspecify.annotations.NullMarked;
