package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Taint;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.time.TimerQueue;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * Lets exactly one task of a kernel run and decides, at decision points, which one is next.
 *
 * <p>Each CPU has a run queue and at most one current task. Only one CPU makes steps at a time: whoever has the
 * <em>baton</em>. A task that loses the baton to another CPU stays current on its own; a task that loses its CPU goes
 * back to the queue. Which of the two happens is the choice of the {@link SchedulingPolicy}, so a recorded list of
 * choices replays a run exactly.
 *
 * <p>Not promised: fairness beyond what the policy gives, and load balancing (a task stays on the CPU where it was
 * put).
 *
 * <p>All methods are for the holder of the baton only.
 */
public final class Scheduler {
    /** The scheduler of the kernel whose task the host thread carries. */
    static final ScopedValue<Scheduler> CURRENT = ScopedValue.newInstance();

    private static final int SOFTIRQ_OFFSET = 0x100;
    private static final int HARDIRQ_OFFSET = 0x1_0000;
    private static final int IRQ_COUNT_MASK = 0x1f_ff00;
    private static final int PREEMPT_MASK_ALL = 0x001f_ffff;

    private final VirtualClock clock;
    private final TimerQueue timers;
    private final Printk log;
    private final Taint taint;
    private final RunQueue[] runQueues;
    private final Switcher switcher;
    private final SchedulingPolicy policy;
    private final boolean decidesEverywhere;
    private final boolean fullPreemption;
    private final MmTable mmTable;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> candidates = new ArrayList<>();
    private final List<PointListener> listeners = new ArrayList<>();
    private final List<Consumer<Task>> exitHooks = new ArrayList<>();
    private final Task initTask;
    private final @Nullable Task[] idleTasks;

    private Task current;
    private @Nullable InterruptSource interrupts;
    private @Nullable CpuSwitchListener cpuSwitchListener;
    private @Nullable Consumer<Task> atomicSleepReporter;
    private @Nullable SwitchTrace trace;
    private @Nullable Runnable alarm;
    private long alarmStep = Long.MAX_VALUE;
    private long nextSlowStep;
    private boolean quietAllowed = true;
    private long switchSeq;
    private int nextPid = 1;
    private int noSwitch;
    private boolean closing;

    /** What a {@link Scheduler} is made of. */
    public record Settings(int cpus, SchedulingPolicy policy, boolean platformThreads, boolean fullPreemption) {
    }

    /** Sees every decision point, for traces and reports. Seeing them costs speed. */
    @FunctionalInterface
    public interface PointListener {
        /** {@code task} is at a decision point. */
        void at(Task task, DecisionPoint kind, String label);
    }

    /** Is told when a CPU takes another task. */
    @FunctionalInterface
    public interface CpuSwitchListener {
        /** {@code next} is now current on its CPU. */
        void switchedIn(Task next);
    }

    /** Make the scheduler; the calling host thread becomes the init task on CPU 0. */
    public Scheduler(Settings settings, VirtualClock clock, TimerQueue timers, Printk log, Taint taint) {
        this.clock = clock;
        this.timers = timers;
        this.log = log;
        this.taint = taint;
        this.policy = settings.policy();
        this.decidesEverywhere = policy.decidesEverywhere();
        this.fullPreemption = settings.fullPreemption();
        this.runQueues = new RunQueue[settings.cpus()];
        for (int cpu = 0; cpu < runQueues.length; cpu++) {
            runQueues[cpu] = new RunQueue();
        }
        this.idleTasks = new Task[runQueues.length];
        this.switcher = new ThreadSwitcher(this, settings.platformThreads());
        this.mmTable = new MmTable(this);
        this.initTask = new Task(nextPid++, "swapper", 0, allCpus(), Task.PF_KTHREAD);
        initTask.state = TaskState.RUNNABLE;
        initTask.everRan = true;
        tasks.add(initTask);
        runQueues[0].run(initTask);
        switcher.adopt(initTask);
        this.current = initTask;
        updateNextSlowStep();
    }

