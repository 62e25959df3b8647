package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;

/**
 * A map from disjoint ranges to values, with what the maple tree lets its users see. Ranges are half-open, bounds lie
 * in {@code [0, Long.MAX_VALUE]}.
 *
 * <p>A B-tree: each node has up to {@value #CAPACITY} slots; a slot of a leaf is an entry, a slot of an inner node is a
 * child. For each slot the node keeps where its entries start and end and the largest gap between two of them, so that
 * the lowest or highest gap of a given size is found without looking at parts that are too full:
 * <pre>
 *   slot      0          1          2
 *   start     10         40         90
 *   end       30         80         95
 *   gap        5 (leaf: 0)           inside the child; the gap between slot 0 and 1 is start[1] - end[0]
 * </pre>
 * All operations are O(log n). A store overwrites what was there: older entries are cut or removed.
 */
@Models("lib/maple_tree.c")
public final class RangeTree<V> {
    static final int CAPACITY = 32;
    private static final int MIN_FILL = CAPACITY / 4;

    /** One node; {@code refs} holds values in a leaf and nodes elsewhere. */
    private static final class Node {
        final boolean leaf;
        final long[] start = new long[CAPACITY];
        final long[] end = new long[CAPACITY];
        final long[] gap;
        final @Nullable Object[] refs = new Object[CAPACITY];
        int count;

        Node(boolean leaf) {
            this.leaf = leaf;
            this.gap = leaf ? NO_GAPS : new long[CAPACITY];
        }

        Node child(int slot) {
            return (Node) value(slot);
        }

        Object value(int slot) {
            Object ref = refs[slot];
            if (ref == null) {
                throw new KernelBug("range tree: slot %d of %d is empty", slot, count);
            }
            return ref;
        }

        long innerGap(int slot) {
            return leaf ? 0 : gap[slot];
        }

        long maxGap() {
            long max = 0;
            for (int i = 0; i < count; i++) {
                max = Math.max(max, innerGap(i));
                if (i > 0) {
                    max = Math.max(max, start[i] - end[i - 1]);
                }
            }
            return max;
        }

        /** The last slot that starts at or before {@code index}, or -1. */
        int slotAtOrBefore(long index) {
            int low = 0;
            int high = count;
            while (low < high) {
                int mid = low + high >>> 1;
                if (start[mid] <= index) {
                    low = mid + 1;
                } else {
                    high = mid;
                }
            }
            return low - 1;
        }

        void openSlot(int slot) {
            move(this, slot, this, slot + 1, count - slot);
            count++;
        }

        void closeSlot(int slot) {
            move(this, slot + 1, this, slot, count - slot - 1);
            count--;
            refs[count] = null;
        }

        void setSlot(int slot, long newStart, long newEnd, Object ref) {
            start[slot] = newStart;
            end[slot] = newEnd;
            refs[slot] = ref;
        }

        /** Bring what this inner node knows of a child up to date. */
        void refresh(int slot) {
            Node child = child(slot);
            start[slot] = child.start[0];
            end[slot] = child.end[child.count - 1];
            gap[slot] = child.maxGap();
        }

        static void move(Node from, int fromSlot, Node to, int toSlot, int slots) {
            System.arraycopy(from.start, fromSlot, to.start, toSlot, slots);
            System.arraycopy(from.end, fromSlot, to.end, toSlot, slots);
            System.arraycopy(from.refs, fromSlot, to.refs, toSlot, slots);
            if (!from.leaf) {
                System.arraycopy(from.gap, fromSlot, to.gap, toSlot, slots);
            }
        }
    }

    private static final long[] NO_GAPS = new long[0];
    /** No gap is large enough. */
    public static final long NO_RANGE = -1;

    private Node root = new Node(true);
    private int size;

    /** Number of entries. */
    public int size() {
        return size;
    }

