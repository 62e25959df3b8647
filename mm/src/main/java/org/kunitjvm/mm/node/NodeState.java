package org.kunitjvm.mm.node;

/** What can be said about a node. Models include/linux/nodemask.h: enum node_states. */
public enum NodeState {
    /** It could become online at some time. */
    N_POSSIBLE,
    /** It is online. */
    N_ONLINE,
    /** It has memory that the kernel itself can use. */
    N_NORMAL_MEMORY,
    /** It has memory that everybody may fall back to. */
    N_MEMORY,
    /** It has CPUs. */
    N_CPU;

    /** Name of its file under {@code /sys/devices/system/node}. */
    public String label() {
        return this == N_POSSIBLE ? "possible" : this == N_ONLINE ? "online"
            : "has_" + name().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