    /** The scheduler whose task carries the calling host thread, or {@code null} outside of every kthread. */
    public static @Nullable Scheduler ofCallingThread() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /**
     * Run {@code body} so that {@link #ofCallingThread} finds this scheduler; for the host thread that is the init
     * task.
     */
    public void asCallingThread(Runnable body) {
        ScopedValue.where(CURRENT, this).run(body);
    }

    /** The running task ({@code current}). */
    public Task current() {
        return current;
    }

    /** The task of the host thread that made the kernel. */
    public Task initTask() {
        return initTask;
    }

    /** Number of CPUs. */
    public int nrCpus() {
        return runQueues.length;
    }

    /** The set of all CPUs. */
    public CpuMask allCpus() {
        return CpuMask.range(0, runQueues.length);
    }

    /** All tasks that are not dead, in order of creation. */
    public List<Task> tasks() {
        return List.copyOf(tasks);
    }

    /** Whether a task other than {@code task} could run now. */
    public boolean hasOtherRunnable(Task task) {
        for (int i = 0; i < tasks.size(); i++) {
            Task other = tasks.get(i);
            if (other != task && other.state == TaskState.RUNNABLE) {
                return true;
            }
        }
        return false;
    }

    /** The address spaces. */
    public MmTable mmTable() {
        return mmTable;
    }

    /** The policy in force. */
    public SchedulingPolicy policy() {
        return policy;
    }

    /** Call {@code hook} on each task that ends, while it is still the running one. */
    public void onTaskExit(Consumer<Task> hook) {
        exitHooks.add(hook);
    }

    /** Show every decision point to {@code listener}. */
    public void addPointListener(PointListener listener) {
        listeners.add(listener);
        updateNextSlowStep();
    }

    /** Show no more decision points to {@code listener}. */
    public void removePointListener(PointListener listener) {
        listeners.remove(listener);
        updateNextSlowStep();
    }

    /**
     * Call {@code action} once, at the first decision point that is {@code steps} or more from now, on whatever task is
     * there; there is one alarm at most. Unlike a timer it counts steps, not time: sleep brings it no nearer, and it
     * comes with interrupts off too.
     */
    public void setStepAlarm(long steps, Runnable action) {
        alarm = action;
        alarmStep = clock.steps() + steps;
        updateNextSlowStep();
    }

    /** Forget the alarm. */
    public void clearStepAlarm() {
        alarm = null;
        alarmStep = Long.MAX_VALUE;
    }

    private void ringAlarm() {
        Runnable due = alarm;
        clearStepAlarm();
        if (due != null) {
            noSwitch++;
            try {
                due.run();
            } finally {
                noSwitch--;
            }
        }
    }

    /** Tell {@code listener} of every task that a CPU takes; there is one at most. */
    public void setCpuSwitchListener(CpuSwitchListener listener) {
        cpuSwitchListener = listener;
    }

    /**
     * Remember the latest {@code capacity} changes of the running task from now on, forgetting those before. Decides
     * nothing, so a run is the same with and without it.
     */
    public void traceSwitches(int capacity) {
        SwitchTrace mine = trace;
        if (mine == null) {
            mine = new SwitchTrace(capacity);
            trace = mine;
        }
        mine.restart(clock.ktimeNs());
    }

    /** What {@link #traceSwitches} remembered, or {@code null} if it was never asked to. */
    public @Nullable SwitchTrace switchTrace() {
        return trace;
    }

    private void note(DecisionPoint kind, String label, Task task, @Nullable Task next) {
        SwitchTrace mine = trace;
        if (mine != null) {
            mine.add(clock.ktimeNs(), kind, label, task, next);
        }
    }

    /** Let {@code reporter} complain of a task that gives up its CPU while it must not; there is one at most. */
    public void setAtomicSleepReporter(Consumer<Task> reporter) {
        atomicSleepReporter = reporter;
    }

    /** Ask {@code source} for interrupts at decision points; there is one at most. */
    public void setInterruptSource(InterruptSource source) {
        interrupts = source;
    }

