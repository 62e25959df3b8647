package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.KunitSymbols;

/** What {@link VmaMerger} exports to tests. */
@KunitSymbols(of = VmaMerger.class)
interface MergerSymbols {
    @Nullable VmArea mergeNewRange(VmaMerger merger, VmaMergeStruct vmg);

    @Nullable VmArea mergeExistingRange(VmaMerger merger, VmaMergeStruct vmg);

    void expand(VmaMerger merger, VmaMergeStruct vmg) throws ErrnoException;

    @Nullable VmArea mergeExtend(VmaMerger merger, VmaIterator vmi, VmArea vma, long delta);

    @Nullable VmArea copyVma(VmaMerger merger, VmArea vma, long addr, long len, long pgoff);
}
