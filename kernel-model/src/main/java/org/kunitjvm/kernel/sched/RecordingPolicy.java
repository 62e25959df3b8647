package org.kunitjvm.kernel.sched;

import java.util.List;

/**
 * Decides as another policy does and remembers where it differs from {@link RoundRobinPolicy}, so that the run can be
 * replayed.
 */
public final class RecordingPolicy implements SchedulingPolicy {
    private final SchedulingPolicy decides;
    private final RoundRobinPolicy usual = new RoundRobinPolicy();
    private Schedule schedule = Schedule.EMPTY;
    private long points;

    /** Record what {@code decides} decides. */
    public RecordingPolicy(SchedulingPolicy decides) {
        this.decides = decides;
    }

    @Override
    public boolean decidesEverywhere() {
        return true;
    }

    @Override
    public int choose(DecisionPoint kind, String label, List<Task> candidates) {
        long point = points++;
        int choice = decides.choose(kind, label, candidates);
        if (choice != usual.choose(kind, label, candidates)) {
            schedule = schedule.plus(point, choice);
        }
        return choice;
    }

    /** How many decisions were taken. */
    long decisions() {
        return points;
    }

    /** What was decided so far; replayed by {@link RecordedPolicy}. */
    public Schedule schedule() {
        return schedule;
    }
}
