package org.kunitjvm.mm.lru;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.zone.Zone;

/**
 * The LRU lock while a batch is worked off: kept from folio to folio as long as they belong to the same node. Models
 * include/linux/memcontrol.h: folio_lruvec_relock_irqsave.
 */
final class RelockedVec {
    private final Folios folios;
    private @Nullable LruVec locked;

    RelockedVec(Folios folios) {
        this.folios = folios;
    }

    /** Hold the lock of the folio's node and no other. */
    void relock(int pfn) {
        LruVec wanted = folios.vec(folios.zoneOf(pfn).nid);
        if (wanted != locked) {
            unlock();
            wanted.lock.lockIrqsave();
            locked = wanted;
        }
    }

    void unlock() {
        if (locked != null) {
            locked.lock.unlockIrqrestore();
            locked = null;
        }
    }

    void add(int pfn) {
        vec().addFolio(zone(pfn), folios.cpu(), pfn);
    }

    void addTail(int pfn) {
        vec().addFolioTail(zone(pfn), folios.cpu(), pfn);
    }

    void del(int pfn) {
        vec().delFolio(zone(pfn), folios.cpu(), pfn);
    }

    private Zone zone(int pfn) {
        return folios.zoneOf(pfn);
    }

    private LruVec vec() {
        if (locked == null) {
            throw new IllegalStateException("no LRU lock is held");
        }
        return locked;
    }
}
