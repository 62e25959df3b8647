package org.kunitjvm.mm.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.hw.Machine;

/**
 * Fallback goes to the nearest node first, prefers nodes without CPUs, and spreads lists over nodes that are equally
 * near.
 */
final class NodeOrderTest {
    private static final int MAX_NUMNODES = 64;

    private static Machine machine(int[][] distances) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int[] row : distances) {
            rows.add(IntStream.of(row).boxed().toList());
        }
        return new Machine(List.of(0), List.of(), rows);
    }

    private static int[][] flat(int nodes) {
        int[][] distances = new int[nodes][nodes];
        for (int i = 0; i < nodes; i++) {
            Arrays.fill(distances[i], 20);
            distances[i][i] = 10;
        }
        return distances;
    }

    private static boolean[] all(int nodes, boolean value) {
        boolean[] flags = new boolean[nodes];
        Arrays.fill(flags, value);
        return flags;
    }

    @Test
    @Tag("M-009")
    void equallyNearNodesAreSpreadByLoad() {
        NodeOrder order = new NodeOrder(machine(flat(4)), all(4, true), all(4, true), MAX_NUMNODES);
        assertArrayEquals(new int[] {0, 1, 2, 3}, order.fallbackOrder(0));
        // Nodes below the local one cost 1 more; node 1 got load 1 from node 0's list, but that only breaks ties.
        assertArrayEquals(new int[] {1, 2, 3, 0}, order.fallbackOrder(1));
        assertArrayEquals(new int[] {2, 3, 0, 1}, order.fallbackOrder(2));
        assertArrayEquals(new int[] {3, 0, 1, 2}, order.fallbackOrder(3));
    }

    @Test
    @Tag("M-009")
    void loadBreaksTies() {
        // Nodes 2 and 3 are equally far from 0 and 1: the lists of 0 and 1 must not both start at 2.
        int[][] d = {{10, 30, 20, 20}, {30, 10, 20, 20}, {20, 20, 10, 30}, {20, 20, 30, 10}};
        NodeOrder order = new NodeOrder(machine(d), all(4, true), all(4, false), MAX_NUMNODES);
        assertArrayEquals(new int[] {0, 2, 3, 1}, order.fallbackOrder(0));
        assertArrayEquals(new int[] {1, 3, 2, 0}, order.fallbackOrder(1));
    }

    @Test
    @Tag("M-009")
    void nodesWithoutCpusAreNearer() {
        NodeOrder order = new NodeOrder(machine(flat(3)), all(3, true), new boolean[] {true, true, false},
            MAX_NUMNODES);
        assertArrayEquals(new int[] {0, 2, 1}, order.fallbackOrder(0));
    }

    @Test
    @Tag("M-009")
    @Tag("M-125")
    void nodesWithoutMemoryAreInNoList() {
        NodeOrder order = new NodeOrder(machine(flat(3)), new boolean[] {true, false, true}, all(3, true),
            MAX_NUMNODES);
        assertArrayEquals(new int[] {0, 2}, order.fallbackOrder(0));
        assertArrayEquals(new int[] {2, 0}, order.fallbackOrder(1));
        assertEquals(Collections.frequency(IntStream.of(order.fallbackOrder(2)).boxed().toList(), 1), 0);
    }
}
