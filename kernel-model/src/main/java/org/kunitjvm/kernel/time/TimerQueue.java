package org.kunitjvm.kernel.time;

import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** What is due later, ordered by time and then by the order of arming. A timer never fires early. */
public final class TimerQueue {
    /** One armed callback. Compare by identity; re-arm by {@link TimerQueue#arm} with a new object. */
    public static final class Timer implements Comparable<Timer> {
        private final long expiresNs;
        private final long seq;
        private final Runnable callback;

        private Timer(long expiresNs, long seq, Runnable callback) {
            this.expiresNs = expiresNs;
            this.seq = seq;
            this.callback = callback;
        }

        /** When it is due. */
        public long expiresNs() {
            return expiresNs;
        }

        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(expiresNs, other.expiresNs);
            return byTime != 0 ? byTime : Long.compare(seq, other.seq);
        }
    }

    private final TreeSet<Timer> timers = new TreeSet<>();
    private long nextSeq;

    /** Arm {@code callback} for {@code expiresNs}. */
    public Timer arm(long expiresNs, Runnable callback) {
        Timer timer = new Timer(expiresNs, nextSeq++, callback);
        timers.add(timer);
        return timer;
    }

    /** Disarm; returns whether the timer was still pending ({@code timer_delete}). */
    public boolean cancel(Timer timer) {
        return timers.remove(timer);
    }

    /** When the next timer is due, or {@link Long#MAX_VALUE}. */
    public long nextExpiryNs() {
        return timers.isEmpty() ? Long.MAX_VALUE : timers.first().expiresNs;
    }

    /** Take the earliest timer that is due at {@code nowNs}, or {@code null}. */
    public @Nullable Runnable pollDue(long nowNs) {
        if (timers.isEmpty() || timers.first().expiresNs > nowNs) {
            return null;
        }
        Timer due = timers.pollFirst();
        return due == null ? null : due.callback;
    }

    /** How many timers are pending. */
    public int size() {
        return timers.size();
    }
}
