package org.kunitjvm.kunit.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * A random order. The place of a name follows from the seed and the name alone, so that parts of a run which were
 * shuffled by themselves stand to each other as in the whole.
 *
 * @param seed another number, another order
 */
public record Shuffle(long seed) {
    private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01b3L;

    private record Placed<T>(long place, T item) {
    }

    /** {@code items} in this order; those of one name stay as they stand. */
    public <T> List<T> sorted(List<T> items, Function<T, String> name) {
        List<Placed<T>> placed = new ArrayList<>();
        items.forEach(item -> placed.add(new Placed<>(place(name.apply(item)), item)));
        placed.sort(Comparator.comparingLong(Placed::place));
        return placed.stream().map(Placed::item).toList();
    }

    private long place(String name) {
        long hash = FNV_OFFSET ^ mixed(seed);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xff) * FNV_PRIME;
        }
        return mixed(hash);
    }

    /** Every bit of the result depends on every bit of the number: the end of SplitMix64. */
    private static long mixed(long number) {
        long first = (number ^ number >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        long second = (first ^ first >>> 27) * 0x94d0_49bb_1331_11ebL;
        return second ^ second >>> 31;
    }
}
