package org.kunitjvm.kernel.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.Task;

/**
 * Proves lock usage: it remembers which class was taken while which other was held, and in which interrupt contexts,
 * and reports the first acquisition that could deadlock with one seen before, even if this run does not.
 *
 * <p>An acquisition that adds nothing new costs a few comparisons and no garbage. After its first report it is off for
 * good ({@code debug_locks}).
 */
@Models("kernel/locking/lockdep.c")
final class Lockdep implements LockObserver {
    /** A class with what is known about it. */
    static final class Node {
        final LockClass lockClass;
        /** Bits of {@link LockUsage}. */
        int usage;
        /** Where each usage bit was set first. */
        final @Nullable String[] usagePlaces = new String[LockUsage.BITS];
        /** Classes that were taken while this one was held. */
        final BitSet after = new BitSet();
        final List<Edge> edges = new ArrayList<>();
        boolean sleeping;
        int placesTaken;

        Node(LockClass lockClass) {
            this.lockClass = lockClass;
        }
    }

    /** {@code to} was taken while {@code from} was held. */
    record Edge(Node from, Node to, String place) {
    }

    private static final int HARDIRQ_CONTEXT = 2;
    private static final int SOFTIRQ_CONTEXT = 1;
    /** Acquisitions per class whose place is remembered although nothing was new, so that reports can name it. */
    private static final int PLACES_PER_CLASS = 8;

    private final Locks locks;
    private final LockdepReport report;
    private final List<Node> nodes = new ArrayList<>();

    Lockdep(Locks locks, LockdepReport report) {
        this.locks = locks;
        this.report = report;
    }

    private Node node(LockClass lockClass) {
        Node node = lockClass.node;
        if (node == null) {
            node = new Node(lockClass);
            lockClass.node = node;
            nodes.add(node);
        }
        return node;
    }

    private static HeldLocks held(Task task) {
        if (task.lockState() instanceof HeldLocks held) {
            return held;
        }
        HeldLocks held = new HeldLocks();
        task.setLockState(held);
        return held;
    }

    private static int irqContext(int preemptCount) {
        return (preemptCount & Preempt.HARDIRQ_MASK) != 0 ? HARDIRQ_CONTEXT
            : (preemptCount & Preempt.SOFTIRQ_OFFSET) != 0 ? SOFTIRQ_CONTEXT : 0;
    }

    @Override
    public void acquire(Task task, LockClass lockClass, Object lock, Mode mode, boolean sleeping) {
        if (!locks.debugLocks()) {
            return;
        }
        Node node = node(lockClass);
        node.sleeping = sleeping;
        HeldLocks held = held(task);
        String place = node.placesTaken < PLACES_PER_CLASS ? CallPlaces.caller() : null;
        node.placesTaken++;
        int irqContext = irqContext(task.preemptCount());
        boolean ok = checkWaitContext(task, held, node, mode, irqContext, place)
            && markUsage(task, held, node, LockUsage.of(task.preemptCount(), task.irqsDisabled(), mode), place)
            && checkChain(task, held, node, mode, irqContext, place);
        if (ok) {
            held.push(node, lock, mode, sleeping, irqContext, place);
        }
    }

    @Override
    public void release(Task task, LockClass lockClass, Object lock) {
        if (locks.debugLocks() && !held(task).remove(lock)) {
            report.badUnlock(task, node(lockClass));
        }
    }

    /** A lock that sleeps must not be taken where a spinning one is held or an interrupt is served. */
    private boolean checkWaitContext(Task task, HeldLocks held, Node node, Mode mode, int irqContext,
        @Nullable String place) {
        if (!node.sleeping || mode == Mode.TRY) {
            return true;
        }
        boolean spins = irqContext != 0;
        for (int i = 0; i < held.depth && !spins; i++) {
            spins = !held.sleeping[i] && held.locks[i] instanceof SpinLock;
        }
        if (spins) {
            report.invalidWaitContext(task, held, node, irqContext, place);
        }
        return !spins;
    }

    private boolean markUsage(Task task, HeldLocks held, Node node, int usage, @Nullable String place) {
        int fresh = usage & ~node.usage;
        while (fresh != 0) {
            int bit = Integer.lowestOneBit(fresh);
            fresh -= bit;
            if (!markOne(task, held, node, bit, place)) {
                return false;
            }
        }
        return true;
    }

    private boolean markOne(Task task, HeldLocks held, Node node, int bit, @Nullable String place) {
        String where = place != null ? place : CallPlaces.caller();
        int bad = LockUsage.conflicts(bit, node.usage);
        if (bad != 0) {
            report.inconsistent(task, held, node, Integer.lowestOneBit(bad), bit, where);
            return false;
        }
        node.usage |= bit;
        node.usagePlaces[Integer.numberOfTrailingZeros(bit)] = where;
        Node other = LockUsage.isInIrq(bit) ? findForward(node, bit) : findBackward(node, bit);
        if (other != null) {
            report.inversion(task, held, node, other, bit, where);
            return false;
        }
        return true;
    }

    /** The first class reachable from {@code start}, itself excluded, whose usage conflicts with {@code bit}. */
    private @Nullable Node findForward(Node start, int bit) {
        for (Node node : reachable(start)) {
            if (node != start && LockUsage.conflicts(bit, node.usage) != 0) {
                return node;
            }
        }
        return null;
    }

