package org.kunitjvm.kernel.mmu;

/** What the MMU knows of one address space: its own tables and the bookkeeping of its TLB contexts. */
final class MmContext {
    /** TLB context number; 0 means global, 1 is init_mm. */
    final int id;
    final PageTable tables;
    /** Grows whenever translations of this address space were taken away ({@code mm->context.tlb_gen}). */
    long tlbGen = 1;
    /** One bit for each of the first 64 CPUs, and all of them if a higher one ever loaded it ({@code mm_cpumask}). */
    long cpumask;

    MmContext(int id, PageTable tables) {
        this.id = id;
        this.tables = tables;
    }

    void loadedOn(int cpu) {
        cpumask |= cpu < Long.SIZE ? 1L << cpu : -1L;
    }

    boolean mayBeCachedOn(int cpu) {
        return cpu >= Long.SIZE ? cpumask == -1L : (cpumask & (1L << cpu)) != 0;
    }
}
