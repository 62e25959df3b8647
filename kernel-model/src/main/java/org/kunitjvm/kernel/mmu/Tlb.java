package org.kunitjvm.kernel.mmu;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/**
 * The translations that one CPU remembers: a hash table from (context, page) to the page-table entry as it was when it
 * was filled.
 *
 * <pre>
 *   array    element  per entry
 *   keys     page number, context and page size; 0 free, -1 deleted
 *   ptes     the entry at the time of the fill
 *   stamps   page-table change count at which the entry was last known to be right
 *   fillNs   virtual time of the fill
 *   fillers  task that filled it
 * </pre>
 *
 * Contexts: 0 for global entries, otherwise the number of an address space. Differs from hardware: no entry is ever
 * evicted to make room, so that a missing flush shows every time and not once in a while.
 */
final class Tlb {
    /** Context of entries that survive a switch of page tables. */
    static final int GLOBAL_CONTEXT = 0;
    /** What {@link #find} returns on a miss. */
    static final int MISS = -1;

    private static final int MIN_CAPACITY = 64;
    private static final int SHRINK_ABOVE = 4096;
    private static final long FREE = 0;
    private static final long DELETED = -1;
    private static final int SIZE_BITS = 2;
    private static final int LEVEL_BITS = 9;
    private static final int SIZES = 3;

    private final int contextBits;
    private final int vpnShift;
    private final long vpnMask;

    private long[] keys = new long[MIN_CAPACITY];
    private long[] ptes = new long[MIN_CAPACITY];
    private long[] stamps = new long[MIN_CAPACITY];
    private long[] fillNs = new long[MIN_CAPACITY];
    private @Nullable Task[] fillers = new Task[MIN_CAPACITY];
    private int used;
    private int live;
    private final int[] perSize = new int[SIZES];

    /** An empty TLB for addresses of that layout. */
    Tlb(MmuLayout layout) {
        this.contextBits = contextBits(layout);
        this.vpnShift = SIZE_BITS + contextBits;
        this.vpnMask = -1L >>> vpnShift;
    }

    /** How many bits the number of a context may have: what a key has left beside page number and size. */
    static int contextBits(MmuLayout layout) {
        return Long.SIZE - SIZE_BITS - LEVEL_BITS * layout.levels();
    }

    private long key(long vaddr, int context, int level) {
        long vpn = (vaddr >>> PageTable.PAGE_SHIFT) & vpnMask & -(1L << (LEVEL_BITS * level));
        // Size + 1 keeps every key different from FREE.
        return (vpn << vpnShift) | ((long) context << SIZE_BITS) | (level + 1);
    }

    private int home(long key) {
        return (int) ((key * 0x9e37_79b9_7f4a_7c15L) >>> 32) & (keys.length - 1);
    }

    /** The slot that translates {@code vaddr} in {@code context} or globally, or {@link #MISS}. */
    int find(long vaddr, int context) {
        if (live == 0) {
            return MISS;
        }
        for (int level = 0; level < SIZES; level++) {
            if (perSize[level] != 0) {
                int slot = findKey(key(vaddr, context, level));
                if (slot == MISS) {
                    slot = findKey(key(vaddr, GLOBAL_CONTEXT, level));
                }
                if (slot != MISS) {
                    return slot;
                }
            }
        }
        return MISS;
    }

    private int findKey(long key) {
        for (int slot = home(key);; slot = (slot + 1) & (keys.length - 1)) {
            long found = keys[slot];
            if (found == key) {
                return slot;
            }
            if (found == FREE) {
                return MISS;
            }
        }
    }

    /** Remember that {@code pte}, found at {@code level}, translates {@code vaddr}; returns the slot. */
    int fill(long vaddr, int context, int level, long pte, long stamp, long nowNs, Task filler) {
        if (2 * (used + 1) > keys.length) {
            rehash(Math.max(MIN_CAPACITY, 4 * (live + 1)));
        }
        int owner = (pte & Pte.GLOBAL) != 0 ? GLOBAL_CONTEXT : context;
        long key = key(vaddr, owner, level);
        int slot = home(key);
        while (keys[slot] != FREE) {
            slot = (slot + 1) & (keys.length - 1);
        }
        keys[slot] = key;
        ptes[slot] = pte;
        stamps[slot] = stamp;
        fillNs[slot] = nowNs;
        fillers[slot] = filler;
        used++;
        live++;
        perSize[level]++;
        return slot;
    }

