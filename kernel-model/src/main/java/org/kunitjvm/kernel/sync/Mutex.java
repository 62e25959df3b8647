package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.WaitQueue;

/** A lock whose waiters sleep. Not recursive; the owner must give it back. Models {@code struct mutex}. */
public final class Mutex {
    private final Locks locks;
    private final LockClass lockClass;
    private final WaitQueue waiters;
    private @Nullable Task owner;

    Mutex(Locks locks, LockClass lockClass) {
        this.locks = locks;
        this.lockClass = lockClass;
        this.waiters = new WaitQueue(locks.scheduler(), locks.clock(), "mutex " + lockClass);
    }

    /** {@code mutex_lock()}. May sleep. */
    public void lock() {
        locks.preempt().mightSleep();
        locks.point(DecisionPoint.LOCK, lockClass.name());
        locks.acquire(lockClass, this, LockObserver.Mode.WRITE, true);
        Task me = locks.scheduler().current();
        if (owner == me) {
            throw new KernelBug("mutex %s taken twice by %s", lockClass, me);
        }
        waiters.waitEvent(() -> owner == null);
        owner = me;
        locks.acquired(this);
    }

    /** {@code mutex_trylock()}. */
    public boolean tryLock() {
        locks.point(DecisionPoint.LOCK, lockClass.name());
        if (owner != null) {
            return false;
        }
        locks.acquire(lockClass, this, LockObserver.Mode.TRY, true);
        owner = locks.scheduler().current();
        locks.acquired(this);
        return true;
    }

    /** {@code mutex_unlock()}; warns unless the caller is the owner. */
    public void unlock() {
        Task me = locks.scheduler().current();
        if (locks.warnings().warnOn(owner != me)) {
            return;
        }
        owner = null;
        locks.release(lockClass, this);
        waiters.wakeUp();
        locks.point(DecisionPoint.UNLOCK, lockClass.name());
    }

    /** Take the mutex until the guard is closed. */
    public Guard hold() {
        lock();
        return this::unlock;
    }

    /** Whether the running task has it. */
    public boolean isHeld() {
        return owner == locks.scheduler().current();
    }

    /** Who has it, or {@code null}. */
    public @Nullable Task owner() {
        return owner;
    }

    @Override
    public String toString() {
        return lockClass.toString();
    }
}
