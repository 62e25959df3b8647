package org.kunitjvm.kernel.sched;

import java.util.Arrays;
import java.util.List;

import org.kunitjvm.kernel.bug.KernelBug;

/**
 * Follows a path of decisions that {@link #advance} changes at its end, one run after the other, until every path
 * within the bound was taken. A path is kept as the decisions that had an alternative:
 *
 * <pre>
 *   array        element                          per decision
 *   points       number of the decision in the run
 *   sizes        how many candidates there were
 *   usual        what {@link RoundRobinPolicy} would choose
 *   tried        how many alternatives were taken before: 0 is the usual one
 *   spentBefore  preemptions before it
 *   costs        whether anything but the usual costs a preemption
 * </pre>
 */
final class ExploringPolicy implements SchedulingPolicy {
    private static final int INITIAL_DEPTH = 64;
    private static final long MAX_DECISIONS = 1_000_000;

    private final int maxPreemptions;
    private final RoundRobinPolicy roundRobin = new RoundRobinPolicy();
    private long[] points = new long[INITIAL_DEPTH];
    private int[] sizes = new int[INITIAL_DEPTH];
    private int[] usual = new int[INITIAL_DEPTH];
    private int[] tried = new int[INITIAL_DEPTH];
    private int[] spentBefore = new int[INITIAL_DEPTH];
    private boolean[] costs = new boolean[INITIAL_DEPTH];
    private int depth;

    private long point;
    private int cursor;
    private int spent;
    private long decisions;

    ExploringPolicy(int maxPreemptions) {
        this.maxPreemptions = maxPreemptions;
    }

    /** The next run begins. */
    void startRun() {
        point = 0;
        cursor = 0;
        spent = 0;
    }

    @Override
    public boolean decidesEverywhere() {
        return true;
    }

    @Override
    public int choose(DecisionPoint kind, String label, List<Task> candidates) {
        long here = point++;
        decisions++;
        int size = candidates.size();
        if (here > MAX_DECISIONS) {
            throw new KernelBug("schedule \"%s\": %d decisions and no end", schedule(), here);
        }
        if (size == 1 || kind == DecisionPoint.RELAX) {
            return size == 1 ? 0 : roundRobin.choose(kind, label, candidates);
        }
        boolean costly = !kind.isBlocking();
        if (costly && spent >= maxPreemptions) {
            return roundRobin.choose(kind, label, candidates);
        }
        if (cursor < depth) {
            return follow(here, kind, label, size);
        }
        int choice = roundRobin.choose(kind, label, candidates);
        push(here, size, choice, costly);
        return choice;
    }

    private int follow(long here, DecisionPoint kind, String label, int size) {
        if (points[cursor] != here) {
            throw new KernelBug("exploring: decision %d at %s %s comes where %d was expected; the body is not deterministic", here, kind,
                label, points[cursor]);
        }
        if (sizes[cursor] != size) {
            throw new KernelBug("exploring: decision %d at %s %s has %d candidates and had %d; the body is not deterministic", here, kind,
                label, size, sizes[cursor]);
        }
        int choice = choiceAt(cursor);
        if (costs[cursor] && tried[cursor] > 0) {
            spent++;
        }
        cursor++;
        return choice;
    }

    /** The alternatives in order: the usual one, then the others from 0 up. */
    private int choiceAt(int at) {
        int nth = tried[at];
        if (nth == 0) {
            return usual[at];
        }
        return nth - 1 < usual[at] ? nth - 1 : nth;
    }

    private void push(long here, int size, int choice, boolean costly) {
        if (depth == points.length) {
            points = Arrays.copyOf(points, 2 * depth);
            sizes = Arrays.copyOf(sizes, 2 * depth);
            usual = Arrays.copyOf(usual, 2 * depth);
            tried = Arrays.copyOf(tried, 2 * depth);
            spentBefore = Arrays.copyOf(spentBefore, 2 * depth);
            costs = Arrays.copyOf(costs, 2 * depth);
        }
        points[depth] = here;
        sizes[depth] = size;
        usual[depth] = choice;
        tried[depth] = 0;
        spentBefore[depth] = spent;
        costs[depth] = costly;
        depth++;
        cursor = depth;
    }

    /** Take the next alternative at the latest decision that has one; false if every path was taken. */
    boolean advance() {
        while (depth > 0) {
            int last = depth - 1;
            boolean affordable = !costs[last] || spentBefore[last] < maxPreemptions;
            if (affordable && tried[last] + 1 < sizes[last]) {
                tried[last]++;
                return true;
            }
            depth--;
        }
        return false;
    }

    /** The path of the present run, as what differs from the usual. */
    Schedule schedule() {
        Schedule schedule = Schedule.EMPTY;
        for (int i = 0; i < depth; i++) {
            if (tried[i] > 0) {
                schedule = schedule.plus(points[i], choiceAt(i));
            }
        }
        return schedule;
    }

    /** Decisions of all runs so far. */
    long decisions() {
        return decisions;
    }
}
