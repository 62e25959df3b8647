/**
 * Memory that comes and goes: memory blocks, add, online, offline, remove.
 * {@link org.kunitjvm.mm.hotplug.MemoryHotplug} is the entry point.
 * Uses {@code org.kunitjvm.mm.alloc}, {@code org.kunitjvm.mm.node}, {@code org.kunitjvm.mm.boot} and the packages below
 * them.
 * Invariant: a memory block is either wholly online in one zone or wholly offline, but for those of the boot that span
 * several zones or holes, which can never go offline.
 * Models mm/memory_hotplug.c and drivers/base/memory.c of Linux 6.12.
 */
@NullMarked
package org.kunitjvm.mm.hotplug;

import org.jspecify.annotations.NullMarked;
