package org.kunitjvm.mm.node;

import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * The nodes of a kernel, their states and their zonelists. Models include/linux/nodemask.h and the zonelist part of
 * mm/page_alloc.c.
 *
 * <p>One node may be <em>isolated</em>: it exists for tests, never gets the state N_MEMORY, and therefore is in no
 * other node's zonelist and has no kernel threads. Its own lists contain only its own zones.
 */
public final class Nodes {
    private final Machine machine;
    private final Printk log;
    private final ZoneTable zones;
    private final NodeTable table;
    private final int maxNodes;
    private final Map<NodeState, boolean[]> states = new EnumMap<>(NodeState.class);
    private final @Nullable NodeData[] nodes;
    private int isolatedNid = NUMA_NO_NODE;

    /**
     * No nodes yet.
     *
     * @param table where the zonelists go
     * @param maxNodes MAX_NUMNODES
     */
    public Nodes(Machine machine, Printk log, ZoneTable zones, NodeTable table, int maxNodes) {
        this.machine = machine;
        this.log = log;
        this.zones = zones;
        this.table = table;
        this.maxNodes = maxNodes;
        this.nodes = new NodeData[maxNodes];
        for (NodeState state : NodeState.values()) {
            states.put(state, new boolean[maxNodes]);
        }
        for (int nid : machine.cpuToNode()) {
            setState(nid, NodeState.N_CPU, true);
        }
    }

    /** MAX_NUMNODES. */
    public int maxNodes() {
        return maxNodes;
    }

    /** Where the zonelists are. */
    public NodeTable table() {
        return table;
    }

    /** All zones. */
    public ZoneTable zones() {
        return zones;
    }

    /** Whether a node is in a state; false for numbers that are no node. */
    public boolean is(int nid, NodeState state) {
        return nid >= 0 && nid < maxNodes && states.get(state)[nid];
    }

    /** Put a node into a state or take it out ({@code node_set_state}, {@code node_clear_state}). */
    public void setState(int nid, NodeState state, boolean value) {
        states.get(state)[nid] = value;
    }

    /** The nodes in a state, ascending. */
    public int[] in(NodeState state) {
        boolean[] flags = states.get(state);
        int[] nodes = new int[maxNodes];
        int count = 0;
        for (int nid = 0; nid < maxNodes; nid++) {
            if (flags[nid]) {
                nodes[count++] = nid;
            }
        }
        return Arrays.copyOf(nodes, count);
    }

    /** The nodes in a state as {@code %*pbl} prints them: {@code 0-1}. */
    public String list(NodeState state) {
        return CpuMask.of(in(state)).toString();
    }

    /** The isolated node, or {@code NUMA_NO_NODE}. */
    public int isolatedNid() {
        return isolatedNid;
    }

    /** Whether this is the isolated node ({@code node_isolated}). */
    public boolean isIsolated(int nid) {
        return nid != NUMA_NO_NODE && nid == isolatedNid;
    }

    /** Make the next node number the isolated node's; there may be none left. */
    public void reserveIsolatedNid() {
        int nid = in(NodeState.N_POSSIBLE).length;
        if (nid >= maxNodes) {
            log.err("page_alloc_test: this machine has %d nodes and leaves no node number for an isolated one", nid);
            return;
        }
        isolatedNid = nid;
        setState(nid, NodeState.N_POSSIBLE, true);
    }

    /** The data of a node that is or was online ({@code NODE_DATA}). */
    public NodeData get(int nid) {
        NodeData node = nid >= 0 && nid < maxNodes ? nodes[nid] : null;
        if (node == null) {
            throw new KernelBug("node %d has no node data: it never was online", nid);
        }
        return node;
    }

    /** The data of a node, or {@code null} if it never was online. */
    public @Nullable NodeData find(int nid) {
        return nid >= 0 && nid < maxNodes ? nodes[nid] : null;
    }

    /** Make a node possible and online, without memory ({@code try_online_node}). */
    public NodeData online(int nid) {
        NodeData node = nodes[nid];
        if (node == null) {
            node = new NodeData(nid, zones);
            nodes[nid] = node;
        }
        setState(nid, NodeState.N_POSSIBLE, true);
        setState(nid, NodeState.N_ONLINE, true);
        table.setNrOnlineNodes(in(NodeState.N_ONLINE).length);
        return node;
    }

    /** Take a node without memory offline ({@code try_offline_node}). */
    public void offline(int nid) {
        setState(nid, NodeState.N_ONLINE, false);
        table.setNrOnlineNodes(in(NodeState.N_ONLINE).length);
    }

    /** The online nodes, ascending. */
    public List<NodeData> online() {
        List<NodeData> online = new ArrayList<>();
        for (int nid : in(NodeState.N_ONLINE)) {
            online.add(get(nid));
        }
        return online;
    }

    /** kswapd and kcompactd start on every node with memory ({@code kswapd_run}); never on the isolated one. */
    public void startThreads() {
        for (NodeData node : online()) {
            startThreads(node.nid);
        }
    }

    /** Same for one node. */
    public void startThreads(int nid) {
        if (is(nid, NodeState.N_MEMORY)) {
            get(nid).kswapdRuns = true;
            get(nid).kcompactdRuns = true;
        }
    }

    /** kswapd and kcompactd of a node end ({@code kswapd_stop}). */
    public void stopThreads(int nid) {
        get(nid).kswapdRuns = false;
        get(nid).kcompactdRuns = false;
    }

    /** Build all zonelists anew and log the order of each node. Models mm/page_alloc.c: build_all_zonelists. */
    public void buildAllZonelists() {
        NodeOrder order = new NodeOrder(machine, states.get(NodeState.N_MEMORY), states.get(NodeState.N_CPU), maxNodes);
        for (int nid : in(NodeState.N_ONLINE)) {
            int[] fallback = isIsolated(nid) ? new int[] {nid} : order.fallbackOrder(nid);
            List<Zone> withFallback = new ArrayList<>();
            for (int other : fallback) {
                addPopulated(other, withFallback);
            }
            List<Zone> own = new ArrayList<>();
            addPopulated(nid, own);
            table.setZonelists(nid, new Zonelist(withFallback), new Zonelist(own));
            logOrder(nid, fallback);
        }
    }

    /** The populated zones of a node, highest first. */
    private void addPopulated(int nid, List<Zone> out) {
        NodeData node = get(nid);
        for (int index = MAX_NR_ZONES - 1; index >= 0; index--) {
            if (node.zone(index).isPopulated()) {
                out.add(node.zone(index));
            }
        }
    }

    private void logOrder(int nid, int[] order) {
        StringBuilder text = new StringBuilder("Fallback order for Node ").append(nid).append(": ");
        for (int other : order) {
            text.append(other).append(' ');
        }
        log.info("%s", text);
    }

    @Override
    public String toString() {
        return "nodes online " + list(NodeState.N_ONLINE) + ", with memory " + list(NodeState.N_MEMORY)
            + (isolatedNid == NUMA_NO_NODE ? "" : ", isolated " + isolatedNid);
    }
}
