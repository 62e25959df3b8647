package org.kunitjvm.mm.boot;

import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;

import java.util.Arrays;
import java.util.List;

import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * Finds the frame at which each node's movable-only memory begins.
 *
 * <p>The memory that the kernel must keep is spread evenly over the nodes, from low addresses up. A node that is
 * smaller than its share gives all it has, and the rest is spread again over one node less, until nothing (or less than
 * a page per node) is left to spread. Memory below the highest zone cannot become movable-only and counts as the
 * kernel's. Models mm/mm_init.c: find_zone_movable_pfns_for_nodes.
 */
final class MovableStart {
    private final List<MemoryRange> memory;
    private final int usableStartPfn;
    private final int[] startPfn;
    private long stillRequired;

    private MovableStart(List<MemoryRange> memory, int nrNodes, int usableStartPfn) {
        this.memory = memory;
        this.startPfn = new int[nrNodes];
        this.usableStartPfn = usableStartPfn;
    }

    /**
     * First movable-only frame of each node, or 0 if the node has none.
     *
     * @param hotpluggable ranges that could be unplugged, for {@code movable_node}
     * @param usableStartPfn first frame of the highest zone
     */
    static int[] find(MovableParams params, List<MemoryRange> memory, List<MemoryRange> hotpluggable, int nrNodes,
        int usableStartPfn) {
        MovableStart starts = new MovableStart(memory, nrNodes, usableStartPfn);
        if (params.movableNode()) {
            starts.byNode(hotpluggable);
        } else {
            long total = memory.stream().mapToLong(MemoryRange::nrPages).sum();
            long kernelcore = requiredKernelcore(params, total);
            if (kernelcore == 0 || kernelcore >= total) {
                return starts.startPfn;
            }
            starts.spread(kernelcore);
        }
        starts.align();
        return starts.startPfn;
    }

    private static long requiredKernelcore(MovableParams params, long total) {
        long kernelcore = params.kernelcore().of(total);
        long movablecore = params.movablecore().of(total);
        if (movablecore == 0) {
            return kernelcore;
        }
        long rounded = (movablecore + MAX_ORDER_NR_PAGES - 1) & -MAX_ORDER_NR_PAGES;
        return Math.max(kernelcore, total - Math.min(total, rounded));
    }

    private void byNode(List<MemoryRange> hotpluggable) {
        for (MemoryRange range : hotpluggable) {
            int nid = range.nid();
            startPfn[nid] = startPfn[nid] == 0 ? range.startPfn() : Math.min(startPfn[nid], range.startPfn());
        }
    }

    private void spread(long kernelcore) {
        stillRequired = kernelcore;
        int[] nodes = memory.stream().mapToInt(MemoryRange::nid).distinct().sorted().toArray();
        int usableNodes = nodes.length;
        do {
            long share = stillRequired / usableNodes;
            for (int nid : nodes) {
                if (stillRequired < share) {
                    share = stillRequired / usableNodes;
                }
                giveToKernel(nid, share);
            }
            usableNodes--;
        } while (usableNodes > 0 && stillRequired > usableNodes);
    }

    /** Let the kernel keep {@code share} more pages of this node, upward from what it already keeps. */
    private void giveToKernel(int nid, long share) {
        long left = share;
        for (MemoryRange range : memory) {
            int start = Math.max(range.startPfn(), startPfn[nid]);
            if (range.nid() != nid || start >= range.endPfn()) {
                continue;
            }
            if (start < usableStartPfn) {
                long below = Math.min(range.endPfn(), usableStartPfn) - start;
                left -= Math.min(below, left);
                stillRequired -= Math.min(below, stillRequired);
                if (range.endPfn() <= usableStartPfn) {
                    // Recorded so that a second round over this node does not count this range again.
                    startPfn[nid] = range.endPfn();
                    continue;
                }
                start = usableStartPfn;
            }
            long pages = Math.min(range.endPfn() - start, left);
            startPfn[nid] = start + (int) pages;
            stillRequired -= Math.min(stillRequired, pages);
            left -= pages;
            if (left == 0) {
                return;
            }
        }
    }

    private void align() {
        int[] endPfn = new int[startPfn.length];
        memory.forEach(range -> endPfn[range.nid()] = Math.max(endPfn[range.nid()], range.endPfn()));
        Arrays.setAll(startPfn, nid -> {
            int aligned = (startPfn[nid] + MAX_ORDER_NR_PAGES - 1) & -MAX_ORDER_NR_PAGES;
            return aligned >= endPfn[nid] ? 0 : aligned;
        });
    }
}
