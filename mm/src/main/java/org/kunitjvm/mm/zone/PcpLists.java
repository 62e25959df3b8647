package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

/** The lists of one {@link PerCpuPages}, by number. */
public final class PcpLists {
    private final PcpList[] lists;

    /** Make {@code count} empty lists. */
    PcpLists(int count) {
        this.lists = new PcpList[count];
        for (int list = 0; list < count; list++) {
            lists[list] = new PcpList();
        }
    }

    /** One of the lists; the same object each time. */
    public PcpList list(int list) {
        return lists[list];
    }

    /** Whether a list has no members. */
    public boolean isEmpty(int list) {
        return lists[list].isEmpty();
    }

    /** Number of blocks on a list. */
    public int length(int list) {
        return lists[list].length();
    }

    /** The block at a position, 0 for the first one. */
    public int get(int list, int position) {
        return lists[list].get(position);
    }

    /** The first block, or -1. */
    public int first(int list) {
        return isEmpty(list) ? NO_PFN : get(list, 0);
    }

    /** All blocks, the first one first. */
    public int[] toArray(int list) {
        return lists[list].toArray();
    }

    /** Put a block in front. */
    public void addFirst(int list, int pfn) {
        lists[list].addFirst(pfn);
    }

    /** Put a block at the end. */
    public void addLast(int list, int pfn) {
        lists[list].addLast(pfn);
    }

    /** Take the first block off a list that is not empty. */
    public int removeFirst(int list) {
        return lists[list].removeFirst();
    }

    /** Take the last block off a list that is not empty. */
    public int removeLast(int list) {
        return lists[list].removeLast();
    }
}
