package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_MLOCKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;

import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.mm.zone.VmEvent;

/**
 * Locks folios into memory and unlocks them. PG_mlocked is set, and the lock counted, at once; that the folio becomes
 * unevictable, and everything that unlocking does, happens when the executing CPU's batch is flushed. Models
 * mm/mlock.c.
 *
 * <p>An unevictable folio counts in its mlock count how many locked areas map it, as far as anybody knows: it may be
 * too low, because nothing can be counted while the folio is off the lists.
 */
public final class MlockBatches {
    /** Tag: unlock. */
    private static final int MUNLOCK = 0;
    /** Tag: lock a folio that is on a list, or was ({@code LRU_FOLIO}). */
    private static final int LRU_FOLIO = 1;
    /** Tag: lock a folio that is not on a list yet, and put it there ({@code NEW_FOLIO}). */
    private static final int NEW_FOLIO = 2;

    private static final String LABEL = "mlock_fbatch";
    private static final String TEST_CLEAR_LRU = "folio_test_clear_lru";

    private final Folios folios;
    private final LruBatches lruBatches;
    private final LocalLock lock;
    private final PerCpu<FolioBatch> batches;

    MlockBatches(Folios folios, LruBatches lruBatches, int batchSize) {
        this.folios = folios;
        this.lruBatches = lruBatches;
        this.lock = new LocalLock("mlock_fbatch.lock", folios.sched, folios.kernel.preempt());
        this.batches = folios.kernel.perCpu(_ -> new FolioBatch(batchSize));
    }

    // ---------------------------------------------------------------- callers that put folios in

    /** A locked area maps this folio, which has been there before. Models mm/mlock.c: mlock_folio. */
    public void mlockFolio(int pfn) {
        lock.lock();
        if (!folios.testAndSet(pfn, PG_MLOCKED, "folio_test_set_mlocked")) {
            countMlocked(pfn);
        }
        putIn(pfn, LRU_FOLIO);
        lock.unlock();
    }

    /**
     * A locked area maps this new folio, which is on no list and in no batch yet. Models mm/mlock.c: mlock_new_folio.
     */
    public void mlockNewFolio(int pfn) {
        lock.lock();
        folios.set(pfn, PG_MLOCKED);
        countMlocked(pfn);
        putIn(pfn, NEW_FOLIO);
        lock.unlock();
    }

    /** A locked area maps this folio no longer. Models mm/mlock.c: munlock_folio. */
    public void munlockFolio(int pfn) {
        lock.lock();
        putIn(pfn, MUNLOCK);
        lock.unlock();
    }

    private void countMlocked(int pfn) {
        folios.modMlock(pfn, folios.nrPages(pfn));
        folios.count(VmEvent.UNEVICTABLE_PGS_MLOCKED, pfn);
    }

    private void putIn(int pfn, int tag) {
        folios.get(pfn);
        FolioBatch batch = mine();
        if (batch.add(pfn, tag) == 0 || !folios.mayBeCached(pfn) || lruBatches.isCacheDisabled()) {
            flush(batch);
        }
    }

    private FolioBatch mine() {
        folios.sched.decisionPoint(DecisionPoint.PER_CPU, LABEL);
        return batches.thisCpu();
    }

    // ---------------------------------------------------------------- flushing

    /** Models mm/mlock.c: mlock_folio_batch. */
    private void flush(FolioBatch batch) {
        RelockedVec vec = new RelockedVec(folios);
        for (int i = 0; i < batch.count(); i++) {
            int pfn = batch.pfn(i);
            switch (batch.tag(i)) {
                case LRU_FOLIO -> lockOnLru(vec, pfn);
                case NEW_FOLIO -> lockNew(vec, pfn);
                default -> unlock(vec, pfn);
            }
        }
        vec.unlock();
        int count = batch.count();
        batch.clear();
        for (int i = 0; i < count; i++) {
            folios.put(batch.pfn(i));
        }
    }

