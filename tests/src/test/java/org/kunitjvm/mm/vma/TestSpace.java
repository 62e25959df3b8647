package org.kunitjvm.mm.vma;

import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.VmFlags.VM_MAYREAD;
import static org.kunitjvm.mm.vma.VmFlags.VM_MAYWRITE;
import static org.kunitjvm.mm.vma.VmFlags.VM_READ;
import static org.kunitjvm.mm.vma.VmFlags.VM_WRITE;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.mm.vma.VmaSplitter.NewPart;

/**
 * An address space for a test of the VMA core, with the mmap lock held for writing from start to end. Addresses are
 * page numbers, so that a test reads like the drawings of the merge cases.
 */
final class TestSpace implements AutoCloseable {
    /** What most areas of the posted tests may do. */
    static final long F = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;
    static final VmOperations WITH_CLOSE = VmOperations.withClose(_ -> {
    });

    /** The internals that the suite was linked with. */
    record Symbols(MergerSymbols merger, SplitterSymbols splitter) {
    }

    final VmaSpace space;
    final Symbols symbols;
    final VmaIterator vmi;
    private final MmStruct mm;
    private Guard lock;

    TestSpace(Kernel kernel, Symbols symbols) {
        this(kernel, symbols, VmaSettings.DEFAULT);
    }

    TestSpace(Kernel kernel, Symbols symbols, VmaSettings settings) {
        this.symbols = symbols;
        mm = kernel.sched().mmTable().alloc();
        space = new VmaSpace(kernel, mm, settings);
        mm.attach(VmaSpace.class, space);
        vmi = new VmaIterator(space, 0);
        lock = space.writeLock();
    }

    /** An area of pages {@code [start, end)} with page offset {@code pgoff}. */
    VmArea area(long start, long end, long pgoff) {
        return area(start, end, pgoff, F);
    }

    VmArea area(long start, long end, long pgoff, long flags) {
        return space.allocAndLink(start * PAGE_SIZE, end * PAGE_SIZE, pgoff, flags);
    }

    /** An area whose page offset is its page number. */
    VmArea area(long start, long end) {
        return area(start, end, start);
    }

    /** A new range, with the neighbours that it has now. */
    VmaMergeStruct newRange(long start, long end, long pgoff) {
        return newRange(start, end, pgoff, F);
    }

    VmaMergeStruct newRange(long start, long end, long pgoff, long flags) {
        vmi.set(start * PAGE_SIZE);
        return VmaMergeStruct.ofNew(space, vmi, start * PAGE_SIZE, end * PAGE_SIZE, flags, pgoff)
            .neighbours(space.tree().findBefore(start * PAGE_SIZE), space.tree().findAtOrAfter(start * PAGE_SIZE));
    }

    @Nullable VmArea mergeNew(VmaMergeStruct vmg) {
        return symbols.merger.mergeNewRange(space.merger(), vmg);
    }

    @Nullable VmArea mergeNew(long start, long end) {
        return mergeNew(newRange(start, end, start));
    }

    /** Merge, or make an area; the result says which. */
    Placed place(long start, long end, long pgoff, long flags) {
        VmArea merged = mergeNew(newRange(start, end, pgoff, flags));
        return merged != null ? new Placed(merged, true) : new Placed(area(start, end, pgoff, flags), false);
    }

    /** An area for a range, and whether it was there already. */
    record Placed(VmArea vma, boolean merged) {
    }

    /** Pages {@code [start, end)} of {@code vma}, about to have what {@code vma} has. */
    VmaMergeStruct existing(@Nullable VmArea prev, VmArea vma, long start, long end) {
        vmi.set(start * PAGE_SIZE);
        return VmaMergeStruct.ofVma(vmi, prev, vma, start * PAGE_SIZE, end * PAGE_SIZE);
    }

    @Nullable VmArea mergeExisting(VmaMergeStruct vmg) {
        return symbols.merger.mergeExistingRange(space.merger(), vmg);
    }

    /** Grow {@code vma} to pages {@code [start, end)}; returns 0 or the negative error number. */
    int expand(VmArea vma, @Nullable VmArea next, long start, long end, long pgoff) {
        VmaMergeStruct vmg = VmaMergeStruct.ofNew(space, vmi, start * PAGE_SIZE, end * PAGE_SIZE, vma.vmFlags(), pgoff)
            .neighbours(null, next).target(vma);
        return expand(vmg);
    }

    int expand(VmaMergeStruct vmg) {
        try {
            symbols.merger.expand(space.merger(), vmg);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    int split(VmArea vma, long page, NewPart newPart) {
        try {
            vmi.set(vma.vmStart());
            symbols.splitter.splitVma(space.splitter(), vmi, vma, page * PAGE_SIZE, newPart);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    /** Let an anon_vma be in the area's chain without being the area's own. */
    static void linkInChain(VmArea vma) {
        vma.chain().add(new AnonVma("chain", null));
    }

    /** Let {@code vma} have faulted with {@code anonVma}. */
    static AnonVma setAnonVma(VmArea vma, AnonVma anonVma) {
        vma.setAnonVma(anonVma);
        vma.chain().clear();
        vma.chain().add(anonVma);
        anonVma.linked(false);
        anonVma.activate();
        return anonVma;
    }

    static AnonVma dummyAnonVma() {
        return new AnonVma("dummy", null);
    }

    /** Forget which areas were marked as being changed. */
    void restartLock() {
        lock.close();
        lock = space.writeLock();
    }

    /** Do something that takes the lock itself. */
    void unlocked(Runnable action) {
        lock.close();
        try {
            action.run();
        } finally {
            lock = space.writeLock();
        }
    }

    /** All areas as {@code [start,end)@pgoff} in pages. */
    String layout() {
        List<String> areas = new ArrayList<>();
        for (VmArea vma : space.areas()) {
            areas.add(text(vma));
        }
        return String.join(" ", areas);
    }

    /** One area as {@code [start,end)@pgoff} in pages, hexadecimal. */
    static String text(@Nullable VmArea vma) {
        return vma == null ? "none"
            : String.format("[%x,%x)@%x", vma.vmStart() / PAGE_SIZE, vma.vmEnd() / PAGE_SIZE, vma.vmPgoff());
    }

    @Override
    public void close() {
        space.tree().validate();
        lock.close();
        mm.mmput();
    }
}
