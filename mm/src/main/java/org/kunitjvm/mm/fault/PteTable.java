package org.kunitjvm.mm.fault;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.Mman;

/**
 * The last level of the page tables of one address space: an entry for each 4 KiB page,
 * {@link org.kunitjvm.kernel.mmu.Pte}. Tables of 512 entries appear with their first entry and stay.
 *
 * <p>Differs from Linux: the levels above are a sorted map, and no frames are used up for tables.
 */
final class PteTable {
    private static final int PTRS_PER_PTE = 512;
    private static final int PMD_SHIFT = 21;

    private final TreeMap<Long, long[]> tables = new TreeMap<>();

    /** Looks at an entry that is not empty. */
    @FunctionalInterface
    interface Visitor {
        void visit(long addr, long pte);
    }

    long get(long addr) {
        long[] table = tables.get(addr >>> PMD_SHIFT);
        return table == null ? 0 : table[indexOf(addr)];
    }

    void set(long addr, long pte) {
        long[] table = tables.get(addr >>> PMD_SHIFT);
        if (table == null) {
            if (pte == 0) {
                return;
            }
            table = new long[PTRS_PER_PTE];
            tables.put(addr >>> PMD_SHIFT, table);
        }
        table[indexOf(addr)] = pte;
    }

    /**
     * Show the entries of {@code [start, end)} that are not empty, ascending; the visitor may change the one it sees.
     */
    void forEach(long start, long end, Visitor visitor) {
        Map.@Nullable Entry<Long, long[]> entry = tables.ceilingEntry(start >>> PMD_SHIFT);
        while (entry != null && entry.getKey() << PMD_SHIFT < end) {
            long base = entry.getKey() << PMD_SHIFT;
            long[] table = entry.getValue();
            int from = base < start ? indexOf(start) : 0;
            for (int i = from; i < PTRS_PER_PTE && base + ((long) i << Mman.PAGE_SHIFT) < end; i++) {
                if (table[i] != 0) {
                    visitor.visit(base + ((long) i << Mman.PAGE_SHIFT), table[i]);
                }
            }
            entry = tables.higherEntry(entry.getKey());
        }
    }

    /** How many tables there are. */
    int nrTables() {
        return tables.size();
    }

    private static int indexOf(long addr) {
        return (int) (addr >>> Mman.PAGE_SHIFT) & PTRS_PER_PTE - 1;
    }
}