    /** Models mm/mlock.c: __mlock_folio. */
    private void lockOnLru(RelockedVec vec, int pfn) {
        if (!folios.testAndClear(pfn, PG_LRU, TEST_CLEAR_LRU)) {
            // Whoever has it off the lists sees PG_mlocked when it puts it back.
            return;
        }
        vec.relock(pfn);
        if (folios.isEvictable(pfn)) {
            // It was unlocked again in the meantime.
            if (folios.has(pfn, PG_UNEVICTABLE)) {
                rescue(vec, pfn);
            }
        } else if (folios.has(pfn, PG_UNEVICTABLE)) {
            folios.map.setMlockCount(pfn, folios.map.mlockCount(pfn) + 1);
        } else {
            vec.del(pfn);
            folios.clear(pfn, PG_ACTIVE);
            makeUnevictable(pfn);
            vec.add(pfn);
        }
        folios.set(pfn, PG_LRU);
    }

    /** Models mm/mlock.c: __mlock_new_folio. */
    private void lockNew(RelockedVec vec, int pfn) {
        vec.relock(pfn);
        if (!folios.isEvictable(pfn)) {
            makeUnevictable(pfn);
        }
        vec.add(pfn);
        folios.set(pfn, PG_LRU);
    }

    private void makeUnevictable(int pfn) {
        folios.set(pfn, PG_UNEVICTABLE);
        folios.map.setMlockCount(pfn, 1);
        folios.count(VmEvent.UNEVICTABLE_PGS_CULLED, pfn);
    }

    /** Models mm/mlock.c: __munlock_folio. */
    private void unlock(RelockedVec vec, int pfn) {
        boolean isolated = folios.testAndClear(pfn, PG_LRU, TEST_CLEAR_LRU);
        if (isolated) {
            vec.relock(pfn);
            if (folios.has(pfn, PG_UNEVICTABLE) && isStillLocked(pfn)) {
                folios.set(pfn, PG_LRU);
                return;
            }
        }
        // Assume that this was the last lock: reclaim puts it right if not.
        if (folios.testAndClear(pfn, PG_MLOCKED, "folio_test_clear_mlocked")) {
            folios.modMlock(pfn, -folios.nrPages(pfn));
            boolean stranded = !isolated && folios.has(pfn, PG_UNEVICTABLE);
            folios.count(stranded ? VmEvent.UNEVICTABLE_PGS_STRANDED : VmEvent.UNEVICTABLE_PGS_MUNLOCKED, pfn);
        }
        if (isolated) {
            // Only now, after PG_mlocked is gone: somebody may have locked it again.
            if (folios.has(pfn, PG_UNEVICTABLE) && folios.isEvictable(pfn)) {
                rescue(vec, pfn);
            }
            folios.set(pfn, PG_LRU);
        }
    }

    /** Count one lock less; returns whether others are left. */
    private boolean isStillLocked(int pfn) {
        int count = folios.map.mlockCount(pfn);
        if (count > 0) {
            count--;
            folios.map.setMlockCount(pfn, count);
        }
        return count > 0;
    }

    private void rescue(RelockedVec vec, int pfn) {
        vec.del(pfn);
        folios.clear(pfn, PG_UNEVICTABLE);
        vec.add(pfn);
        folios.count(VmEvent.UNEVICTABLE_PGS_RESCUED, pfn);
    }

    /** Empty the executing CPU's batch. Models mm/mlock.c: mlock_drain_local. */
    public void drainLocal() {
        lock.lock();
        FolioBatch batch = batches.thisCpu();
        if (batch.count() != 0) {
            folios.sched.decisionPoint(DecisionPoint.PER_CPU, LABEL);
            flush(batch);
        }
        lock.unlock();
    }

    /** Empty the batch of a CPU that is dead. Models mm/mlock.c: mlock_drain_remote. */
    public void drainRemote(int cpu) {
        FolioBatch batch = batches.of(cpu);
        if (batch.count() != 0) {
            flush(batch);
        }
    }

    /** Whether a CPU has folios in its batch ({@code need_mlock_drain}). */
    public boolean needsDrain(int cpu) {
        return batches.of(cpu).count() != 0;
    }

    /** How many folios wait in the batch of a CPU. */
    public int count(int cpu) {
        return batches.of(cpu).count();
    }
}
