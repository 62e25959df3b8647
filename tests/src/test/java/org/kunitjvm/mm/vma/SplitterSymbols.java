package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.KunitSymbols;

/** What {@link VmaSplitter} exports to tests. */
@KunitSymbols(of = VmaSplitter.class)
interface SplitterSymbols {
    void splitVma(VmaSplitter splitter, VmaIterator vmi, VmArea vma, long addr, VmaSplitter.NewPart newPart)
        throws ErrnoException;

    VmArea modifyFlags(VmaSplitter splitter, VmaIterator vmi, @Nullable VmArea prev, VmArea vma, long start, long end,
        long newFlags) throws ErrnoException;

    void shrink(VmaSplitter splitter, VmaIterator vmi, VmArea vma, long start, long end, long pgoff)
        throws ErrnoException;
}
