package org.kunitjvm.mm.node;

/**
 * The counters of a node. Differs from Linux: no per-CPU differences, a reader always sees the exact value, because no
 * decision of the allocator reads them. Models {@code pg_data_t.vm_stat}.
 */
public final class NodeCounters {
    private final long[] counts = new long[NodeStat.values().length];

    /** Add to a counter ({@code mod_node_page_state}). */
    public void mod(NodeStat item, long delta) {
        counts[item.ordinal()] += delta;
    }

    /** Value, never negative ({@code node_page_state}). */
    public long read(NodeStat item) {
        return Math.max(0, counts[item.ordinal()]);
    }

    /** Start from a recorded value. */
    public void set(NodeStat item, long value) {
        counts[item.ordinal()] = value;
    }
}