    private @Nullable Node findBackward(Node start, int bit) {
        for (Node node : nodes) {
            if (node != start && LockUsage.conflicts(bit, node.usage) != 0 && reachable(node).contains(start)) {
                return node;
            }
        }
        return null;
    }

    /** All classes that {@code start} leads to, nearest first, itself included. */
    private static List<Node> reachable(Node start) {
        List<Node> found = new ArrayList<>();
        BitSet seen = new BitSet();
        found.add(start);
        seen.set(start.lockClass.index());
        for (int i = 0; i < found.size(); i++) {
            for (Edge edge : found.get(i).edges) {
                if (!seen.get(edge.to.lockClass.index())) {
                    seen.set(edge.to.lockClass.index());
                    found.add(edge.to);
                }
            }
        }
        return found;
    }

    /** Check against what is held, and remember the new dependencies. */
    private boolean checkChain(Task task, HeldLocks held, Node next, Mode mode, int irqContext,
        @Nullable String place) {
        if (mode == Mode.TRY || held.depth == 0) {
            return true;
        }
        for (int i = 0; i < held.depth; i++) {
            boolean bothRead = mode == Mode.READ && held.modes[i] == Mode.READ;
            if (held.nodes[i] == next && held.irqContexts[i] == irqContext && !bothRead) {
                report.recursive(task, held, i, next, place);
                return false;
            }
        }
        for (int i = held.depth - 1; i >= 0 && held.irqContexts[i] == irqContext; i--) {
            Node prev = held.node(i);
            if (prev != next && !prev.after.get(next.lockClass.index()) && !addEdge(task, held, i, next, place)) {
                return false;
            }
            if (held.modes[i] != Mode.TRY) {
                // What was held before that one is already connected to it.
                return true;
            }
        }
        return true;
    }

    private boolean addEdge(Task task, HeldLocks held, int at, Node next, @Nullable String place) {
        Node prev = held.node(at);
        String where = place != null ? place : CallPlaces.caller();
        List<Edge> back = path(next, prev);
        if (!back.isEmpty()) {
            report.circular(task, held, at, next, back, where);
            return false;
        }
        if (!checkIrqOrder(task, held, at, next, where)) {
            return false;
        }
        prev.after.set(next.lockClass.index());
        prev.edges.add(new Edge(prev, next, where));
        return true;
    }

    /** The shortest chain of dependencies from one class to another, empty if there is none. */
    private static List<Edge> path(Node from, Node to) {
        List<Edge> cameBy = new ArrayList<>();
        BitSet seen = new BitSet();
        ArrayDeque<Node> queue = new ArrayDeque<>(List.of(from));
        seen.set(from.lockClass.index());
        while (!queue.isEmpty()) {
            for (Edge edge : queue.removeFirst().edges) {
                if (!seen.get(edge.to.lockClass.index())) {
                    seen.set(edge.to.lockClass.index());
                    cameBy.add(edge);
                    queue.addLast(edge.to);
                    if (edge.to == to) {
                        return backtrack(cameBy, from, edge);
                    }
                }
            }
        }
        return List.of();
    }

    private static List<Edge> backtrack(List<Edge> cameBy, Node from, Edge last) {
        List<Edge> path = new ArrayList<>(List.of(last));
        Node at = last.from;
        for (int i = cameBy.size() - 1; i >= 0 && at != from; i--) {
            if (cameBy.get(i).to == at) {
                path.add(cameBy.get(i));
                at = cameBy.get(i).from;
            }
        }
        Collections.reverse(path);
        return path;
    }

    /** The new dependency must not lead from a lock that an interrupt takes to one that interrupts may break into. */
    private boolean checkIrqOrder(Task task, HeldLocks held, int at, Node next, String where) {
        Node prev = held.node(at);
        for (Node safe : nodes) {
            int inBits = safe.usage & (LockUsage.IN_HARDIRQ | LockUsage.IN_HARDIRQ_READ | LockUsage.IN_SOFTIRQ
                | LockUsage.IN_SOFTIRQ_READ);
            if (inBits == 0 || !(safe == prev || reachable(safe).contains(prev))) {
                continue;
            }
            for (int bits = inBits; bits != 0; bits &= bits - 1) {
                int bit = Integer.lowestOneBit(bits);
                for (Node unsafe : reachable(next)) {
                    if (LockUsage.conflicts(bit, unsafe.usage) != 0) {
                        report.irqOrder(task, held, at, next, safe, unsafe, bit, where);
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /**
     * Interrupts or softirqs are being enabled: whatever is held is from now on held with them on
     * ({@code mark_held_locks}).
     */
    void irqsEnabled(Task task, boolean hard) {
        if (!locks.debugLocks()) {
            return;
        }
        HeldLocks held = held(task);
        for (int i = 0; i < held.depth && locks.debugLocks(); i++) {
            int bit = hard ? LockUsage.HARDIRQ_ON : LockUsage.SOFTIRQ_ON;
            markUsage(task, held, held.node(i), held.modes[i] == Mode.READ ? bit << 1 : bit, null);
        }
    }
}
