package org.kunitjvm.kernel.workqueue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Kthreads;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.WaitQueue;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * Work items and the kthreads that do them: one per CPU for a bound queue, on which an item runs where it was queued;
 * one in all for an unbound or ordered one, which therefore does one item at a time. Models
 * {@code struct workqueue_struct}.
 */
@Models("kernel/workqueue.c")
public final class Workqueue {
    private final Scheduler scheduler;
    private final Kthreads kthreads;
    private final String name;
    private final boolean bound;
    private final List<ArrayDeque<Work>> queues = new ArrayList<>();
    private final @Nullable Task[] workers;
    private final WaitQueue finished;

    /** A queue that runs items on the CPU that queued them ({@code alloc_workqueue}), or an ordered one. */
    public Workqueue(Scheduler scheduler, VirtualClock clock, Kthreads kthreads, String name, boolean bound) {
        this.scheduler = scheduler;
        this.kthreads = kthreads;
        this.name = name;
        this.bound = bound;
        int pools = bound ? scheduler.nrCpus() : 1;
        for (int i = 0; i < pools; i++) {
            queues.add(new ArrayDeque<>());
        }
        this.workers = new Task[pools];
        this.finished = new WaitQueue(scheduler, clock, "work of " + name);
    }

    /** Queue on the executing CPU; false if it is pending already ({@code queue_work}). */
    public boolean queue(Work work) {
        return queueOn(scheduler.current().cpu(), work);
    }

    /** Queue on a CPU; false if it is pending already ({@code queue_work_on}). */
    public boolean queueOn(int cpu, Work work) {
        if (work.pending) {
            return false;
        }
        work.pending = true;
        enqueue(cpu, work);
        return true;
    }

    /**
     * Queue on the executing CPU when {@code delayJiffies} have passed, at once if that is 0; false if it is pending
     * already, which it is from now on ({@code queue_delayed_work}).
     */
    public boolean queueDelayed(DelayedWork delayed, long delayJiffies) {
        if (delayed.work.pending) {
            return false;
        }
        delayed.work.pending = true;
        start(delayed, delayJiffies);
        return true;
    }

    /**
     * As {@link #queueDelayed}, but the delay counts from now also if it was pending; returns whether it was
     * ({@code mod_delayed_work}).
     */
    public boolean modDelayed(DelayedWork delayed, long delayJiffies) {
        boolean was = delayed.work.pending;
        if (was && !delayed.timer.delete()) {
            queues.forEach(queue -> queue.remove(delayed.work));
        }
        delayed.work.pending = true;
        start(delayed, delayJiffies);
        return was;
    }

    private void start(DelayedWork delayed, long delayJiffies) {
        int cpu = scheduler.current().cpu();
        if (delayJiffies == 0) {
            enqueue(cpu, delayed.work);
        } else {
            delayed.whenDue = () -> enqueue(cpu, delayed.work);
            delayed.timer.mod(delayed.clock.jiffies64() + delayJiffies);
        }
    }

    /**
     * Queue now if only the delay is missing, and wait for the end; returns whether it had to wait
     * ({@code flush_delayed_work}).
     */
    public boolean flushDelayed(DelayedWork delayed) {
        if (delayed.timer.delete()) {
            enqueue(scheduler.current().cpu(), delayed.work);
        }
        return flush(delayed.work);
    }

    /** Take it back, and wait if it runs; returns whether it was pending ({@code cancel_delayed_work_sync}). */
    public boolean cancelDelayedSync(DelayedWork delayed) {
        delayed.timer.delete();
        return cancelSync(delayed.work);
    }

    private void enqueue(int cpu, Work work) {
        int pool = bound ? cpu : 0;
        queues.get(pool).addLast(work);
        Task worker = workers[pool];
        if (worker == null) {
            worker = makeWorker(pool);
        }
        scheduler.wake(worker);
    }

    private Task makeWorker(int pool) {
        String comm = bound ? "kworker/" + pool + ":0" : "kworker/u:0";
        Task worker = bound ? kthreads.createOnCpu(comm, pool, () -> serve(pool))
            : kthreads.create(comm, () -> serve(pool));
        worker.setFlags(Task.PF_WQ_WORKER);
        workers[pool] = worker;
        return worker;
    }

    private int serve(int pool) {
        ArrayDeque<Work> queue = queues.get(pool);
        while (!kthreads.shouldStop()) {
            Work work = queue.pollFirst();
            if (work == null) {
                scheduler.block("work on " + name);
                continue;
            }
            work.pending = false;
            work.runningOn = scheduler.current();
            work.function.run();
            work.runningOn = null;
            work.finished++;
            finished.wakeUpAll();
        }
        return 0;
    }

    /**
     * Wait until the item is neither pending nor running; returns whether it had to wait ({@code flush_work}).
     *
     * @throws KernelBug in the item itself: it would wait for its own end
     */
    public boolean flush(Work work) {
        if (work.runningOn == scheduler.current()) {
            throw new KernelBug("deadlock: %s on %s flushes itself", work, name);
        }
        boolean busy = work.pending || work.runningOn != null;
        finished.waitEvent(() -> !work.pending && work.runningOn == null);
        return busy;
    }

    /** Take the item off the queue, and wait if it runs; returns whether it was pending ({@code cancel_work_sync}). */
    public boolean cancelSync(Work work) {
        boolean was = work.pending;
        if (was) {
            queues.forEach(queue -> queue.remove(work));
            work.pending = false;
        }
        flush(work);
        return was;
    }

    /** Finish everything and end the workers ({@code destroy_workqueue}). */
    public void destroy() {
        for (int pool = 0; pool < workers.length; pool++) {
            Task worker = workers[pool];
            if (worker != null) {
                ArrayDeque<Work> queue = queues.get(pool);
                for (Work last = queue.peekLast(); last != null; last = queue.peekLast()) {
                    flush(last);
                }
                kthreads.stop(worker);
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
