package org.kunitjvm.mm.zone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of a CPU's cache is a queue with two ends, however its blocks wander through the array. */
final class PcpListTest {
    private static final int OPERATIONS = 20_000;

    private static int[] expected(Deque<Integer> blocks) {
        return blocks.stream().mapToInt(Integer::intValue).toArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void doesWhatADequeDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        PcpList list = new PcpList();
        Deque<Integer> model = new ArrayDeque<>();
        for (int i = 0; i < OPERATIONS; i++) {
            String where = "seed " + seed + " operation " + i;
            // Each phase prefers another end, so that the row wanders in both directions, grows and empties.
            boolean front = random.nextInt(8) < 2 + i / 1000 % 5;
            boolean add = random.nextInt(8) < 3 + i / 3000 % 3;
            if (add || model.isEmpty()) {
                if (front) {
                    list.addFirst(i);
                    model.addFirst(i);
                } else {
                    list.addLast(i);
                    model.addLast(i);
                }
            } else {
                assertEquals(front ? model.removeFirst() : model.removeLast(),
                    front ? list.removeFirst() : list.removeLast(), where);
            }
            assertEquals(model.size(), list.length(), where);
            assertEquals(model.isEmpty(), list.isEmpty(), where);
            if (i % 50 == 0) {
                assertArrayEquals(expected(model), list.toArray(), where);
            }
        }
    }

    @Test
    void positionsCountFromTheFirst() {
        PcpList list = new PcpList();
        list.addLast(5);
        list.addFirst(4);
        list.addLast(6);
        assertArrayEquals(new int[] {4, 5, 6}, list.toArray());
        assertEquals(6, list.get(2));
    }

    @Test
    void wanderingThroughTheArrayMakesNoGarbage() {
        PcpList list = new PcpList();
        for (int i = 0; i < 8; i++) {
            list.addFirst(i);
        }
        int[] before = list.toArray();
        for (int i = 0; i < 1000; i++) {
            list.addFirst(list.removeLast());
            list.addLast(list.removeFirst());
        }
        assertArrayEquals(before, list.toArray());
        assertTrue(list.capacity() <= 16, "capacity " + list.capacity());
    }
}
