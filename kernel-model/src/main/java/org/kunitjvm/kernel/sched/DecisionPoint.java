package org.kunitjvm.kernel.sched;

/** The kinds of places at which the kernel could have switched to something else. */
public enum DecisionPoint {
    /** Before a lock is taken. */
    LOCK,
    /** After a lock was dropped. */
    UNLOCK,
    /** The task cannot go on until it is woken. */
    WAIT,
    /** A task was woken. */
    WAKE,
    /** A kthread was created. */
    SPAWN,
    /** The task ended. */
    EXIT,
    /** {@code cond_resched()}. */
    COND_RESCHED,
    /** {@code schedule()} or {@code yield()} by a task that could go on. */
    YIELD,
    /** {@code cpu_relax()} in a busy loop: going on at once cannot help. */
    RELAX,
    /** Preemption was enabled. */
    PREEMPT_ENABLE,
    /** Interrupts were enabled. */
    IRQ_ENABLE,
    /** Migration was enabled. */
    MIGRATE_ENABLE,
    /** {@code READ_ONCE}. */
    READ_ONCE,
    /** {@code WRITE_ONCE}. */
    WRITE_ONCE,
    /** Access to data of a CPU. */
    PER_CPU,
    /** A simulated interrupt may come in. */
    INTERRUPT;

    /** Whether the running task asked to be replaced, so that a fair policy should run somebody else. */
    public boolean isVoluntary() {
        return this == COND_RESCHED || this == YIELD || this == RELAX;
    }

    /** Whether the running task cannot be chosen. */
    public boolean isBlocking() {
        return this == WAIT || this == EXIT;
    }
}
