package org.kunitjvm.kernel.sync;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * A {@link SpinLock} for short critical sections on hot paths.
 *
 * <p>When nothing can happen at the decision points of the lock ({@link VirtualClock#passQuietly}) and nobody observes
 * locks, taking it is one flag: no other task can run in between. Otherwise it is the spinlock, with all its points,
 * checks and reports. Time passes the same in both cases, so a run does not depend on which one it was.
 *
 * <p>The flag is kept in both cases: a timer that fires inside a section which began quietly still finds the lock
 * taken.
 */
public final class QuickLock {
    /**
     * Decision points of a critical section: before the lock, after the unlock, and where preemption is enabled again.
     */
    public static final int POINTS = 3;
    /** As {@link #POINTS}, and where interrupts are enabled again. */
    public static final int POINTS_IRQ = 4;

    private final SpinLock lock;
    private final Locks locks;
    private final VirtualClock clock;
    private boolean held;
    private boolean formal;
    private boolean irqFlags;

    /** A lock of its own class. */
    public QuickLock(Locks locks, String name) {
        this.locks = locks;
        this.lock = locks.spinLock(name);
        this.clock = locks.clock();
    }

    /**
     * Pass a whole critical section at once: {@code spin_trylock()}, the section, {@code spin_unlock()}. For sections
     * that take no other lock and that nothing can interrupt, so that nobody can see the lock taken. Who has to look at
     * more before the section can begin does the same with {@link #isLocked}, {@link VirtualClock#isQuietFor} and
     * {@link VirtualClock#pass}, for {@link #POINTS}.
     *
     * @return false if the lock has to be taken; then nothing has happened
     */
    public boolean passQuietly() {
        return !held && clock.passQuietly(POINTS);
    }

    /** {@code spin_trylock()}: take the lock if nobody has it; never waits. */
    public boolean tryLock() {
        if (clock.passQuietly(POINTS)) {
            if (held) {
                return false;
            }
            held = true;
            return true;
        }
        return tryLockFormally();
    }

    private boolean tryLockFormally() {
        if (held && !formal) {
            locks.point(DecisionPoint.LOCK, lock.toString());
            return false;
        }
        if (!lock.tryLock()) {
            return false;
        }
        held = true;
        formal = true;
        return true;
    }

    /** {@code spin_lock()}. */
    public void lock() {
        if (!held && clock.passQuietly(POINTS)) {
            held = true;
            return;
        }
        lockFormally();
    }

    private void lockFormally() {
        checkNotHeldQuietly();
        lock.lock();
        held = true;
        formal = true;
    }

    /** {@code spin_unlock()}, also after {@link #tryLock}. */
    public void unlock() {
        held = false;
        if (formal) {
            formal = false;
            lock.unlock();
        }
    }

    /** {@code spin_lock_irqsave()}. */
    public void lockIrqsave() {
        if (!held && clock.passQuietly(POINTS_IRQ)) {
            held = true;
            return;
        }
        checkNotHeldQuietly();
        boolean flags = lock.lockIrqsave();
        held = true;
        formal = true;
        irqFlags = flags;
    }

    /** {@code spin_unlock_irqrestore()}. */
    public void unlockIrqrestore() {
        held = false;
        if (formal) {
            formal = false;
            lock.unlockIrqrestore(irqFlags);
        }
    }

    /** Whether somebody has it. */
    public boolean isLocked() {
        return held;
    }

    private void checkNotHeldQuietly() {
        if (held && !formal) {
            throw new KernelBug("deadlock: %s is taken while its holder is interrupted or has ended", lock);
        }
    }

    @Override
    public String toString() {
        return lock.toString();
    }
}
