package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.kunitjvm.kernel.sched.Task;

/** Finds kthreads that were not stopped, and tasks that hold locks or have preemption, interrupts or migration off. */
final class TaskAuditor implements Auditor {
    private final Kernel kernel;

    TaskAuditor(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return "tasks";
    }

    @Override
    public Object mark() {
        return Set.copyOf(kernel.sched().tasks());
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> leaks = new ArrayList<>();
        for (Task task : kernel.sched().tasks()) {
            if (!mayStay(task, mark)) {
                leaks.add("kthread " + task + " is still there");
            } else {
                leaks.addAll(contextLeaks(task));
            }
        }
        return leaks;
    }

    /**
     * The init task, what the boot started, and kworkers: they belong to no one work item or queue, and wait for the
     * next.
     */
    private boolean mayStay(Task task, Object mark) {
        return task == kernel.sched().initTask() || mark instanceof Set<?> before && before.contains(task)
            || (task.flags() & Task.PF_WQ_WORKER) != 0;
    }

    /** What a task that is about to end, or to go on with something else, must not have left switched off. */
    static List<String> contextLeaks(Task task) {
        List<String> leaks = new ArrayList<>();
        String who = task.comm() + "/" + task.pid();
        if (task.preemptCount() != 0) {
            leaks.add(String.format("%s left preempt_count at %08x (preemption disabled %d times)", who,
                task.preemptCount(), task.preemptCount() & 0xff));
        }
        if (task.irqsDisabled()) {
            leaks.add(who + " left interrupts disabled");
        }
        if (task.migrateDisabled() != 0) {
            leaks.add(who + " left migration disabled " + task.migrateDisabled() + " times");
        }
        if (task.rcuDepth() != 0) {
            leaks.add(who + " left an RCU read section open, depth " + task.rcuDepth());
        }
        if (!task.heldLocks().isEmpty()) {
            leaks.add(who + " still holds " + task.heldLocks());
        }
        return leaks;
    }
}
