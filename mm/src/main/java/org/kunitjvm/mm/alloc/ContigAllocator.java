package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.page.PageFlags.MODEL_MOVABLE_OPS;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_RESERVED;
import static org.kunitjvm.mm.types.GfpFlags.GFP_USER;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ZONEMASK;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_FS;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HARDWALL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_IO;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIMABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_SKIP_KASAN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_SKIP_ZERO;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_WRITE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZEROTAGS;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.COMPACT_CLUSTER_MAX;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * Allocates given ranges of frames: isolates them, moves away what is in them and takes the free pages.
 * Models mm/page_alloc.c: alloc_contig_range.
 */
public final class ContigAllocator {
    private static final int RECLAIM_MASK = __GFP_IO | __GFP_FS | __GFP_RECLAIM;
    private static final int ACTION_MASK = __GFP_COMP | __GFP_RETRY_MAYFAIL | __GFP_NOWARN | __GFP_ZERO | __GFP_ZEROTAGS
        | __GFP_SKIP_ZERO | __GFP_SKIP_KASAN;
    private static final int IGNORED_MASK = GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_WRITE | __GFP_HARDWALL
        | __GFP_THISNODE;

    private final PageAllocator allocator;
    private final AllocContext context;
    private final PageMap map;
    private final PageIsolation isolation;
    private PageMigrator migrator = PageMigrator.NONE;
    private final int[] batch = new int[COMPACT_CLUSTER_MAX];
    private final int[] targets = new int[COMPACT_CLUSTER_MAX];
    private int batchSize;
    private int scanPfn;
    private int nrMigrated;

    /** On top of {@code allocator}. */
    public ContigAllocator(PageAllocator allocator, PageIsolation isolation) {
        this.allocator = allocator;
        this.context = allocator.context();
        this.map = context.map;
        this.isolation = isolation;
    }

    /** Move pages in use with {@code newMigrator}. */
    public void setMigrator(PageMigrator newMigrator) {
        migrator = newMigrator;
    }

    /** Pages that the latest call moved. */
    public int nrMigrated() {
        return nrMigrated;
    }

    /**
     * Allocate the frames from {@code startPfn} to {@code endPfn}. May sleep. Without {@code __GFP_COMP} each page is
     * one of its own. Models mm/page_alloc.c: alloc_contig_range_noprof.
     *
     * @param type migrate type of the pageblocks, and their type afterwards
     * @throws ErrnoException {@code EINVAL} for a mask that makes no sense here, {@code EBUSY} if a page cannot be
     *     moved, {@code ENOMEM} if there is no page to move it to, {@code ENOSYS} without {@code CONFIG_CONTIG_ALLOC}
     */
    public void allocContigRange(int startPfn, int endPfn, int type, int gfp) throws ErrnoException {
        nrMigrated = 0;
        if (!context.kernel.config().isEnabled("CONTIG_ALLOC")) {
            throw new ErrnoException(Errno.ENOSYS, "alloc_contig_range: CONFIG_CONTIG_ALLOC is off");
        }
        int mask = checkedGfp(allocator.currentGfp(gfp));
        try {
            isolation.startIsolatePageRange(startPfn, endPfn, type, 0);
            allocIsolated(startPfn, endPfn, type, mask);
        } finally {
            isolation.undoIsolatePageRange(startPfn, endPfn, type);
        }
    }

    private static int checkedGfp(int gfp) throws ErrnoException {
        int mask = gfp & ~IGNORED_MASK;
        if ((mask & ~(RECLAIM_MASK | ACTION_MASK)) != 0) {
            throw new ErrnoException(Errno.EINVAL, "alloc_contig_range: gfp " + new Gfp(gfp) + " is not supported");
        }
        return mask;
    }

    private void allocIsolated(int startPfn, int endPfn, int type, int gfp) throws ErrnoException {
        Zone zone = context.zones.zoneOf(startPfn);
        allocator.drainAllPages(zone);
        migrateRange(zone, startPfn, endPfn, type);
        int outerStart = isolation.findLargeBuddy(startPfn);
        if (isolation.testPagesIsolated(outerStart, endPfn, 0) < endPfn) {
            throw new ErrnoException(Errno.EBUSY, "pages of " + startPfn + "-" + endPfn + " are in use");
        }
        int outerEnd = takeFreePages(zone, outerStart, endPfn);
        if ((gfp & __GFP_COMP) == 0) {
            splitFreePages(outerStart, outerEnd);
            freeContigRange(outerStart, startPfn - outerStart);
            freeContigRange(endPfn, outerEnd - endPfn);
        } else if (startPfn == outerStart && endPfn == outerEnd && Integer.bitCount(endPfn - startPfn) == 1) {
            allocator.checks().prepNewPage(startPfn, Integer.numberOfTrailingZeros(endPfn - startPfn), gfp, 0);
        } else {
            // The pages that were taken are lost: so they are in Linux.
            context.kernel.warnings().warn("PFN range: requested [%d, %d), allocated [%d, %d)", startPfn, endPfn,
                outerStart, outerEnd);
            throw new ErrnoException(Errno.EINVAL, "range " + startPfn + "-" + endPfn + " is not one block");
        }
    }

    /** Models mm/compaction.c: isolate_freepages_range; returns the first frame behind the last block taken. */
    private int takeFreePages(Zone zone, int startPfn, int endPfn) {
        int pfn = startPfn;
        zone.lock.lockIrqsave();
        while (pfn < endPfn) {
            int order = map.freeBlockOrder(pfn);
            isolation.isolateFreePage(zone, pfn, order);
            map.setPrivateWord(pfn, order);
            pfn += 1 << order;
        }
        zone.lock.unlockIrqrestore();
        return pfn;
    }

