package org.kunitjvm.mm.alloc;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.slab.HeapObject;
import org.kunitjvm.kernel.slab.KernelHeap;

/**
 * A heap whose allocations fail on purpose, as {@link FailSlab} decides. Models the call of should_failslab in
 * mm/slub.c.
 */
public final class FailingHeap implements KernelHeap {
    private final KernelHeap heap;
    private final FailSlab failSlab;

    /** In front of {@code heap}. */
    public FailingHeap(KernelHeap heap, FailSlab failSlab) {
        this.heap = heap;
        this.failSlab = failSlab;
    }

    /** What decides, for its settings ({@code /sys/kernel/debug/failslab}). */
    public FailSlab failSlab() {
        return failSlab;
    }

    @Override
    public @Nullable HeapObject kmalloc(long sizeBytes, int gfp) {
        int objectBytes = (int) Math.min(Math.max(sizeBytes, 0), MAX_SIZE);
        return failSlab.shouldFail(objectBytes, false, gfp) ? null : heap.kmalloc(sizeBytes, gfp);
    }

    @Override
    public void kfree(@Nullable HeapObject object) {
        heap.kfree(object);
    }
}
