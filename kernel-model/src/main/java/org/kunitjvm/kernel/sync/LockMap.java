package org.kunitjvm.kernel.sync;

/**
 * Something that is no lock but orders like one: running a work item, being in reclaim. Lockdep sees it as a lock that
 * never waits. Models {@code struct lockdep_map}.
 */
public final class LockMap {
    private final Locks locks;
    private final LockClass lockClass;

    LockMap(Locks locks, LockClass lockClass) {
        this.locks = locks;
        this.lockClass = lockClass;
    }

    /** {@code lock_map_acquire()}. */
    public void acquire() {
        locks.acquire(lockClass, this, LockObserver.Mode.WRITE, false);
        locks.acquired(this);
    }

    /** {@code lock_map_release()}. */
    public void release() {
        locks.release(lockClass, this);
    }

    /** Say that the caller depends on it without being in it: acquire and release. */
    public void touch() {
        acquire();
        release();
    }

    @Override
    public String toString() {
        return lockClass.toString();
    }
}
