package org.kunitjvm.kernel.irq;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.InterruptSource;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;

/** Sends interrupts to CPUs and runs softirqs after them. */
@Models({"kernel/smp.c", "kernel/softirq.c"})
public final class Interrupts implements InterruptSource {
    /** Softirq numbers, lowest first served. */
    public enum Softirq {
        HI, TIMER, NET_TX, NET_RX, BLOCK, IRQ_POLL, TASKLET, SCHED, HRTIMER, RCU
    }

    /**
     * How often pending softirqs are looked at again before the rest waits for the next interrupt
     * ({@code MAX_SOFTIRQ_RESTART}).
     */
    private static final int MAX_SOFTIRQ_RESTART = 10;
    /** A CPU that had as many chances to switch interrupts on never will. */
    private static final int LOCKUP_SPINS = 100_000;

    private final Scheduler scheduler;
    private final Warnings warnings;
    private final List<ArrayDeque<Pending>> queues = new ArrayList<>();
    private final int[] softirqsPending;
    private final @Nullable Runnable[] softirqActions = new Runnable[Softirq.values().length];
    private int nrPending;

    private static final class Pending {
        private final String name;
        private final Runnable handler;
        private boolean done;

        Pending(String name, Runnable handler) {
            this.name = name;
            this.handler = handler;
        }
    }

    /** The interrupts of one kernel. */
    public Interrupts(Scheduler scheduler, Warnings warnings) {
        this.scheduler = scheduler;
        this.warnings = warnings;
        this.softirqsPending = new int[scheduler.nrCpus()];
        for (int cpu = 0; cpu < scheduler.nrCpus(); cpu++) {
            queues.add(new ArrayDeque<>(2));
        }
        scheduler.setInterruptSource(this);
    }

    /**
     * Let {@code handler} run in hardirq context on {@code cpu} as soon as that CPU takes interrupts; a simulated
     * device.
     */
    public void raise(int cpu, String name, Runnable handler) {
        send(cpu, name, handler);
        scheduler.decisionPoint(DecisionPoint.INTERRUPT, name);
    }

    /**
     * Run {@code function} on {@code cpu} in hardirq context and wait until it did ({@code smp_call_function_single}
     * with wait). On the caller's own CPU it is called at once with interrupts off.
     */
    public void callFunctionSingle(int cpu, String name, Runnable function) {
        callFunctionMany(CpuMask.of(cpu), name, function);
    }

    /**
     * Run {@code function} on every CPU of {@code mask}, the caller's own included if it is in the mask, and wait
     * ({@code on_each_cpu_mask}). The caller must not have interrupts off: two CPUs that do would wait for each other.
     */
    public void callFunctionMany(CpuMask mask, String name, Runnable function) {
        int here = scheduler.current().cpu();
        List<Pending> sent = new ArrayList<>();
        for (int cpu = mask.first(); cpu >= 0 && cpu < queues.size(); cpu = mask.next(cpu + 1)) {
            if (cpu != here) {
                sent.add(send(cpu, name, function));
            }
        }
        if (!sent.isEmpty()) {
            warnings.warnOnOnce(scheduler.current().irqsDisabled());
        }
        if (mask.contains(here)) {
            callHere(function);
        }
        scheduler.decisionPoint(DecisionPoint.INTERRUPT, name);
        waitFor(sent, name);
    }

    /** Run {@code function} on every CPU and wait ({@code on_each_cpu}). */
    public void onEachCpu(String name, Runnable function) {
        callFunctionMany(scheduler.allCpus(), name, function);
    }

    private void callHere(Runnable function) {
        Task me = scheduler.current();
        boolean wereDisabled = me.irqsDisabled();
        me.setIrqsDisabled(true);
        try {
            function.run();
        } finally {
            me.setIrqsDisabled(wereDisabled);
        }
    }

    private Pending send(int cpu, String name, Runnable handler) {
        Pending pending = new Pending(name, handler);
        queues.get(cpu).addLast(pending);
        nrPending++;
        scheduler.interruptPending();
        return pending;
    }

    private void waitFor(List<Pending> sent, String name) {
        for (Pending pending : sent) {
            for (int spins = 0; !pending.done; spins++) {
                deliverElsewhere();
                boolean othersRan = pending.done || scheduler.cpuRelax();
                if (!othersRan || spins > LOCKUP_SPINS) {
                    throw new KernelBug("%s waits for CPUs that have interrupts off and cannot go on:\n%s", name,
                        scheduler.describeTasks());
                }
            }
        }
    }

    /**
     * CPUs that do not step now are somewhere between two instructions: an interrupt reaches them unless they have it
     * off.
     */
    private void deliverElsewhere() {
        int here = scheduler.current().cpu();
        for (int cpu = 0; cpu < queues.size(); cpu++) {
            if (cpu != here && !queues.get(cpu).isEmpty() && scheduler.takesInterrupts(cpu)) {
                deliver(cpu);
            }
        }
    }

    @Override
    public boolean anyPending() {
        return nrPending > 0;
    }

    @Override
    public void deliver(int cpu) {
        ArrayDeque<Pending> queue = queues.get(cpu);
        while (!queue.isEmpty()) {
            Pending next = queue.removeFirst();
            nrPending--;
            scheduler.interrupt(cpu, next.handler);
            next.done = true;
        }
        runSoftirqs(cpu);
    }

    /** Name what a softirq does ({@code open_softirq}). */
    public void openSoftirq(Softirq nr, Runnable action) {
        softirqActions[nr.ordinal()] = action;
    }

    /** Let a softirq run on this CPU at the end of the interrupt that is served, or soon ({@code raise_softirq}). */
    public void raiseSoftirq(Softirq nr) {
        int cpu = scheduler.current().cpu();
        softirqsPending[cpu] |= 1 << nr.ordinal();
        if ((scheduler.current().preemptCount() & ~0xff) == 0) {
            // No interrupt is served whose end would run it: an empty one stands for the wake-up of ksoftirqd.
            send(cpu, "softirq", () -> { });
        }
    }

    /** Run {@code body} in softirq context on this CPU at once, as if a softirq had come in here. */
    public void inSoftirq(Runnable body) {
        scheduler.softirq(scheduler.current().cpu(), body);
    }

    private void runSoftirqs(int cpu) {
        for (int round = 0; round < MAX_SOFTIRQ_RESTART && softirqsPending[cpu] != 0; round++) {
            if (!scheduler.takesSoftirqs(cpu)) {
                return;
            }
            int pending = softirqsPending[cpu];
            softirqsPending[cpu] = 0;
            for (int nr = 0; nr < softirqActions.length; nr++) {
                Runnable action = softirqActions[nr];
                if ((pending & (1 << nr)) != 0 && action != null) {
                    scheduler.softirq(cpu, action);
                }
            }
        }
    }

    /** Softirqs that could not run because bottom halves were off ({@code do_softirq} of {@code local_bh_enable}). */
    public void runDeferredSoftirqs() {
        int cpu = scheduler.current().cpu();
        if (softirqsPending[cpu] != 0) {
            runSoftirqs(cpu);
        }
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("interrupts pending:");
        for (int cpu = 0; cpu < queues.size(); cpu++) {
            for (Pending pending : queues.get(cpu)) {
                out.append(" CPU").append(cpu).append(':').append(pending.name);
            }
        }
        return out.toString();
    }
}
