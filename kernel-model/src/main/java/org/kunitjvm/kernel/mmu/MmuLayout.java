package org.kunitjvm.kernel.mmu;

import org.kunitjvm.kernel.hook.Models;

/** Where things are in the kernel's half of the address space, with four levels and without randomisation. Addresses are unsigned. */
@Models("Documentation/arch/x86/x86_64/mm.rst")
public final class MmuLayout {
    /** PGD entry of the mm-local region, counted from the end. */
    public static final long MM_LOCAL_PGD_ENTRY = -240;
    /** First address of the region that is different for each address space. */
    public static final long MM_LOCAL_BASE = MM_LOCAL_PGD_ENTRY << PageTable.PGDIR_SHIFT;
    /** Bytes of that region: one PGD entry. */
    public static final long MM_LOCAL_SIZE = 1L << PageTable.PGDIR_SHIFT;
    /** First address of the direct map: where frame 0 is. */
    public static final long PAGE_OFFSET = 0xffff_8880_0000_0000L;
    /** Bytes of address space that the direct map may cover. */
    public static final long DIRECT_MAP_SIZE = 64L << 40;

    private static final int VIRTUAL_MASK_SHIFT = 47;

    private MmuLayout() {
    }

    /** Whether bits 47 to 63 of the address are equal. */
    public static boolean isCanonical(long vaddr) {
        long high = vaddr >> VIRTUAL_MASK_SHIFT;
        return high == 0 || high == -1;
    }

    /** Whether the address lies in the kernel's half. */
    public static boolean isKernel(long vaddr) {
        return vaddr < 0;
    }

    /** Whether the address lies in the region of its own for each address space. */
    public static boolean isMmLocal(long vaddr) {
        return vaddr >> PageTable.PGDIR_SHIFT == MM_LOCAL_PGD_ENTRY;
    }

    /** Whether the address lies in the direct map. */
    public static boolean isDirectMap(long vaddr) {
        return Long.compareUnsigned(vaddr - PAGE_OFFSET, DIRECT_MAP_SIZE) < 0;
    }
}
