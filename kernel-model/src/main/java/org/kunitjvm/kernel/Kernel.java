package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Taint;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.device.DriverCore;
import org.kunitjvm.kernel.hook.KunitHooks;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.PhysicalMemory;
import org.kunitjvm.kernel.irq.Interrupts;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.kernel.mmu.MmuLayout;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.sched.Kthreads;
import org.kunitjvm.kernel.sched.MmSwitch;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kernel.snapshot.SnapshotSource;
import org.kunitjvm.kernel.sync.Locks;
import org.kunitjvm.kernel.sync.Preempt;
import org.kunitjvm.kernel.time.TimerQueue;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * One modelled kernel on one modelled machine. Everything hangs from it; two kernels share nothing.
 *
 * <p>The host thread that builds a kernel becomes its init task ({@code swapper}) and is the only one that may close
 * it. A kernel is not thread-safe: only the task that holds the baton may touch it, and the scheduler sees to it that
 * there is exactly one.
 */
public final class Kernel implements AutoCloseable {
    private static final int LOG_RECORDS = 8192;

    private final KernelConfig config;
    private final KernelCommandLine cmdline;
    private final Machine machine;
    private final long seed;
    private final VirtualClock clock;
    private final Printk log;
    private final Taint taint;
    private final Warnings warnings;
    private final Scheduler scheduler;
    private final Kthreads kthreads;
    private final MmSwitch mmSwitch;
    private final Preempt preempt;
    private final Locks locks;
    private final PhysicalMemory memory;
    private final Interrupts interrupts;
    private @Nullable Mmu mmu;
    private final KunitHooks hooks = new KunitHooks();
    private final Map<Class<?>, Object> parts = new LinkedHashMap<>();
    private final List<Auditor> auditors = new ArrayList<>();
    private final List<SnapshotSource> snapshotSources = new ArrayList<>();
    private final Map<Auditor, Object> bootMarks = new LinkedHashMap<>();
    private boolean closed;

    Kernel(KernelBuilder builder) {
        this.config = builder.config();
        this.cmdline = builder.cmdline();
        Machine whole = builder.machine();
        this.machine = UsableMachine.of(whole, config);
        this.seed = builder.seed();
        this.clock = new VirtualClock(config.longValue("HZ", 1000));
        this.log = new Printk(clock, LOG_RECORDS);
        if (machine.cpus() < whole.cpus() && config.isEnabled("SMP")) {
            log.print(LogLevel.INFO, "CPU topo: CPU limit of " + machine.cpus() + " reached. Ignoring further CPUs");
        }
        this.taint = new Taint();
        TimerQueue timers = new TimerQueue();
        Scheduler.Settings settings = new Scheduler.Settings(machine.cpus(), builder.policy(),
            builder.platformThreads(), config.isEnabled("PREEMPT"));
        this.scheduler = new Scheduler(settings, clock, timers, log, taint);
        this.warnings = new Warnings(log, taint, this::whoRuns);
        this.kthreads = new Kthreads(scheduler, warnings);
        this.mmSwitch = new MmSwitch(scheduler, warnings);
        this.preempt = new Preempt(scheduler, clock, log, taint, warnings,
            new Preempt.Checks(config.isEnabled("DEBUG_PREEMPT"), config.isEnabled("DEBUG_ATOMIC_SLEEP"),
                config.isEnabled("PREEMPT_VOLUNTARY")));
        this.locks = new Locks(scheduler, clock, preempt, log, taint, warnings);
        this.memory = new PhysicalMemory();
        this.interrupts = new Interrupts(scheduler, warnings);
        preempt.onBottomHalvesEnabled(interrupts::runDeferredSoftirqs);
        if (config.isEnabled("PROVE_LOCKING")) {
            locks.proveLocking();
        }
        scheduler.onTaskExit(mmSwitch::exitMm);
        addAuditor(new TaskAuditor(this));
        addAuditor(new MmAuditor(scheduler));
    }

    /** Describe a kernel. */
    public static KernelBuilder builder() {
        return new KernelBuilder();
    }

    /** The CONFIG symbols it was built with. */
    public KernelConfig config() {
        return config;
    }

    /** The command line it was booted with. */
    public KernelCommandLine cmdline() {
        return cmdline;
    }

    /** The machine it runs on. */
    public Machine machine() {
        return machine;
    }

    /** The seed that everything random in this kernel derives from. */
    public long seed() {
        return seed;
    }

    /** Virtual time. */
    public VirtualClock clock() {
        return clock;
    }

    /** The kernel log. */
    public Printk log() {
        return log;
    }

    /** Taint flags. */
    public Taint taint() {
        return taint;
    }

    /** {@code WARN} and relatives. */
    public Warnings warnings() {
        return warnings;
    }

    /** The scheduler. */
    public Scheduler sched() {
        return scheduler;
    }

    /** Kernel threads. */
    public Kthreads kthreads() {
        return kthreads;
    }

