package org.kunitjvm.kernel.slab;

import org.jspecify.annotations.Nullable;

/** Gives out memory in bytes. A memory manager may provide its own with {@code Kernel.provide}. */
public interface KernelHeap {
    /** The largest object ({@code KMALLOC_MAX_SIZE}). */
    long MAX_SIZE = 4L << 20;

    /**
     * Allocate {@code sizeBytes} of memory with undefined contents ({@code kmalloc}).
     *
     * @param gfp allocation flags; {@code __GFP_ZERO} clears the memory
     * @return the object, or {@code null} if there is no memory or it is too large
     */
    @Nullable HeapObject kmalloc(long sizeBytes, int gfp);

    /** Free an object ({@code kfree}); {@code null} is ignored. Freeing twice is a bug of the kernel. */
    void kfree(@Nullable HeapObject object);

    /** Allocate an array ({@code kmalloc_array}); {@code null} too if its size does not fit into 64 bits. */
    default @Nullable HeapObject kmallocArray(long count, long sizeBytes, int gfp) {
        boolean overflows = Math.unsignedMultiplyHigh(count, sizeBytes) != 0 || count * sizeBytes < 0;
        return overflows ? null : kmalloc(count * sizeBytes, gfp);
    }
}