    /** An interrupt was made pending: the next decision point must look. */
    public void interruptPending() {
        setNextSlowStep(0);
    }

    /** Whether {@code cpu} would take an interrupt between two instructions of what it runs. */
    public boolean takesInterrupts(int cpu) {
        Task curr = runQueues[cpu].curr();
        return curr == null || !curr.irqsDisabled();
    }

    /** Whether {@code cpu} would serve softirqs now: neither in an interrupt nor with bottom halves off. */
    public boolean takesSoftirqs(int cpu) {
        return (currOf(cpu).preemptCount() & IRQ_COUNT_MASK) == 0;
    }

    /** What runs on {@code cpu}: a task of the model, or the idle task of that CPU, which has pid 0. */
    public Task currOf(int cpu) {
        Task curr = runQueues[cpu].curr();
        return curr != null ? curr : idleTask(cpu);
    }

    private Task idleTask(int cpu) {
        Task idle = idleTasks[cpu];
        if (idle == null) {
            idle = new Task(0, "swapper/" + cpu, cpu, CpuMask.of(cpu), Task.PF_KTHREAD | Task.PF_NO_SETAFFINITY);
            idle.state = TaskState.RUNNABLE;
            idleTasks[cpu] = idle;
        }
        return idle;
    }

    /**
     * Run {@code handler} in hardirq context on {@code cpu}, on top of whatever runs there. Nothing else runs until it
     * returns.
     */
    public void interrupt(int cpu, Runnable handler) {
        Task interrupted = currOf(cpu);
        if (interrupted.irqsDisabled()) {
            throw new KernelBug("interrupt on CPU %d while %s has interrupts off", cpu, interrupted);
        }
        interrupted.setIrqsDisabled(true);
        try {
            runOnTopOf(interrupted, HARDIRQ_OFFSET, handler);
        } finally {
            interrupted.setIrqsDisabled(false);
        }
    }

    /**
     * Run {@code action} in softirq context on {@code cpu}, on top of whatever runs there. Nothing else runs until it
     * returns.
     */
    public void softirq(int cpu, Runnable action) {
        runOnTopOf(currOf(cpu), SOFTIRQ_OFFSET, action);
    }

    private void runOnTopOf(Task interrupted, int countOffset, Runnable body) {
        Task stepping = current;
        current = interrupted;
        interrupted.addPreemptCount(countOffset);
        noSwitch++;
        try {
            body.run();
        } finally {
            noSwitch--;
            interrupted.addPreemptCount(-countOffset);
            current = stepping;
        }
    }

    /** One line for each task, for reports. */
    public String describeTasks() {
        StringBuilder out = new StringBuilder();
        for (Task task : tasks) {
            out.append(out.isEmpty() ? "  " : "\n  ").append(task);
        }
        return out.toString();
    }

    /**
     * The kernel could switch here. Costs an addition and a comparison unless the policy decides everywhere or a timer
     * is due.
     *
     * @param label what this is about, for reports: the name of the lock, the variable
     */
    public void decisionPoint(DecisionPoint kind, String label) {
        if (clock.step() >= nextSlowStep) {
            slowPoint(kind, label);
        }
    }

    /** From now on no critical section may be passed over: somebody wants to see every lock. */
    public void forbidQuiet() {
        quietAllowed = false;
        clock.setQuietUntil(0);
    }

    /** {@code cond_resched()}: let others run if the task may be replaced; returns whether somebody else ran. */
    public boolean condResched() {
        if (!current.isPreemptible()) {
            return false;
        }
        return giveWay(DecisionPoint.COND_RESCHED, "cond_resched");
    }

    /** {@code yield()}. The task must be in a state in which it may sleep. */
    public boolean yieldCpu() {
        checkAtomic();
        return giveWay(DecisionPoint.YIELD, "yield");
    }

