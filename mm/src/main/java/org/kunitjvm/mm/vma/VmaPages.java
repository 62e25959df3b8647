package org.kunitjvm.mm.vma;

import org.kunitjvm.kernel.errno.ErrnoException;

/**
 * What the VMA layer tells whoever looks after the pages. Every method may do nothing: areas are complete without
 * pages.
 */
public interface VmaPages {
    /** Nobody looks after pages. */
    VmaPages NONE = new VmaPages() {
    };

    /** Pages of {@code [start, end)} go away; the area is still as it was. */
    default void unmap(VmArea vma, long start, long end) {
    }

    /** The pages at {@code oldAddr} now belong to {@code newAddr}. */
    default void move(VmArea from, long oldAddr, VmArea to, long newAddr, long lenBytes) {
    }

    /** The flags of {@code [start, end)} went from {@code oldFlags} to what the area has now. */
    default void flagsChanged(VmArea vma, long start, long end, long oldFlags) {
    }

    /**
     * Pages of {@code [start, end)} are wanted in memory.
     *
     * @throws ErrnoException {@code ENOMEM} if there is no memory left
     */
    default void populate(VmArea vma, long start, long end) throws ErrnoException {
    }

    /**
     * The byte at {@code addr} is read or written, and the area allows it.
     *
     * @throws ErrnoException {@code ENOMEM} if there is no memory left
     */
    default void touch(VmArea vma, long addr, boolean write) throws ErrnoException {
    }

    /** What the area's pages amount to, for {@code smaps}. */
    default PageUsage usage(VmArea vma) {
        return PageUsage.NONE;
    }
}
