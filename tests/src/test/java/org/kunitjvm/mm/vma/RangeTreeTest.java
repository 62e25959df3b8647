package org.kunitjvm.mm.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.bug.KernelBug;

/** The range tree answers as a plain sorted map of ranges does, whatever is stored. */
@Tag("M-173")
final class RangeTreeTest {
    /** A range with its value, as the oracle keeps it under its start. */
    private record Entry(long end, Object value) {
    }

    /** The obvious implementation. */
    private static final class Oracle {
        private final TreeMap<Long, Entry> entries = new TreeMap<>();

        void store(long start, long end, @Nullable Object value) {
            List<Map.Entry<Long, Entry>> hit = new ArrayList<>();
            for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
                if (entry.getKey() < end && entry.getValue().end > start) {
                    hit.add(Map.entry(entry.getKey(), entry.getValue()));
                }
            }
            for (Map.Entry<Long, Entry> entry : hit) {
                entries.remove(entry.getKey());
                if (entry.getKey() < start) {
                    entries.put(entry.getKey(), new Entry(start, entry.getValue().value));
                }
                if (entry.getValue().end > end) {
                    entries.put(end, new Entry(entry.getValue().end, entry.getValue().value));
                }
            }
            if (value != null) {
                entries.put(start, new Entry(end, value));
            }
        }

        @Nullable Object load(long index) {
            Map.Entry<Long, Entry> entry = entries.floorEntry(index);
            return entry == null || entry.getValue().end <= index ? null : entry.getValue().value;
        }

        @Nullable Object findAtOrAfter(long index) {
            Object here = load(index);
            Map.Entry<Long, Entry> next = entries.higherEntry(index);
            return here != null ? here : next == null ? null : next.getValue().value;
        }

        @Nullable Object findBefore(long index) {
            Map.Entry<Long, Entry> entry = entries.lowerEntry(index);
            return entry == null ? null : entry.getValue().value;
        }

        long gap(long low, long high, long length, boolean highest) {
            long best = RangeTree.NO_RANGE;
            long from = 0;
            for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
                best = better(best, from, entry.getKey(), low, high, length, highest);
                from = entry.getValue().end;
            }
            return better(best, from, Long.MAX_VALUE, low, high, length, highest);
        }

        private static long better(long best, long from, long to, long low, long high, long length, boolean highest) {
            long start = Math.max(from, low);
            long end = Math.min(to, high);
            if (end - start < length) {
                return best;
            }
            return highest ? end - length : best == RangeTree.NO_RANGE ? start : best;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void answersAsASortedMapDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int space = seed % 2 == 0 ? 300 : 6000;
        int longest = seed % 3 == 0 ? 200 : 8;
        RangeTree<Object> tree = new RangeTree<>();
        Oracle oracle = new Oracle();
        for (int i = 0; i < 4000; i++) {
            long start = random.nextInt(space);
            long end = start + random.nextInt(1, longest + 1);
            Object value = random.nextInt(3) == 0 ? null : valueFor(random, oracle, start, i);
            tree.store(start, end, value);
            oracle.store(start, end, value);
            String where = "seed " + seed + " step " + i;
            long probe = random.nextInt(space + longest);
            assertSame(oracle.load(probe), tree.load(probe), where);
            assertSame(oracle.findAtOrAfter(probe), tree.findAtOrAfter(probe), where);
            assertSame(oracle.findBefore(probe), tree.findBefore(probe), where);
            long low = random.nextInt(space);
            long high = low + random.nextInt(space);
            long length = random.nextInt(1, longest + 5);
            assertEquals(oracle.gap(low, high, length, false), tree.lowestGap(low, high, length), where);
            assertEquals(oracle.gap(low, high, length, true), tree.highestGap(low, high, length), where);
            if (i % 16 == 0) {
                tree.validate();
                assertEquals(oracle.entries.size(), tree.size(), where);
            }
        }
    }

    /** Now and then the value that is there already: areas grow and shrink that way. */
    private static Object valueFor(SplittableRandom random, Oracle oracle, long start, int step) {
        Object there = random.nextInt(2) == 0 ? oracle.findAtOrAfter(start) : null;
        return there != null && oracle.entries.values().stream().filter(entry -> entry.value == there).count() == 1
            ? there : "v" + step;
    }

    @Test
    void emptyTreeIsOneGap() {
        RangeTree<String> tree = new RangeTree<>();
        assertNull(tree.load(0));
        assertNull(tree.findAtOrAfter(0));
        assertNull(tree.findBefore(Long.MAX_VALUE));
        assertEquals(10, tree.lowestGap(10, 30, 20));
        assertEquals(5, tree.highestGap(0, 30, 25));
        assertEquals(RangeTree.NO_RANGE, tree.lowestGap(10, 30, 21));
    }

    @Test
    void growsAndEmptiesInOrder() {
        RangeTree<Integer> tree = new RangeTree<>();
        int count = 50_000;
        for (int i = 0; i < count; i++) {
            tree.store(2L * i, 2L * i + 1, i);
        }
        tree.validate();
        assertEquals(count, tree.size());
        assertEquals(RangeTree.NO_RANGE, tree.lowestGap(0, 2L * count - 1, 2));
        for (int i = count - 1; i >= 0; i -= 2) {
            tree.store(2L * i, 2L * i + 1, null);
        }
        tree.validate();
        assertEquals(1, tree.lowestGap(0, 2L * count - 1, 3));
        tree.store(0, 2L * count, null);
        tree.validate();
        assertEquals(0, tree.size());
    }

    @Test
    void rangesThatMakeNoSenseAreBugs() {
        RangeTree<String> tree = new RangeTree<>();
        assertThrows(KernelBug.class, () -> tree.store(5, 5, "x"));
        assertThrows(KernelBug.class, () -> tree.store(-1, 5, "x"));
    }
}
