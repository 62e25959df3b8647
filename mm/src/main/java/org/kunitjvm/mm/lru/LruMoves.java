package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_DIRTY;
import static org.kunitjvm.mm.page.PageFlags.PG_RECLAIM;
import static org.kunitjvm.mm.page.PageFlags.PG_REFERENCED;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPCACHE;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;
import static org.kunitjvm.mm.page.PageFlags.PG_WRITEBACK;

import org.kunitjvm.mm.zone.VmEvent;

/**
 * What happens to a folio when the batch it waits in is flushed. The LRU lock is held, the folio is isolated. Models
 * mm/swap.c.
 */
final class LruMoves {
    private static final int MAPPING_ANON = 1;

    private final Folios folios;

    LruMoves(Folios folios) {
        this.folios = folios;
    }

    void move(LruBatch batch, RelockedVec vec, int pfn) {
        switch (batch) {
            case LRU_ADD -> add(vec, pfn);
            case LRU_MOVE_TAIL -> moveTail(vec, pfn);
            case LRU_DEACTIVATE_FILE -> deactivateFile(vec, pfn);
            case LRU_DEACTIVATE -> deactivate(vec, pfn);
            case LRU_LAZYFREE -> lazyfree(vec, pfn);
            case LRU_ACTIVATE -> activate(vec, pfn);
        }
    }

    /**
     * Models mm/swap.c: lru_add. A folio that was locked while it waited goes to the unevictable ones; one that was
     * unlocked and is put back is rescued from them.
     */
    private void add(RelockedVec vec, int pfn) {
        boolean wasUnevictable = folios.has(pfn, PG_UNEVICTABLE);
        folios.clear(pfn, PG_UNEVICTABLE);
        if (folios.isEvictable(pfn)) {
            if (wasUnevictable) {
                folios.count(VmEvent.UNEVICTABLE_PGS_RESCUED, pfn);
            }
        } else {
            folios.clear(pfn, PG_ACTIVE);
            folios.set(pfn, PG_UNEVICTABLE);
            folios.map.setMlockCount(pfn, 0);
            if (!wasUnevictable) {
                folios.count(VmEvent.UNEVICTABLE_PGS_CULLED, pfn);
            }
        }
        vec.add(pfn);
    }

    /** Models mm/swap.c: lru_move_tail. */
    private void moveTail(RelockedVec vec, int pfn) {
        if (folios.has(pfn, PG_UNEVICTABLE)) {
            return;
        }
        vec.del(pfn);
        folios.clear(pfn, PG_ACTIVE);
        vec.addTail(pfn);
        folios.count(VmEvent.PGROTATED, pfn);
    }

    /** Models mm/swap.c: lru_deactivate_file. What must be written first waits in front; a mapped folio stays. */
    private void deactivateFile(RelockedVec vec, int pfn) {
        if (folios.has(pfn, PG_UNEVICTABLE) || folios.map.mapcount(pfn) >= 0) {
            return;
        }
        boolean wasActive = folios.has(pfn, PG_ACTIVE);
        vec.del(pfn);
        folios.clear(pfn, PG_ACTIVE | PG_REFERENCED);
        if (folios.has(pfn, PG_WRITEBACK | PG_DIRTY)) {
            vec.add(pfn);
            folios.set(pfn, PG_RECLAIM);
        } else {
            vec.addTail(pfn);
            folios.count(VmEvent.PGROTATED, pfn);
        }
        if (wasActive) {
            folios.count(VmEvent.PGDEACTIVATE, pfn);
        }
    }

    /** Models mm/swap.c: lru_deactivate. */
    private void deactivate(RelockedVec vec, int pfn) {
        if (folios.has(pfn, PG_UNEVICTABLE) || !folios.has(pfn, PG_ACTIVE)) {
            return;
        }
        vec.del(pfn);
        folios.clear(pfn, PG_ACTIVE | PG_REFERENCED);
        vec.add(pfn);
        folios.count(VmEvent.PGDEACTIVATE, pfn);
    }

    /**
     * Models mm/swap.c: lru_lazyfree. Without PG_swapbacked the folio counts as one of a file and is dropped when it is
     * clean.
     */
    private void lazyfree(RelockedVec vec, int pfn) {
        if (!isLazyfreeable(pfn)) {
            return;
        }
        vec.del(pfn);
        folios.clear(pfn, PG_ACTIVE | PG_REFERENCED | PG_SWAPBACKED);
        vec.add(pfn);
        folios.count(VmEvent.PGLAZYFREE, pfn);
    }

    boolean isLazyfreeable(int pfn) {
        return (folios.map.mapping(pfn) & MAPPING_ANON) != 0 && folios.has(pfn, PG_SWAPBACKED)
            && !folios.has(pfn, PG_SWAPCACHE | PG_UNEVICTABLE);
    }

    /** Models mm/swap.c: lru_activate. */
    private void activate(RelockedVec vec, int pfn) {
        if (folios.has(pfn, PG_ACTIVE | PG_UNEVICTABLE)) {
            return;
        }
        vec.del(pfn);
        folios.set(pfn, PG_ACTIVE);
        vec.add(pfn);
        folios.count(VmEvent.PGACTIVATE, pfn);
    }
}