    /** {@code kthread_use_mm} and relatives. */
    public MmSwitch mmSwitch() {
        return mmSwitch;
    }

    /** Preemption, interrupts, migration of the running task. */
    public Preempt preempt() {
        return preempt;
    }

    /** Makes locks. */
    public Locks locks() {
        return locks;
    }

    /** Contents of physical memory. */
    public PhysicalMemory memory() {
        return memory;
    }

    /** Interrupts, calls to other CPUs, softirqs. */
    public Interrupts interrupts() {
        return interrupts;
    }

    /** Page tables, TLBs and the direct map; made at the first use, so that kernels without them cost nothing. */
    public Mmu mmu() {
        Mmu made = mmu;
        if (made == null) {
            boolean fiveLevels = config.isEnabled("X86_5LEVEL") && !cmdline.has("no5lvl");
            Mmu.Options options = new Mmu.Options(!cmdline.has("nopcid"), !"off".equals(cmdline.get("rodata")),
                fiveLevels ? MmuLayout.FIVE_LEVELS : MmuLayout.FOUR_LEVELS);
            made = new Mmu(scheduler, clock, warnings, memory, machine, interrupts, options);
            mmSwitch.addListener((task, _, _) -> mmu().taskChangedMm(task));
            mmu = made;
        }
        return made;
    }

    /** Devices and drivers; made when they are asked for first. */
    public DriverCore devices() {
        DriverCore core = find(DriverCore.class);
        if (core == null) {
            core = new DriverCore(log);
            provide(DriverCore.class, core);
        }
        return core;
    }

    /** The table that a test framework fills in. */
    public KunitHooks hooks() {
        return hooks;
    }

    /** The running task. */
    public Task current() {
        return scheduler.current();
    }

    /** Make per-CPU data, one instance for each possible CPU. */
    public <T> PerCpu<T> perCpu(java.util.function.IntFunction<? extends T> init) {
        return new PerCpu<>(preempt, machine.cpus(), init);
    }

    /** Register a part of the kernel under its type; used by initcalls. */
    public <T> void provide(Class<T> type, T part) {
        if (parts.putIfAbsent(type, part) != null) {
            throw new KernelBug("%s is provided twice", type.getName());
        }
    }

    /** The part of this type. */
    public <T> T get(Class<T> type) {
        T part = find(type);
        if (part == null) {
            throw new KernelBug("this kernel has no %s: no initcall provides it", type.getSimpleName());
        }
        return part;
    }

    /** The part of this type, or {@code null} if no initcall provided it. */
    public <T> @Nullable T find(Class<T> type) {
        return type.cast(parts.get(type));
    }

    /** Let {@code auditor} look for leaks after each case and at the end. */
    public void addAuditor(Auditor auditor) {
        auditors.add(auditor);
    }

    /** The leak checks, in order of registration. */
    public List<Auditor> auditors() {
        return List.copyOf(auditors);
    }

    /** Let {@code source} show itself in every {@link #snapshot()}. */
    public void addSnapshotSource(SnapshotSource source) {
        snapshotSources.add(source);
    }

    /**
     * What the kernel looks like now, for a report. Changes nothing; may be taken with any lock held and in any state.
     */
    public Snapshot snapshot() {
        List<SnapshotSource> sources = new ArrayList<>(snapshotSources);
        sources.add(new TaskPicture(this));
        return Snapshot.take(clock.ktimeNs(), whoRuns(), sources);
    }

    /** The kthreads with state, locks and stack, as sysrq-t shows them. */
    public String dump() {
        return TaskDump.of(this);
    }

    /** End all kthreads and return what was left behind, one line per leak. The kernel cannot be used afterwards. */
    public List<String> shutdown() {
        if (closed) {
            return List.of();
        }
        closed = true;
        List<String> leaks = new ArrayList<>();
        for (Auditor auditor : auditors) {
            for (String leak : auditor.leaksSince(bootMarks.get(auditor))) {
                leaks.add(auditor.name() + ": " + leak);
            }
        }
        scheduler.reapAll();
        return leaks;
    }

    /**
     * End the kernel.
     *
     * @throws KernelLeak if something was left behind
     */
    @Override
    public void close() {
        List<String> leaks = shutdown();
        if (!leaks.isEmpty()) {
            leaks.forEach(leak -> log.print(LogLevel.ERR, "leak: " + leak));
            throw new KernelLeak(leaks);
        }
    }

    /** The boot is over: what exists now is no leak. */
    void markBooted() {
        for (Auditor auditor : auditors) {
            bootMarks.put(auditor, auditor.mark());
        }
    }

    private String whoRuns() {
        Task me = scheduler.current();
        return "CPU: " + me.cpu() + " PID: " + me.pid() + " Comm: " + me.comm();
    }

    @Override
    public String toString() {
        return "Kernel[" + machine.cpus() + " CPUs, " + machine.nodes() + " nodes, cmdline=\"" + cmdline + "\", t="
            + clock.ktimeNs() + " ns, current=" + scheduler.current() + "]";
    }
}
