package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.function.IntSupplier;

import org.kunitjvm.mm.alloc.AllocTracer;
import org.kunitjvm.mm.types.GfpText;
import org.kunitjvm.mm.types.MigrateType;

/**
 * Keeps the latest kmem trace events as numbers and writes them as the kernel does. A ring: old events are overwritten,
 * as in the kernel's own buffer. Models include/trace/events/kmem.h.
 */
public final class EventLog implements AllocTracer {
    private static final int WORDS = 8;
    private static final int ALLOC = 0;
    private static final int FREE = 1;
    private static final int FREE_BATCHED = 2;
    private static final int ZONE_LOCKED = 3;
    private static final int PCPU_DRAIN = 4;
    private static final int EXTFRAG = 5;
    private static final int CONTIG_MIGRATE = 6;
    private static final int TEST_ISOLATED = 7;

    private final int[] ring;
    private final int mask;
    private final IntSupplier cpu;
    private final boolean hasCma;
    private final PagePointers pointers;
    private long written;

    /**
     * An empty log.
     *
     * @param capacity events it keeps, a power of two
     * @param cpu gives the executing CPU
     * @param hasCma whether the kernel numbers migrate types with CMA
     * @param vmemmap address of the struct page of frame 0, for {@code page=}
     */
    public EventLog(int capacity, IntSupplier cpu, boolean hasCma, long vmemmap) {
        this.ring = new int[capacity * WORDS];
        this.mask = capacity - 1;
        this.cpu = cpu;
        this.hasCma = hasCma;
        this.pointers = new PagePointers(vmemmap);
    }

    /** Show pointers as early boot does, before there is entropy for a hash. */
    public void hideAddresses() {
        pointers.showPlaceholders();
    }

    /** Whether the way in which pointers are shown is still to be learnt. */
    boolean isLearningPointers() {
        return pointers.isLearning();
    }

    /** Show pointers as the text of a recorded event does, as far as it tells. */
    void showPointersAs(String text) {
        pointers.learn(text);
    }

    /** Number of events since the start, also those that were overwritten. */
    public long written() {
        return written;
    }

    /** Number of the oldest event that is still there. */
    public long oldest() {
        return Math.max(0, written - mask - 1);
    }

    private void add(int kind, int pfn, int order, int a, int b, int c, int d) {
        int at = (int) (written++ & mask) * WORDS;
        ring[at] = kind;
        ring[at + 1] = cpu.getAsInt();
        ring[at + 2] = pfn;
        ring[at + 3] = order;
        ring[at + 4] = a;
        ring[at + 5] = b;
        ring[at + 6] = c;
        ring[at + 7] = d;
    }

    @Override
    public void pageAlloc(int pfn, int order, int gfp, int type) {
        add(ALLOC, pfn, order, gfp, type, 0, 0);
    }

    @Override
    public void pageFree(int pfn, int order) {
        add(FREE, pfn, order, 0, 0, 0, 0);
    }

    @Override
    public void pageFreeBatched(int pfn) {
        add(FREE_BATCHED, pfn, 0, 0, 0, 0, 0);
    }

    @Override
    public void pageAllocZoneLocked(int pfn, int order, int type, boolean percpuRefill) {
        add(ZONE_LOCKED, pfn, order, type, percpuRefill ? 1 : 0, 0, 0);
    }

    @Override
    public void pagePcpuDrain(int pfn, int order, int type) {
        add(PCPU_DRAIN, pfn, order, type, 0, 0, 0);
    }

    @Override
    public void pageAllocExtfrag(int pfn, int allocOrder, int fallbackOrder, int allocType, int fallbackType,
        boolean changeOwnership) {
        add(EXTFRAG, pfn, allocOrder, fallbackOrder, allocType, fallbackType, changeOwnership ? 1 : 0);
    }

    @Override
    public void contigMigrateRange(int startPfn, int endPfn, int type, int nrMigrated) {
        add(CONTIG_MIGRATE, startPfn, 0, endPfn, type, nrMigrated, 0);
    }

    @Override
    public void testPagesIsolated(int startPfn, int endPfn, int finPfn) {
        add(TEST_ISOLATED, startPfn, 0, endPfn, finPfn, 0, 0);
    }

    /** CPU on which an event happened. */
    public int cpuOf(long event) {
        return ring[(int) (event & mask) * WORDS + 1];
    }

    /** Append the text of an event: {@code name: fields}. */
    public void append(long event, StringBuilder out) {
        int at = (int) (event & mask) * WORDS;
        int pfn = ring[at + 2];
        int order = ring[at + 3];
        int a = ring[at + 4];
        int b = ring[at + 5];
        int c = ring[at + 6];
        int d = ring[at + 7];
        switch (ring[at]) {
            case ALLOC -> {
                page(out.append("mm_page_alloc: "), pfn).append(" order=").append(order).append(" migratetype=")
                    .append(b).append(" gfp_flags=");
                GfpText.appendTrace(a, out);
            }
            case FREE -> page(out.append("mm_page_free: "), pfn).append(" order=").append(order);
            case FREE_BATCHED -> page(out.append("mm_page_free_batched: "), pfn).append(" order=0");
            case ZONE_LOCKED -> page(out.append("mm_page_alloc_zone_locked: "), pfn).append(" order=").append(order)
                .append(" migratetype=").append(type(a)).append(" percpu_refill=").append(b);
            case PCPU_DRAIN -> page(out.append("mm_page_pcpu_drain: "), pfn).append(" order=").append(order)
                .append(" migratetype=").append(type(a));
            case EXTFRAG -> page(out.append("mm_page_alloc_extfrag: "), pfn).append(" alloc_order=").append(order)
                .append(" fallback_order=").append(a).append(" pageblock_order=").append(PAGEBLOCK_ORDER)
                .append(" alloc_migratetype=").append(type(b)).append(" fallback_migratetype=").append(type(c))
                .append(" fragmenting=").append(a < PAGEBLOCK_ORDER ? 1 : 0).append(" change_ownership=").append(d);
            // The kernel passes (type, migrated, reclaimed, mapped) to an event that takes (migrated, reclaimed,
            // mapped, type).
            case CONTIG_MIGRATE -> hex(hex(out.append("mm_alloc_contig_migrate_range_info: start="), pfn)
                .append(" end="), a).append(" migratetype=0 nr_migrated=").append(type(b)).append(" nr_reclaimed=")
                .append(c).append(" nr_mapped=0");
            default -> hex(hex(hex(out.append("test_pages_isolated: start_pfn="), pfn).append(" end_pfn="), a)
                .append(" fin_pfn="), b).append(" ret=").append(a <= b ? "success" : "fail");
        }
    }

    private int type(int type) {
        return hasCma ? type : MigrateType.numberWithoutCma(type);
    }

    private StringBuilder page(StringBuilder out, int pfn) {
        out.append("page=");
        pointers.append(pfn, out);
        return hex(out.append(" pfn="), Math.max(pfn, 0));
    }

    private static StringBuilder hex(StringBuilder out, int value) {
        out.append("0x");
        int shift = Math.max(0, 31 - Integer.numberOfLeadingZeros(value)) & ~3;
        for (; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(value >>> shift & 0xf, 16));
        }
        return out;
    }
}
