package org.kunitjvm.mm.node;

import java.util.Arrays;

import org.kunitjvm.kernel.hw.Machine;

/**
 * The order in which the nodes are tried for a request that prefers one of them: the node itself, then the nearest,
 * where a node without CPUs is nearer than one with, and lists of different nodes are spread over equally near ones.
 * Models mm/page_alloc.c: find_next_best_node, build_zonelists.
 *
 * <p>One object serves one rebuild of all lists, because the load that spreads them is carried from list to list.
 */
final class NodeOrder {
    private final Machine machine;
    private final boolean[] hasMemory;
    private final boolean[] hasCpu;
    private final int maxNodes;
    private final int[] load;

    /**
     * Start a rebuild.
     *
     * @param hasMemory N_MEMORY of each node
     * @param hasCpu N_CPU of each node
     * @param maxNodes MAX_NUMNODES
     */
    NodeOrder(Machine machine, boolean[] hasMemory, boolean[] hasCpu, int maxNodes) {
        this.machine = machine;
        this.hasMemory = hasMemory;
        this.hasCpu = hasCpu;
        this.maxNodes = maxNodes;
        this.load = new int[hasMemory.length];
    }

    /** The nodes with memory in the order in which node {@code from} falls back to them. */
    int[] fallbackOrder(int from) {
        int[] order = new int[hasMemory.length];
        boolean[] used = new boolean[hasMemory.length];
        int count = 0;
        int previous = from;
        for (int nid = next(from, used); nid >= 0; nid = next(from, used)) {
            if (machine.distance(from, nid) != machine.distance(from, previous)) {
                load[nid]++;
            }
            order[count++] = nid;
            used[nid] = true;
            previous = nid;
        }
        return Arrays.copyOf(order, count);
    }

    private int next(int from, boolean[] used) {
        if (hasMemory[from] && !used[from]) {
            return from;
        }
        int best = -1;
        int bestValue = Integer.MAX_VALUE;
        for (int nid = 0; nid < hasMemory.length; nid++) {
            if (!hasMemory[nid] || used[nid]) {
                continue;
            }
            int penalty = (nid < from ? 1 : 0) + (hasCpu[nid] ? 1 : 0);
            int value = (machine.distance(from, nid) + penalty) * maxNodes + load[nid];
            if (value < bestValue) {
                bestValue = value;
                best = nid;
            }
        }
        return best;
    }
}
