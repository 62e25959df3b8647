package org.kunitjvm.kernel.sched;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;

/** Kernel threads. Models kernel/kthread.c. */
public final class Kthreads {
    private final Scheduler scheduler;
    private final Warnings warnings;

    /** The kthread calls of one kernel. */
    public Kthreads(Scheduler scheduler, Warnings warnings) {
        this.scheduler = scheduler;
        this.warnings = warnings;
    }

    /** Make a kthread that stands still until it is woken ({@code kthread_create}). */
    public Task create(String name, KthreadFn fn) {
        return scheduler.create(name, -1, scheduler.allCpus(), fn);
    }

    /** Make a kthread bound to one CPU ({@code kthread_create_on_cpu}). */
    public Task createOnCpu(String name, int cpu, KthreadFn fn) {
        checkCpu(name, cpu);
        Task task = scheduler.create(name, cpu, CpuMask.of(cpu), fn);
        task.setFlags(Task.PF_NO_SETAFFINITY);
        return task;
    }

    /** Make a kthread and let it go ({@code kthread_run}). */
    public Task run(String name, KthreadFn fn) {
        Task task = create(name, fn);
        scheduler.wake(task);
        return task;
    }

    /** Bind a kthread that has not run yet to {@code cpu} for ever ({@code kthread_bind}); warns if it already ran. */
    public void bind(Task task, int cpu) {
        if (warnings.warnOn(task.everRan)) {
            return;
        }
        checkCpu(task.comm(), cpu);
        task.cpusAllowed = CpuMask.of(cpu);
        task.cpu = cpu;
        task.setFlags(Task.PF_NO_SETAFFINITY);
    }

    private void checkCpu(String name, int cpu) {
        if (cpu < 0 || cpu >= scheduler.nrCpus()) {
            throw new KernelBug("kthread %s is to run on CPU %d, and the machine has %d", name, cpu,
                scheduler.nrCpus());
        }
    }

    /**
     * Ask a kthread to end and wait until it did ({@code kthread_stop}).
     *
     * @return what its function returned, or {@code -EINTR} if it never ran
     */
    public int stop(Task task) {
        task.shouldStop = true;
        unpark(task);
        if (!task.everRan && task.state() == TaskState.NEW) {
            scheduler.kill(task);
            scheduler.join(task, Long.MAX_VALUE);
            return -Errno.EINTR.number();
        }
        scheduler.wake(task);
        scheduler.join(task, Long.MAX_VALUE);
        return task.exitCode();
    }

    /** Ask a kthread to end and do not wait: the first half of {@link #stop}. A thread that never looks goes on. */
    public void askToStop(Task task) {
        task.shouldStop = true;
        unpark(task);
        scheduler.wake(task);
    }

    /** Whether the running kthread was asked to end ({@code kthread_should_stop}). */
    public boolean shouldStop() {
        return scheduler.current().shouldStop;
    }

    /** Ask a kthread to park and wait until it does ({@code kthread_park}). */
    public void park(Task task) {
        task.shouldPark = true;
        scheduler.wake(task);
        while (!task.parked && task.state() != TaskState.DEAD) {
            scheduler.yieldCpu();
        }
    }

    /** Let a parked kthread go on ({@code kthread_unpark}). */
    public void unpark(Task task) {
        task.shouldPark = false;
        if (task.parked) {
            scheduler.wake(task);
        }
    }

    /** Whether the running kthread was asked to park. */
    public boolean shouldPark() {
        return scheduler.current().shouldPark;
    }

    /** Park until {@link #unpark} ({@code kthread_parkme}). */
    public void parkme() {
        Task me = scheduler.current();
        while (me.shouldPark) {
            me.parked = true;
            scheduler.block("kthread_unpark");
        }
        me.parked = false;
    }

    /** End the running kthread ({@code kthread_exit}). */
    public KthreadExit exit(int code) {
        return scheduler.exit(code);
    }

    /**
     * Change where a task may run ({@code set_cpus_allowed_ptr}). A task that is pinned by {@code migrate_disable()}
     * keeps its CPU until it is unpinned, and the call waits for that.
     *
     * @throws ErrnoException {@code EINVAL} if no CPU of the mask exists or the task refuses affinity
     */
    public void setCpusAllowed(Task task, CpuMask mask) throws ErrnoException {
        CpuMask valid = mask.and(scheduler.allCpus());
        if (valid.isEmpty()) {
            throw new ErrnoException(Errno.EINVAL, "affinity " + mask + " of " + task.comm() + ": no such CPU");
        }
        if (task.hasFlag(Task.PF_NO_SETAFFINITY)) {
            throw new ErrnoException(Errno.EINVAL, "affinity of " + task.comm() + " is fixed (PF_NO_SETAFFINITY)");
        }
        while (task.migrateDisabled() > 0 && !valid.contains(task.cpu()) && task != scheduler.current()
            && task.state() != TaskState.DEAD) {
            scheduler.yieldCpu();
        }
        task.cpusAllowed = valid;
        if (!valid.contains(task.cpu())) {
            warnings.warnOn(task == scheduler.current() && !task.isPreemptible());
            scheduler.migrate(task, valid.first());
        }
    }
}
