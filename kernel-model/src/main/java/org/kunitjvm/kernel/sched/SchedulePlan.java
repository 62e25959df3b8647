package org.kunitjvm.kernel.sched;

/**
 * Which schedules to run something under, as a user asks for them: {@code all:K} is every schedule with at most K
 * preemptions, {@code all:K:MAX} stops after MAX of them, {@code random:N} (or {@code N} alone) and
 * {@code random:N:SEED} are N random ones.
 *
 * @param random whether they are random
 * @param maxPreemptions most preemptions in one schedule; 0 where they are random
 * @param maxSchedules how many to run, at most
 * @param seed what random ones follow from
 */
public record SchedulePlan(boolean random, int maxPreemptions, long maxSchedules, long seed) {
    /** Where a search for all schedules ends unless the user says otherwise: nobody waits for more. */
    private static final long DEFAULT_MAX_SCHEDULES = 1_000_000;
    private static final int MAX_PARTS = 3;

    /** Every schedule with at most {@code maxPreemptions} preemptions, up to {@code maxSchedules} of them. */
    public static SchedulePlan all(int maxPreemptions, long maxSchedules) {
        return new SchedulePlan(false, maxPreemptions, maxSchedules, 0);
    }

    /** {@code count} random schedules that follow from {@code seed}. */
    public static SchedulePlan random(long count, long seed) {
        return new SchedulePlan(true, 0, count, seed);
    }

    /** Read the text form; random schedules without a seed of their own follow from {@code defaultSeed}. */
    public static SchedulePlan parse(String text, long defaultSeed) {
        String full = text.indexOf(':') < 0 ? "random:" + text.strip() : text.strip();
        String[] parts = full.split(":", -1);
        try {
            if (parts.length >= 2 && parts.length <= MAX_PARTS) {
                boolean third = parts.length == MAX_PARTS;
                if (parts[0].equals("all")) {
                    return all(Math.toIntExact(atLeast(0, parts[1])), third ? atLeast(1, parts[2])
                        : DEFAULT_MAX_SCHEDULES);
                }
                if (parts[0].equals("random")) {
                    return random(atLeast(1, parts[1]), third ? Long.parseLong(parts[2]) : defaultSeed);
                }
            }
        } catch (NumberFormatException | ArithmeticException _) {
            // Said below, for every kind of nonsense.
        }
        throw new IllegalArgumentException("schedules '" + text
            + "': write N or random:N[:SEED] for N random schedules, all:K[:MAX] for all with at most K preemptions");
    }

    private static long atLeast(long least, String text) {
        long value = Long.parseLong(text);
        if (value < least) {
            throw new NumberFormatException();
        }
        return value;
    }

    /** Run {@code body} under these schedules until one fails. */
    public Explorer.Result explore(Explorer.Body body) {
        return random ? Explorer.exploreRandom(body, maxSchedules, seed)
            : new Explorer(maxPreemptions, maxSchedules).exploreAll(body);
    }

    /** The text form, in full. */
    @Override
    public String toString() {
        return random ? "random:" + maxSchedules + ":" + seed
            : "all:" + maxPreemptions + (maxSchedules == DEFAULT_MAX_SCHEDULES ? "" : ":" + maxSchedules);
    }
}
