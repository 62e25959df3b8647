package org.kunitjvm.kunit.run;

/** When statistics lines are printed ({@code kunit.stats_enabled}); the ordinal is the parameter's value. */
public enum StatsMode {
    /** Never. */
    OFF,
    /** For more than one result. */
    AUTO,
    /** Always. */
    ALWAYS;

    /** Whether to print statistics of {@code count} results. */
    public boolean prints(int count) {
        return this == ALWAYS || this == AUTO && count > 1;
    }
}
