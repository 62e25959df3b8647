package org.kunitjvm.kernel.sched;

import java.util.Arrays;

/**
 * The decisions of a run that differ from those of {@link RoundRobinPolicy}: pairs of decision number and candidate.
 * Its text form, {@code 12:1,40:2}, is what a report prints and a replay takes.
 */
public final class Schedule {
    /** The schedule without any deviation. */
    public static final Schedule EMPTY = new Schedule(new long[0], new int[0]);

    private final long[] points;
    private final int[] choices;

    private Schedule(long[] points, int[] choices) {
        this.points = points;
        this.choices = choices;
    }

    /** The schedule that also takes {@code choice} at decision {@code point}, which must lie after all the others. */
    public Schedule plus(long point, int choice) {
        long[] morePoints = Arrays.copyOf(points, points.length + 1);
        int[] moreChoices = Arrays.copyOf(choices, choices.length + 1);
        morePoints[points.length] = point;
        moreChoices[choices.length] = choice;
        return new Schedule(morePoints, moreChoices);
    }

    /** Read the text form. */
    public static Schedule parse(String text) {
        Schedule schedule = EMPTY;
        if (text.isBlank()) {
            return schedule;
        }
        for (String pair : text.strip().split(",")) {
            int colon = pair.indexOf(':');
            try {
                long point = Long.parseLong(pair.substring(0, Math.max(0, colon)));
                int choice = Integer.parseInt(pair.substring(colon + 1));
                boolean ordered = schedule.size() == 0 || schedule.pointAt(schedule.size() - 1) < point;
                if (point < 0 || choice < 0 || !ordered) {
                    throw new NumberFormatException();
                }
                schedule = schedule.plus(point, choice);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("schedule '" + text + "': '" + pair
                    + "' is not decision:candidate in rising order, such as 12:1,40:2", e);
            }
        }
        return schedule;
    }

    /** Number of deviations. */
    public int size() {
        return points.length;
    }

    /** Number of the decision at which deviation {@code index} happens. */
    public long pointAt(int index) {
        return points[index];
    }

    /** The candidate that deviation {@code index} takes. */
    public int choiceAt(int index) {
        return choices[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schedule that && Arrays.equals(points, that.points)
            && Arrays.equals(choices, that.choices);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(points) + Arrays.hashCode(choices);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < points.length; i++) {
            out.append(i == 0 ? "" : ",").append(points[i]).append(':').append(choices[i]);
        }
        return out.toString();
    }
}