    /**
     * {@code cpu_relax()} in a loop that waits for another CPU; returns whether another CPU made steps.
     *
     * @throws KernelBug in an interrupt handler: what it waits for cannot go on before the handler returns
     */
    public boolean cpuRelax() {
        if (noSwitch > 0) {
            throw new KernelBug("lockup: the interrupt handler on CPU %d spins for something that only a task can give:\n%s", current.cpu,
                describeTasks());
        }
        return giveWay(DecisionPoint.RELAX, "cpu_relax");
    }

    /**
     * Block until {@link #wake} is called. The caller must have put itself where the waker finds it.
     *
     * @param reason what it waits for, for dumps
     */
    public void block(String reason) {
        checkAtomic();
        Task me = current;
        me.state = TaskState.BLOCKED;
        me.waitingFor = reason;
        clock.step();
        notifyListeners(DecisionPoint.WAIT, reason);
        runQueues[me.cpu].remove(me);
        switchAway(DecisionPoint.WAIT, reason);
        me.waitingFor = "";
    }

    /** Make a blocked task runnable; returns whether it was blocked ({@code wake_up_process}). */
    public boolean wake(Task task) {
        if (task.state != TaskState.BLOCKED && task.state != TaskState.NEW) {
            return false;
        }
        if (task.state == TaskState.NEW) {
            // A newcomer has waited since now: otherwise all of them would tie for having run longest ago.
            task.lastRunSeq = ++switchSeq;
        }
        task.state = TaskState.RUNNABLE;
        if (!task.cpusAllowed.contains(task.cpu)) {
            task.cpu = leastLoaded(task.cpusAllowed);
        }
        runQueues[task.cpu].enqueue(task);
        note(DecisionPoint.WAKE, task.comm(), current, null);
        decisionPoint(DecisionPoint.WAKE, task.comm());
        return true;
    }

    /**
     * Sleep for {@code ns} of virtual time unless woken earlier; returns the nanoseconds that were left
     * ({@code schedule_timeout}).
     */
    public long sleepNs(long ns) {
        Task me = current;
        long until = clock.ktimeNs() + ns;
        TimerQueue.Timer timer = armTimer(until, () -> wake(me));
        block("timeout " + ns + " ns");
        cancelTimer(timer);
        return Math.max(0, until - clock.ktimeNs());
    }

    /** {@code msleep()}. */
    public void msleep(long ms) {
        long left = ms * 1_000_000;
        while (left > 0) {
            left = sleepNs(left);
        }
    }

    /** Call {@code callback} in softirq context at {@code expiresNs}. */
    public TimerQueue.Timer armTimer(long expiresNs, Runnable callback) {
        return arm(expiresNs, callback, false);
    }

    /** Call {@code callback} in hardirq context at {@code expiresNs}. */
    public TimerQueue.Timer armHardTimer(long expiresNs, Runnable callback) {
        return arm(expiresNs, callback, true);
    }

    private TimerQueue.Timer arm(long expiresNs, Runnable callback, boolean hard) {
        TimerQueue.Timer timer = timers.arm(expiresNs, callback, hard);
        updateNextSlowStep();
        return timer;
    }

    /** Disarm; returns whether it was still pending. */
    public boolean cancelTimer(TimerQueue.Timer timer) {
        boolean pending = timers.cancel(timer);
        updateNextSlowStep();
        return pending;
    }

    /**
     * Make a task that does not run until it is woken. {@code cpu} may be -1: the least loaded CPU of {@code allowed}.
     */
    Task create(String comm, int cpu, CpuMask allowed, KthreadFn fn) {
        Task task = new Task(nextPid++, comm, cpu >= 0 ? cpu : leastLoaded(allowed), allowed, Task.PF_KTHREAD);
        tasks.add(task);
        switcher.create(task, () -> runBody(task, fn));
        note(DecisionPoint.SPAWN, task.comm(), current, null);
        decisionPoint(DecisionPoint.SPAWN, task.comm());
        return task;
    }

    /** End the running task; never returns normally. */
    public KthreadExit exit(int code) {
        throw new KthreadExit(code);
    }

