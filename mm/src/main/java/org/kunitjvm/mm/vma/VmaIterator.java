package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/**
 * A position among the areas of an address space: the range {@code [index, last]} that it stands on. Looking from a
 * fresh position includes the area at it; afterwards a search goes on behind what was found. Models
 * {@code struct vma_iterator}, {@code ma_state}.
 */
@Models("include/linux/mm.h: vma_iterator")
public final class VmaIterator {
    /** Where the position is. */
    private enum State {
        /** At an address; nothing was looked up. */
        START,
        /** On the range {@code [index, last]}. */
        ON,
        /** Before the first range. */
        UNDERFLOW,
        /** Behind the last one. */
        OVERFLOW
    }

    private final VmaSpace space;
    private State state = State.START;
    private long index;
    private long last;

    /** A position at {@code addr} ({@code VMA_ITERATOR}). */
    public VmaIterator(VmaSpace space, long addr) {
        this.space = space;
        set(addr);
    }

    /** First address of the range ({@code vma_iter_addr}). */
    public long addr() {
        return index;
    }

    /** First address behind the range ({@code vma_iter_end}). */
    public long end() {
        return last + 1;
    }

    /** Go to {@code addr} ({@code vma_iter_set}). */
    public void set(long addr) {
        state = State.START;
        index = addr;
        last = addr;
    }

    /** Stand on {@code [start, end)} for the next store. */
    void config(long start, long end) {
        state = State.ON;
        index = start;
        last = end - 1;
    }

    /** The area at the position, or {@code null}. */
    public @Nullable VmArea load() {
        VmArea area = space.tree().load(index);
        return area == null ? null : standOn(area);
    }

    /**
     * The next area, from the position on, that starts before {@code max}; {@code null} if there is none
     * ({@code vma_find}).
     */
    public @Nullable VmArea find(long max) {
        long from = state == State.ON ? last + 1 : index;
        VmArea area = state == State.OVERFLOW || from >= max ? null : space.tree().findAtOrAfter(from);
        if (area == null || area.vmStart() >= max) {
            overflow(max);
            return null;
        }
        return standOn(area);
    }

    /** The area behind the position, or {@code null} ({@code vma_next}). */
    public @Nullable VmArea next() {
        return switch (state) {
            case UNDERFLOW -> find(Long.MAX_VALUE);
            case OVERFLOW -> null;
            case ON -> find(Long.MAX_VALUE);
            case START -> {
                VmArea here = space.tree().load(index);
                if (here != null) {
                    standOn(here);
                }
                yield find(Long.MAX_VALUE);
            }
        };
    }

    /** The area before the position, or {@code null} ({@code vma_prev}). */
    public @Nullable VmArea prev() {
        if (state == State.UNDERFLOW) {
            return null;
        }
        if (state == State.START) {
            VmArea here = space.tree().load(index);
            if (here != null) {
                standOn(here);
            }
        }
        VmArea area = space.tree().findBefore(state == State.OVERFLOW ? Long.MAX_VALUE : index);
        if (area == null) {
            state = State.UNDERFLOW;
            index = 0;
            last = 0;
            return null;
        }
        return standOn(area);
    }

    /**
     * Step to the next range, which may be a gap: {@code null} then, with the position on the gap
     * ({@code vma_iter_next_range}).
     */
    public @Nullable VmArea nextRange() {
        if (state == State.OVERFLOW) {
            return null;
        }
        long from = rangeStart();
        VmArea area = space.tree().findAtOrAfter(from);
        if (area != null && area.vmStart() <= from) {
            return standOn(area);
        }
        if (from == Long.MAX_VALUE) {
            overflow(Long.MAX_VALUE);
            return null;
        }
        config(from, area == null ? Long.MAX_VALUE : area.vmStart());
        return null;
    }

    private long rangeStart() {
        if (state == State.ON) {
            return last + 1;
        }
        if (state == State.UNDERFLOW) {
            return 0;
        }
        VmArea here = space.tree().load(index);
        if (here != null) {
            return here.vmEnd();
        }
        VmArea next = space.tree().findAtOrAfter(index);
        return next == null ? Long.MAX_VALUE : next.vmStart();
    }

    /** Step to the range before, which may be a gap ({@code vma_iter_prev_range}). */
    public @Nullable VmArea prevRange() {
        if (state == State.START) {
            VmArea here = space.tree().load(index);
            index = here != null ? here.vmStart() : gapStart(index);
        }
        if (state == State.UNDERFLOW || index == 0) {
            state = State.UNDERFLOW;
            last = 0;
            return null;
        }
        VmArea area = space.tree().findBefore(index);
        if (area != null && area.vmEnd() == index) {
            return standOn(area);
        }
        config(area == null ? 0 : area.vmEnd(), index);
        return null;
    }

    private long gapStart(long addr) {
        VmArea before = space.tree().findBefore(addr);
        return before == null ? 0 : before.vmEnd();
    }

    /** Get what a store at the position may need; the store then cannot fail. */
    void prealloc() throws ErrnoException {
        space.memory().charge(VmaMemory.Site.PREALLOC);
    }

    /** Store {@code area} over its own range and stand on it. */
    void store(VmArea area) {
        space.tree().store(area.vmStart(), area.vmEnd(), area);
        standOn(area);
    }

    /** Make the range that the position stands on a gap. */
    void clear() {
        space.tree().store(index, last + 1, null);
    }

    private VmArea standOn(VmArea area) {
        config(area.vmStart(), area.vmEnd());
        return area;
    }

    private void overflow(long max) {
        state = State.OVERFLOW;
        index = max;
        last = max;
    }
}
