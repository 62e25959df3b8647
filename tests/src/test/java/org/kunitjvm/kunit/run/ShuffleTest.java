package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/** A shuffled order is random to look at, and that of a part is that of the whole. */
class ShuffleTest {
    private static final List<String> NAMES = IntStream.range(0, 60).mapToObj(i -> "suite_" + i).toList();

    private static List<String> shuffled(long seed, List<String> names) {
        return new Shuffle(seed).sorted(names, name -> name);
    }

    @Test
    void partKeepsTheOrderOfTheWhole() {
        for (long seed = -3; seed < 20; seed++) {
            List<String> whole = new ArrayList<>(shuffled(seed, NAMES));
            List<String> part = NAMES.stream().filter(name -> name.hashCode() % 3 == 0).toList();
            whole.retainAll(part);
            assertEquals(whole, shuffled(seed, part), "seed " + seed);
        }
    }

    @Test
    void everySeedGivesAnotherOrderOfTheSameNames() {
        Set<List<String>> orders = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            List<String> order = shuffled(seed, NAMES);
            assertEquals(new HashSet<>(NAMES), new HashSet<>(order));
            orders.add(order);
        }
        assertEquals(100, orders.size());
        assertNotEquals(NAMES, shuffled(0, NAMES));
    }

    @Test
    void everyNameComesFirstAboutAsOftenAsAnyOther() {
        int[] first = new int[6];
        List<String> six = NAMES.subList(0, 6);
        for (long seed = 0; seed < 6000; seed++) {
            first[six.indexOf(shuffled(seed, six).getFirst())]++;
        }
        for (int times : first) {
            assertTrue(times > 850 && times < 1150, java.util.Arrays.toString(first));
        }
    }
}
