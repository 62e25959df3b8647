package org.kunitjvm.kernel.mmu;

import org.kunitjvm.kernel.hook.Models;

/**
 * Where things are in the kernel's half of the address space, without randomisation. Addresses are unsigned.
 *
 * <p>Differs from Linux: with five levels the direct map stays where it is with four; only the mm-local region moves.
 *
 * @param levels levels of page tables: four, or five ({@code CONFIG_X86_5LEVEL} without {@code no5lvl})
 */
@Models("Documentation/arch/x86/x86_64/mm.rst, 5level-paging.rst")
public record MmuLayout(int levels) {
    /** Four levels: 48 bits of address. */
    public static final MmuLayout FOUR_LEVELS = new MmuLayout(4);
    /** Five levels: 57 bits of address. */
    public static final MmuLayout FIVE_LEVELS = new MmuLayout(5);
    /** PGD entry of the mm-local region, counted from the end. */
    public static final long MM_LOCAL_PGD_ENTRY = -240;
    /** First address of the direct map: where frame 0 is. */
    public static final long PAGE_OFFSET = 0xffff_8880_0000_0000L;
    /** Bytes of address space that the direct map may cover. */
    public static final long DIRECT_MAP_SIZE = 64L << 40;

    /** Level of the entries of the root. */
    int pgdLevel() {
        return levels - 1;
    }

    /** Bits of an address below a PGD entry ({@code PGDIR_SHIFT}): 39 or 48. */
    public int pgdirShift() {
        return PageTable.shift(levels - 1);
    }

    /** First address of the region that is different for each address space: one PGD entry. */
    public long mmLocalBase() {
        return MM_LOCAL_PGD_ENTRY << pgdirShift();
    }

    /** Bytes of that region. */
    public long mmLocalSize() {
        return 1L << pgdirShift();
    }

    /** Whether all bits above those that are translated are equal. */
    public boolean isCanonical(long vaddr) {
        long high = vaddr >> PageTable.shift(levels) - 1;
        return high == 0 || high == -1;
    }

    /** Whether the address lies in the kernel's half. */
    public static boolean isKernel(long vaddr) {
        return vaddr < 0;
    }

    /** Whether the address lies in the region of its own for each address space. */
    public boolean isMmLocal(long vaddr) {
        return vaddr >> pgdirShift() == MM_LOCAL_PGD_ENTRY;
    }

    /** Whether the address lies in the direct map. */
    public static boolean isDirectMap(long vaddr) {
        return Long.compareUnsigned(vaddr - PAGE_OFFSET, DIRECT_MAP_SIZE) < 0;
    }
}
