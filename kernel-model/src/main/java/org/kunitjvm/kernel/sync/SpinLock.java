package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.TaskState;

/**
 * A lock whose holder may not sleep. Models {@code spinlock_t} with CONFIG_DEBUG_SPINLOCK: recursion, release by
 * somebody else and a holder that has ended are reported in the kernel's words and end the task, because a real CPU
 * would hang.
 */
public final class SpinLock {
    private final Locks locks;
    private final LockClass lockClass;
    private @Nullable Task owner;

    SpinLock(Locks locks, LockClass lockClass) {
        this.locks = locks;
        this.lockClass = lockClass;
    }

    /** {@code spin_lock()}. */
    public void lock() {
        locks.point(DecisionPoint.LOCK, lockClass.name());
        locks.preempt().disable();
        locks.acquire(lockClass, this, LockObserver.Mode.WRITE, false);
        Task me = locks.scheduler().current();
        if (owner == me) {
            locks.spinBug(this, "recursion");
            throw new KernelBug("spinlock recursion on %s by %s", lockClass, me);
        }
        while (owner != null) {
            checkHolderLives(owner);
            locks.scheduler().cpuRelax();
        }
        owner = me;
        locks.acquired(this);
    }

    /** A holder that ended, by an oops for instance, never unlocks: waiting for it would hang the CPU. */
    private void checkHolderLives(Task holder) {
        if (holder.state() == TaskState.DEAD) {
            locks.spinBug(this, "lockup suspected");
            throw new KernelBug("lockup: %s is held by %s, which has ended", lockClass, holder);
        }
    }

    /** {@code spin_trylock()}: take the lock if nobody has it; never waits. */
    public boolean tryLock() {
        locks.point(DecisionPoint.LOCK, lockClass.name());
        if (owner != null) {
            return false;
        }
        locks.preempt().disable();
        locks.acquire(lockClass, this, LockObserver.Mode.TRY, false);
        owner = locks.scheduler().current();
        locks.acquired(this);
        return true;
    }

    /** {@code spin_unlock()}. */
    public void unlock() {
        Task me = locks.scheduler().current();
        if (owner != me) {
            locks.spinBug(this, owner == null ? "already unlocked" : "wrong owner");
            throw new KernelBug("unlock of %s by %s, owner is %s", lockClass, me, owner);
        }
        owner = null;
        locks.release(lockClass, this);
        locks.point(DecisionPoint.UNLOCK, lockClass.name());
        locks.preempt().enable();
    }

    /** {@code spin_lock_irqsave()}; returns what {@link #unlockIrqrestore} wants. */
    public boolean lockIrqsave() {
        boolean flags = locks.preempt().localIrqSave();
        lock();
        return flags;
    }

    /** {@code spin_unlock_irqrestore()}. */
    public void unlockIrqrestore(boolean flags) {
        unlock();
        locks.preempt().localIrqRestore(flags);
    }

    /** Take the lock until the guard is closed. */
    public Guard hold() {
        lock();
        return this::unlock;
    }

    /** Who has it, or {@code null}. */
    public @Nullable Task owner() {
        return owner;
    }

    /** Whether the running task has it ({@code lockdep_is_held}). */
    public boolean isHeld() {
        return owner == locks.scheduler().current();
    }

    /** Warn unless the running task has it ({@code lockdep_assert_held}). */
    public void assertHeld() {
        locks.warnings().warnOn(!isHeld());
    }

    @Override
    public String toString() {
        return lockClass.toString();
    }
}
