package org.kunitjvm.mm.vma;

import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;

/**
 * What the owner of an area wants to be told. Absent operations are {@code null}; an area with {@link #close} is never
 * deleted by a merge. Models {@code struct vm_operations_struct}.
 *
 * @param open called for each copy of an area that a split or move makes
 * @param close called when an area goes away
 * @param maySplit asked before an area is split
 * @param mremap told of an area that was moved
 * @param name what {@code maps} prints for the area
 */
public record VmOperations(@Nullable Consumer<VmArea> open, @Nullable Consumer<VmArea> close,
    @Nullable MaySplit maySplit,
    @Nullable Consumer<VmArea> mremap, @Nullable Function<VmArea, String> name) {
    /** Asked before a split. */
    @FunctionalInterface
    public interface MaySplit {
        /** Throw to refuse a split of {@code area} at {@code addr}. */
        void check(VmArea area, long addr) throws ErrnoException;
    }

    /** No operation at all. */
    public static final VmOperations NONE = new VmOperations(null, null, null, null, null);

    /** Only {@code close}. */
    public static VmOperations withClose(Consumer<VmArea> close) {
        return new VmOperations(null, close, null, null, null);
    }
}