    /** The value at {@code index}, or {@code null} in a gap ({@code mas_walk}). */
    public @Nullable V load(long index) {
        Node node = root;
        while (true) {
            int slot = node.slotAtOrBefore(index);
            if (slot < 0 || node.end[slot] <= index) {
                return null;
            }
            if (node.leaf) {
                return value(node, slot);
            }
            node = node.child(slot);
        }
    }

    /**
     * The first entry that ends behind {@code index}: the one that contains it or the next one; {@code null} if there
     * is none.
     */
    public @Nullable V findAtOrAfter(long index) {
        Node node = root;
        while (true) {
            int slot = node.slotAtOrBefore(index);
            if (slot < 0 || node.end[slot] <= index) {
                slot++;
            }
            if (slot == node.count) {
                return null;
            }
            if (node.leaf) {
                return value(node, slot);
            }
            node = node.child(slot);
        }
    }

    /** The last entry that starts before {@code index}; {@code null} if there is none. */
    public @Nullable V findBefore(long index) {
        Node node = root;
        while (true) {
            int slot = node.slotAtOrBefore(index - 1);
            if (slot < 0) {
                return null;
            }
            if (node.leaf) {
                return value(node, slot);
            }
            node = node.child(slot);
        }
    }

    /**
     * Store {@code value} over {@code [start, end)}; {@code null} makes a gap. Entries that lie inside vanish, entries
     * that reach inside are cut; one that reaches out on both sides leaves both ends ({@code mas_store}).
     */
    public void store(long start, long end, @Nullable V value) {
        if (start < 0 || end <= start) {
            throw new KernelBug("range tree: store to [%#x, %#x)", start, end);
        }
        if (value != null && tryResize(start, end, value)) {
            return;
        }
        clear(start, end);
        if (value != null) {
            insert(start, end, value);
        }
    }

    /** The common stores: the value's own entry grows or shrinks at one end and nothing else changes. */
    private boolean tryResize(long start, long end, V value) {
        V first = findAtOrAfter(start);
        if (first != value || findBefore(end) != value) {
            return false;
        }
        return resize(root, start, end, value);
    }

    /**
     * Give the entry of {@code value}, which overlaps {@code [start, end)}, exactly these bounds if it lies inside
     * them.
     */
    private boolean resize(Node node, long start, long end, V value) {
        int slot = node.slotAtOrBefore(end - 1);
        if (node.leaf) {
            if (slot < 0 || node.value(slot) != value || node.start[slot] < start || node.end[slot] > end) {
                return false;
            }
            node.start[slot] = start;
            node.end[slot] = end;
            return true;
        }
        if (slot < 0 || !resize(node.child(slot), start, end, value)) {
            return false;
        }
        node.refresh(slot);
        return true;
    }

    private void clear(long start, long end) {
        while (true) {
            Hit<V> hit = hitAtOrAfter(start);
            if (hit == null || hit.start >= end) {
                return;
            }
            remove(root, hit.start);
            collapseRoot();
            size--;
            if (hit.start < start) {
                insert(hit.start, start, hit.value);
            }
            if (hit.end > end) {
                insert(end, hit.end, hit.value);
            }
        }
    }

    /** An entry with its bounds. */
    private record Hit<V>(long start, long end, V value) {
    }

    private @Nullable Hit<V> hitAtOrAfter(long index) {
        Node node = root;
        while (true) {
            int slot = node.slotAtOrBefore(index);
            if (slot < 0 || node.end[slot] <= index) {
                slot++;
            }
            if (slot == node.count) {
                return null;
            }
            if (node.leaf) {
                return new Hit<>(node.start[slot], node.end[slot], value(node, slot));
            }
            node = node.child(slot);
        }
    }

    private void insert(long start, long end, V value) {
        Node sibling = insert(root, start, end, value);
        if (sibling != null) {
            Node top = new Node(false);
            top.count = 2;
            top.refs[0] = root;
            top.refs[1] = sibling;
            top.refresh(0);
            top.refresh(1);
            root = top;
        }
        size++;
    }

