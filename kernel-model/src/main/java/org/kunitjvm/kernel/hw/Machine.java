package org.kunitjvm.kernel.hw;

import java.util.ArrayList;
import java.util.List;

/**
 * A machine: CPUs with their nodes, memory with its nodes, and distances between nodes.
 *
 * @param cpuToNode node of each CPU
 * @param memory memory in ascending order of frame
 * @param distances NUMA distance from node to node, 10 on the diagonal
 */
public record Machine(List<Integer> cpuToNode, List<MemoryRange> memory, List<List<Integer>> distances) {
    /**
     * Bytes of memory that a PC keeps below the 4 GiB hole for devices when it has more than {@link #HOLE_THRESHOLD}.
     */
    private static final long LOW_MEMORY = 3L << 30;
    private static final long HOLE_THRESHOLD = 0xe000_0000L;
    private static final long FOUR_GIB = 4L << 30;
    private static final int PAGE_SHIFT = 12;
    private static final int LOCAL_DISTANCE = 10;
    private static final int REMOTE_DISTANCE = 20;

    /** Copy and check. */
    public Machine {
        cpuToNode = List.copyOf(cpuToNode);
        memory = List.copyOf(memory);
        distances = distances.stream().map(List::copyOf).toList();
        if (cpuToNode.isEmpty()) {
            throw new IllegalArgumentException("a machine needs at least one CPU");
        }
    }

    /** A PC with one node: memory from 0, with the hole below 4 GiB that QEMU's {@code pc} machine has. */
    public static Machine pc(int cpus, long memoryBytes) {
        return numa(java.util.Collections.nCopies(cpus, 0), List.of(memoryBytes));
    }

    /**
     * A PC whose memory is handed out to nodes in order.
     *
     * @param cpuToNode node of each CPU
     * @param nodeBytes memory of each node; a node may have none
     */
    public static Machine numa(List<Integer> cpuToNode, List<Long> nodeBytes) {
        long total = nodeBytes.stream().mapToLong(Long::longValue).sum();
        long low = total >= HOLE_THRESHOLD ? LOW_MEMORY : total;
        List<MemoryRange> memory = new ArrayList<>();
        long at = 0;
        for (int nid = 0; nid < nodeBytes.size(); nid++) {
            long end = at + nodeBytes.get(nid);
            addRange(memory, at, Math.min(end, low), nid);
            addRange(memory, Math.max(at, low) - low + FOUR_GIB, end - low + FOUR_GIB, nid);
            at = end;
        }
        return new Machine(cpuToNode, memory, defaultDistances(nodeBytes.size()));
    }

    private static void addRange(List<MemoryRange> memory, long startByte, long endByte, int nid) {
        if (startByte < endByte) {
            memory.add(new MemoryRange(Math.toIntExact(startByte >> PAGE_SHIFT), Math.toIntExact(endByte >> PAGE_SHIFT),
                nid));
        }
    }

    private static List<List<Integer>> defaultDistances(int nodes) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int from = 0; from < nodes; from++) {
            List<Integer> row = new ArrayList<>();
            for (int to = 0; to < nodes; to++) {
                row.add(from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE);
            }
            rows.add(row);
        }
        return rows;
    }

    /** Number of CPUs. */
    public int cpus() {
        return cpuToNode.size();
    }

    /** Number of nodes, with or without memory. */
    public int nodes() {
        return distances.size();
    }

    /** Bytes of memory in all nodes. */
    public long memoryBytes() {
        long bytes = 0;
        for (MemoryRange range : memory) {
            bytes += (long) range.nrPages() << PAGE_SHIFT;
        }
        return bytes;
    }

    /** Distance from one node to another. */
    public int distance(int from, int to) {
        return from < nodes() && to < nodes() ? distances.get(from).get(to) : from == to ? LOCAL_DISTANCE
            : REMOTE_DISTANCE;
    }
}
