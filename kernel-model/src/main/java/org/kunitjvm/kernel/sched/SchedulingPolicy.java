package org.kunitjvm.kernel.sched;

import java.util.List;

/**
 * Decides who runs after a decision point. A policy must be a pure function of what it was given before: no time, no
 * hash order.
 */
public interface SchedulingPolicy {
    /**
     * Whether the policy wants to decide at every point. If not, it is asked only where the task blocks or yields, and
     * all other points cost two instructions.
     */
    boolean decidesEverywhere();

    /**
     * Choose the index of the next task.
     *
     * @param kind where the running task is
     * @param label what it is about, for reports
     * @param candidates the tasks that could run, at least one. If the running task can go on it is the first; the
     *     others follow in order of CPU and then of their run queue
     * @return an index into {@code candidates}
     */
    int choose(DecisionPoint kind, String label, List<Task> candidates);
}