    private static @Nullable Node insert(Node node, long start, long end, Object value) {
        int slot = node.slotAtOrBefore(start);
        if (node.leaf) {
            return addSlot(node, slot + 1, start, end, value);
        }
        slot = Math.max(slot, 0);
        Node sibling = insert(node.child(slot), start, end, value);
        node.refresh(slot);
        if (sibling == null) {
            return null;
        }
        return addSlot(node, slot + 1, sibling.start[0], sibling.end[sibling.count - 1], sibling);
    }

    /** Add a slot to a node; returns the right half if the node had to be split. */
    private static @Nullable Node addSlot(Node node, int slot, long start, long end, Object ref) {
        Node right = null;
        Node target = node;
        int at = slot;
        if (node.count == CAPACITY) {
            right = new Node(node.leaf);
            // Appending is the common way to grow: leave the left node full then.
            int keep = slot == CAPACITY ? CAPACITY - MIN_FILL : CAPACITY / 2;
            moveTail(node, keep, right);
            if (slot > keep) {
                target = right;
                at = slot - keep;
            }
        }
        target.openSlot(at);
        target.setSlot(at, start, end, ref);
        if (!target.leaf) {
            target.refresh(at);
        }
        return right;
    }

    private static void moveTail(Node from, int keep, Node to) {
        Node.move(from, keep, to, 0, from.count - keep);
        to.count = from.count - keep;
        for (int i = keep; i < from.count; i++) {
            from.refs[i] = null;
        }
        from.count = keep;
    }

    /** Remove the entry that starts exactly at {@code start}. */
    private static void remove(Node node, long start) {
        int slot = node.slotAtOrBefore(start);
        if (node.leaf) {
            if (node.start[slot] != start) {
                throw new KernelBug("range tree: no entry starts at %#x", start);
            }
            node.closeSlot(slot);
            return;
        }
        Node child = node.child(slot);
        remove(child, start);
        if (child.count == 0) {
            node.closeSlot(slot);
        } else if (child.count < MIN_FILL && node.count > 1) {
            rebalance(node, slot == 0 ? 0 : slot - 1);
        } else {
            node.refresh(slot);
        }
    }

    /** Join two neighbouring children, or even them out if together they do not fit. */
    private static void rebalance(Node node, int leftSlot) {
        Node left = node.child(leftSlot);
        Node right = node.child(leftSlot + 1);
        int total = left.count + right.count;
        if (total <= CAPACITY) {
            Node.move(right, 0, left, left.count, right.count);
            left.count = total;
            node.closeSlot(leftSlot + 1);
        } else {
            Node joined = right;
            int keep = total / 2;
            if (left.count > keep) {
                Node.move(joined, 0, joined, left.count - keep, joined.count);
                Node.move(left, keep, joined, 0, left.count - keep);
                joined.count = total - keep;
                for (int i = keep; i < left.count; i++) {
                    left.refs[i] = null;
                }
                left.count = keep;
            } else {
                int moved = keep - left.count;
                Node.move(joined, 0, left, left.count, moved);
                left.count = keep;
                Node.move(joined, moved, joined, 0, joined.count - moved);
                for (int i = joined.count - moved; i < joined.count; i++) {
                    joined.refs[i] = null;
                }
                joined.count -= moved;
            }
            node.refresh(leftSlot + 1);
        }
        node.refresh(leftSlot);
    }

    private void collapseRoot() {
        while (!root.leaf && root.count <= 1) {
            root = root.count == 1 ? root.child(0) : new Node(true);
        }
    }

    /**
     * The lowest address {@code a} such that {@code [a, a + length)} is free and inside {@code [low, high)}, or
     * {@link #NO_RANGE} ({@code mas_empty_area}).
     */
    public long lowestGap(long low, long high, long length) {
        if (high - low < length) {
            return NO_RANGE;
        }
        if (size == 0) {
            return low;
        }
        long first = Math.min(high, root.start[0]);
        if (first - low >= length) {
            return low;
        }
        long inside = lowestGap(root, low, high, length);
        if (inside != NO_RANGE) {
            return inside;
        }
        long from = Math.max(low, root.end[root.count - 1]);
        return high - from >= length ? from : NO_RANGE;
    }

