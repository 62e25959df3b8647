/**
 * Small objects by {@code kmalloc}.
 * {@link org.kunitjvm.kernel.slab.KernelHeap} is what callers see; a kernel without a real allocator has a
 * {@link org.kunitjvm.kernel.slab.SimpleHeap}.
 * Uses the leak checks of the kernel. Invariant: an object is freed at most once.
 * Models include/linux/slab.h as far as callers see it.
 */
@NullMarked
package org.kunitjvm.kernel.slab;

import org.jspecify.annotations.NullMarked;
