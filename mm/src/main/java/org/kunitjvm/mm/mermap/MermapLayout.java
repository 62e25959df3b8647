package org.kunitjvm.mm.mermap;

import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.mmu.MmuLayout;
import org.kunitjvm.kernel.mmu.PageTable;

/**
 * Where the CPU regions lie in the mm-local region, after the place of the LDT mapping. Addresses are unsigned, ends
 * are exclusive.
 *
 * @param base first address of CPU 0's region ({@code MERMAP_BASE})
 * @param regionBytes bytes of a CPU's region ({@code MERMAP_CPU_REGION_SIZE})
 * @param nrCpus number of CPUs that have room ({@code NR_CPUS})
 * @param normalSlots allocations per CPU
 * @param hasReserve whether one more allocation per CPU is set aside for reserved requests
 * @param hasReservePage whether the last page of each region is kept from normal requests
 */
@Models("arch/x86/include/asm/mermap.h")
public record MermapLayout(long base, long regionBytes, int nrCpus, int normalSlots, boolean hasReserve,
    boolean hasReservePage) {
    private static final long LDT_REMAP_BYTES = PageTable.PMD_SIZE;
    private static final int NORMAL_SLOTS = 3;
    private static final int V1_SLOTS = 4;
    private static final int HPAGE_PMD_ORDER = 9;
    private static final int MAX_PAGECACHE_ORDER_WITHOUT_THP = 8;
    private static final int DEFAULT_NR_CPUS = 64;

    static MermapLayout of(MermapVariant variant, KernelConfig config, MmuLayout mmu) {
        long base = mmu.mmLocalBase() + LDT_REMAP_BYTES;
        if (variant.has(MermapRule.PUD_ALIGNED_BASE)) {
            base = (base + PageTable.PUD_SIZE - 1) & -PageTable.PUD_SIZE;
        }
        long regionBytes = PageTable.PMD_SIZE;
        if (variant.has(MermapRule.PAGECACHE_ORDER_REGION)) {
            int order = config.isEnabled("TRANSPARENT_HUGEPAGE") ? HPAGE_PMD_ORDER : MAX_PAGECACHE_ORDER_WITHOUT_THP;
            regionBytes = PageTable.PAGE_SIZE << order;
        }
        boolean four = variant.has(MermapRule.FOUR_SLOTS);
        return new MermapLayout(base, regionBytes, (int) config.longValue("NR_CPUS", DEFAULT_NR_CPUS), four ? V1_SLOTS
            : NORMAL_SLOTS, !four, !variant.has(MermapRule.NO_RESERVE_PAGE));
    }

    /** First address of the region of {@code cpu} ({@code mermap_cpu_base}). */
    public long cpuBase(int cpu) {
        return base + cpu * regionBytes;
    }

    /** End of the region of {@code cpu} ({@code mermap_cpu_end}). */
    public long cpuEnd(int cpu) {
        return cpuBase(cpu) + regionBytes;
    }

    /** End of what normal requests may use. */
    public long normalEnd(int cpu) {
        return cpuEnd(cpu) - (hasReservePage ? PageTable.PAGE_SIZE : 0);
    }

    /** End of the last region ({@code MERMAP_END}). */
    public long end() {
        return cpuBase(nrCpus);
    }

    /** The CPU in whose region the address lies, or -1. */
    public int cpuOf(long vaddr) {
        return Long.compareUnsigned(vaddr - base, nrCpus * regionBytes) < 0 ? (int) ((vaddr - base) / regionBytes) : -1;
    }
}
