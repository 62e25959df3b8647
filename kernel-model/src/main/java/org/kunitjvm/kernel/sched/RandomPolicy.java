package org.kunitjvm.kernel.sched;

import java.util.List;
import java.util.SplittableRandom;

/** Chooses among all candidates at every decision point, as a seed says. */
public final class RandomPolicy implements SchedulingPolicy {
    private static final int SWITCH_ONE_IN = 4;

    private final long seed;
    private final SplittableRandom random;

    /** A policy whose decisions follow from {@code seed}. */
    public RandomPolicy(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** The seed, for the line that reproduces a run. */
    public long seed() {
        return seed;
    }

    @Override
    public boolean decidesEverywhere() {
        return true;
    }

    @Override
    public int choose(DecisionPoint kind, String label, List<Task> candidates) {
        if (candidates.size() == 1) {
            return 0;
        }
        // Going on is the likely choice where nothing forces a switch: otherwise no task ever gets far.
        if (!kind.isBlocking() && !kind.isVoluntary() && random.nextInt(SWITCH_ONE_IN) != 0) {
            return 0;
        }
        return random.nextInt(candidates.size());
    }
}
