package org.kunitjvm.kernel.sched;

import java.util.List;

import org.kunitjvm.kernel.bug.KernelBug;

/**
 * Replays a {@link Schedule}, decision by decision, and goes on as {@link RoundRobinPolicy} would when it is used up.
 * A decision that does not fit (the run has changed since it was recorded) is an error and never a guess.
 */
public final class RecordedPolicy implements SchedulingPolicy {
    private final Schedule schedule;
    private final RoundRobinPolicy afterwards = new RoundRobinPolicy();
    private long points;
    private int next;

    /** A policy that follows {@code schedule}. */
    public RecordedPolicy(Schedule schedule) {
        this.schedule = schedule;
    }

    @Override
    public boolean decidesEverywhere() {
        return true;
    }

    @Override
    public int choose(DecisionPoint kind, String label, List<Task> candidates) {
        long point = points++;
        if (next < schedule.size() && schedule.pointAt(next) == point) {
            int choice = schedule.choiceAt(next++);
            if (choice >= candidates.size()) {
                throw new KernelBug("replay: decision %d at %s %s wants candidate %d of %d; the run differs from the recorded one",
                    point, kind, label, choice, candidates.size());
            }
            return choice;
        }
        return afterwards.choose(kind, label, candidates);
    }
}
