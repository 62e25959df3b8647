package org.kunitjvm.kunit.run;

import org.kunitjvm.kunit.Speed;

/**
 * Limits of a case beyond those that the kernel has.
 *
 * @param maxSteps most decision points of one attempt, 0 for no limit; with a limit, a case that is given up says what
 *     the kernel was doing
 * @param bySpeed whether limits, also of virtual and wall time, are larger for cases that are marked slow; a 6.12
 *     kernel has one for all
 */
public record CaseLimits(long maxSteps, boolean bySpeed) {
    /** What a kernel has. */
    public static final CaseLimits NONE = new CaseLimits(0, false);

    private static final int SLOW_FACTOR = 3;
    private static final int VERY_SLOW_FACTOR = 12;

    /** How many times the limit a case of this speed gets. */
    public static int factor(Speed speed) {
        return switch (speed) {
            case SLOW -> SLOW_FACTOR;
            case VERY_SLOW -> VERY_SLOW_FACTOR;
            case UNSET, NORMAL -> 1;
        };
    }
}
