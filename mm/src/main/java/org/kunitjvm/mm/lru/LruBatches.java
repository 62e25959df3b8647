package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_DIRTY;
import static org.kunitjvm.mm.page.PageFlags.PG_LOCKED;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_REFERENCED;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.sched.DecisionPoint;

/**
 * The per-CPU batches in front of the LRU lists. A folio that is added, activated and so on waits in a batch of the
 * executing CPU, and nobody waits for it: flags and lists change when the batch is full, when the folio is large, while
 * batching is switched off, or when somebody drains. Models mm/swap.c.
 */
public final class LruBatches {
    private static final LruBatch[] DRAIN_ORDER = LruBatch.values();

    private final Folios folios;
    private final LruMoves moves;
    private final LocalLock lock;
    private final LocalLock lockIrq;
    private final PerCpu<FolioBatch[]> batches;
    private int disableCount;

    LruBatches(Folios folios, int batchSize) {
        this.folios = folios;
        this.moves = new LruMoves(folios);
        this.lock = new LocalLock("cpu_fbatches.lock", folios.sched, folios.kernel.preempt());
        this.lockIrq = new LocalLock("cpu_fbatches.lock_irq", folios.sched, folios.kernel.preempt());
        this.batches = folios.kernel.perCpu(_ -> newBatches(batchSize));
    }

    private static FolioBatch[] newBatches(int size) {
        FolioBatch[] made = new FolioBatch[DRAIN_ORDER.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = new FolioBatch(size);
        }
        return made;
    }

    // ---------------------------------------------------------------- callers that put folios in

    /** Put a new folio on its way to a list. Models mm/swap.c: folio_add_lru. */
    public void addLru(int pfn) {
        if (folios.has(pfn, PG_LRU) || folios.has(pfn, PG_ACTIVE) && folios.has(pfn, PG_UNEVICTABLE)) {
            throw new KernelBug("folio_add_lru of pfn %#x: flags %#x", pfn, folios.map.flags(pfn));
        }
        addAndMove(LruBatch.LRU_ADD, pfn);
    }

    /** Move an inactive folio to the active list. Models mm/swap.c: folio_activate. */
    public void activate(int pfn) {
        if (!folios.has(pfn, PG_ACTIVE | PG_UNEVICTABLE)) {
            addAndMove(LruBatch.LRU_ACTIVATE, pfn);
        }
    }

    /** Move an active folio to the inactive list. Models mm/swap.c: folio_deactivate. */
    public void deactivate(int pfn) {
        if (!folios.has(pfn, PG_UNEVICTABLE) && folios.has(pfn, PG_ACTIVE)) {
            addAndMove(LruBatch.LRU_DEACTIVATE, pfn);
        }
    }

    /** Let a file's folio that could not be invalidated go first. Models mm/swap.c: deactivate_file_folio. */
    public void deactivateFile(int pfn) {
        if (!folios.has(pfn, PG_UNEVICTABLE)) {
            addAndMove(LruBatch.LRU_DEACTIVATE_FILE, pfn);
        }
    }

    /** The contents of an anonymous folio are no longer wanted. Models mm/swap.c: folio_mark_lazyfree. */
    public void markLazyfree(int pfn) {
        if (moves.isLazyfreeable(pfn)) {
            addAndMove(LruBatch.LRU_LAZYFREE, pfn);
        }
    }

    /** Writeback of a folio that reclaim wanted is over. Any context. Models mm/swap.c: folio_rotate_reclaimable. */
    public void rotateReclaimable(int pfn) {
        if (folios.has(pfn, PG_LOCKED | PG_DIRTY | PG_UNEVICTABLE) || !folios.has(pfn, PG_LRU)) {
            return;
        }
        folios.get(pfn);
        boolean flags = lockIrq.lockIrqsave();
        putIn(LruBatch.LRU_MOVE_TAIL, pfn);
        lockIrq.unlockIrqrestore(flags);
    }

