package org.kunitjvm.kernel.sync;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.Taint;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.cpu.CurrentCpu;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * The execution context of the running task: preemption, interrupts, bottom halves, migration, RCU, and the checks on
 * them. Models include/linux/preempt.h, kernel/sched/core.c: __might_resched, lib/smp_processor_id.c.
 *
 * <p>Everything nests except {@link #localIrqDisable}; every enable is a decision point.
 */
public final class Preempt implements CurrentCpu {
    /** One level of {@code preempt_disable()}. */
    public static final int PREEMPT_OFFSET = 0x1;
    /** Preemption depth in the preempt count. */
    public static final int PREEMPT_MASK = 0xff;
    /** One softirq being served. */
    public static final int SOFTIRQ_OFFSET = 0x100;
    /** One level of {@code local_bh_disable()}. */
    public static final int SOFTIRQ_DISABLE_OFFSET = 0x200;
    /** Softirq field of the preempt count. */
    public static final int SOFTIRQ_MASK = 0xff00;
    /** One hardirq being served. */
    public static final int HARDIRQ_OFFSET = 0x1_0000;
    /** Hardirq field of the preempt count. */
    public static final int HARDIRQ_MASK = 0xf_0000;
    /** NMI field of the preempt count. */
    public static final int NMI_MASK = 0x10_0000;

    private static final long REPORT_INTERVAL_NS = 1_000_000_000L;
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final Printk log;
    private final Taint taint;
    private final Warnings warnings;
    private final boolean debugPreempt;
    private final boolean debugAtomicSleep;
    private final boolean voluntary;
    private long nextMightSleepReportNs;
    private long nextCantSleepReportNs;
    private boolean tracesIrqs;
    private @Nullable Consumer<Task> heldLocksPrinter;
    private @Nullable IrqFlagsObserver irqFlagsObserver;
    private @Nullable Runnable bottomHalvesEnabled;

    /** Is told when interrupts are enabled; lockdep wants to know. */
    @FunctionalInterface
    public interface IrqFlagsObserver {
        /** {@code task} enables hard interrupts, or else softirqs. */
        void enabled(Task task, boolean hard);
    }

    /**
     * What is compiled in.
     *
     * @param debugPreempt whether per-CPU data is guarded ({@code CONFIG_DEBUG_PREEMPT})
     * @param debugAtomicSleep whether {@link #mightSleep} complains ({@code CONFIG_DEBUG_ATOMIC_SLEEP})
     * @param voluntary whether {@link #mightSleep} lets others run ({@code CONFIG_PREEMPT_VOLUNTARY})
     */
    public record Checks(boolean debugPreempt, boolean debugAtomicSleep, boolean voluntary) {
    }

    /** The execution context of one kernel. */
    public Preempt(Scheduler scheduler, VirtualClock clock, Printk log, Taint taint, Warnings warnings, Checks checks) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.log = log;
        this.taint = taint;
        this.warnings = warnings;
        this.debugPreempt = checks.debugPreempt();
        this.debugAtomicSleep = checks.debugAtomicSleep();
        this.voluntary = checks.voluntary();
        scheduler.setAtomicSleepReporter(this::schedulingWhileAtomic);
    }

    /** Tell {@code observer} when interrupts are enabled; there is one at most. */
    public void setIrqFlagsObserver(IrqFlagsObserver observer) {
        irqFlagsObserver = observer;
    }

    /**
     * Let {@code printer} show the locks that a task holds, and remember where interrupts are switched; lockdep does.
     */
    void traceIrqs(Consumer<Task> printer) {
        heldLocksPrinter = printer;
        tracesIrqs = true;
    }

    /** Call {@code hook} when bottom halves are enabled and may run; there is one at most. */
    public void onBottomHalvesEnabled(Runnable hook) {
        bottomHalvesEnabled = hook;
    }

    /** {@code preempt_disable()}. */
    public void disable() {
        Task me = scheduler.current();
        me.addPreemptCount(PREEMPT_OFFSET);
        notePreemptDisable(me, PREEMPT_OFFSET);
    }

    private void notePreemptDisable(Task me, int offset) {
        if (debugPreempt && me.preemptCount() == offset) {
            ContextTrace trace = ContextTrace.of(me);
            trace.preemptDisabledAt = trace.place();
        }
    }

    /** {@code preempt_enable()}; warns on underflow. */
    public void enable() {
        Task me = scheduler.current();
        if ((me.preemptCount() & PREEMPT_MASK) == 0) {
            warnings.warn("DEBUG_LOCKS_WARN_ON(val > preempt_count())");
            return;
        }
        me.addPreemptCount(-PREEMPT_OFFSET);
        scheduler.decisionPoint(DecisionPoint.PREEMPT_ENABLE, "preempt_enable");
    }

    /** The preempt count of the running task ({@code preempt_count()}). */
    public int count() {
        return scheduler.current().preemptCount();
    }

    /** Pin the task to its CPU; it may still sleep and be preempted. */
    public void migrateDisable() {
        Task me = scheduler.current();
        me.setMigrateDisabled(me.migrateDisabled() + 1);
    }

    /** Undo one {@link #migrateDisable}; warns if there is none. */
    public void migrateEnable() {
        Task me = scheduler.current();
        if (warnings.warnOnOnce(me.migrateDisabled() == 0)) {
            return;
        }
        me.setMigrateDisabled(me.migrateDisabled() - 1);
        scheduler.decisionPoint(DecisionPoint.MIGRATE_ENABLE, "migrate_enable");
    }

    /** Pin the task until the guard is closed ({@code guard(migrate)()}). */
    public Guard migrateGuard() {
        migrateDisable();
        return this::migrateEnable;
    }

    /** Disable preemption until the guard is closed ({@code guard(preempt)()}). */
    public Guard preemptGuard() {
        disable();
        return this::enable;
    }

    /** {@code local_irq_disable()}; does not nest. */
    public void localIrqDisable() {
        localIrqSave();
    }

    /** {@code local_irq_enable()}. */
    public void localIrqEnable() {
        Task me = scheduler.current();
        if (irqFlagsObserver != null && me.irqsDisabled()) {
            irqFlagsObserver.enabled(me, true);
        }
        if (tracesIrqs && me.irqsDisabled()) {
            ContextTrace trace = ContextTrace.of(me);
            trace.note(trace.hardirqsOn);
        }
        me.setIrqsDisabled(false);
        scheduler.decisionPoint(DecisionPoint.IRQ_ENABLE, "local_irq_enable");
    }

    /** {@code local_irq_save()}: switch interrupts off and return whether they were off before. */
    public boolean localIrqSave() {
        Task me = scheduler.current();
        boolean wereDisabled = me.irqsDisabled();
        me.setIrqsDisabled(true);
        if (tracesIrqs && !wereDisabled) {
            ContextTrace trace = ContextTrace.of(me);
            trace.note(trace.hardirqsOff);
        }
        return wereDisabled;
    }

    /** {@code local_irq_restore()} of what {@link #localIrqSave} returned. */
    public void localIrqRestore(boolean wereDisabled) {
        warnings.warnOnOnce(!scheduler.current().irqsDisabled());
        if (!wereDisabled) {
            localIrqEnable();
        }
    }

    /** {@code local_bh_disable()}. */
    public void localBhDisable() {
        Task me = scheduler.current();
        me.addPreemptCount(SOFTIRQ_DISABLE_OFFSET);
        notePreemptDisable(me, SOFTIRQ_DISABLE_OFFSET);
        if (tracesIrqs && (me.preemptCount() & SOFTIRQ_MASK) == SOFTIRQ_DISABLE_OFFSET) {
            ContextTrace trace = ContextTrace.of(me);
            trace.note(trace.softirqsOff);
        }
    }

    /** {@code local_bh_enable()}. */
    public void localBhEnable() {
        Task me = scheduler.current();
        warnings.warnOnOnce((me.preemptCount() & SOFTIRQ_MASK) < SOFTIRQ_DISABLE_OFFSET);
        if (irqFlagsObserver != null && (me.preemptCount() & SOFTIRQ_MASK) == SOFTIRQ_DISABLE_OFFSET
            && !me.irqsDisabled()) {
            irqFlagsObserver.enabled(me, false);
        }
        me.addPreemptCount(-SOFTIRQ_DISABLE_OFFSET);
        if (tracesIrqs && (me.preemptCount() & SOFTIRQ_MASK) == 0) {
            ContextTrace trace = ContextTrace.of(me);
            trace.note(trace.softirqsOn);
        }
        if (bottomHalvesEnabled != null && inTask() && (me.preemptCount() & SOFTIRQ_MASK) == 0) {
            bottomHalvesEnabled.run();
        }
        scheduler.decisionPoint(DecisionPoint.PREEMPT_ENABLE, "local_bh_enable");
    }

    /** {@code rcu_read_lock()}. */
    public void rcuReadLock() {
        Task me = scheduler.current();
        me.setRcuDepth(me.rcuDepth() + 1);
    }

    /** {@code rcu_read_unlock()}. */
    public void rcuReadUnlock() {
        Task me = scheduler.current();
        warnings.warnOnOnce(me.rcuDepth() == 0);
        me.setRcuDepth(Math.max(0, me.rcuDepth() - 1));
    }

    /** From here on the task must not sleep, although it is not atomic ({@code non_block_start()}). */
    public void nonBlockStart() {
        Task me = scheduler.current();
        me.setNonBlockCount(me.nonBlockCount() + 1);
    }

    /** Undo one {@link #nonBlockStart}; warns if there is none. */
    public void nonBlockEnd() {
        Task me = scheduler.current();
        if (!warnings.warnOn(me.nonBlockCount() == 0)) {
            me.setNonBlockCount(me.nonBlockCount() - 1);
        }
    }

    /** Whether the preempt count is not 0 ({@code in_atomic()}). */
    public boolean inAtomic() {
        return count() != 0;
    }

    /** Whether the caller is neither in NMI, hardirq nor softirq context ({@code in_task()}). */
    public boolean inTask() {
        return (count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)) == 0;
    }

    /** Whether a hardirq is served. */
    public boolean inHardirq() {
        return (count() & HARDIRQ_MASK) != 0;
    }

    /** Whether a softirq is served ({@code in_serving_softirq()}). */
    public boolean inServingSoftirq() {
        return (count() & SOFTIRQ_OFFSET) != 0;
    }

    /** Whether interrupts are off on this CPU. */
    public boolean irqsDisabled() {
        return scheduler.current().irqsDisabled();
    }

    /** Whether the task could be replaced now ({@code preemptible()}). */
    public boolean preemptible() {
        return scheduler.current().isPreemptible();
    }

    @Override
    public int rawSmpProcessorId() {
        return scheduler.current().cpu();
    }

    @Override
    public int smpProcessorId() {
        Task me = scheduler.current();
        if (debugPreempt && me.isPreemptible() && me.migrateDisabled() == 0 && !isBoundToOneCpu(me)) {
            log.printf(LogLevel.ERR, "BUG: using smp_processor_id() in preemptible [%08x] code: %s/%d",
                me.preemptCount(), me.comm(), me.pid());
            log.print(LogLevel.ERR, "caller is " + caller());
            warnings.dumpStack();
        }
        return me.cpu();
    }

    private static boolean isBoundToOneCpu(Task task) {
        return task.hasFlag(Task.PF_NO_SETAFFINITY) && task.cpusAllowed().weight() == 1;
    }

    /** Whether {@link #mightSleep} does anything. */
    public boolean checksSleep() {
        return debugAtomicSleep || voluntary;
    }

    /** {@code get_cpu()}: disable preemption and return the CPU. */
    public int getCpu() {
        disable();
        return rawSmpProcessorId();
    }

    /** {@code put_cpu()}. */
    public void putCpu() {
        enable();
    }

    /**
     * Complain, at most once per second of virtual time, if the caller may not sleep ({@code might_sleep()}): it is
     * atomic, has interrupts off, reads under RCU or has said that it must not. Nothing is said while the kernel shuts
     * down or an oops is printed. With voluntary preemption others may run here.
     */
    public void mightSleep() {
        Task me = scheduler.current();
        if (debugAtomicSleep && !me.maySleep()) {
            reportSleep(me);
        }
        if (voluntary) {
            scheduler.condResched();
        }
    }

    private void reportSleep(Task me) {
        if (scheduler.isClosing() || clock.ktimeNs() < nextMightSleepReportNs) {
            return;
        }
        nextMightSleepReportNs = clock.ktimeNs() + REPORT_INTERVAL_NS;
        log.print(LogLevel.ERR, "BUG: sleeping function called from invalid context at " + callerPlace());
        log.printf(LogLevel.ERR, "in_atomic(): %d, irqs_disabled(): %d, non_block: %d, pid: %d, name: %s",
            me.preemptCount() != 0 ? 1 : 0, me.irqsDisabled() ? 1 : 0, me.nonBlockCount(), me.pid(), me.comm());
        log.printf(LogLevel.ERR, "preempt_count: %x, expected: %x", me.preemptCount(), 0);
        log.printf(LogLevel.ERR, "RCU nest depth: %d, expected: %u", me.rcuDepth(), 0);
        finishReport(me);
    }

    /** Complain if the caller could sleep here, at most once per second of virtual time ({@code cant_sleep()}). */
    public void cantSleep() {
        Task me = scheduler.current();
        boolean atomic = me.irqsDisabled() || me.preemptCount() != 0;
        if (!debugAtomicSleep || atomic || clock.ktimeNs() < nextCantSleepReportNs) {
            return;
        }
        nextCantSleepReportNs = clock.ktimeNs() + REPORT_INTERVAL_NS;
        log.print(LogLevel.ERR, "BUG: assuming atomic context at " + callerPlace());
        log.printf(LogLevel.ERR, "in_atomic(): %d, irqs_disabled(): %d, pid: %d, name: %s", 0, 0, me.pid(), me.comm());
        showHeldLocks(me);
        warnings.dumpStack();
        taint.add(TaintFlag.WARN);
    }

    /**
     * A task gives up its CPU although it is atomic ({@code __schedule_bug}), or with interrupts off, of which
     * {@code might_sleep()} in front would have said so. Differs from Linux: the preempt count stays as it is.
     */
    private void schedulingWhileAtomic(Task me) {
        if (scheduler.isClosing()) {
            return;
        }
        if (me.preemptCount() == 0) {
            mightSleep();
            return;
        }
        // schedule() itself has disabled preemption once more.
        log.printf(LogLevel.ERR, "BUG: scheduling while atomic: %s/%d/0x%08x", me.comm(), me.pid(),
            me.preemptCount() + PREEMPT_OFFSET);
        finishReport(me);
    }

    private void finishReport(Task me) {
        showHeldLocks(me);
        if (me.irqsDisabled() && tracesIrqs) {
            showIrqEvents(ContextTrace.of(me));
        }
        if (debugPreempt && me.preemptCount() != 0) {
            log.print(LogLevel.ERR, "Preemption disabled at:");
            log.print(LogLevel.ERR, " " + CallPlaces.textOrUnknown(ContextTrace.of(me).preemptDisabledAt));
        }
        warnings.dumpStack();
        taint.add(TaintFlag.WARN);
    }

    private void showHeldLocks(Task task) {
        if (heldLocksPrinter != null) {
            heldLocksPrinter.accept(task);
        }
    }

    private void showIrqEvents(ContextTrace trace) {
        log.printf(LogLevel.ERR, "irq event stamp: %u", trace.stamp);
        show("hardirqs last  enabled at", trace.hardirqsOn);
        show("hardirqs last disabled at", trace.hardirqsOff);
        show("softirqs last  enabled at", trace.softirqsOn);
        show("softirqs last disabled at", trace.softirqsOff);
    }

    private void show(String what, ContextTrace.Event event) {
        log.print(LogLevel.ERR, what + " (" + event.stamp + "): " + CallPlaces.textOrUnknown(event.place));
    }

    private static String caller() {
        return WALKER.walk(frames -> frames.filter(Preempt::isOutside).findFirst())
            .map(frame -> frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "."
                + frame.getMethodName())
            .orElse("unknown");
    }

    private static String callerPlace() {
        return WALKER.walk(frames -> frames.filter(Preempt::isOutside).findFirst())
            .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("unknown:0");
    }

    private static boolean isOutside(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return !name.equals(Preempt.class.getName()) && !name.startsWith("org.kunitjvm.kernel.cpu.PerCpu")
            && !name.startsWith("org.kunitjvm.kernel.sync.Locks");
    }
}
