package org.kunitjvm.kunit;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.UserMappings;
import org.kunitjvm.kernel.slab.HeapObject;
import org.kunitjvm.kernel.slab.KernelHeap;
import org.kunitjvm.kernel.slab.SimpleHeap;
import org.kunitjvm.kunit.resource.Resource;

/**
 * Memory that is given back at the end of a test. Models the kmalloc family of lib/kunit/test.c and
 * lib/kunit/user_alloc.c.
 */
final class ManagedMemory {
    private static final Resource.Match BY_DATA = (resource, data) -> resource.data() == data;

    private final Kunit test;

    ManagedMemory(Kunit test) {
        this.test = test;
    }

    @Nullable HeapObject allocate(long count, long sizeBytes, int gfp) {
        KernelHeap heap = SimpleHeap.of(test.kernel());
        HeapObject object = heap.kmallocArray(count, sizeBytes, gfp);
        if (object != null) {
            Resource resource = new Resource().markQuiet();
            test.addResource(null, _ -> heap.kfree(object), resource, object);
        }
        return object;
    }

    void free(@Nullable HeapObject object) {
        if (object != null) {
            test.destroyResource(BY_DATA, object);
        }
    }

    @Nullable HeapObject duplicate(String text, int gfp) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        HeapObject copy = allocate(1, bytes.length + 1L, gfp);
        if (copy != null) {
            System.arraycopy(bytes, 0, copy.bytes(), 0, bytes.length);
            copy.bytes()[bytes.length] = 0;
        }
        return copy;
    }

    /** 0, or a negative error number. */
    int attachMm() {
        Kernel kernel = test.kernel();
        if (kernel.current().mm() != null) {
            return 0;
        }
        MmStruct mm = kernel.sched().mmTable().alloc();
        test.environment().putAtExit(kernel.current(), mm);
        kernel.mmSwitch().use(mm);
        return 0;
    }

    long mmap(@Nullable Object file, long addr, long len, int prot, int flags, long offset) {
        UserMappings mappings = test.kernel().find(UserMappings.class);
        if (mappings == null || attachMm() != 0) {
            return 0;
        }
        MmStruct mm = test.kernel().current().mm();
        if (mm == null) {
            return -Errno.EINVAL.number();
        }
        try {
            return mappings.vmMmap(mm, file, addr, len, prot, flags, offset);
        } catch (ErrnoException e) {
            return e.ret();
        }
    }
}
