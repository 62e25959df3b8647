package org.kunitjvm.mm.lru;

/**
 * Folios that wait for one CPU to move them all at once, each with a tag for who put it in. Models
 * include/linux/pagevec.h: struct folio_batch, whose size is 31 since Linux 6.8 and was 15 before; the tag is in the
 * low bits of the pointer there.
 */
final class FolioBatch {
    private final int[] pfns;
    private final byte[] tags;
    private int count;

    FolioBatch(int size) {
        this.pfns = new int[size];
        this.tags = new byte[size];
    }

    int count() {
        return count;
    }

    /** Append; returns how many more fit ({@code folio_batch_add}). */
    int add(int pfn, int tag) {
        pfns[count] = pfn;
        tags[count] = (byte) tag;
        count++;
        return pfns.length - count;
    }

    int pfn(int index) {
        return pfns[index];
    }

    int tag(int index) {
        return tags[index];
    }

    /** Whether {@code pfn} waits here. */
    boolean contains(int pfn) {
        for (int i = 0; i < count; i++) {
            if (pfns[i] == pfn) {
                return true;
            }
        }
        return false;
    }

    /** Forget all ({@code folio_batch_reinit}). */
    void clear() {
        count = 0;
    }
}
