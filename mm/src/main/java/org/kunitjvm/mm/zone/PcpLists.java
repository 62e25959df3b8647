package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

/**
 * The lists of one {@link PerCpuPages}. Blocks enter and leave them at their ends only, so each list is a ring of frame numbers.
 *
 * <p>Differs from Linux, where the lists run through the pages: a ring does not touch the page records, which halves the memory that
 * an allocation and a free touch. It grows as needed and never shrinks.
 */
public final class PcpLists {
    private static final int INITIAL_CAPACITY = 16;

    /** One list; the capacity is a power of two. */
    private static final class Ring {
        private int[] slots = new int[INITIAL_CAPACITY];
        private int first;
        private int length;

        private int get(int position) {
            return slots[first + position & slots.length - 1];
        }

        private int[] slotsWithRoom() {
            return length < slots.length ? slots : grow();
        }

        private int[] grow() {
            int[] larger = new int[slots.length * 2];
            for (int i = 0; i < length; i++) {
                larger[i] = get(i);
            }
            first = 0;
            slots = larger;
            return larger;
        }
    }

    private final Ring[] rings;

    /** Make {@code count} empty lists. */
    PcpLists(int count) {
        this.rings = new Ring[count];
        for (int list = 0; list < count; list++) {
            rings[list] = new Ring();
        }
    }

    /** Whether a list has no members. */
    public boolean isEmpty(int list) {
        return rings[list].length == 0;
    }

    /** Number of blocks on a list. */
    public int length(int list) {
        return rings[list].length;
    }

    /** The block at a position, 0 for the first one. */
    public int get(int list, int position) {
        return rings[list].get(position);
    }

    /** The first block, or -1. */
    public int first(int list) {
        return isEmpty(list) ? NO_PFN : get(list, 0);
    }

    /** All blocks, the first one first. */
    public int[] toArray(int list) {
        Ring ring = rings[list];
        int[] blocks = new int[ring.length];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = ring.get(i);
        }
        return blocks;
    }

    /** Put a block in front. */
    public void addFirst(int list, int pfn) {
        Ring ring = rings[list];
        int[] slots = ring.slotsWithRoom();
        int at = ring.first - 1 & slots.length - 1;
        slots[at] = pfn;
        ring.first = at;
        ring.length++;
    }

    /** Put a block at the end. */
    public void addLast(int list, int pfn) {
        Ring ring = rings[list];
        int[] slots = ring.slotsWithRoom();
        slots[ring.first + ring.length & slots.length - 1] = pfn;
        ring.length++;
    }

    /** Take the first block off a list that is not empty. */
    public int removeFirst(int list) {
        Ring ring = rings[list];
        int[] slots = ring.slots;
        int at = ring.first & slots.length - 1;
        ring.first = at + 1;
        ring.length--;
        return slots[at];
    }

    /** Take the last block off a list that is not empty. */
    public int removeLast(int list) {
        Ring ring = rings[list];
        int[] slots = ring.slots;
        return slots[ring.first + --ring.length & slots.length - 1];
    }
}
