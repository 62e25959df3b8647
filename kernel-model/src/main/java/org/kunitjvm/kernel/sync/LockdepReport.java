package org.kunitjvm.kernel.sync;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.Taint;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.sched.Task;

/** Prints what lockdep found, in the kernel's words. Every report turns lockdep off. */
@Models("kernel/locking/lockdep.c: print_circular_bug and relatives")
final class LockdepReport {
    private static final String RELEASE = "6.12.0";
    private static final String DEADLOCK = " *** DEADLOCK ***";
    private static final String OTHER_INFO = "other info that might help us debug this:";
    private static final String CPU0_CPU1 = "       CPU0                    CPU1";
    private static final String RULE_2 = "       ----                    ----";

    private final Locks locks;
    private final Printk log;
    private final Taint taint;
    private final Warnings warnings;

    LockdepReport(Locks locks, Printk log, Taint taint, Warnings warnings) {
        this.locks = locks;
        this.log = log;
        this.taint = taint;
        this.warnings = warnings;
    }

    private void line(String format, Object... args) {
        log.print(LogLevel.WARNING, args.length == 0 ? format : String.format(Locale.ROOT, format, args));
    }

    private void title(String title) {
        locks.debugLocksOff();
        line("");
        line("=".repeat(title.length()));
        line("%s", title);
        line("%s %s", RELEASE, taint.describe());
        line("-".repeat(title.length()));
    }

    private static String who(Task task) {
        return task.comm() + "/" + task.pid();
    }

    private static String context(Task task) {
        int count = task.preemptCount();
        int hard = (count & Preempt.HARDIRQ_MASK) >> 16;
        int soft = (count & Preempt.SOFTIRQ_MASK) >> 8;
        return String.format(Locale.ROOT, "[HC%d[%d]:SC%d[%d]:HE%d:SE%d]", hard != 0 ? 1 : 0, hard, (soft & 1), soft,
            task.irqsDisabled() ? 0 : 1, soft == 0 ? 1 : 0);
    }

    private static String name(Lockdep.Node node) {
        int wait = node.sleeping ? 3 : 2;
        return "(" + node.lockClass + "){" + LockUsage.chars(node.usage) + "}-{" + wait + ":" + wait + "}";
    }

    private static String at(Lockdep.Node node, @Nullable String place) {
        return name(node) + (place == null ? "" : ", at: " + place);
    }

    private static String held(HeldLocks held, int at) {
        return at(held.node(at), held.places[at]);
    }

    private void tail(Task task, HeldLocks held) {
        line("");
        heldLocks(task, held);
        line("");
        line("stack backtrace:");
        warnings.dumpStack();
    }

    /** What a task holds, for reports of other parts of the kernel ({@code debug_show_held_locks}). */
    void showHeldLocks(Task task) {
        if (!locks.debugLocks()) {
            line("INFO: lockdep is turned off.");
        } else {
            heldLocks(task, task.lockState() instanceof HeldLocks held ? held : new HeldLocks());
        }
    }

    private void heldLocks(Task task, HeldLocks held) {
        if (held.depth == 0) {
            line("no locks held by %s.", who(task));
            return;
        }
        line("%d lock%s held by %s:", held.depth, held.depth == 1 ? "" : "s", who(task));
        for (int i = 0; i < held.depth; i++) {
            line(" #%d: %s", i, held(held, i));
        }
    }

    void circular(Task task, HeldLocks held, int at, Lockdep.Node next, List<Lockdep.Edge> back, String where) {
        Lockdep.Node prev = held.node(at);
        title("WARNING: possible circular locking dependency detected");
        line("%s is trying to acquire lock:", who(task));
        line("%s", at(next, where));
        line("");
        line("but task is already holding lock:");
        line("%s", held(held, at));
        line("");
        line("which lock already depends on the new lock.");
        line("");
        line("");
        line("the existing dependency chain (in reverse order) is:");
        for (int i = back.size() - 1; i >= 0; i--) {
            line("");
            line("-> #%d %s:", i + 1, name(back.get(i).to()));
            line("       %s", back.get(i).place());
        }
        line("");
        line("-> #0 %s:", name(next));
        line("       %s", where);
        line("");
        line(OTHER_INFO);
        line("");
        circularScenario(prev, next, back);
        tail(task, held);
    }

    private void circularScenario(Lockdep.Node prev, Lockdep.Node next, List<Lockdep.Edge> back) {
        if (back.size() > 1) {
            StringBuilder chain = new StringBuilder("  ").append(next.lockClass);
            back.forEach(edge -> chain.append(" --> ").append(edge.to().lockClass));
            line("Chain exists of:");
            line("%s", chain);
            line("");
        }
        line(" Possible unsafe locking scenario:");
        line("");
        line(CPU0_CPU1);
        line(RULE_2);
        line("  lock(%s);", prev.lockClass);
        line("                               lock(%s);", back.getLast().from().lockClass);
        line("                               lock(%s);", prev.lockClass);
        line("  lock(%s);", next.lockClass);
        line("");
        line(DEADLOCK);
    }

