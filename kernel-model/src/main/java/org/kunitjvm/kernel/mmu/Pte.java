package org.kunitjvm.kernel.mmu;

import org.kunitjvm.kernel.hook.Models;

/**
 * Page-table entries of x86-64, as plain {@code long}s: the bits, and what can be asked of an entry at any level.
 *
 * <pre>
 *   bit 0 P   1 RW  2 US  3 PWT  4 PCD  5 A  6 D  7 PSE (PAT in the last level)  8 G  9-11 software  12-51 frame  63 NX
 * </pre>
 */
@Models("arch/x86/include/asm/pgtable_types.h")
public final class Pte {
    /** {@code _PAGE_PRESENT}. */
    public static final long PRESENT = 1L;
    /** {@code _PAGE_RW}. */
    public static final long RW = 1L << 1;
    /** {@code _PAGE_USER}. */
    public static final long USER = 1L << 2;
    /** {@code _PAGE_PWT}. */
    public static final long PWT = 1L << 3;
    /** {@code _PAGE_PCD}. */
    public static final long PCD = 1L << 4;
    /** {@code _PAGE_ACCESSED}. */
    public static final long ACCESSED = 1L << 5;
    /** {@code _PAGE_DIRTY}. */
    public static final long DIRTY = 1L << 6;
    /**
     * {@code _PAGE_PSE}: this entry of a middle level maps a large page. The same bit is {@code _PAGE_PAT} in the last
     * level.
     */
    public static final long PSE = 1L << 7;
    /** {@code _PAGE_GLOBAL}. */
    public static final long GLOBAL = 1L << 8;
    /**
     * {@code _PAGE_PROTNONE}: the bit of {@link #GLOBAL} in an entry that is not present for the hardware but is for
     * the kernel.
     */
    public static final long PROTNONE = GLOBAL;
    /** {@code _PAGE_SPECIAL}. */
    public static final long SPECIAL = 1L << 9;
    /** {@code _PAGE_UFFD_WP}. */
    public static final long UFFD_WP = 1L << 10;
    /** {@code _PAGE_SOFT_DIRTY}. */
    public static final long SOFT_DIRTY = 1L << 11;
    /** {@code _PAGE_NX}. */
    public static final long NX = 1L << 63;
    /** The frame number's place ({@code PTE_PFN_MASK}). */
    public static final long PFN_MASK = 0x000f_ffff_ffff_f000L;

    /** What an entry that points to a lower table carries ({@code _KERNPG_TABLE}). */
    static final long TABLE = PRESENT | RW | ACCESSED | DIRTY;

    private static final long RIGHTS = PRESENT | RW | USER | NX;

    private Pte() {
    }

    /** The entry that maps {@code pfn} with {@code prot} ({@code pfn_pte}). */
    public static long of(int pfn, Pgprot prot) {
        return ((long) pfn << PageTable.PAGE_SHIFT) | prot.bits();
    }

    /** Whether the hardware or the kernel counts the entry as present ({@code pte_present}). */
    public static boolean isPresent(long pte) {
        return (pte & (PRESENT | PROTNONE)) != 0;
    }

    /** Whether the hardware translates through it. */
    public static boolean isHardwarePresent(long pte) {
        return (pte & PRESENT) != 0;
    }

    /** Whether the entry is all zero ({@code pte_none}). */
    public static boolean isNone(long pte) {
        return pte == 0;
    }

    /** The frame in the entry. */
    public static int pfn(long pte) {
        return (int) ((pte & PFN_MASK) >>> PageTable.PAGE_SHIFT);
    }

    /** Whether a translation made from {@code cached} is what {@code inTable} would give now, or less. */
    static boolean isCovered(long cached, long inTable) {
        if (!isHardwarePresent(inTable) || (cached & PFN_MASK) != (inTable & PFN_MASK)) {
            return false;
        }
        boolean mayWriteStill = (cached & RW) == 0 || (inTable & RW) != 0;
        boolean mayExecStill = (cached & NX) != 0 || (inTable & NX) == 0;
        return mayWriteStill && mayExecStill;
    }

    /** Whether both give the same rights. */
    static boolean sameRights(long a, long b) {
        return ((a ^ b) & RIGHTS) == 0;
    }

    /** The entry for people: {@code pfn 0x1234 P RW A D NX}, {@code 0 (none)}, {@code not present (0x100)}. */
    public static String describe(long pte) {
        if (pte == 0) {
            return "0 (none)";
        }
        StringBuilder out = new StringBuilder();
        if (!isHardwarePresent(pte)) {
            out.append("not present, ");
        }
        out.append(String.format("pfn %#x", pfn(pte)));
        append(out, pte, PRESENT, " P");
        append(out, pte, RW, " RW");
        append(out, pte, USER, " US");
        append(out, pte, ACCESSED, " A");
        append(out, pte, DIRTY, " D");
        append(out, pte, GLOBAL, isHardwarePresent(pte) ? " G" : " PROTNONE");
        append(out, pte, NX, " NX");
        return out.toString();
    }

    private static void append(StringBuilder out, long pte, long bit, String name) {
        if ((pte & bit) != 0) {
            out.append(name);
        }
    }
}
