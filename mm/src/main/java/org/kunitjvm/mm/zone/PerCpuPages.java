package org.kunitjvm.mm.zone;

import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MmConstants.HPAGE_PMD_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGE_ALLOC_COSTLY_ORDER;

import org.kunitjvm.kernel.sync.Locks;
import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;

/**
 * The cache of free pages of one CPU and zone: 19 lists and the numbers that govern how much is moved between them and
 * the free lists of the zone. Models include/linux/mmzone.h: struct per_cpu_pages; the fields have the C names.
 *
 * <p>All fields are protected by {@link #lock}, which allocation and free only ever try to take.
 */
public final class PerCpuPages {
    /** Lists for orders 0 to 3. */
    public static final int NR_LOWORDER_PCP_LISTS = MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1);
    /** Those and two for huge pages: movable ones and all others. */
    public static final int NR_MAPPED_PCP_LISTS = NR_LOWORDER_PCP_LISTS + 2;
    /** Those and one for each cached order of unmapped pages. */
    public static final int NR_PCP_LISTS = NR_MAPPED_PCP_LISTS + PAGE_ALLOC_COSTLY_ORDER + 2;
    /** {@link #batch} may be scaled by this power of two ({@code CONFIG_PCP_BATCH_SCALE_MAX}). */
    public static final int PCP_BATCH_SCALE_MAX = 5;
    /** The last free was of order 1 to 3. */
    public static final int PCPF_PREV_FREE_HIGH_ORDER = 1;
    /** The data cache is large compared to the batch: flush high orders only when at least a batch is there. */
    public static final int PCPF_FREE_HIGH_BATCH = 2;

    /** Serialises the CPU against remote drains. */
    public final QuickLock lock;
    private final PcpList[][] smallLists;
    /** The lists; {@link #index} gives the number of one. */
    public final PcpLists lists;
    /** Pages on all lists. */
    public int count;
    /** Above this many pages some are given back. */
    public int high;
    /** Lower bound of {@link #high}. */
    public int highMin;
    /** Upper bound of {@link #high}. */
    public int highMax;
    /** Unit of transfers. */
    public int batch = 1;
    /** Power of two by which the next refill is larger than {@link #batch}. */
    public int allocFactor;
    /** Ticks of the vmstat worker until pages of a remote zone are given back. */
    public int expire;
    /** Pages freed lately. */
    public int freeCount;

    private int settings;
    /** Pages of the block that was freed last, which gives {@link #PCPF_PREV_FREE_HIGH_ORDER}. */
    private int lastFreed;

    /** An empty cache with the fields of a boot pageset. */
    public PerCpuPages(PageMap map, Locks locks) {
        this.lists = new PcpLists(NR_PCP_LISTS);
        this.smallLists = new PcpList[MIGRATE_PCPTYPES][PAGE_ALLOC_COSTLY_ORDER + 1];
        for (int list = 0; list < NR_LOWORDER_PCP_LISTS; list++) {
            smallLists[list % MIGRATE_PCPTYPES][list / MIGRATE_PCPTYPES] = lists.list(list);
        }
        this.lock = new QuickLock(locks, "&pcp->lock");
    }

    /**
     * Number of the list for an order and a type below {@code MIGRATE_PCPTYPES}, or {@link FreeType#UNMAPPED_IDX}
     * ({@code order_to_pindex}).
     */
    public static int index(int order, int type) {
        if (type == UNMAPPED_IDX) {
            return NR_MAPPED_PCP_LISTS + Math.min(order, PAGE_ALLOC_COSTLY_ORDER + 1);
        }
        if (order > PAGE_ALLOC_COSTLY_ORDER) {
            return NR_LOWORDER_PCP_LISTS + (type == MIGRATE_MOVABLE ? 1 : 0);
        }
        return MIGRATE_PCPTYPES * order + type;
    }

    /** Order of the blocks on a list ({@code pindex_to_order}). */
    public static int orderOf(int index) {
        if (index >= NR_MAPPED_PCP_LISTS) {
            return index == NR_PCP_LISTS - 1 ? HPAGE_PMD_ORDER : index - NR_MAPPED_PCP_LISTS;
        }
        return index >= NR_LOWORDER_PCP_LISTS ? HPAGE_PMD_ORDER : index / MIGRATE_PCPTYPES;
    }

    /** Whether pages of this type are cached on lists of their own. */
    public static boolean hasLists(int type) {
        return type < MIGRATE_PCPTYPES || type == UNMAPPED_IDX;
    }

    /** Whether blocks of this order are cached ({@code pcp_allowed_order}). */
    public static boolean isAllowedOrder(int order) {
        return order <= PAGE_ALLOC_COSTLY_ORDER || order == HPAGE_PMD_ORDER;
    }

    /**
     * The lists of blocks of a type below {@code MIGRATE_PCPTYPES}, by order, up to {@code PAGE_ALLOC_COSTLY_ORDER}.
     */
    public PcpList[] smallLists(int type) {
        return smallLists[type];
    }

    /** {@code PCPF_*}. */
    public int flags() {
        return wasHighOrder() ? settings | PCPF_PREV_FREE_HIGH_ORDER : settings;
    }

    /** Set {@code PCPF_*}. */
    public void setFlags(int flags) {
        settings = flags & ~PCPF_PREV_FREE_HIGH_ORDER;
        lastFreed = (flags & PCPF_PREV_FREE_HIGH_ORDER) != 0 ? 1 << PAGE_ALLOC_COSTLY_ORDER : 1;
    }

    /** The block that was freed last had {@code nrPages}: keeps {@link #PCPF_PREV_FREE_HIGH_ORDER}. */
    public void noteLastFreed(int nrPages) {
        lastFreed = nrPages;
    }

    /** Whether the block that was freed last was of order 1 to 3. */
    private boolean wasHighOrder() {
        return lastFreed > 1 && lastFreed <= 1 << PAGE_ALLOC_COSTLY_ORDER;
    }

    /** A block of {@code nrPages} was taken off a list. */
    public void noteTaken(int nrPages) {
        count -= nrPages;
        freeCount >>= 1;
    }

    /** Whether a block of {@code nrPages} can be freed into it without anything being spilled and any bound changed. */
    public boolean hasRoomFor(int nrPages) {
        // The rarest first, so that the size of the block seldom decides where the code goes.
        boolean streak = freeCount >= batch && nrPages != 1 && wasHighOrder();
        return !streak && count + nrPages < high && high >= highMin && high <= highMax;
    }

    /** A small block of {@code nrPages}, which there is room for, is put on a list. */
    public void noteFreed(int nrPages) {
        lastFreed = nrPages;
        allocFactor >>= 1;
        count += nrPages;
        if (freeCount < batch << PCP_BATCH_SCALE_MAX) {
            freeCount += nrPages;
        }
    }

    /** Pages on one list; walks it. */
    public int pagesOn(int index) {
        return lists.length(index) << orderOf(index);
    }

    /** For people: how full it is, when it drains, and which lists hold pages. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(String.format("pcp count %d high %d (%d-%d) batch %d", count, high,
            highMin, highMax, batch));
        for (int index = 0; index < NR_PCP_LISTS; index++) {
            int blocks = lists.length(index);
            if (blocks > 0) {
                out.append(", ").append(blocks).append(" x order ").append(orderOf(index)).append(' ')
                    .append(typeOf(index));
            }
        }
        return out.toString();
    }

    /** What kind of pages a list is for, in a word or two. */
    public static String typeOf(int index) {
        if (index >= NR_MAPPED_PCP_LISTS) {
            return "unmapped";
        }
        if (index >= NR_LOWORDER_PCP_LISTS) {
            return index == NR_LOWORDER_PCP_LISTS ? "not movable" : MigrateType.migratetypeName(MIGRATE_MOVABLE);
        }
        return MigrateType.migratetypeName(index % MIGRATE_PCPTYPES);
    }
}
