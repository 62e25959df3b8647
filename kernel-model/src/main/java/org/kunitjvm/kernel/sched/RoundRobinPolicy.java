package org.kunitjvm.kernel.sched;

import java.util.List;

/** The default: a task runs until it blocks or yields, then the one that has waited longest comes. */
public final class RoundRobinPolicy implements SchedulingPolicy {
    @Override
    public boolean decidesEverywhere() {
        return false;
    }

    @Override
    public int choose(DecisionPoint kind, String label, List<Task> candidates) {
        if (!kind.isBlocking() && !kind.isVoluntary()) {
            return 0;
        }
        int best = 0;
        for (int i = 1; i < candidates.size(); i++) {
            if (candidates.get(i).lastRunSeq() < candidates.get(best).lastRunSeq()) {
                best = i;
            }
        }
        return best;
    }
}
