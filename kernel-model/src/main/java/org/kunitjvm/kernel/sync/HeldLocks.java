package org.kunitjvm.kernel.sync;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** The locks that one task holds, oldest first, as lockdep sees them. Models {@code current->held_locks}. */
final class HeldLocks {
    private static final int INITIAL_DEPTH = 8;

    Lockdep.@Nullable Node[] nodes = new Lockdep.Node[INITIAL_DEPTH];
    @Nullable Object[] locks = new Object[INITIAL_DEPTH];
    LockObserver.@Nullable Mode[] modes = new LockObserver.Mode[INITIAL_DEPTH];
    @Nullable String[] places = new String[INITIAL_DEPTH];
    boolean[] sleeping = new boolean[INITIAL_DEPTH];
    int[] irqContexts = new int[INITIAL_DEPTH];
    int depth;

    void push(Lockdep.Node node, Object lock, LockObserver.Mode mode, boolean sleeps, int irqContext,
        @Nullable String place) {
        if (depth == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * depth);
            locks = Arrays.copyOf(locks, 2 * depth);
            modes = Arrays.copyOf(modes, 2 * depth);
            places = Arrays.copyOf(places, 2 * depth);
            sleeping = Arrays.copyOf(sleeping, 2 * depth);
            irqContexts = Arrays.copyOf(irqContexts, 2 * depth);
        }
        nodes[depth] = node;
        locks[depth] = lock;
        modes[depth] = mode;
        places[depth] = place;
        sleeping[depth] = sleeps;
        irqContexts[depth] = irqContext;
        depth++;
    }

    /** Forget the latest acquisition of {@code lock}; returns whether there was one. */
    boolean remove(Object lock) {
        int at = depth - 1;
        while (at >= 0 && locks[at] != lock) {
            at--;
        }
        if (at < 0) {
            return false;
        }
        depth--;
        if (at < depth) {
            System.arraycopy(nodes, at + 1, nodes, at, depth - at);
            System.arraycopy(locks, at + 1, locks, at, depth - at);
            System.arraycopy(modes, at + 1, modes, at, depth - at);
            System.arraycopy(places, at + 1, places, at, depth - at);
            System.arraycopy(sleeping, at + 1, sleeping, at, depth - at);
            System.arraycopy(irqContexts, at + 1, irqContexts, at, depth - at);
        }
        nodes[depth] = null;
        locks[depth] = null;
        places[depth] = null;
        return true;
    }

    Lockdep.Node node(int at) {
        Lockdep.Node node = nodes[at];
        if (node == null) {
            throw new IndexOutOfBoundsException(at);
        }
        return node;
    }
}
