package org.kunitjvm.kernel.sched;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;

/** Maps memory into an address space; provided by the memory manager for parts of the kernel that do not know it. */
@FunctionalInterface
public interface UserMappings {
    /**
     * Map memory ({@code vm_mmap}).
     *
     * @param file what to map, an object of the memory manager's; {@code null} for anonymous memory
     * @param offset offset in the file, in bytes
     * @return the address
     * @throws ErrnoException as mmap(2) says
     */
    long vmMmap(MmStruct mm, @Nullable Object file, long addr, long len, int prot, int flags, long offset)
        throws ErrnoException;
}