    private void rehash(int wanted) {
        long[] oldKeys = keys;
        long[] oldPtes = ptes;
        long[] oldStamps = stamps;
        long[] oldFillNs = fillNs;
        Task[] oldFillers = fillers;
        allocate(Integer.highestOneBit(wanted - 1) << 1);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE && oldKeys[i] != DELETED) {
                int slot = home(oldKeys[i]);
                while (keys[slot] != FREE) {
                    slot = (slot + 1) & (keys.length - 1);
                }
                keys[slot] = oldKeys[i];
                ptes[slot] = oldPtes[i];
                stamps[slot] = oldStamps[i];
                fillNs[slot] = oldFillNs[i];
                fillers[slot] = oldFillers[i];
            }
        }
        used = live;
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        ptes = new long[capacity];
        stamps = new long[capacity];
        fillNs = new long[capacity];
        fillers = new Task[capacity];
    }

    long pte(int slot) {
        return ptes[slot];
    }

    void setPte(int slot, long pte) {
        ptes[slot] = pte;
    }

    long stamp(int slot) {
        return stamps[slot];
    }

    void setStamp(int slot, long stamp) {
        stamps[slot] = stamp;
    }

    long fillNs(int slot) {
        return fillNs[slot];
    }

    @Nullable Task filler(int slot) {
        return fillers[slot];
    }

    /** Page-table level of the entry that was cached: 0 for a 4 KiB page. */
    int level(int slot) {
        return (int) (keys[slot] & ((1 << SIZE_BITS) - 1)) - 1;
    }

    /** How many translations are remembered. */
    int size() {
        return live;
    }

    /** Forget one translation. */
    void drop(int slot) {
        perSize[level(slot)]--;
        keys[slot] = DELETED;
        fillers[slot] = null;
        live--;
        if (live == 0) {
            reset();
        }
    }

    private void reset() {
        if (keys.length > SHRINK_ABOVE) {
            allocate(MIN_CAPACITY);
        } else if (used > 0) {
            Arrays.fill(keys, FREE);
            Arrays.fill(fillers, null);
        }
        used = 0;
    }

    /** Forget everything, global entries too. */
    void flushAll() {
        live = 0;
        Arrays.fill(perSize, 0);
        reset();
    }

    /** Forget everything but global entries. */
    void flushNonGlobal() {
        for (int slot = 0; live > 0 && slot < keys.length; slot++) {
            if (isLive(slot) && context(slot) != GLOBAL_CONTEXT) {
                drop(slot);
            }
        }
    }

    /** Forget the entries of one context. */
    void flushContext(int context) {
        for (int slot = 0; live > 0 && slot < keys.length; slot++) {
            if (isLive(slot) && context(slot) == context) {
                drop(slot);
            }
        }
    }

    /** Forget the entries of one context, or of every context if it is -1, that touch [{@code start}, {@code end}). */
    void flushRange(int context, long start, long end) {
        for (int slot = 0; live > 0 && slot < keys.length; slot++) {
            if (isLive(slot) && (context < 0 || context(slot) == context || context(slot) == GLOBAL_CONTEXT)
                && overlaps(slot, start, end)) {
                drop(slot);
            }
        }
    }

    private boolean isLive(int slot) {
        return keys[slot] != FREE && keys[slot] != DELETED;
    }

    private int context(int slot) {
        return (int) (keys[slot] >>> SIZE_BITS) & ((1 << contextBits) - 1);
    }

    private boolean overlaps(int slot, long start, long end) {
        long firstVpn = (keys[slot] >>> vpnShift) & vpnMask;
        long endVpn = firstVpn + (1L << (LEVEL_BITS * level(slot)));
        long from = (start >>> PageTable.PAGE_SHIFT) & vpnMask;
        long to = from + ((end - start + PageTable.PAGE_SIZE - 1) >>> PageTable.PAGE_SHIFT);
        return firstVpn < to && endVpn > from;
    }
}
