package org.kunitjvm.kernel.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.Taint;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.time.VirtualClock;

/** Makes the locks of one kernel and holds what they have in common. */
public final class Locks {
    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final Preempt preempt;
    private final Printk log;
    private final Taint taint;
    private final Warnings warnings;
    private final List<LockObserver> observers = new ArrayList<>();
    private final Map<String, LockClass> classes = new HashMap<>();
    private @Nullable LockMap fsReclaim;
    private boolean debugLocks = true;

    /** The locks of one kernel. */
    public Locks(Scheduler scheduler, VirtualClock clock, Preempt preempt, Printk log, Taint taint, Warnings warnings) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.preempt = preempt;
        this.log = log;
        this.taint = taint;
        this.warnings = warnings;
    }

    /** The class of locks that are made with this name, and of this nesting level. */
    public LockClass lockClass(String name, int subclass) {
        String key = subclass == 0 ? name : name + "/" + subclass;
        LockClass found = classes.get(key);
        if (found == null) {
            found = new LockClass(name, subclass, classes.size());
            classes.put(key, found);
        }
        return found;
    }

    /** Make something that orders like a lock ({@code lockdep_init_map}). */
    public LockMap lockMap(String name) {
        return new LockMap(this, lockClass(name, 0));
    }

    /** Turn lockdep on; used at boot. */
    public void proveLocking() {
        LockdepReport report = new LockdepReport(this, log, taint, warnings);
        Lockdep lockdep = new Lockdep(this, report);
        addObserver(lockdep);
        preempt.traceIrqs(report::showHeldLocks);
        preempt.setIrqFlagsObserver((task, hard) -> {
            if (!task.heldLocks().isEmpty()) {
                lockdep.irqsEnabled(task, hard);
            }
        });
    }

    /**
     * Say that the caller may allocate: complain if it must not sleep and the allocation would, or if it holds what
     * reclaim takes ({@code might_alloc}).
     *
     * @param mayReclaim whether the request has {@code __GFP_DIRECT_RECLAIM}
     * @param mayEnterFs whether reclaim for it may call into file systems ({@code __GFP_FS})
     */
    public void mightAlloc(boolean mayReclaim, boolean mayEnterFs) {
        if (mayReclaim) {
            if (mayEnterFs && debugLocks && !observers.isEmpty() && !scheduler.current().hasFlag(Task.PF_MEMALLOC)) {
                fsReclaim().touch();
            }
            preempt.mightSleep();
        }
    }

    /** What a task is in while it reclaims memory ({@code __fs_reclaim_map}). */
    public LockMap fsReclaim() {
        LockMap map = fsReclaim;
        if (map == null) {
            map = lockMap("fs_reclaim");
            fsReclaim = map;
        }
        return map;
    }

    /** Make a spinlock of its own class ({@code spin_lock_init}). */
    public SpinLock spinLock(String name) {
        return new SpinLock(this, lockClass(name, 0));
    }

    /** Make a mutex of its own class ({@code mutex_init}). */
    public Mutex mutex(String name) {
        return new Mutex(this, lockClass(name, 0));
    }

    /** Make a reader-writer semaphore of its own class ({@code init_rwsem}). */
    public RwSem rwSem(String name) {
        return new RwSem(this, lockClass(name, 0));
    }

    /** Tell {@code observer} of every acquisition and release from now on. */
    public void addObserver(LockObserver observer) {
        observers.add(observer);
        scheduler.forbidQuiet();
    }

    /** Warn once per place if the running task could be preempted ({@code lockdep_assert_preemption_disabled}). */
    public void assertPreemptionDisabled() {
        warnings.warnOnOnce(debugLocks && preempt.preemptible());
    }

    /** Warn once per place if interrupts are on ({@code lockdep_assert_irqs_disabled}). */
    public void assertIrqsDisabled() {
        warnings.warnOnOnce(debugLocks && !preempt.irqsDisabled());
    }

    /** Whether lock checks are on; the first lockdep report turns them off ({@code debug_locks}). */
    public boolean debugLocks() {
        return debugLocks;
    }

    /** Turn lock checks off, once for all; returns whether they were on ({@code debug_locks_off}). */
    public boolean debugLocksOff() {
        boolean were = debugLocks;
        debugLocks = false;
        return were;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    VirtualClock clock() {
        return clock;
    }

    Preempt preempt() {
        return preempt;
    }

    Warnings warnings() {
        return warnings;
    }

    void acquire(LockClass lockClass, Object lock, LockObserver.Mode mode, boolean sleeping) {
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).acquire(scheduler.current(), lockClass, lock, mode, sleeping);
        }
    }

    void acquired(Object lock) {
        scheduler.current().heldLocks().add(lock);
    }

    void release(LockClass lockClass, Object lock) {
        Task me = scheduler.current();
        removeLatest(me.heldLocks(), lock);
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).release(me, lockClass, lock);
        }
    }

    private static void removeLatest(List<Object> held, Object lock) {
        for (int i = held.size() - 1; i >= 0; i--) {
            if (held.get(i) == lock) {
                held.remove(i);
                return;
            }
        }
    }

    void point(DecisionPoint kind, String label) {
        scheduler.decisionPoint(kind, label);
    }

    /** A spinlock is misused: print what spin_bug() prints. */
    void spinBug(SpinLock lock, String message) {
        Task me = scheduler.current();
        Task owner = lock.owner();
        log.printf(LogLevel.EMERG, "BUG: spinlock %s on CPU#%d, %s/%d", message, me.cpu(), me.comm(), me.pid());
        log.printf(LogLevel.EMERG, " lock: %s, .owner: %s/%d", lock, owner == null ? "<none>" : owner.comm(),
            owner == null ? -1 : owner.pid());
        taint.add(TaintFlag.LOCKUP);
    }
}
