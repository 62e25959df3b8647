package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_HEAD;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_MLOCKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;

/** What the parts of this package share: folios, their references, the lists they belong to and the counters. */
final class Folios {
    final Kernel kernel;
    final Scheduler sched;
    final PageMap map;
    final VmEvents events;
    private final ZoneTable zones;
    private final IntFunction<NodeCounters> nodeCounters;
    private final FolioFree free;
    private final List<@Nullable LruVec> vecs = new ArrayList<>();

    Folios(Kernel kernel, Lru.Memory memory, FolioFree free) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.map = memory.map();
        this.zones = memory.zones();
        this.events = memory.events();
        this.nodeCounters = memory.nodeCounters();
        this.free = free;
    }

    LruVec vec(int nid) {
        while (vecs.size() <= nid) {
            vecs.add(null);
        }
        LruVec vec = vecs.get(nid);
        if (vec == null) {
            vec = new LruVec(map, nodeCounters.apply(nid), new QuickLock(kernel.locks(), "&lruvec->lru_lock"));
            vecs.set(nid, vec);
        }
        return vec;
    }

    Zone zoneOf(int pfn) {
        return zones.zoneOf(pfn);
    }

    int cpu() {
        return sched.current().cpu();
    }

    int nrPages(int pfn) {
        return 1 << map.compoundOrder(pfn);
    }

    /**
     * Whether the folio may wait in a batch; a large one would hold back too much ({@code folio_may_be_lru_cached}).
     */
    boolean mayBeCached(int pfn) {
        return !map.hasFlag(pfn, PG_HEAD);
    }

    /** Whether reclaim may have the folio ({@code folio_evictable}). The model has no unevictable mappings. */
    boolean isEvictable(int pfn) {
        return !map.hasFlag(pfn, PG_MLOCKED);
    }

    boolean has(int pfn, int flag) {
        return map.hasFlag(pfn, flag);
    }

    void set(int pfn, int flag) {
        map.addFlags(pfn, flag);
    }

    void clear(int pfn, int flag) {
        map.clearFlags(pfn, flag);
    }

    /** An atomic bit operation; another CPU may do something right before it. */
    boolean testAndClear(int pfn, int flag, String label) {
        sched.decisionPoint(DecisionPoint.WRITE_ONCE, label);
        boolean was = map.hasFlag(pfn, flag);
        if (was) {
            map.clearFlags(pfn, flag);
        }
        return was;
    }

    /** As {@link #testAndClear}. */
    boolean testAndSet(int pfn, int flag, String label) {
        sched.decisionPoint(DecisionPoint.WRITE_ONCE, label);
        boolean was = map.hasFlag(pfn, flag);
        if (!was) {
            map.addFlags(pfn, flag);
        }
        return was;
    }

    /** Count events, one for each page of the folio. */
    void count(VmEvent event, int pfn) {
        events.add(event, nrPages(pfn));
    }

    void modMlock(int pfn, int delta) {
        zoneOf(pfn).counters.mod(cpu(), ZoneStat.NR_MLOCK, delta);
    }

    void get(int pfn) {
        map.addRefcount(pfn, 1);
    }

    /** Drop a reference; the last one takes the folio off its list and frees it ({@code folio_put}). */
    void put(int pfn) {
        int left = map.addRefcount(pfn, -1);
        if (left < 0) {
            throw new KernelBug("put of pfn %#x with refcount %d", pfn, left + 1);
        }
        if (left == 0) {
            release(pfn);
        }
    }

    boolean isolate(int pfn) {
        if (!testAndClear(pfn, PG_LRU, "folio_test_clear_lru")) {
            return false;
        }
        get(pfn);
        Zone zone = zoneOf(pfn);
        LruVec vec = vec(zone.nid);
        vec.lock.lockIrqsave();
        vec.delFolio(zone, cpu(), pfn);
        vec.lock.unlockIrqrestore();
        return true;
    }

    /** See {@link Lru#isolateTail}. Looks at each page at most once. */
    int isolateTail(int nid, LruList list, int highestIndex, int nrToTake, int[] into) {
        LruVec vec = vec(nid);
        int taken = 0;
        vec.lock.lockIrqsave();
        long left = vec.size(list);
        for (int pfn = vec.last(list); pfn >= 0 && taken < nrToTake && left > 0; pfn = vec.last(list)) {
            left -= nrPages(pfn);
            Zone zone = zoneOf(pfn);
            vec.delFolio(zone, cpu(), pfn);
            if (zone.index > highestIndex || has(pfn, PG_HEAD)) {
                vec.addFolio(zone, cpu(), pfn);
                events.add(VmEvent.valueOf("PGSKIP_" + zone.name().toUpperCase(Locale.ROOT)), nrPages(pfn));
                continue;
            }
            clear(pfn, PG_LRU);
            get(pfn);
            into[taken++] = pfn;
        }
        vec.lock.unlockIrqrestore();
        return taken;
    }

    private void release(int pfn) {
        if (has(pfn, PG_LRU)) {
            Zone zone = zoneOf(pfn);
            LruVec vec = vec(zone.nid);
            vec.lock.lockIrqsave();
            vec.delFolio(zone, cpu(), pfn);
            clearLruFlags(pfn);
            vec.lock.unlockIrqrestore();
        }
        free.free(pfn, map.compoundOrder(pfn));
    }

    /** Models include/linux/mm_inline.h: __folio_clear_lru_flags. */
    private void clearLruFlags(int pfn) {
        clear(pfn, PG_LRU);
        // A folio on two lists at once is broken: leave it to the checks of the allocator.
        if (!has(pfn, PG_ACTIVE) || !has(pfn, PG_UNEVICTABLE)) {
            clear(pfn, PG_ACTIVE | PG_UNEVICTABLE);
        }
    }
}
