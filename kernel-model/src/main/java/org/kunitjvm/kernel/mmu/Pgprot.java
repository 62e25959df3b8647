package org.kunitjvm.kernel.mmu;

import static org.kunitjvm.kernel.mmu.Pte.ACCESSED;
import static org.kunitjvm.kernel.mmu.Pte.DIRTY;
import static org.kunitjvm.kernel.mmu.Pte.GLOBAL;
import static org.kunitjvm.kernel.mmu.Pte.NX;
import static org.kunitjvm.kernel.mmu.Pte.PRESENT;
import static org.kunitjvm.kernel.mmu.Pte.PROTNONE;
import static org.kunitjvm.kernel.mmu.Pte.RW;
import static org.kunitjvm.kernel.mmu.Pte.USER;

import org.kunitjvm.kernel.hook.Models;

/**
 * Protection of a mapping: the bits of a page-table entry without its frame. Models {@code pgprot_t}.
 *
 * @param bits the bits, at their places in the entry
 */
@Models("arch/x86/include/asm/pgtable_types.h: __PAGE_KERNEL and relatives")
public record Pgprot(long bits) {
    /** Kernel data as the processor could map it, global bit included ({@code __PAGE_KERNEL}). */
    public static final Pgprot PAGE_KERNEL_GLOBAL = new Pgprot(PRESENT | RW | ACCESSED | NX | DIRTY | GLOBAL);
    /** Kernel data. With page-table isolation, which is on here, the default mask takes the global bit away. */
    public static final Pgprot PAGE_KERNEL = new Pgprot(PRESENT | RW | ACCESSED | NX | DIRTY);
    /** Kernel data that may not be written. */
    public static final Pgprot PAGE_KERNEL_RO = new Pgprot(PRESENT | ACCESSED | NX);
    /** Kernel data that may be executed. */
    public static final Pgprot PAGE_KERNEL_EXEC = new Pgprot(PRESENT | RW | ACCESSED | DIRTY);
    /** No access; the kernel counts the entry as present, the hardware does not. */
    public static final Pgprot PAGE_NONE = new Pgprot(ACCESSED | PROTNONE);
    /** User data, writable and shared. */
    public static final Pgprot PAGE_SHARED = new Pgprot(PRESENT | RW | USER | ACCESSED | NX);
    /** As {@link #PAGE_SHARED}, executable. */
    public static final Pgprot PAGE_SHARED_EXEC = new Pgprot(PRESENT | RW | USER | ACCESSED);
    /** User data that is copied when it is written. */
    public static final Pgprot PAGE_COPY = new Pgprot(PRESENT | USER | ACCESSED | NX);
    /** As {@link #PAGE_COPY}, executable. */
    public static final Pgprot PAGE_COPY_EXEC = new Pgprot(PRESENT | USER | ACCESSED);
    /** User data that may only be read. */
    public static final Pgprot PAGE_READONLY = new Pgprot(PRESENT | USER | ACCESSED | NX);
    /** As {@link #PAGE_READONLY}, executable. */
    public static final Pgprot PAGE_READONLY_EXEC = new Pgprot(PRESENT | USER | ACCESSED);

    /** Whether every bit of {@code mask} is set. */
    public boolean has(long mask) {
        return (bits & mask) == mask;
    }

    /** This protection with more bits. */
    public Pgprot with(long mask) {
        return new Pgprot(bits | mask);
    }

    /** This protection without some bits. */
    public Pgprot without(long mask) {
        return new Pgprot(bits & ~mask);
    }

    @Override
    public String toString() {
        return String.format("%#x", bits);
    }
}
