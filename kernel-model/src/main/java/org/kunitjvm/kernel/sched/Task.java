package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.cpu.CpuMask;

/**
 * One thread of the modelled kernel. Models {@code struct task_struct}.
 *
 * <p>The execution context (preempt count, interrupt and migration state) is kept per task: a task that has preemption
 * or interrupts off cannot be replaced on its CPU, so the state of the CPU is the state of the task that runs on it.
 */
public final class Task {
    /** Longest visible name ({@code TASK_COMM_LEN} less the NUL). */
    public static final int COMM_MAX = 15;

    /** {@code PF_KTHREAD}: a kernel thread. */
    public static final int PF_KTHREAD = 0x0020_0000;
    /** {@code PF_WQ_WORKER}: does work items. */
    public static final int PF_WQ_WORKER = 0x0000_0020;
    /** {@code PF_NO_SETAFFINITY}: affinity is fixed. */
    public static final int PF_NO_SETAFFINITY = 0x0400_0000;
    /** {@code PF_MEMALLOC}: may use the memory reserves. */
    public static final int PF_MEMALLOC = 0x0000_0800;
    /** {@code PF_KSWAPD}: is kswapd. */
    public static final int PF_KSWAPD = 0x0002_0000;
    /** {@code PF_DUMPCORE}: writes a core dump. */
    public static final int PF_DUMPCORE = 0x0000_0200;
    /** {@code PF_MEMALLOC_NOFS}: allocations imply no {@code __GFP_FS}. */
    public static final int PF_MEMALLOC_NOFS = 0x0004_0000;
    /** {@code PF_MEMALLOC_NOIO}: allocations imply neither {@code __GFP_FS} nor {@code __GFP_IO}. */
    public static final int PF_MEMALLOC_NOIO = 0x0008_0000;
    /** {@code PF_MEMALLOC_PIN}: allocations imply no {@code __GFP_MOVABLE}. */
    public static final int PF_MEMALLOC_PIN = 0x1000_0000;

    private final int pid;
    private final String comm;
    private final ThreadSwitcher.Carrier carrier = new ThreadSwitcher.Carrier();
    private final List<Object> heldLocks = new ArrayList<>();

    TaskState state = TaskState.NEW;
    int cpu;
    CpuMask cpusAllowed;
    long lastRunSeq;
    String waitingFor = "";
    boolean shouldStop;
    boolean shouldPark;
    boolean parked;
    boolean killed;
    boolean everRan;
    int exitCode;
    @Nullable Throwable deathCause;
    @Nullable RuntimeException pendingThrow;
    final List<Task> exitWaiters = new ArrayList<>();

    private int flags;
    private int preemptCount;
    private boolean irqsDisabled;
    private int migrateDisabled;
    private int rcuDepth;
    private int nonBlockCount;
    private @Nullable MmStruct mm;
    private @Nullable MmStruct activeMm;
    private @Nullable Object kunitTest;
    private @Nullable Object lockState;
    private @Nullable Object contextTrace;

    Task(int pid, String comm, int cpu, CpuMask cpusAllowed, int flags) {
        this.pid = pid;
        this.comm = comm.length() <= COMM_MAX ? comm : comm.substring(0, COMM_MAX);
        this.cpu = cpu;
        this.cpusAllowed = cpusAllowed;
        this.flags = flags;
    }

    /** Process id. */
    public int pid() {
        return pid;
    }

    /** Name, at most 15 characters. */
    public String comm() {
        return comm;
    }

    /** The CPU it runs on or ran on last. */
    public int cpu() {
        return cpu;
    }

    /** Where it may run. */
    public CpuMask cpusAllowed() {
        return cpusAllowed;
    }

    /** What it does. */
    public TaskState state() {
        return state;
    }

    /** What it waits for when it is blocked, else empty. */
    public String waitingFor() {
        return waitingFor;
    }

    /** Number of the switch that let it run last; smaller means longer ago. */
    public long lastRunSeq() {
        return lastRunSeq;
    }

    /** Result of the body once it is dead. */
    public int exitCode() {
        return exitCode;
    }

    /** What killed it, or {@code null} if it ended in an orderly way. */
    public @Nullable Throwable deathCause() {
        return deathCause;
    }

    /** Whether the flag is set ({@code PF_*}). */
    public boolean hasFlag(int flag) {
        return (flags & flag) != 0;
    }

    /** All {@code PF_*} flags. */
    public int flags() {
        return flags;
    }

    /** Set {@code PF_*} flags and return the earlier ones, to be given back to {@link #restoreFlags}. */
    public int setFlags(int mask) {
        int old = flags;
        flags |= mask;
        return old;
    }

