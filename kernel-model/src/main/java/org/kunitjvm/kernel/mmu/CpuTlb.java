package org.kunitjvm.kernel.mmu;

/**
 * The translation state of one CPU: which tables are loaded, what is remembered, and which contexts the remembered
 * entries belong to.
 *
 * <p>With PCIDs a CPU keeps entries of up to {@link #NR_ASIDS} address spaces; coming back to one costs no flush unless
 * something was unmapped there in the meantime. Without them every switch flushes all but global entries. Models
 * arch/x86/mm/tlb.c.
 */
final class CpuTlb {
    /** {@code TLB_NR_DYN_ASIDS}. */
    static final int NR_ASIDS = 6;

    final int cpu;
    final Tlb tlb;
    private final boolean pcid;
    private final int[] asidContext = new int[NR_ASIDS];
    private final long[] asidGen = new long[NR_ASIDS];
    private int nextAsid = 1;
    private int loadedAsid;

    MmContext loaded;
    long flushes;
    long lastFlushNs = -1;

    CpuTlb(int cpu, MmuLayout layout, boolean pcid, MmContext initMm) {
        this.cpu = cpu;
        this.tlb = new Tlb(layout);
        this.pcid = pcid;
        this.loaded = initMm;
        asidContext[0] = initMm.id;
        asidGen[0] = initMm.tlbGen;
    }

    /** Load the tables of {@code next} ({@code switch_mm_irqs_off}). */
    void load(MmContext next) {
        next.loadedOn(cpu);
        if (!pcid) {
            if (next != loaded) {
                tlb.flushNonGlobal();
            }
            loaded = next;
            return;
        }
        int asid = chooseAsid(next);
        if (asidGen[asid] < next.tlbGen) {
            tlb.flushContext(next.id);
            asidGen[asid] = next.tlbGen;
        }
        loaded = next;
        loadedAsid = asid;
    }

    private int chooseAsid(MmContext next) {
        for (int asid = 0; asid < NR_ASIDS; asid++) {
            if (asidContext[asid] == next.id) {
                return asid;
            }
        }
        int asid = nextAsid;
        nextAsid = nextAsid + 1 == NR_ASIDS ? 0 : nextAsid + 1;
        if (asidContext[asid] != 0) {
            tlb.flushContext(asidContext[asid]);
        }
        asidContext[asid] = next.id;
        asidGen[asid] = next.tlbGen;
        return asid;
    }

    /** The loaded context is flushed up to its present generation. */
    void caughtUp() {
        asidGen[loadedAsid] = loaded.tlbGen;
    }

    /** {@code context} is about to vanish: forget it. */
    void forget(MmContext context) {
        tlb.flushContext(context.id);
        for (int asid = 0; asid < NR_ASIDS; asid++) {
            if (asidContext[asid] == context.id) {
                asidContext[asid] = 0;
            }
        }
    }
}
