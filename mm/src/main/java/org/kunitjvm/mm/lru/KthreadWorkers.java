package org.kunitjvm.mm.lru;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.Kthreads;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;

/** Gives each work item a kthread of its own, bound to the CPU, that ends with it. */
public final class KthreadWorkers implements DrainWorkers {
    private final Scheduler sched;
    private final Kthreads kthreads;

    /** Workers of one kernel. */
    public KthreadWorkers(Scheduler sched, Kthreads kthreads) {
        this.sched = sched;
        this.kthreads = kthreads;
    }

    @Override
    public Object queueOn(int cpu, Runnable work) {
        Task worker = kthreads.createOnCpu("kworker/" + cpu + ":lru", cpu, () -> {
            work.run();
            return 0;
        });
        sched.wake(worker);
        return worker;
    }

    @Override
    public void flush(Object queued) {
        if (!(queued instanceof Task worker)) {
            throw new KernelBug("%s was not queued here", queued);
        }
        sched.join(worker, Long.MAX_VALUE);
    }
}