    /** A folio was used. The second use activates it. Models mm/swap.c: folio_mark_accessed. */
    public void markAccessed(int pfn) {
        if (!folios.has(pfn, PG_REFERENCED)) {
            folios.set(pfn, PG_REFERENCED);
        } else if (!folios.has(pfn, PG_UNEVICTABLE) && !folios.has(pfn, PG_ACTIVE)) {
            if (folios.has(pfn, PG_LRU)) {
                activate(pfn);
            } else {
                activateInBatch(pfn);
            }
            folios.clear(pfn, PG_REFERENCED);
        }
    }

    /** A folio that still waits to be added is added as an active one. Models mm/swap.c: __lru_cache_activate_folio. */
    private void activateInBatch(int pfn) {
        lock.lock();
        if (mine(LruBatch.LRU_ADD).contains(pfn)) {
            folios.set(pfn, PG_ACTIVE);
        }
        lock.unlock();
    }

    private void addAndMove(LruBatch kind, int pfn) {
        folios.get(pfn);
        lock.lock();
        putIn(kind, pfn);
        lock.unlock();
    }

    private void putIn(LruBatch kind, int pfn) {
        FolioBatch batch = mine(kind);
        if (batch.add(pfn, 0) == 0 || !folios.mayBeCached(pfn) || isCacheDisabled()) {
            move(kind, batch);
        }
    }

    private FolioBatch mine(LruBatch kind) {
        folios.sched.decisionPoint(DecisionPoint.PER_CPU, kind.label());
        return batches.thisCpu()[kind.ordinal()];
    }

    // ---------------------------------------------------------------- flushing

    /** Models mm/swap.c: folio_batch_move_lru. */
    private void move(LruBatch kind, FolioBatch batch) {
        RelockedVec vec = new RelockedVec(folios);
        for (int i = 0; i < batch.count(); i++) {
            int pfn = batch.pfn(i);
            if (kind != LruBatch.LRU_ADD && !folios.testAndClear(pfn, PG_LRU, "folio_test_clear_lru")) {
                // Somebody else has isolated it and will put it where it belongs.
                continue;
            }
            vec.relock(pfn);
            moves.move(kind, vec, pfn);
            folios.set(pfn, PG_LRU);
        }
        vec.unlock();
        putAll(batch);
    }

    private void putAll(FolioBatch batch) {
        int count = batch.count();
        batch.clear();
        for (int i = 0; i < count; i++) {
            folios.put(batch.pfn(i));
        }
    }

    /**
     * Empty the batches of a CPU, each in its turn. The caller is on that CPU with preemption off, or the CPU is dead.
     * Models mm/swap.c: lru_add_drain_cpu.
     */
    public void drainCpu(int cpu) {
        for (LruBatch kind : DRAIN_ORDER) {
            FolioBatch batch = batches.of(cpu)[kind.ordinal()];
            if (kind != LruBatch.LRU_MOVE_TAIL) {
                moveIfAny(kind, batch);
            } else if (batch.count() != 0) {
                // Interrupts add to this one.
                boolean flags = lockIrq.lockIrqsave();
                moveIfAny(kind, batch);
                lockIrq.unlockIrqrestore(flags);
            }
        }
    }

    private void moveIfAny(LruBatch kind, FolioBatch batch) {
        if (batch.count() != 0) {
            folios.sched.decisionPoint(DecisionPoint.PER_CPU, kind.label());
            move(kind, batch);
        }
    }

    /** Empty the executing CPU's batches. */
    void drainLocal() {
        drainCpu(lock.lock());
        lock.unlock();
    }

    /** Whether a CPU has folios in a batch; only a hint for anybody but that CPU. */
    boolean needsDrain(int cpu) {
        for (FolioBatch batch : batches.of(cpu)) {
            if (batch.count() != 0) {
                return true;
            }
        }
        return false;
    }

    /** How many folios wait in a batch of a CPU. */
    public int count(int cpu, LruBatch kind) {
        return batches.of(cpu)[kind.ordinal()].count();
    }

    /** Whether batching is switched off ({@code lru_cache_disabled}). */
    public boolean isCacheDisabled() {
        return disableCount != 0;
    }

    void addDisable(int delta) {
        if (disableCount + delta < 0) {
            throw new KernelBug("lru_cache_enable without lru_cache_disable");
        }
        disableCount += delta;
    }
}
