package org.kunitjvm.kernel.sched;

import org.jspecify.annotations.Nullable;

/**
 * Runs a body under many schedules: every one with at most so many preemptions, or so many random ones.
 *
 * <p>The search is stateless: each schedule is a run from the start on a kernel of its own. It goes depth first over
 * the decisions; at a point where the task could go on, going on is free and anything else costs one preemption; where
 * the task blocks or ends, every successor is tried for free; {@code cpu_relax()} passes the CPU on in turn and is no
 * choice, because a loop that waits can go round for ever. Every run differs from all others in at least one decision.
 *
 * <p>A failure comes with its {@link Schedule}, whose text replays it under {@link RecordedPolicy}.
 */
public final class Explorer {
    /** One run: build a kernel with {@code policy}, do something, close it, throw if anything is wrong. */
    @FunctionalInterface
    public interface Body {
        /** Run once. */
        void run(SchedulingPolicy policy) throws Exception;
    }

    /**
     * What came out.
     *
     * @param schedules how many different schedules were run
     * @param decisions how many decisions were taken in all of them
     * @param complete whether nothing within the bounds was left out
     * @param failing the schedule of the first failure, or {@code null}
     * @param failure what the body threw there, or {@code null}
     */
    public record Result(long schedules, long decisions, boolean complete, @Nullable Schedule failing,
        @Nullable Throwable failure) {
        /** Whether every schedule passed. */
        public boolean passed() {
            return failure == null;
        }

        @Override
        public String toString() {
            String bounds = complete ? "all" : "not all";
            return schedules + " schedules (" + bounds + " within the bounds), " + decisions + " decisions"
                + (failure == null ? ", all passed" : ", failed under schedule \"" + failing + "\": " + failure);
        }
    }

    private final int maxPreemptions;
    private final long maxSchedules;

    /**
     * An explorer of schedules with at most {@code maxPreemptions} preemptions that gives up after {@code maxSchedules}
     * runs.
     */
    public Explorer(int maxPreemptions, long maxSchedules) {
        this.maxPreemptions = maxPreemptions;
        this.maxSchedules = maxSchedules;
    }

    /**
     * Run {@code body} under every schedule within the bounds, until one fails. The body runs on a host thread of its
     * own.
     */
    public Result exploreAll(Body body) {
        ExploringPolicy policy = new ExploringPolicy(maxPreemptions);
        Search search = new Search(body, maxSchedules) {
            @Override
            SchedulingPolicy next(long number) {
                policy.startRun();
                return policy;
            }

            @Override
            boolean advance() {
                return policy.advance();
            }

            @Override
            Schedule schedule() {
                return policy.schedule();
            }

            @Override
            long decisions() {
                return policy.decisions();
            }
        };
        return search.onOwnThread();
    }

    /** Run {@code body} under {@code count} schedules that follow from {@code seed}, until one fails. */
    public static Result exploreRandom(Body body, long count, long seed) {
        Search search = new Search(body, count) {
            private RecordingPolicy policy = new RecordingPolicy(new RandomPolicy(seed));
            private long decisions;

            @Override
            SchedulingPolicy next(long number) {
                policy = new RecordingPolicy(new RandomPolicy(seed + number));
                return policy;
            }

            @Override
            boolean advance() {
                decisions += policy.decisions();
                return true;
            }

            @Override
            Schedule schedule() {
                return policy.schedule();
            }

            @Override
            long decisions() {
                return decisions;
            }
        };
        return search.onOwnThread();
    }

    /** The loop that both kinds share. */
    private abstract static class Search implements Runnable {
        private final Body body;
        private final long limit;
        private long schedules;
        private boolean exhausted;
        private @Nullable Throwable failure;

        Search(Body body, long limit) {
            this.body = body;
            this.limit = limit;
        }

        abstract SchedulingPolicy next(long number);

        /** Go to the next schedule; false if there is none. */
        abstract boolean advance();

        abstract Schedule schedule();

        abstract long decisions();

        Result onOwnThread() {
            ThreadSwitcher.runToEnd(this);
            Throwable thrown = failure;
            return new Result(schedules, decisions(), exhausted, thrown == null ? null : schedule(), thrown);
        }

        @Override
        public void run() {
            while (schedules < limit) {
                SchedulingPolicy policy = next(schedules);
                schedules++;
                try {
                    body.run(policy);
                } catch (Throwable thrown) {
                    failure = thrown;
                    return;
                }
                if (!advance()) {
                    exhausted = true;
                    return;
                }
            }
        }
    }
}
