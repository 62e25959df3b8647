package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.Models;

/**
 * One attempt to merge: the proposed range with everything that must match, its neighbours, and what became of it.
 * Models mm/vma.h: vma_merge_struct.
 */
@Models("mm/vma.h: vma_merge_struct")
public final class VmaMergeStruct {
    /** What became of an attempt. */
    public enum State {
        /** Nothing tried yet. */
        START,
        /** No merge was possible; nothing changed. */
        NOMERGE,
        /** Merged. */
        SUCCESS,
        /** Memory ran out; nothing changed. */
        ERROR_NOMEM
    }

    final VmaSpace space;
    final VmaIterator vmi;
    @Nullable VmArea prev;
    /** The area that the range is a part of, when an existing range is merged. */
    @Nullable VmArea middle;
    @Nullable VmArea next;
    /** The area that is to grow. */
    @Nullable VmArea target;
    long start;
    long end;
    long pgoff;
    long vmFlags;
    @Nullable VmFile file;
    @Nullable AnonVma anonVma;
    @Nullable Mempolicy policy;
    @Nullable UserfaultfdCtx uffdCtx;
    @Nullable String anonName;
    /** The area that mremap copies, when the range is a copy. */
    @Nullable VmArea copiedFrom;
    boolean justExpand;
    boolean giveUpOnOom;
    State state = State.START;

    private VmaMergeStruct(VmaSpace space, VmaIterator vmi, long start, long end) {
        this.space = space;
        this.vmi = vmi;
        this.start = start;
        this.end = end;
    }

    /** A new anonymous range ({@code VMG_MMAP_STATE}, {@code VMG_STATE}). */
    public static VmaMergeStruct ofNew(VmaSpace space, VmaIterator vmi, long start, long end, long vmFlags,
        long pgoff) {
        VmaMergeStruct vmg = new VmaMergeStruct(space, vmi, start, end);
        vmg.vmFlags = vmFlags;
        vmg.pgoff = pgoff;
        return vmg;
    }

    /** Part {@code [start, end)} of an existing area, with the area's attributes ({@code VMG_VMA_STATE}). */
    public static VmaMergeStruct ofVma(VmaIterator vmi, @Nullable VmArea prev, VmArea vma, long start, long end) {
        VmaMergeStruct vmg = new VmaMergeStruct(vma.space(), vmi, start, end);
        vmg.prev = prev;
        vmg.middle = vma;
        vmg.vmFlags = vma.vmFlags();
        vmg.pgoff = vma.linearPageIndex(start);
        vmg.file = vma.vmFile();
        vmg.anonVma = vma.anonVma();
        vmg.policy = vma.policy();
        vmg.uffdCtx = vma.userfaultfdCtx();
        vmg.anonName = vma.anonName();
        return vmg;
    }

    /** What became of the attempt. */
    public State state() {
        return state;
    }

    /** The proposed range. */
    public long start() {
        return start;
    }

    /** The proposed range. */
    public long end() {
        return end;
    }

    /** Size of the range in pages. */
    long pages() {
        return end - start >> Mman.PAGE_SHIFT;
    }

    /** Propose these flags. */
    public VmaMergeStruct flags(long newFlags) {
        vmFlags = newFlags;
        return this;
    }

    /** The areas before and behind the range; either may be {@code null}. */
    public VmaMergeStruct neighbours(@Nullable VmArea newPrev, @Nullable VmArea newNext) {
        prev = newPrev;
        next = newNext;
        return this;
    }

    /** Propose this file. */
    public VmaMergeStruct file(@Nullable VmFile newFile) {
        file = newFile;
        return this;
    }

    /** Propose this anon name. */
    public VmaMergeStruct anonName(@Nullable String newName) {
        anonName = newName;
        return this;
    }

    /** Propose this policy. */
    public VmaMergeStruct policy(@Nullable Mempolicy newPolicy) {
        policy = newPolicy;
        return this;
    }

    /** Propose this userfaultfd context. */
    public VmaMergeStruct uffdCtx(@Nullable UserfaultfdCtx newCtx) {
        uffdCtx = newCtx;
        return this;
    }

    /** Only grow the area before the range, at which the iterator already stands ({@code VMG_FLAG_JUST_EXPAND}). */
    public VmaMergeStruct justExpand() {
        justExpand = true;
        return this;
    }

    /** Treat a lack of memory as "no merge". */
    public VmaMergeStruct giveUpOnOom() {
        giveUpOnOom = true;
        return this;
    }

    /** Grow this area ({@code vma_expand}). */
    public VmaMergeStruct target(@Nullable VmArea newTarget) {
        target = newTarget;
        return this;
    }

    /** Forget the outcome and propose another range. */
    public void setRange(long newStart, long newEnd, long newPgoff, long newFlags) {
        state = State.START;
        target = null;
        start = newStart;
        end = newEnd;
        pgoff = newPgoff;
        vmFlags = newFlags;
    }

    @Override
    public String toString() {
        return String.format("merge [%#x, %#x) pgoff %#x flags %s: %s", start, end, pgoff, VmFlags.toString(vmFlags),
            state);
    }
}
