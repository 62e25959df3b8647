package org.kunitjvm.kernel.sched;

import java.util.List;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Looks for the schedules of a {@link SchedulePlan} that make something fail. Unlike {@link Explorer}, on which it is
 * built, it goes on behind the first failure: it counts, and keeps the shortest failing schedule.
 */
public final class ScheduleSearch {
    private final SchedulePlan plan;

    private ScheduleSearch(SchedulePlan plan) {
        this.plan = plan;
    }

    /** What is run. */
    @FunctionalInterface
    public interface Subject {
        /**
         * Run once, from the beginning, on a kernel with this policy. What happens must follow from the policy's
         * decisions alone.
         *
         * @param decided may be called when the outcome cannot change any more: other choices behind that point are not
         *     tried
         * @return why it failed, or {@code null} if it did not
         */
        @Nullable String run(SchedulingPolicy policy, Runnable decided);
    }

    /**
     * What was found.
     *
     * @param schedules distinct schedules that were run
     * @param failing how many of them failed
     * @param shortest the failing schedule with the fewest deviations, of these the one found first; or {@code null}
     * @param failure why that one failed
     * @param complete whether nothing within the bounds was left out
     */
    public record Found(long schedules, long failing, @Nullable Schedule shortest, @Nullable String failure,
        boolean complete) {
        @Override
        public String toString() {
            return schedules + " distinct schedules" + (complete ? "" : ", not all there are") + ": " + failing
                + " failed";
        }
    }

    /** A search under the schedules of {@code plan}. */
    public static ScheduleSearch of(SchedulePlan plan) {
        return new ScheduleSearch(plan);
    }

    /** Run {@code subject} under all of them. */
    public Found run(Subject subject) {
        Tally tally = new Tally(subject, plan.random());
        Explorer.Result result = plan.explore(tally);
        if (result.failure() != null) {
            throw new IllegalStateException("schedule \"" + result.failing() + "\": " + result.failure(),
                result.failure());
        }
        return tally.found(result.complete() && !plan.random());
    }

    @Override
    public String toString() {
        return plan.toString();
    }

    /** Runs the subject once per schedule and never fails itself. */
    private static final class Tally implements Explorer.Body {
        private final Subject subject;
        /** Texts of the schedules so far, where the search itself may repeat one. */
        private final @Nullable TreeMap<String, Boolean> seen;
        private long schedules;
        private long failing;
        private @Nullable Schedule shortest;
        private @Nullable String failure;

        Tally(Subject subject, boolean mayRepeat) {
            this.subject = subject;
            this.seen = mayRepeat ? new TreeMap<>() : null;
        }

        @Override
        public void run(SchedulingPolicy policy) {
            Cut cut = new Cut(policy);
            String why = subject.run(cut, cut::decided);
            if (seen != null && seen.put(cut.schedule().toString(), Boolean.TRUE) != null) {
                return;
            }
            schedules++;
            if (why == null) {
                return;
            }
            failing++;
            if (shortest == null || cut.schedule().size() < shortest.size()) {
                shortest = cut.schedule();
                failure = why;
            }
        }

        Found found(boolean complete) {
            return new Found(schedules, failing, shortest, failure, complete);
        }
    }

    /**
     * Asks the explorer until the outcome is known and goes on as usual from there; remembers where it left the usual.
     */
    private static final class Cut implements SchedulingPolicy {
        private final SchedulingPolicy explorer;
        private final RoundRobinPolicy usual = new RoundRobinPolicy();
        private boolean decided;
        private long points;
        private Schedule schedule = Schedule.EMPTY;

        Cut(SchedulingPolicy explorer) {
            this.explorer = explorer;
        }

        void decided() {
            decided = true;
        }

        Schedule schedule() {
            return schedule;
        }

        @Override
        public boolean decidesEverywhere() {
            return true;
        }

        @Override
        public int choose(DecisionPoint kind, String label, List<Task> candidates) {
            long point = points++;
            if (decided || candidates.size() == 1) {
                return usual.choose(kind, label, candidates);
            }
            int choice = explorer.choose(kind, label, candidates);
            if (choice != usual.choose(kind, label, candidates)) {
                schedule = schedule.plus(point, choice);
            }
            return choice;
        }
    }
}
