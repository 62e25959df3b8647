package org.kunitjvm.mm.page;

import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import java.util.Arrays;

/**
 * A bank of doubly linked lists that run through the page records. A frame can be on one list at a time; nothing checks
 * that. The sections of all members must have records. Models include/linux/list.h on page->lru.
 */
public final class PageLists {
    private final PageMap map;
    private final int[] firsts;
    private final int[] lasts;

    /** Make {@code count} empty lists. */
    public PageLists(PageMap map, int count) {
        this.map = map;
        this.firsts = new int[count];
        this.lasts = new int[count];
        Arrays.fill(firsts, NO_PFN);
        Arrays.fill(lasts, NO_PFN);
    }

    /** First frame of a list, or -1. */
    public int first(int list) {
        return firsts[list];
    }

    /** Last frame of a list, or -1. */
    public int last(int list) {
        return lasts[list];
    }

    /** Whether a list has no members. */
    public boolean isEmpty(int list) {
        return firsts[list] < 0;
    }

    /** The frame after {@code pfn} on its list, or -1. */
    public int next(int pfn) {
        return section(pfn)[record(pfn) + PageMap.NEXT];
    }

    /** The frame before {@code pfn} on its list, or -1. */
    public int prev(int pfn) {
        return section(pfn)[record(pfn) + PageMap.PREV];
    }

    /** Put a frame in front. */
    public void addFirst(int list, int pfn) {
        addFirst(list, pfn, map.section(pfn), PageMap.record(pfn));
    }

    /** As {@link #addFirst(int, int)} for a caller that has found the record. */
    void addFirst(int list, int pfn, int[] section, int at) {
        map.changes++;
        int old = firsts[list];
        section[at + PageMap.NEXT] = old;
        section[at + PageMap.PREV] = NO_PFN;
        firsts[list] = pfn;
        if (old >= 0) {
            section(old)[record(old) + PageMap.PREV] = pfn;
        } else {
            lasts[list] = pfn;
        }
    }

    /** Put a frame at the end. */
    public void addLast(int list, int pfn) {
        addLast(list, pfn, map.section(pfn), PageMap.record(pfn));
    }

    /** As {@link #addLast(int, int)} for a caller that has found the record. */
    void addLast(int list, int pfn, int[] section, int at) {
        map.changes++;
        int old = lasts[list];
        section[at + PageMap.NEXT] = NO_PFN;
        section[at + PageMap.PREV] = old;
        lasts[list] = pfn;
        if (old >= 0) {
            section(old)[record(old) + PageMap.NEXT] = pfn;
        } else {
            firsts[list] = pfn;
        }
    }

    /** Take the first frame off a list that is not empty. */
    public int removeFirst(int list) {
        int pfn = firsts[list];
        removeFirst(list, map.section(pfn), PageMap.record(pfn));
        return pfn;
    }

    /** As {@link #removeFirst(int)} for a caller that has found the record of the first frame. */
    void removeFirst(int list, int[] section, int at) {
        map.changes++;
        int next = section[at + PageMap.NEXT];
        firsts[list] = next;
        if (next >= 0) {
            section(next)[record(next) + PageMap.PREV] = NO_PFN;
        } else {
            lasts[list] = NO_PFN;
        }
    }

    /** Take the last frame off a list that is not empty. */
    public int removeLast(int list) {
        int pfn = lasts[list];
        remove(list, pfn);
        return pfn;
    }

    /** Take a member off its list. */
    public void remove(int list, int pfn) {
        int[] section = section(pfn);
        int at = record(pfn);
        unlink(list, section[at + PageMap.NEXT], section[at + PageMap.PREV]);
    }

    /**
     * As {@link #remove}, if the frame can be on the list. Its neighbours do not say which list it is on; the ends do,
     * and a wrong end would corrupt both lists.
     *
     * @param section the records among which its own is
     * @param at where its own begins
     * @return false if it is not on the list: then nothing was changed
     */
    boolean removeChecked(int list, int pfn, int[] section, int at) {
        int next = section[at + PageMap.NEXT];
        int prev = section[at + PageMap.PREV];
        if (prev < 0 && firsts[list] != pfn || next < 0 && lasts[list] != pfn) {
            return false;
        }
        unlink(list, next, prev);
        return true;
    }

    private void unlink(int list, int next, int prev) {
        map.changes++;
        if (prev >= 0) {
            section(prev)[record(prev) + PageMap.NEXT] = next;
        } else {
            firsts[list] = next;
        }
        if (next >= 0) {
            section(next)[record(next) + PageMap.PREV] = prev;
        } else {
            lasts[list] = prev;
        }
    }

    /** Number of members; walks the list. */
    public int length(int list) {
        int length = 0;
        for (int pfn = firsts[list]; pfn >= 0; pfn = next(pfn)) {
            length++;
        }
        return length;
    }

    private int[] section(int pfn) {
        return map.section(pfn);
    }

    private static int record(int pfn) {
        return PageMap.record(pfn);
    }
}
