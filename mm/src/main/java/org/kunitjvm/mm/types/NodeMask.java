package org.kunitjvm.mm.types;

/**
 * A set of nodes. Models {@code nodemask_t} with at most 64 nodes.
 *
 * @param bits bit n stands for node n
 */
public record NodeMask(long bits) {
    /** No restriction: what a null pointer means in C. */
    public static final NodeMask ANY = new NodeMask(-1L);

    /** The set of the given nodes. */
    public static NodeMask of(int... nids) {
        long bits = 0;
        for (int nid : nids) {
            bits |= 1L << nid;
        }
        return new NodeMask(bits);
    }

    /** Whether a node is in the set. */
    public boolean contains(int nid) {
        return (bits & 1L << nid) != 0;
    }

    /** As {@code %*pbl} prints it: {@code 0-1,3}; {@code (null)} for {@link #ANY}. */
    @Override
    public String toString() {
        return bits == -1L ? "(null)" : org.kunitjvm.kernel.cpu.CpuMask.of(java.util.stream.IntStream.range(0,
            Long.SIZE).filter(this::contains).toArray()).toString();
    }
}
