package org.kunitjvm.mm.lru;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sync.Mutex;

/**
 * Empties the batches. {@link #drain} is cheap and for the executing CPU only; {@link #drainAll} asks every CPU that has something and
 * waits. Models mm/swap.c: lru_add_drain, lru_add_drain_all, lru_cache_disable.
 */
public final class LruDrain {
    private static final String GENERATION = "lru_drain_gen";

    private final Scheduler sched;
    private final LruBatches lruBatches;
    private final MlockBatches mlockBatches;
    private final DrainWorkers workers;
    private final Mutex lock;
    private int generation;

    LruDrain(Folios folios, LruBatches lruBatches, MlockBatches mlockBatches, DrainWorkers workers) {
        this.sched = folios.sched;
        this.lruBatches = lruBatches;
        this.mlockBatches = mlockBatches;
        this.workers = workers;
        this.lock = folios.kernel.locks().mutex("lru_add_drain_all.lock");
    }

    /** Empty all batches of the executing CPU, that of mlock last ({@code lru_add_drain}). */
    public void drain() {
        lruBatches.drainLocal();
        mlockBatches.drainLocal();
    }

    /** Empty the batches of all CPUs and wait; everything that was in one before the call is on its list afterwards. May sleep. */
    public void drainAll() {
        drainAll(false);
    }

    /**
     * Models mm/swap.c: __lru_add_drain_all. The generation tells those who queue for the mutex whether a whole drain began after they
     * came: then it has done their work, too, and they leave at once.
     */
    private void drainAll(boolean forceAllCpus) {
        sched.decisionPoint(DecisionPoint.READ_ONCE, GENERATION);
        int seen = generation;
        lock.lock();
        if (seen == generation || forceAllCpus) {
            generation++;
            sched.decisionPoint(DecisionPoint.WRITE_ONCE, GENERATION);
            drainEachCpu(forceAllCpus);
        }
        lock.unlock();
    }

    private void drainEachCpu(boolean force) {
        @Nullable Object[] queued = new Object[sched.nrCpus()];
        for (int cpu = 0; cpu < queued.length; cpu++) {
            if (force || needsDrain(cpu)) {
                queued[cpu] = workers.queueOn(cpu, this::drain);
            }
        }
        for (Object work : queued) {
            if (work != null) {
                workers.flush(work);
            }
        }
    }

    /** Empty the batches of a CPU that is gone; its own come first, then that of mlock. Models mm/page_alloc.c: page_alloc_cpu_dead. */
    public void drainDeadCpu(int cpu) {
        lruBatches.drainCpu(cpu);
        mlockBatches.drainRemote(cpu);
    }

    /** Whether a CPU has anything in a batch ({@code cpu_needs_drain}). */
    public boolean needsDrain(int cpu) {
        return lruBatches.needsDrain(cpu) || mlockBatches.needsDrain(cpu);
    }

    /** How many drains of all CPUs have begun ({@code lru_drain_gen}). */
    public int generation() {
        return generation;
    }

    /**
     * Let nothing wait in batches until {@link #enableCache}; when this returns nothing does. Nests. May sleep. Models mm/swap.c:
     * lru_cache_disable.
     */
    public void disableCache() {
        lruBatches.addDisable(1);
        drainAll(true);
    }

    /** Undo one {@link #disableCache} ({@code lru_cache_enable}). */
    public void enableCache() {
        lruBatches.addDisable(-1);
    }
}
