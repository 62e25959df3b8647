package org.kunitjvm.mm.zone;

/**
 * One list of a {@link PerCpuPages}. Blocks enter and leave it at its ends only, so it is a row of frame numbers with
 * room on both sides:
 * <pre>
 *   slots   . . . . 7 3 9 5 . . . .
 *                   last  first
 *                   bottom  top
 * </pre>
 * The first block has the highest place, so that taking it and putting it back are those of a stack. When a side has no
 * room left, the row is moved to the other side, or into a larger array if it fills more than half.
 *
 * <p>Differs from Linux, where the lists run through the pages: a row does not touch the page records, which halves
 * the memory that an allocation and a free touch. It never shrinks.
 */
public final class PcpList {
    private static final int INITIAL_CAPACITY = 16;

    private int[] slots = new int[INITIAL_CAPACITY];
    /** Length of {@link #slots}; a comparison with that itself would be taken for a failed bounds check. */
    private int capacity = INITIAL_CAPACITY;
    /** Place of the last block. */
    private int bottom;
    /** Behind the place of the first block. */
    private int top;

    /** Whether it has no members. */
    public boolean isEmpty() {
        return top == bottom;
    }

    /** Number of blocks. */
    public int length() {
        return top - bottom;
    }

    /** Number of blocks that there is memory for. */
    int capacity() {
        return capacity;
    }

    /** The block at a position, 0 for the first one. */
    public int get(int position) {
        return slots[top - 1 - position];
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
        if (top == capacity) {
            addFirstInRoom(pfn);
            return;
        }
        slots[top++] = pfn;
    }

    private void addFirstInRoom(int pfn) {
        moveTo(0);
        slots[top++] = pfn;
    }

    /** Put a block at the end. */
    public void addLast(int pfn) {
        if (bottom == 0) {
            moveTo(1);
        }
        slots[--bottom] = pfn;
    }

    /** Take the first block off; there must be one. */
    public int removeFirst() {
        int at = top - 1;
        top = at;
        return slots[at];
    }

    /** Take the last block off; there must be one. */
    public int removeLast() {
        return slots[bottom++];
    }

    /**
     * Make room by moving the row to one side: 0 puts it at the start, 1 at the end. What it gains is at least its
     * length, so that a block is moved a bounded number of times on average.
     */
    private void moveTo(int side) {
        int length = length();
        int[] to = length <= capacity / 2 ? slots : new int[capacity * 2];
        int newBottom = side * (to.length - length);
        System.arraycopy(slots, bottom, to, newBottom, length);
        slots = to;
        capacity = to.length;
        bottom = newBottom;
        top = newBottom + length;
    }
}
