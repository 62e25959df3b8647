package org.kunitjvm.mm.lru;

/** Runs drains on the CPUs whose batches they empty: what {@code mm_percpu_wq} is for. */
public interface DrainWorkers {
    /** Let {@code work} run on {@code cpu} some time ({@code queue_work_on}); the result is given back to {@link #flush}. */
    Object queueOn(int cpu, Runnable work);

    /** Wait until a queued work item has run ({@code flush_work}). */
    void flush(Object queued);
}