    private static long lowestGap(Node node, long low, long high, long length) {
        for (int i = Math.max(0, node.slotAtOrBefore(low)); i < node.count; i++) {
            if (i > 0) {
                long from = Math.max(low, node.end[i - 1]);
                if (Math.min(high, node.start[i]) - from >= length) {
                    return from;
                }
            }
            if (node.start[i] >= high) {
                return NO_RANGE;
            }
            if (!node.leaf && node.gap[i] >= length) {
                long inside = lowestGap(node.child(i), low, high, length);
                if (inside != NO_RANGE) {
                    return inside;
                }
            }
        }
        return NO_RANGE;
    }

    /**
     * The highest address {@code a} such that {@code [a, a + length)} is free and inside {@code [low, high)}, or
     * {@link #NO_RANGE} ({@code mas_empty_area_rev}).
     */
    public long highestGap(long low, long high, long length) {
        if (high - low < length) {
            return NO_RANGE;
        }
        if (size == 0) {
            return high - length;
        }
        long last = Math.max(low, root.end[root.count - 1]);
        if (high - last >= length) {
            return high - length;
        }
        long inside = highestGap(root, low, high, length);
        if (inside != NO_RANGE) {
            return inside;
        }
        long to = Math.min(high, root.start[0]);
        return to - low >= length ? to - length : NO_RANGE;
    }

    private static long highestGap(Node node, long low, long high, long length) {
        for (int i = Math.max(0, node.slotAtOrBefore(high)); i >= 0; i--) {
            if (i + 1 < node.count) {
                long to = Math.min(high, node.start[i + 1]);
                if (to - Math.max(low, node.end[i]) >= length) {
                    return to - length;
                }
            }
            if (!node.leaf && node.gap[i] >= length) {
                long inside = highestGap(node.child(i), low, high, length);
                if (inside != NO_RANGE) {
                    return inside;
                }
            }
            if (node.start[i] <= low) {
                return NO_RANGE;
            }
        }
        return NO_RANGE;
    }

    /**
     * Walk the whole structure and say what is wrong with it.
     *
     * @throws KernelBug if order, fill, depth, bounds or gaps are not what they must be
     */
    public void validate() {
        int entries = validate(root, depth(root), true);
        if (entries != size) {
            throw new KernelBug("range tree: %d entries counted, %d in the tree", size, entries);
        }
    }

    private static int depth(Node node) {
        return node.leaf ? 1 : 1 + depth(node.child(0));
    }

    private static int validate(Node node, int depth, boolean top) {
        if (node.leaf != (depth == 1)) {
            throw new KernelBug("range tree: leaf at height %d", depth);
        }
        if (!top && node.count == 0) {
            throw new KernelBug("range tree: empty node at height %d", depth);
        }
        int entries = 0;
        for (int i = 0; i < node.count; i++) {
            if (node.start[i] >= node.end[i] || i > 0 && node.start[i] < node.end[i - 1]) {
                throw new KernelBug("range tree: slot %d [%#x, %#x) is out of order", i, node.start[i], node.end[i]);
            }
            if (node.leaf) {
                entries++;
                continue;
            }
            Node child = node.child(i);
            if (child.start[0] != node.start[i] || child.end[child.count - 1] != node.end[i]
                || child.maxGap() != node.gap[i]) {
                throw new KernelBug("range tree: slot %d does not describe its child", i);
            }
            entries += validate(child, depth - 1, false);
        }
        return entries;
    }

    @SuppressWarnings("unchecked")
    private V value(Node leaf, int slot) {
        return (V) leaf.value(slot);
    }
}
