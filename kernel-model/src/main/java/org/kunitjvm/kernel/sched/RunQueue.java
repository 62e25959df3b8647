package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** What one CPU runs and what waits for it. */
final class RunQueue {
    private final List<Task> waiting = new ArrayList<>();
    private @Nullable Task curr;

    /** The task on the CPU, or {@code null} if it is idle. */
    @Nullable Task curr() {
        return curr;
    }

    List<Task> waiting() {
        return waiting;
    }

    int load() {
        return waiting.size() + (curr == null ? 0 : 1);
    }

    void enqueue(Task task) {
        waiting.add(task);
    }

    /** Put {@code task} on the CPU; a runnable predecessor goes to the end of the queue. */
    void run(Task task) {
        if (curr == task) {
            return;
        }
        waiting.remove(task);
        Task previous = curr;
        curr = task;
        if (previous != null && previous.state() == TaskState.RUNNABLE) {
            waiting.add(previous);
        }
    }

    /** Forget {@code task}, wherever it is. */
    void remove(Task task) {
        if (curr == task) {
            curr = null;
        }
        waiting.remove(task);
    }
}
