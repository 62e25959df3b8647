package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.Nullable;

/**
 * What decides which kthread runs: round robin if both are null.
 *
 * @param number a seed for random switches
 * @param schedule a recorded schedule to replay
 */
record Seed(@Nullable Long number, @Nullable String schedule) {
    /** As a record's own, which would be put together at run time, in every start. */
    @Override
    public String toString() {
        return "Seed[number=" + number + ", schedule=" + schedule + "]";
    }
}