    void recursive(Task task, HeldLocks held, int at, Lockdep.Node next, @Nullable String place) {
        title("WARNING: possible recursive locking detected");
        line("%s is trying to acquire lock:", who(task));
        line("%s", at(next, place));
        line("");
        line("but task is already holding lock:");
        line("%s", held(held, at));
        line("");
        line(OTHER_INFO);
        line(" Possible unsafe locking scenario:");
        line("");
        line("       CPU0");
        line("       ----");
        line("  lock(%s);", next.lockClass);
        line("  lock(%s);", next.lockClass);
        line("");
        line(DEADLOCK);
        line("");
        line(" May be due to missing lock nesting notation");
        tail(task, held);
    }

    void inconsistent(Task task, HeldLocks held, Lockdep.Node node, int before, int now, String where) {
        title("WARNING: inconsistent lock state");
        line("inconsistent {%s} -> {%s} usage.", LockUsage.name(before), LockUsage.name(now));
        line("%s %s takes:", who(task), context(task));
        line("%s", at(node, where));
        line("{%s} state was registered at:", LockUsage.name(before));
        line("  %s", String.valueOf(node.usagePlaces[Integer.numberOfTrailingZeros(before)]));
        line("");
        line(OTHER_INFO);
        line(" Possible unsafe locking scenario:");
        line("");
        line("       CPU0");
        line("       ----");
        line("  lock(%s);", node.lockClass);
        line("  <Interrupt>");
        line("    lock(%s);", node.lockClass);
        line("");
        line(DEADLOCK);
        tail(task, held);
    }

    void irqOrder(Task task, HeldLocks held, int at, Lockdep.Node next, Lockdep.Node safe, Lockdep.Node unsafe, int bit,
        String where) {
        String state = LockUsage.stateName(bit);
        title("WARNING: " + state + "-safe -> " + state + "-unsafe lock order detected");
        line("%s %s is trying to acquire:", who(task), context(task));
        line("%s", at(next, where));
        line("");
        line("and this task is already holding:");
        line("%s", held(held, at));
        line("which would create a new lock dependency:");
        line(" %s -> %s", name(held.node(at)), name(next));
        line("");
        line("but this new dependency connects a %s-irq-safe lock:", state);
        line(" %s", name(safe));
        line("");
        line("... which became %s-irq-safe at:", state);
        line("  %s", String.valueOf(safe.usagePlaces[Integer.numberOfTrailingZeros(bit)]));
        line("");
        line("to a %s-irq-unsafe lock:", state);
        line(" %s", name(unsafe));
        line("");
        line("... which became %s-irq-unsafe at:", state);
        int bad = Integer.lowestOneBit(LockUsage.conflicts(bit, unsafe.usage));
        line("...  %s", String.valueOf(unsafe.usagePlaces[Integer.numberOfTrailingZeros(bad)]));
        line("");
        line(OTHER_INFO);
        line("");
        interruptScenario(safe, unsafe);
        tail(task, held);
    }

    void inversion(Task task, HeldLocks held, Lockdep.Node node, Lockdep.Node other, int bit, String where) {
        boolean forwards = LockUsage.isInIrq(bit);
        title("WARNING: possible irq lock inversion dependency detected");
        line("%s just changed the state of lock:", who(task));
        line("%s", at(node, where));
        line("but this lock %s, %s-%s lock in the past:", forwards ? "took another" : "was taken by another",
            LockUsage.stateName(bit), forwards ? "unsafe" : "safe");
        line(" %s", name(other));
        line("");
        line("");
        line("and interrupts could create inverse lock ordering between them.");
        line("");
        line("");
        line(OTHER_INFO);
        interruptScenario(forwards ? node : other, forwards ? other : node);
        tail(task, held);
    }

    private void interruptScenario(Lockdep.Node safe, Lockdep.Node unsafe) {
        line(" Possible interrupt unsafe locking scenario:");
        line("");
        line(CPU0_CPU1);
        line(RULE_2);
        line("  lock(%s);", unsafe.lockClass);
        line("                               local_irq_disable();");
        line("                               lock(%s);", safe.lockClass);
        line("                               lock(%s);", unsafe.lockClass);
        line("  <Interrupt>");
        line("    lock(%s);", safe.lockClass);
        line("");
        line(DEADLOCK);
    }

    void invalidWaitContext(Task task, HeldLocks held, Lockdep.Node node, int irqContext, @Nullable String place) {
        title("[ BUG: Invalid wait context ]");
        line("%s is trying to lock:", who(task));
        line("%s", at(node, place));
        line(OTHER_INFO);
        line("context-{%d:%d}", irqContext == 0 ? 4 : 2, irqContext == 0 ? 4 : 2);
        tail(task, held);
    }

    void badUnlock(Task task, Lockdep.Node node) {
        title("WARNING: bad unlock balance detected!");
        line("%s is trying to release lock (%s) at:", who(task), node.lockClass);
        line("%s", CallPlaces.caller());
        line("but there are no more locks to release!");
        line("");
        line("stack backtrace:");
        warnings.dumpStack();
    }
}
