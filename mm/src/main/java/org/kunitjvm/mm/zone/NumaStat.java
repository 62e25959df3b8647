package org.kunitjvm.mm.zone;

/**
 * Where requests were served, in the order of {@code /proc/zoneinfo}. Models include/linux/mmzone.h: enum
 * numa_stat_item.
 */
public enum NumaStat {
    /** From the wanted node. */
    NUMA_HIT,
    /** From here, although another node was wanted. */
    NUMA_MISS,
    /** From elsewhere, although this node was wanted. */
    NUMA_FOREIGN,
    /** Interleaved. */
    NUMA_INTERLEAVE,
    /** From the node of the CPU. */
    NUMA_LOCAL,
    /** From another node than the CPU's. */
    NUMA_OTHER;

    /** Name in files. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