    /** Wait until {@code task} is dead or {@code timeoutNs} of virtual time passed; returns whether it is dead. */
    public boolean join(Task task, long timeoutNs) {
        Task me = current;
        if (task.state == TaskState.DEAD) {
            return true;
        }
        long until = timeoutNs == Long.MAX_VALUE ? Long.MAX_VALUE : clock.ktimeNs() + timeoutNs;
        TimerQueue.Timer timer = until == Long.MAX_VALUE ? null : armTimer(until, () -> wake(me));
        task.exitWaiters.add(me);
        while (task.state != TaskState.DEAD && clock.ktimeNs() < until) {
            block("exit of " + task.comm() + "/" + task.pid());
        }
        task.exitWaiters.remove(me);
        if (timer != null) {
            cancelTimer(timer);
        }
        return task.state == TaskState.DEAD;
    }

    /** Mark a task so that it ends at its next decision point, and let it run to its end if it is blocked. */
    public void kill(Task task) {
        task.killed = true;
        task.shouldStop = true;
        setNextSlowStep(0);
        wake(task);
    }

    /** Move a task that does not run to another CPU, or the running one at once. The caller has checked the rules. */
    void migrate(Task task, int cpu) {
        if (task.cpu == cpu) {
            return;
        }
        boolean queued = task.state == TaskState.RUNNABLE;
        runQueues[task.cpu].remove(task);
        task.cpu = cpu;
        if (!queued) {
            return;
        }
        if (task == current) {
            runQueues[cpu].run(task);
            if (cpuSwitchListener != null) {
                cpuSwitchListener.switchedIn(task);
            }
        } else {
            runQueues[cpu].enqueue(task);
        }
    }

    /** End every task that is left; used when the kernel is closed. Must be called by the init task. */
    public void reapAll() {
        closing = true;
        for (Task task : tasks()) {
            if (task != initTask && task.state != TaskState.DEAD) {
                reap(task);
            }
        }
    }

    /** Whether the kernel is being closed. */
    public boolean isClosing() {
        return closing;
    }

    private void reap(Task task) {
        if (task.state == TaskState.NEW) {
            task.state = TaskState.DEAD;
            tasks.remove(task);
            return;
        }
        // Waking it is a decision point: a policy could let it run, and end, before this method hands over to it.
        noSwitch++;
        kill(task);
        noSwitch--;
        runQueues[task.cpu].remove(task);
        task.exitWaiters.clear();
        current = task;
        switcher.switchTo(initTask, task);
    }

    private void runBody(Task task, KthreadFn fn) {
        try {
            checkKilled(task);
            task.exitCode = fn.run();
        } catch (KthreadExit exit) {
            task.exitCode = exit.code();
        } catch (Throwable cause) {
            task.deathCause = cause;
            task.exitCode = -1;
            oops(task, cause);
        }
        die(task);
    }

    private void oops(Task task, Throwable cause) {
        if (task.killed) {
            return;
        }
        taint.add(TaintFlag.DIE);
        log.print(LogLevel.EMERG, oopsTitle(cause));
        log.print(LogLevel.EMERG, "CPU: " + task.cpu + " PID: " + task.pid() + " Comm: " + task.comm() + " "
            + taint.describe());
        for (StackTraceElement frame : Task.written(cause.getStackTrace())) {
            log.print(LogLevel.EMERG, " " + frame);
        }
    }

    /** A report of the memory-management unit brings its own title. */
    private static String oopsTitle(Throwable cause) {
        if (!(cause instanceof KernelBug)) {
            return "Oops: " + cause;
        }
        String message = String.valueOf(cause.getMessage());
        return message.startsWith("BUG: ") || message.startsWith("general protection fault") ? message
            : "kernel BUG: " + message;
    }

    private void die(Task task) {
        Task next;
        try {
            next = retire(task);
        } catch (RuntimeException broken) {
            // The host thread ends here in any case: without the baton in good hands everybody would wait for ever.
            next = initTask;
            throwInInitTask(broken);
        }
        if (next != initTask || !closing) {
            makeCurrent(next);
        }
        switcher.exitTo(next);
    }

