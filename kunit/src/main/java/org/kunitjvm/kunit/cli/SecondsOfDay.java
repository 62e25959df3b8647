package org.kunitjvm.kunit.cli;

import java.time.LocalTime;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A clock for time stamps that asks another one once a second: the time of day in a time zone takes longer to find out
 * than a line to print. For one thread.
 */
final class SecondsOfDay implements Supplier<LocalTime> {
    private final Supplier<LocalTime> clock;
    private @Nullable LocalTime latest;
    private long second;

    SecondsOfDay(Supplier<LocalTime> clock) {
        this.clock = clock;
    }

    @Override
    public LocalTime get() {
        long now = System.currentTimeMillis() / 1000;
        LocalTime time = latest;
        if (time == null || now != second) {
            second = now;
            time = clock.get();
            latest = time;
        }
        return time;
    }
}
