package org.kunitjvm.kernel.sync;

import org.kunitjvm.kernel.sched.Task;

/** Is told of every acquisition and release; lockdep is one. */
public interface LockObserver {
    /** How a lock is taken. */
    enum Mode {
        /** Exclusive. */
        WRITE,
        /** Shared. */
        READ,
        /** Exclusive by a trylock that succeeded: it cannot deadlock. */
        TRY
    }

    /** {@code task} is about to take a lock of class {@code lockClass}. */
    void acquire(Task task, LockClass lockClass, Object lock, Mode mode, boolean sleeping);

    /** {@code task} gave it back. */
    void release(Task task, LockClass lockClass, Object lock);
}
