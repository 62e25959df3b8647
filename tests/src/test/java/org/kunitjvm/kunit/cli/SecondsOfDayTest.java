package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.LocalTime;

import org.junit.jupiter.api.Test;

/** Time stamps cost a question to the clock once a second, however many lines there are. */
class SecondsOfDayTest {
    @Test
    void asksItsClockOnceASecond() {
        int[] asked = {0};
        SecondsOfDay clock = new SecondsOfDay(() -> {
            asked[0]++;
            return LocalTime.of(1, 2, 3);
        });
        long start = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            assertEquals(LocalTime.of(1, 2, 3), clock.get());
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();

        assertTrue(asked[0] >= 1 && asked[0] <= seconds + 2, asked[0] + " times in " + seconds + " s");
    }
}
