package org.kunitjvm.kernel.sync;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.WaitQueue;

/** Many readers or one writer; waiters sleep. Models {@code struct rw_semaphore}. */
public final class RwSem {
    private final Locks locks;
    private final LockClass lockClass;
    private final WaitQueue waiters;
    private final List<Task> readers = new ArrayList<>();
    private @Nullable Task writer;

    RwSem(Locks locks, LockClass lockClass) {
        this.locks = locks;
        this.lockClass = lockClass;
        this.waiters = new WaitQueue(locks.scheduler(), locks.clock(), "rwsem " + lockClass);
    }

    /** {@code down_read()}. May sleep. */
    public void downRead() {
        locks.preempt().mightSleep();
        locks.point(DecisionPoint.LOCK, lockClass.name());
        locks.acquire(lockClass, this, LockObserver.Mode.READ, true);
        waiters.waitEvent(() -> writer == null);
        readers.add(locks.scheduler().current());
        locks.acquired(this);
    }

    /** {@code up_read()}. */
    public void upRead() {
        if (locks.warnings().warnOn(!readers.remove(locks.scheduler().current()))) {
            return;
        }
        afterRelease();
    }

    /** {@code down_write()}. May sleep. */
    public void downWrite() {
        locks.preempt().mightSleep();
        locks.point(DecisionPoint.LOCK, lockClass.name());
        locks.acquire(lockClass, this, LockObserver.Mode.WRITE, true);
        Task me = locks.scheduler().current();
        if (writer == me) {
            throw new KernelBug("rwsem %s taken for writing twice by %s", lockClass, me);
        }
        waiters.waitEvent(() -> writer == null && readers.isEmpty());
        writer = me;
        locks.acquired(this);
    }

    /** {@code up_write()}. */
    public void upWrite() {
        if (locks.warnings().warnOn(!isWriteHeld())) {
            return;
        }
        writer = null;
        afterRelease();
    }

    /** {@code downgrade_write()}: keep it for reading only. */
    public void downgradeWrite() {
        if (locks.warnings().warnOn(!isWriteHeld())) {
            return;
        }
        writer = null;
        readers.add(locks.scheduler().current());
        waiters.wakeUpAll();
    }

    /** Whether the running task has it for writing. */
    public boolean isWriteHeld() {
        return writer == locks.scheduler().current();
    }

    /** Whether the running task has it in any way. */
    public boolean isHeld() {
        return isWriteHeld() || readers.contains(locks.scheduler().current());
    }

    /** Warn unless the running task has it for writing ({@code rwsem_assert_held_write}). */
    public void assertWriteHeld() {
        locks.warnings().warnOn(!isWriteHeld());
    }

    private void afterRelease() {
        locks.release(lockClass, this);
        waiters.wakeUpAll();
        locks.point(DecisionPoint.UNLOCK, lockClass.name());
    }

    @Override
    public String toString() {
        return lockClass.toString();
    }
}
