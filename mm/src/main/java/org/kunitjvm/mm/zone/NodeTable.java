package org.kunitjvm.mm.zone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The zonelists of each node and the nodes of the CPUs: what an allocation starts from. A test can make one of its own
 * over zones that nobody else has. Models {@code NODE_DATA()} as far as the page allocator reads it.
 */
public final class NodeTable {
    private static final Zonelist NOTHING = new Zonelist(List.of());

    private final int[] cpuToNode;
    private Zonelist[] fallback = new Zonelist[0];
    private Zonelist[] noFallback = new Zonelist[0];
    private final List<Runnable> listeners = new ArrayList<>();
    private int nrOnlineNodes = 1;

    /** No nodes yet. */
    public NodeTable(List<Integer> cpuToNode) {
        this.cpuToNode = cpuToNode.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Give a node its zonelists ({@code ZONELIST_FALLBACK} and {@code ZONELIST_NOFALLBACK}). */
    public void setZonelists(int nid, Zonelist withFallback, Zonelist withoutFallback) {
        int had = fallback.length;
        if (nid >= had) {
            fallback = Arrays.copyOf(fallback, nid + 1);
            noFallback = Arrays.copyOf(noFallback, nid + 1);
            Arrays.fill(fallback, had, nid + 1, NOTHING);
            Arrays.fill(noFallback, had, nid + 1, NOTHING);
        }
        fallback[nid] = withFallback;
        noFallback[nid] = withoutFallback;
        listeners.forEach(Runnable::run);
    }

    /** Call {@code listener} after each change of a zonelist. */
    public void whenZonelistsChange(Runnable listener) {
        listeners.add(listener);
    }

    /** The zonelist of a node; without fallback it has the zones of that node only. */
    public Zonelist zonelist(int nid, boolean thisNodeOnly) {
        return thisNodeOnly ? noFallback[nid] : fallback[nid];
    }

    /** Number of nodes that have zonelists. */
    public int size() {
        return fallback.length;
    }

    /** How many nodes are online ({@code nr_online_nodes}). */
    public int nrOnlineNodes() {
        return nrOnlineNodes;
    }

    /** Set how many nodes are online. */
    public void setNrOnlineNodes(int nrOnline) {
        nrOnlineNodes = nrOnline;
    }

    /** Node of a CPU ({@code cpu_to_node}). */
    public int nodeOfCpu(int cpu) {
        return cpuToNode[cpu];
    }
}
