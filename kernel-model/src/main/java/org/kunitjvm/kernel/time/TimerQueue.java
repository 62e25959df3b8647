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
        private final boolean hard;

        private Timer(long expiresNs, long seq, Runnable callback, boolean hard) {
            this.expiresNs = expiresNs;
            this.seq = seq;
            this.callback = callback;
            this.hard = hard;
        }

        /** What to do. */
        public Runnable callback() {
            return callback;
        }

        /** Whether it is done in hardirq context, as the clock interrupt itself, and not in the softirq behind it. */
        public boolean isHard() {
            return hard;
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

    /** Arm {@code callback} for {@code expiresNs}, in softirq context or, if {@code hard}, in hardirq context. */
    public Timer arm(long expiresNs, Runnable callback, boolean hard) {
        Timer timer = new Timer(expiresNs, nextSeq++, callback, hard);
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
    public @Nullable Timer pollDue(long nowNs) {
        return timers.isEmpty() || timers.first().expiresNs > nowNs ? null : timers.pollFirst();
    }

    /** How many timers are pending. */
    public int size() {
        return timers.size();
    }
}