    /** Take the running task out of the model; returns who runs next. */
    private Task retire(Task task) {
        task.killed = false;
        exitHooks.forEach(hook -> exitThrough(hook, task));
        task.state = TaskState.DEAD;
        tasks.remove(task);
        runQueues[task.cpu].remove(task);
        // A dead task cannot be switched away from: it would never come back to wake the others.
        noSwitch++;
        for (Task waiter : task.exitWaiters) {
            wake(waiter);
        }
        noSwitch--;
        if (closing) {
            current = initTask;
            return initTask;
        }
        clock.step();
        long left = clock.ktimeNs();
        Task next = pickNext(DecisionPoint.EXIT, task.comm());
        noteWait(left, DecisionPoint.EXIT, task.comm(), task, next);
        return next;
    }

    /**
     * A task that cannot even end in an orderly way, for instance because its address space was dropped once too often,
     * has died of it.
     */
    private void exitThrough(Consumer<Task> hook, Task task) {
        try {
            hook.accept(task);
        } catch (KernelBug broken) {
            if (task.deathCause == null) {
                task.deathCause = broken;
                task.exitCode = -1;
            }
            oops(task, broken);
        }
    }

    private void throwInInitTask(RuntimeException thrown) {
        initTask.pendingThrow = thrown;
        if (initTask.state == TaskState.BLOCKED) {
            initTask.state = TaskState.RUNNABLE;
            runQueues[initTask.cpu].enqueue(initTask);
        }
    }

    private boolean giveWay(DecisionPoint kind, String label) {
        clock.step();
        // It runs right now: without this a task that was never switched to would count as the one that has waited
        // longest.
        current.lastRunSeq = ++switchSeq;
        return slowPoint(kind, label);
    }

    private boolean slowPoint(DecisionPoint kind, String label) {
        notifyListeners(kind, label);
        if (clock.steps() >= alarmStep) {
            ringAlarm();
        }
        checkKilled(current);
        if (noSwitch > 0) {
            return false;
        }
        takeInterrupts();
        fireTimers();
        boolean switched = false;
        if (decidesEverywhere || kind.isVoluntary()) {
            Task me = current;
            Task next = choose(kind, label, me);
            if (next != me) {
                note(kind, label, me, next);
                handBatonTo(me, next);
                switched = true;
            }
        }
        updateNextSlowStep();
        return switched;
    }

    private void switchAway(DecisionPoint kind, String label) {
        Task me = current;
        long left = clock.ktimeNs();
        Task next = pickNext(kind, label);
        noteWait(left, kind, label, me, next);
        if (next == me) {
            makeCurrent(me);
        } else {
            handBatonTo(me, next);
        }
        updateNextSlowStep();
        throwPending(me);
        checkKilled(me);
    }

    /** The task stopped at {@code left}; the next one may begin much later, when a timer wakes it. */
    private void noteWait(long left, DecisionPoint kind, String label, Task me, Task next) {
        SwitchTrace mine = trace;
        if (mine != null) {
            mine.add(left, kind, label, me, null);
            mine.add(clock.ktimeNs(), kind, label, me, next);
        }
    }

    private void handBatonTo(Task me, Task next) {
        makeCurrent(next);
        switcher.switchTo(me, next);
        throwPending(me);
        checkKilled(me);
    }

    private void makeCurrent(Task next) {
        RunQueue rq = runQueues[next.cpu];
        if (rq.curr() != next) {
            rq.run(next);
            if (cpuSwitchListener != null) {
                cpuSwitchListener.switchedIn(next);
            }
        }
        next.lastRunSeq = ++switchSeq;
        next.everRan = true;
        current = next;
    }

    /** The next task when the running one cannot go on; lets time pass while everything is idle. */
    private Task pickNext(DecisionPoint kind, String label) {
        while (true) {
            fireTimersWhileIdle();
            collectCandidates(null, kind);
            if (!candidates.isEmpty()) {
                return candidates.get(policy.choose(kind, label, candidates));
            }
            long expiry = timers.nextExpiryNs();
            if (expiry == Long.MAX_VALUE) {
                return deadlock();
            }
            clock.jumpTo(expiry);
        }
    }

