package org.kunitjvm.mm.zone;

/**
 * One list of a {@link PerCpuPages}. Blocks enter and leave it at its ends only, so it is a ring of frame numbers.
 *
 * <p>Differs from Linux, where the lists run through the pages: a ring does not touch the page records, which halves
 * the memory that an allocation and a free touch. It grows as needed and never shrinks.
 */
public final class PcpList {
    private static final int INITIAL_CAPACITY = 16;

    /** The capacity is a power of two. */
    private int[] slots = new int[INITIAL_CAPACITY];
    /**
     * Where the first block is, and where the next one would be put at the end; both only grow or shrink, and wrap
     * around.
     */
    private int first;
    private int end;

    /** Whether it has no members. */
    public boolean isEmpty() {
        return first == end;
    }

    /** Number of blocks. */
    public int length() {
        return end - first;
    }

    /** The block at a position, 0 for the first one. */
    public int get(int position) {
        return slots[first + position & slots.length - 1];
    }

    /** All blocks, the first one first. */
    public int[] toArray() {
        int[] blocks = new int[length()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = get(i);
        }
        return blocks;
    }

    /** Put a block in front. */
    public void addFirst(int pfn) {
        int[] ring = slotsWithRoom();
        ring[--first & ring.length - 1] = pfn;
    }

    /** Put a block at the end. */
    public void addLast(int pfn) {
        int[] ring = slotsWithRoom();
        ring[end++ & ring.length - 1] = pfn;
    }

    /** Take the first block off; there must be one. */
    public int removeFirst() {
        int[] ring = slots;
        return ring[first++ & ring.length - 1];
    }

    /** Take the last block off; there must be one. */
    public int removeLast() {
        int[] ring = slots;
        return ring[--end & ring.length - 1];
    }

    private int[] slotsWithRoom() {
        return end - first < slots.length ? slots : grow();
    }

    private int[] grow() {
        int length = length();
        int[] larger = new int[slots.length * 2];
        for (int i = 0; i < length; i++) {
            larger[i] = get(i);
        }
        first = 0;
        end = length;
        slots = larger;
        return larger;
    }
}