    /** Make single pages of the blocks that were taken. Models mm/page_alloc.c: split_free_pages. */
    private void splitFreePages(int startPfn, int endPfn) {
        int pfn = startPfn;
        while (pfn < endPfn) {
            int order = map.privateWord(pfn);
            allocator.checks().prepNewPage(pfn, order, __GFP_MOVABLE, 0);
            for (int page = pfn; page < pfn + (1 << order); page++) {
                map.setRefcount(page, 1);
            }
            pfn += 1 << order;
        }
    }

    // ---------------------------------------------------------------- migration

    /** Move pages in use out of the range. Models mm/page_alloc.c: __alloc_contig_migrate_range. */
    private void migrateRange(Zone zone, int startPfn, int endPfn, int type) throws ErrnoException {
        scanPfn = startPfn;
        boolean noMemory = false;
        while (scanPfn < endPfn && !noMemory) {
            isolateBatch(endPfn);
            noMemory = !migrateBatch(zone);
        }
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.contigMigrateRange(startPfn, endPfn, type, nrMigrated);
        }
        if (noMemory) {
            throw new ErrnoException(Errno.ENOMEM, "no page to move page " + batch[0] + " to");
        }
    }

    /** Collect up to 32 pages that can be moved. Pages that cannot are passed over: the last test will find them. */
    private void isolateBatch(int endPfn) {
        batchSize = 0;
        while (scanPfn < endPfn && batchSize < COMPACT_CLUSTER_MAX) {
            int order = map.freeBlockOrder(scanPfn);
            if (order >= 0) {
                scanPfn += 1 << order;
                continue;
            }
            if (map.hasFlag(scanPfn, MODEL_MOVABLE_OPS | PG_LRU) && migrator.isolate(scanPfn)) {
                batch[batchSize++] = scanPfn;
            }
            scanPfn++;
        }
    }

    /**
     * Models mm/migrate.c: migrate_pages_batch; the page isolated last comes first. Returns false if memory ran out.
     */
    private boolean migrateBatch(Zone zone) {
        int gfp = GFP_USER | __GFP_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_COMP
            | (zone.index == ZONE_MOVABLE ? __GFP_HIGHMEM : 0);
        int left = batchSize;
        int ready = 0;
        while (left > 0) {
            int target = allocator.allocPages(zone.nid, gfp, 0);
            if (target < 0) {
                break;
            }
            targets[ready++] = target;
            left--;
        }
        for (int i = 0; i < ready; i++) {
            int from = batch[batchSize - 1 - i];
            migrator.migrate(from, targets[i]);
            allocator.freePages(from, 0);
        }
        nrMigrated += left == 0 ? batchSize : 0;
        for (int i = 0; i < left; i++) {
            migrator.putback(batch[i]);
        }
        return left == 0;
    }

    // ---------------------------------------------------------------- free, search

    /** Free what {@link #allocContigRange} allocated. Models mm/page_alloc.c: free_contig_range. */
    public void freeContigRange(int startPfn, int nrPages) {
        if (map.isHead(startPfn)) {
            int expected = 1 << map.compoundOrder(startPfn);
            if (nrPages == expected) {
                allocator.folioPut(startPfn);
            } else {
                context.kernel.warnings().warn("PFN %d: nr_pages %d != expected %d", startPfn, nrPages, expected);
            }
            return;
        }
        int inUse = 0;
        for (int pfn = startPfn; pfn < startPfn + nrPages; pfn++) {
            inUse += map.refcount(pfn) != 1 ? 1 : 0;
            allocator.freePages(pfn, 0);
        }
        if (inUse != 0) {
            context.kernel.warnings().warn("%d pages are still in use!", inUse);
        }
    }

    /**
     * Find a range of {@code nrPages} that can be allocated, and allocate it. Models mm/page_alloc.c:
     * alloc_contig_pages_noprof.
     *
     * @return its first frame, or -1
     */
    public int allocContigPages(int nrPages, int gfp, int nid, long nodemask) {
        Zonelist zonelist = context.nodes.zonelist(nid, (gfp & __GFP_THISNODE) != 0);
        int highestIndex = Gfp.gfpZone(gfp);
        for (int at = FastPath.nextZone(zonelist, 0, highestIndex, nodemask); at < zonelist.size();
            at = FastPath.nextZone(zonelist, at + 1, highestIndex, nodemask)) {
            int pfn = searchZone(zonelist.zone(at), nrPages, gfp);
            if (pfn >= 0) {
                return pfn;
            }
        }
        return NO_PFN;
    }

    private int searchZone(Zone zone, int nrPages, int gfp) {
        // The kernel's macro, which only aligns if the size is a power of two.
        int pfn = zone.startPfn + nrPages - 1 & ~(nrPages - 1);
        for (; zone.spans(pfn + nrPages - 1); pfn += nrPages) {
            if (isRangeUsable(zone, pfn, nrPages) && tryRange(pfn, nrPages, gfp)) {
                return pfn;
            }
        }
        return NO_PFN;
    }

    private boolean tryRange(int pfn, int nrPages, int gfp) {
        try {
            allocContigRange(pfn, pfn + nrPages, MIGRATE_MOVABLE, gfp);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private boolean isRangeUsable(Zone zone, int startPfn, int nrPages) {
        for (int pfn = startPfn; pfn < startPfn + nrPages; pfn++) {
            if (map.zoneId(pfn) != zone.id || map.isBlockOffline(pfn) || map.hasFlag(pfn, PG_RESERVED)) {
                return false;
            }
        }
        return true;
    }
}
