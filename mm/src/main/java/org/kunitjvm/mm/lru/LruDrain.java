package org.kunitjvm.mm.lru;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sync.Mutex;
import org.kunitjvm.kernel.workqueue.Work;
import org.kunitjvm.kernel.workqueue.Workqueue;

/**
 * Empties the batches. {@link #drain} is cheap and for the executing CPU only; {@link #drainAll} asks every CPU that
 * has something and waits. Models mm/swap.c: lru_add_drain, lru_add_drain_all, lru_cache_disable.
 */
public final class LruDrain {
    private static final String GENERATION = "lru_drain_gen";

    private final Scheduler sched;
    private final LruBatches lruBatches;
    private final MlockBatches mlockBatches;
    /** {@code mm_percpu_wq}: drains run on the CPUs whose batches they empty. */
    private final Workqueue workqueue;
    /** One item per CPU ({@code lru_add_drain_work}). */
    private final Work[] drainWork;
    private final Mutex lock;
    private int generation;

    LruDrain(Folios folios, LruBatches lruBatches, MlockBatches mlockBatches) {
        this.sched = folios.sched;
        this.lruBatches = lruBatches;
        this.mlockBatches = mlockBatches;
        Kernel kernel = folios.kernel;
        this.workqueue = new Workqueue(sched, kernel.clock(), kernel.kthreads(), "mm_percpu_wq", true);
        this.drainWork = new Work[sched.nrCpus()];
        Arrays.setAll(drainWork, _ -> new Work("lru_add_drain_per_cpu", this::drain));
        this.lock = kernel.locks().mutex("lru_add_drain_all.lock");
    }

    /** Empty all batches of the executing CPU, that of mlock last ({@code lru_add_drain}). */
    public void drain() {
        lruBatches.drainLocal();
        mlockBatches.drainLocal();
    }

    /**
     * Empty the batches of all CPUs and wait; everything that was in one before the call is on its list afterwards. May
     * sleep.
     */
    public void drainAll() {
        drainAll(false);
    }

    /**
     * Models mm/swap.c: __lru_add_drain_all. The generation tells those who queue for the mutex whether a whole drain
     * began after they came: then it has done their work, too, and they leave at once.
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
        List<Work> queued = new ArrayList<>();
        for (int cpu = 0; cpu < drainWork.length; cpu++) {
            if (force || needsDrain(cpu)) {
                workqueue.queueOn(cpu, drainWork[cpu]);
                queued.add(drainWork[cpu]);
            }
        }
        queued.forEach(workqueue::flush);
    }

    /**
     * Empty the batches of a CPU that is gone; its own come first, then that of mlock. Models mm/page_alloc.c:
     * page_alloc_cpu_dead.
     */
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
     * Let nothing wait in batches until {@link #enableCache}; when this returns nothing does. Nests. May sleep. Models
     * mm/swap.c: lru_cache_disable.
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
