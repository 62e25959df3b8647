package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;

/** The reserve of pageblocks for atomic requests of order above 0. */
final class HighAtomic {
    private static final int MAX_FRACTION = 100;

    private final AllocContext context;
    private final PageMap map;
    private final Buddy buddy;

    HighAtomic(AllocContext context, Buddy buddy) {
        this.context = context;
        this.map = context.map;
        this.buddy = buddy;
    }

    /**
     * Put the pageblock of a page that was just allocated into the reserve, up to 1 % of the zone.
     * Models mm/page_alloc.c: reserve_highatomic_pageblock.
     */
    void reserve(Zone zone, int pfn, int order) {
        int share = zone.managedPages / MAX_FRACTION;
        int max = Pfns.alignUp(share, PAGEBLOCK_NR_PAGES);
        if (share < PAGEBLOCK_NR_PAGES || zone.nrReservedHighatomic >= max) {
            return;
        }
        zone.lock.lockIrqsave();
        reserveLocked(zone, pfn, order, max);
        zone.lock.unlockIrqrestore();
    }

    private void reserveLocked(Zone zone, int pfn, int order, int max) {
        int type = map.blockType(pfn);
        if (zone.nrReservedHighatomic >= max || !MigrateType.isMergeable(type)) {
            return;
        }
        if (order >= PAGEBLOCK_ORDER) {
            context.setBlockTypes(pfn, order, MIGRATE_HIGHATOMIC);
            zone.nrReservedHighatomic += 1 << order;
        } else if (buddy.moveFreepagesBlock(zone, pfn, type, MIGRATE_HIGHATOMIC) >= 0) {
            zone.nrReservedHighatomic += PAGEBLOCK_NR_PAGES;
        }
    }

    /**
     * Give one pageblock of the reserve back to ordinary requests, of the type that is asked for.
     * Models mm/page_alloc.c: unreserve_highatomic_pageblock.
     *
     * @param force take the last pageblock of a zone, too
     * @return whether free pages were moved
     */
    boolean unreserve(AllocRequest request, boolean force) {
        for (int at = request.firstZone(); at < request.zonelist().size(); at = request.nextZone(at + 1)) {
            Zone zone = request.zonelist().zone(at);
            if (!force && zone.nrReservedHighatomic <= PAGEBLOCK_NR_PAGES) {
                continue;
            }
            zone.lock.lockIrqsave();
            boolean moved = unreserveLocked(zone, request.type());
            zone.lock.unlockIrqrestore();
            if (moved) {
                return true;
            }
        }
        return false;
    }

    private boolean unreserveLocked(Zone zone, int type) {
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            int pfn = zone.free.first(order, MIGRATE_HIGHATOMIC);
            if (pfn < 0) {
                continue;
            }
            int size = Math.max(PAGEBLOCK_NR_PAGES, 1 << order);
            zone.nrReservedHighatomic -= Math.min(size, zone.nrReservedHighatomic);
            if (unreserveBlock(zone, pfn, order, type) > 0) {
                return true;
            }
        }
        return false;
    }

    private int unreserveBlock(Zone zone, int pfn, int order, int type) {
        if (order < PAGEBLOCK_ORDER) {
            return buddy.moveFreepagesBlock(zone, pfn, MIGRATE_HIGHATOMIC, type);
        }
        zone.free.moveToLast(order, MIGRATE_HIGHATOMIC, type, pfn);
        buddy.account(zone, -(1 << order), MIGRATE_HIGHATOMIC);
        buddy.account(zone, 1 << order, type);
        context.setBlockTypes(pfn, order, type);
        return 1 << order;
    }
}