    private Task choose(DecisionPoint kind, String label, Task me) {
        collectCandidates(me, kind);
        return candidates.size() == 1 ? me : candidates.get(policy.choose(kind, label, candidates));
    }

    private void collectCandidates(@Nullable Task me, DecisionPoint kind) {
        candidates.clear();
        if (me != null) {
            candidates.add(me);
        }
        for (RunQueue rq : runQueues) {
            Task curr = rq.curr();
            if (curr == null) {
                candidates.addAll(rq.waiting());
            } else {
                if (curr != me) {
                    candidates.add(curr);
                }
                if (mayReplace(curr, me, kind)) {
                    candidates.addAll(rq.waiting());
                }
            }
        }
    }

    private boolean mayReplace(Task curr, @Nullable Task me, DecisionPoint kind) {
        if (!curr.isPreemptible()) {
            return false;
        }
        return fullPreemption || (curr == me && kind.isVoluntary());
    }

    private Task deadlock() {
        throwInInitTask(new KernelDeadlock("every task is blocked and no timer is pending:\n" + describeTasks()));
        return initTask;
    }

    private static void throwPending(Task me) {
        RuntimeException pending = me.pendingThrow;
        if (pending != null) {
            me.pendingThrow = null;
            throw pending;
        }
    }

    private static void checkKilled(Task task) {
        if (task.killed) {
            throw new KthreadExit(-4);
        }
    }

    private void takeInterrupts() {
        if (interrupts != null && interrupts.anyPending() && !current.irqsDisabled()) {
            interrupts.deliver(current.cpu);
        }
    }

    /** The clock interrupt comes in unless interrupts are off, and its softirq unless bottom halves are. */
    private void fireTimers() {
        if (timers.nextExpiryNs() <= clock.ktimeNs() && !current.irqsDisabled() && takesSoftirqs(current.cpu)) {
            fireDue(current.cpu);
        }
    }

    /** The task that gives up its CPU has left it already: the interrupt finds the idle task there. */
    private void fireTimersWhileIdle() {
        if (timers.nextExpiryNs() <= clock.ktimeNs()) {
            fireDue(current.cpu);
        }
    }

    private void fireDue(int cpu) {
        noSwitch++;
        for (TimerQueue.Timer due = timers.pollDue(clock.ktimeNs()); due != null;
            due = timers.pollDue(clock.ktimeNs())) {
            if (due.isHard()) {
                interrupt(cpu, due.callback());
            } else {
                softirq(cpu, due.callback());
            }
        }
        noSwitch--;
    }

    private void checkAtomic() {
        Task me = current;
        if (((me.preemptCount() & PREEMPT_MASK_ALL) != 0 || me.irqsDisabled()) && atomicSleepReporter != null) {
            atomicSleepReporter.accept(me);
        }
    }

    private int leastLoaded(CpuMask allowed) {
        int best = -1;
        for (int cpu = 0; cpu < runQueues.length; cpu++) {
            if (allowed.contains(cpu) && (best < 0 || runQueues[cpu].load() < runQueues[best].load())) {
                best = cpu;
            }
        }
        if (best < 0) {
            throw new KernelBug("no CPU of %s exists", allowed);
        }
        return best;
    }

    private void updateNextSlowStep() {
        boolean everyPoint = decidesEverywhere || !listeners.isEmpty() || anyKilled()
            || interrupts != null && interrupts.anyPending();
        long expiry = timers.nextExpiryNs();
        long timerStep = expiry == Long.MAX_VALUE ? Long.MAX_VALUE : clock.stepAt(expiry);
        setNextSlowStep(everyPoint ? 0 : Math.min(timerStep, alarmStep));
    }

    private void setNextSlowStep(long step) {
        nextSlowStep = step;
        clock.setQuietUntil(quietAllowed ? step : 0);
    }

    private boolean anyKilled() {
        return current.killed;
    }

    private void notifyListeners(DecisionPoint kind, String label) {
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).at(current, kind, label);
        }
    }
}
