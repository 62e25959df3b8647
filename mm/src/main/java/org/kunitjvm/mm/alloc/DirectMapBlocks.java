package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.FreeType.UNMAPPED_IDX;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.zone.Zone;

/**
 * Lets whole free blocks of pageblock order or more change between being in the direct map and not. That is the last
 * resort of a request that finds nothing on its own side; a free never changes anything. Models the mermap series'
 * mm/page_alloc.c: __rmqueue_direct_map.
 *
 * <p>The block is off all lists, and the zone is not locked, while the direct map is changed and all CPUs flush.
 */
public final class DirectMapBlocks {
    private static final int[] MAPPED_TYPES = {MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE};

    private final AllocContext context;
    private final Buddy buddy;
    private final PageMap map;
    private final boolean enabled;

    DirectMapBlocks(AllocContext context, Buddy buddy) {
        this.context = context;
        this.buddy = buddy;
        this.map = context.map;
        this.enabled = context.kernel.config().isEnabled("PAGE_ALLOC_UNMAPPED");
    }

    /** Whether the kernel has CONFIG_PAGE_ALLOC_UNMAPPED. */
    public boolean isEnabled() {
        return enabled;
    }

    /**
     * Change a block to the side of {@code type} and take pages from it.
     *
     * @return their first frame, or -1 if there is no block to change or the direct map cannot be changed
     */
    int take(Zone zone, int order, int type) {
        boolean unmap = FreeType.isUnmapped(type);
        if (!enabled || !unmap && zone.free.orderMask(UNMAPPED_IDX) >>> PAGEBLOCK_ORDER == 0) {
            return NO_PFN;
        }
        Mmu mmu = context.kernel.mmu();
        // With interrupts off the flush of the other CPUs could not be waited for.
        if (!mmu.canSetDirectMap() || context.kernel.preempt().irqsDisabled()) {
            return NO_PFN;
        }
        zone.lock.lockIrqsave();
        int pfn = findDonor(zone, order, unmap);
        int found = pfn < 0 ? 0 : map.freeBlockOrder(pfn);
        int oldType = pfn < 0 ? type : map.blockType(pfn);
        if (pfn >= 0) {
            zone.free.remove(found, oldType, pfn);
            buddy.account(zone, -(1 << found), oldType);
        }
        zone.lock.unlockIrqrestore();
        if (pfn < 0) {
            return NO_PFN;
        }
        boolean changed = change(mmu, pfn, found, !unmap);
        return changed ? keep(zone, pfn, order, found, type) : giveBack(zone, pfn, found, oldType);
    }

    /** The head of the smallest list of the other side that has whole pageblocks. */
    private int findDonor(Zone zone, int order, boolean unmap) {
        for (int found = Math.max(order, PAGEBLOCK_ORDER); found <= MAX_PAGE_ORDER; found++) {
            if (!unmap) {
                int pfn = zone.free.first(found, UNMAPPED_IDX);
                if (pfn >= 0) {
                    return pfn;
                }
                continue;
            }
            for (int type : MAPPED_TYPES) {
                int pfn = zone.free.first(found, type);
                if (pfn >= 0) {
                    return pfn;
                }
            }
        }
        return NO_PFN;
    }

    private static boolean change(Mmu mmu, int pfn, int order, boolean valid) {
        try {
            mmu.setDirectMapValidNoflush(pfn, 1 << order, valid);
        } catch (ErrnoException e) {
            return false;
        }
        mmu.flushTlbKernelRange(Pfns.virtOf(pfn), Pfns.virtOf(pfn + (1 << order)));
        return true;
    }

    private int keep(Zone zone, int pfn, int order, int found, int type) {
        zone.lock.lockIrqsave();
        context.setBlockTypes(pfn, found, type);
        map.touch(pfn);
        int guards = buddy.expand(zone, pfn, order, found, type);
        buddy.account(zone, (1 << found) - (1 << order) - guards, type);
        zone.lock.unlockIrqrestore();
        return pfn;
    }

    private int giveBack(Zone zone, int pfn, int found, int type) {
        zone.lock.lockIrqsave();
        zone.free.addFirst(found, type, pfn);
        buddy.account(zone, 1 << found, type);
        zone.lock.unlockIrqrestore();
        return NO_PFN;
    }

    /**
     * Put all free whole pageblocks of a range into the direct map again, as movable ones: the memory is going away.
     */
    public void mapFreeBlocks(Zone zone, int startPfn, int endPfn) {
        int pfn = startPfn;
        while (pfn < endPfn) {
            int order = map.freeBlockOrder(pfn);
            if (order >= PAGEBLOCK_ORDER && FreeType.isUnmapped(map.blockType(pfn))) {
                mapFreeBlock(zone, pfn, order);
            }
            pfn += Math.max(PAGEBLOCK_NR_PAGES, order < 0 ? 0 : 1 << order);
        }
    }

    private void mapFreeBlock(Zone zone, int pfn, int order) {
        zone.lock.lockIrqsave();
        zone.free.remove(order, UNMAPPED_IDX, pfn);
        buddy.account(zone, -(1 << order), UNMAPPED_IDX);
        zone.lock.unlockIrqrestore();
        int type = change(context.kernel.mmu(), pfn, order, true) ? MIGRATE_MOVABLE : UNMAPPED_IDX;
        zone.lock.lockIrqsave();
        context.setBlockTypes(pfn, order, type);
        zone.free.addLast(order, type, pfn);
        buddy.account(zone, 1 << order, type);
        zone.lock.unlockIrqrestore();
    }
}
