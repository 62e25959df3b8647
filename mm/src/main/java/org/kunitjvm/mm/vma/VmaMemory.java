package org.kunitjvm.mm.vma;

import java.util.EnumMap;
import java.util.Map;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.VisibleIfKunit;

/**
 * The memory that the VMA layer itself allocates. It never runs out by itself; a test makes the n-th allocation of a
 * kind fail.
 */
public final class VmaMemory {
    /** What is allocated. */
    public enum Site {
        /** Nodes for a store to the range tree ({@code mas_preallocate}). */
        PREALLOC,
        /** An area ({@code vm_area_alloc}, {@code vm_area_dup}). */
        VM_AREA,
        /** An anon_vma or chain entries. */
        ANON_VMA
    }

    private final Map<Site, Integer> untilFailure = new EnumMap<>(Site.class);

    VmaMemory() {
    }

    /** Let the {@code nth} allocation of this kind from now on fail, once; 1 is the next one. */
    @VisibleIfKunit
    @ExportSymbolIfKunit
    void failNth(Site site, int nth) {
        untilFailure.put(site, nth);
    }

    /** Account for one allocation. */
    void charge(Site site) throws ErrnoException {
        if (untilFailure.isEmpty()) {
            return;
        }
        Integer left = untilFailure.get(site);
        if (left == null) {
            return;
        }
        if (left > 1) {
            untilFailure.put(site, left - 1);
            return;
        }
        untilFailure.remove(site);
        throw new ErrnoException(Errno.ENOMEM, "injected failure of " + site);
    }
}
