package org.kunitjvm.mm.zone;

/**
 * A number of events that is added up for ever. An object of its own, so that a hot path can hold the one it adds to
 * instead of finding it in a table each time.
 */
public final class Tally {
    private long value;

    /** Count {@code n} more. */
    public void add(long n) {
        value += n;
    }

    /** How many there were. */
    public long value() {
        return value;
    }

    /** Start from a recorded value. */
    public void set(long newValue) {
        value = newValue;
    }
}
