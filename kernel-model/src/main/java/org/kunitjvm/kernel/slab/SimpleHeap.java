package org.kunitjvm.kernel.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.Task;

/**
 * A heap for kernels without a slab allocator: addresses grow and are never used twice, so that a stale one is seen at
 * once. It takes no pages; fresh memory is filled with a pattern, so that nobody can rely on zeros.
 */
public final class SimpleHeap implements KernelHeap, Auditor {
    private static final long FIRST_ADDRESS = 0xffff_8880_4000_0000L;
    private static final long ALIGN = 16;
    private static final byte POISON = 0x5a;
    private static final int GFP_ZERO = 0x100;

    private final Kernel kernel;
    private final Set<HeapObject> live = new LinkedHashSet<>();
    private long nextAddress = FIRST_ADDRESS;

    private SimpleHeap(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The heap of {@code kernel}: the one that a part of it provides, else a simple one that stays with the kernel. */
    public static KernelHeap of(Kernel kernel) {
        KernelHeap provided = kernel.find(KernelHeap.class);
        if (provided != null) {
            return provided;
        }
        SimpleHeap heap = make(kernel);
        kernel.provide(KernelHeap.class, heap);
        return heap;
    }

    /**
     * A simple heap that stays with {@code kernel} but is not the one that {@link #of} finds: for those who put
     * something in front.
     */
    public static SimpleHeap make(Kernel kernel) {
        SimpleHeap heap = new SimpleHeap(kernel);
        kernel.addAuditor(heap);
        return heap;
    }

    @Override
    public @Nullable HeapObject kmalloc(long sizeBytes, int gfp) {
        if (sizeBytes < 0 || sizeBytes > MAX_SIZE) {
            return null;
        }
        byte[] bytes = new byte[(int) sizeBytes];
        if ((gfp & GFP_ZERO) == 0) {
            Arrays.fill(bytes, POISON);
        }
        Task me = kernel.current();
        HeapObject object = new HeapObject(nextAddress, bytes, me.comm() + "/" + me.pid());
        nextAddress += Math.max(ALIGN, (sizeBytes + ALIGN - 1) / ALIGN * ALIGN);
        live.add(object);
        return object;
    }

    @Override
    public void kfree(@Nullable HeapObject object) {
        if (object == null) {
            return;
        }
        if (!live.remove(object)) {
            throw new KernelBug("kfree of %s: it was freed before or is not of this heap", object);
        }
        object.markFreed();
    }

    @Override
    public String name() {
        return "heap";
    }

    @Override
    public Object mark() {
        return Set.copyOf(live);
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> leaks = new ArrayList<>();
        for (HeapObject object : live) {
            if (!(mark instanceof Set<?> before && before.contains(object))) {
                leaks.add(object + " was not freed");
            }
        }
        return leaks;
    }
}