    /** Give the flags in {@code mask} the values that they have in {@code old}. */
    public void restoreFlags(int old, int mask) {
        flags = (flags & ~mask) | (old & mask);
    }

    /** The raw preempt count: bits 0–7 preemption, 8–15 softirq, 16–19 hardirq, 20 NMI. */
    public int preemptCount() {
        return preemptCount;
    }

    /** Add to the preempt count; only the sync package and interrupt entry may. */
    public void addPreemptCount(int delta) {
        preemptCount += delta;
    }

    /** Whether interrupts are off. */
    public boolean irqsDisabled() {
        return irqsDisabled;
    }

    /** Switch interrupts off or on; only the sync package may. */
    public void setIrqsDisabled(boolean disabled) {
        irqsDisabled = disabled;
    }

    /** Nesting depth of {@code migrate_disable()}. */
    public int migrateDisabled() {
        return migrateDisabled;
    }

    /** Change the nesting depth; only the sync package may. */
    public void setMigrateDisabled(int depth) {
        migrateDisabled = depth;
    }

    /** Nesting depth of {@code rcu_read_lock()}. */
    public int rcuDepth() {
        return rcuDepth;
    }

    /** Change the nesting depth; only the sync package may. */
    public void setRcuDepth(int depth) {
        rcuDepth = depth;
    }

    /** Nesting depth of {@code non_block_start()}. */
    public int nonBlockCount() {
        return nonBlockCount;
    }

    /** Change the nesting depth; only the sync package may. */
    public void setNonBlockCount(int depth) {
        nonBlockCount = depth;
    }

    /** The address space it uses, or {@code null}. */
    public @Nullable MmStruct mm() {
        return mm;
    }

    /** The address space whose page tables are loaded when it runs; a kthread borrows one. */
    public @Nullable MmStruct activeMm() {
        return activeMm;
    }

    /** Set both address spaces; only {@link MmSwitch} may. */
    void setMm(@Nullable MmStruct newMm, @Nullable MmStruct newActiveMm) {
        mm = newMm;
        activeMm = newActiveMm;
    }

    /** The test context bound to this task ({@code current->kunit_test}), or {@code null}. */
    public @Nullable Object kunitTest() {
        return kunitTest;
    }

    /** Bind or unbind a test context; only the test framework may. */
    public void setKunitTest(@Nullable Object test) {
        kunitTest = test;
    }

    /** The locks it holds, oldest first. The objects print as the lock's name. */
    public List<Object> heldLocks() {
        return heldLocks;
    }

    /** What the lock checker keeps of this task, or {@code null}. */
    public @Nullable Object lockState() {
        return lockState;
    }

    /** Keep something for the lock checker; only it may. */
    public void setLockState(Object state) {
        lockState = state;
    }

    /** Where preemption and interrupts were switched off, or {@code null}. */
    public @Nullable Object contextTrace() {
        return contextTrace;
    }

    /** Keep something for the context checks; only the sync package may. */
    public void setContextTrace(Object trace) {
        contextTrace = trace;
    }

    /** Whether something asked it to end ({@code kthread_should_stop()}). */
    public boolean shouldStop() {
        return shouldStop;
    }

    /** Whether another task could take its CPU now. */
    public boolean isPreemptible() {
        return preemptCount == 0 && !irqsDisabled;
    }

    /** Whether it may sleep: nothing is disabled, no RCU read side is entered, and it has not said that it must not. */
    public boolean maySleep() {
        return (preemptCount | rcuDepth | nonBlockCount) == 0 && !irqsDisabled;
    }

    /** Stack of the task while it does not run, for dumps. */
    public StackTraceElement[] stackTrace() {
        Thread thread = carrier.thread();
        return thread == null ? new StackTraceElement[0] : written(thread.getStackTrace());
    }

    /** The frames of code that somebody wrote: generated code has no file, and says nothing to anybody. */
    static StackTraceElement[] written(StackTraceElement[] frames) {
        return Arrays.stream(frames).filter(frame -> frame.getFileName() != null).toArray(StackTraceElement[]::new);
    }

    ThreadSwitcher.Carrier carrier() {
        return carrier;
    }

    @Override
    public String toString() {
        return comm + "/" + pid + " " + state.letter() + " cpu" + cpu + " preempt=" + Integer.toHexString(preemptCount)
            + (irqsDisabled ? " irqs-off" : "") + (migrateDisabled > 0 ? " migrate-off=" + migrateDisabled : "")
            + (waitingFor.isEmpty() ? "" : " waits for " + waitingFor)
            + (heldLocks.isEmpty() ? "" : " holds " + heldLocks);
    }
}
