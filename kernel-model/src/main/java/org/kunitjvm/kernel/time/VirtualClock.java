package org.kunitjvm.kernel.time;

/**
 * The time of one kernel, in nanoseconds since its boot.
 *
 * <p>Every decision point is one step and costs {@link #STEP_NS}; when all CPUs are idle the clock jumps to the next
 * timer. So a loop that polls makes time pass, a sleep costs nothing on the host, and two runs of the same decisions
 * show the same times.
 */
public final class VirtualClock {
    /** Virtual cost of one step. */
    public static final long STEP_NS = 10;

    private final long hz;
    private long baseNs;
    private long steps;
    private long quietUntil;

    /** A clock at zero whose jiffies run at {@code hz}. */
    public VirtualClock(long hz) {
        this.hz = hz;
    }

    /** Nanoseconds since boot ({@code ktime_get_ns}). */
    public long ktimeNs() {
        return baseNs + steps * STEP_NS;
    }

    /** Steps taken since boot; grows by one at every decision point. */
    public long steps() {
        return steps;
    }

    /** Account one step and return the new number of steps. */
    public long step() {
        return ++steps;
    }

    /**
     * Account {@code count} steps, that is, decision points, at once if nothing can happen at any of them: no policy
     * wants to decide there, no timer is due, nobody listens. A short critical section whose points are all passed this
     * way is atomic by the baton, so its locks need not be taken one by one.
     *
     * @return false if something could happen: then no step was accounted, and the caller has to make the points itself
     */
    public boolean passQuietly(int count) {
        long after = steps + count;
        if (after >= quietUntil) {
            return false;
        }
        steps = after;
        return true;
    }

    /** Whether {@link #passQuietly} would succeed. */
    public boolean isQuietFor(int count) {
        return steps + count < quietUntil;
    }

    /** Account {@code count} steps, all of them quiet: see {@link #isQuietFor}. */
    public void pass(int count) {
        steps += count;
    }

    /** Say at which step something can happen next; 0 means at every step. The scheduler knows. */
    public void setQuietUntil(long step) {
        quietUntil = step;
    }

    /** Move forward to {@code ns}; does nothing if that is in the past. */
    public void jumpTo(long ns) {
        long now = ktimeNs();
        if (ns > now) {
            baseNs += ns - now;
        }
    }

    /** The step at which {@code ns} will be reached if nothing jumps. */
    public long stepAt(long ns) {
        long left = ns - baseNs;
        return left <= 0 ? 0 : (left + STEP_NS - 1) / STEP_NS;
    }

    /** Ticks per second ({@code CONFIG_HZ}). */
    public long hz() {
        return hz;
    }

    /**
     * The 64-bit jiffies counter. It starts at 2^32 - 300*HZ, so that the low 32 bits wrap five minutes after boot, as
     * {@code INITIAL_JIFFIES} has it.
     */
    public long jiffies64() {
        return ((-300L * hz) & 0xffff_ffffL) + ktimeNs() / (1_000_000_000L / hz);
    }

    /** Length of {@code jiffies} ticks in nanoseconds. */
    public long jiffiesToNs(long jiffies) {
        return jiffies * (1_000_000_000L / hz);
    }

    /** Whether jiffies value {@code a} is after {@code b}, also across a wrap ({@code time_after}). */
    public static boolean timeAfter(long a, long b) {
        return b - a < 0;
    }
}
