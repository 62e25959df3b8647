package org.kunitjvm.kernel.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.Task;

/**
 * The first use of locks that could deadlock with one seen before is reported in the kernel's words, and nothing after
 * it.
 */
final class LockdepTest {
    private final Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();
    private final Locks locks = kernel.locks();

    private List<String> log() {
        return kernel.log().records().stream().map(LogRecord::text).toList();
    }

    private void assertLogged(String... lines) {
        int at = 0;
        List<String> log = log();
        for (String line : lines) {
            int found = at;
            while (found < log.size() && !log.get(found).startsWith(line)) {
                found++;
            }
            assertTrue(found < log.size(), "no line '" + line + "' after line " + at + " of\n"
                + String.join("\n", log));
            at = found + 1;
        }
    }

    private static void takeBoth(SpinLock first, SpinLock second) {
        try (var _ = first.hold(); var _ = second.hold()) {
            assertTrue(first.isHeld());
        }
    }

    @Test
    @Tag("M-205")
    void oppositeOrderIsACircularDependency() {
        SpinLock a = locks.spinLock("lock_a");
        SpinLock b = locks.spinLock("lock_b");
        takeBoth(a, b);
        assertEquals(List.of(), log());
        takeBoth(b, a);
        assertLogged(
            "======================================================",
            "WARNING: possible circular locking dependency detected",
            "6.12.0 Not tainted",
            "------------------------------------------------------",
            "swapper/1 is trying to acquire lock:",
            "(lock_a){+.+.}-{2:2}, at: LockdepTest.takeBoth (LockdepTest.java:",
            "but task is already holding lock:",
            "(lock_b){+.+.}-{2:2}, at: LockdepTest.takeBoth (LockdepTest.java:",
            "which lock already depends on the new lock.",
            "the existing dependency chain (in reverse order) is:",
            "-> #1 (lock_b){+.+.}-{2:2}:",
            "       LockdepTest.takeBoth",
            "-> #0 (lock_a){+.+.}-{2:2}:",
            "other info that might help us debug this:",
            " Possible unsafe locking scenario:",
            "       CPU0                    CPU1",
            "  lock(lock_b);",
            "                               lock(lock_a);",
            "                               lock(lock_b);",
            "  lock(lock_a);",
            " *** DEADLOCK ***",
            "1 lock held by swapper/1:",
            " #0: (lock_b)",
            "stack backtrace:");
    }

    @Test
    @Tag("M-205")
    void chainOverAThirdLockIsFound() {
        SpinLock a = locks.spinLock("lock_a");
        SpinLock b = locks.spinLock("lock_b");
        SpinLock c = locks.spinLock("lock_c");
        takeBoth(a, b);
        takeBoth(b, c);
        takeBoth(c, a);
        assertLogged("WARNING: possible circular locking dependency detected", "-> #2 (lock_c)", "-> #1 (lock_b)",
            "-> #0 (lock_a)", "Chain exists of:", "  lock_a --> lock_b --> lock_c");
    }

    @Test
    @Tag("M-206")
    void afterTheFirstReportLockdepIsOff() {
        SpinLock a = locks.spinLock("lock_a");
        SpinLock b = locks.spinLock("lock_b");
        takeBoth(a, b);
        takeBoth(b, a);
        assertFalse(locks.debugLocks());
        int lines = log().size();
        SpinLock c = locks.spinLock("lock_c");
        takeBoth(b, c);
        takeBoth(c, b);
        locks.assertPreemptionDisabled();
        assertEquals(lines, log().size());
    }

    @Test
    @Tag("M-205")
    void trylockAgainstTheOrderCannotDeadlock() {
        SpinLock a = locks.spinLock("lock_a");
        SpinLock b = locks.spinLock("lock_b");
        takeBoth(a, b);
        b.lock();
        assertTrue(a.tryLock());
        a.unlock();
        b.unlock();
        assertEquals(List.of(), log());
    }

    @Test
    @Tag("M-205")
    void secondLockOfTheSameClassIsRecursion() {
        takeBoth(locks.spinLock("lock_a"), locks.spinLock("lock_a"));
        assertLogged("WARNING: possible recursive locking detected", "swapper/1 is trying to acquire lock:",
            "but task is already holding lock:", "  lock(lock_a);", "  lock(lock_a);", " *** DEADLOCK ***",
            " May be due to missing lock nesting notation");
    }

    @Test
    @Tag("M-205")
    void readersOfTheSameClassMayNest() {
        RwSem a = locks.rwSem("sem");
        RwSem b = locks.rwSem("sem");
        a.downRead();
        b.downRead();
        b.upRead();
        a.upRead();
        assertEquals(List.of(), log());
    }

    @Test
    @Tag("M-205")
    void useInHardirqAndWithInterruptsOnIsInconsistent() {
        SpinLock lock = locks.spinLock("dev->lock");
        takeInHardirq(lock);
        assertEquals(List.of(), log());
        lock.lock();
        lock.unlock();
        assertLogged(
            "================================",
            "WARNING: inconsistent lock state",
            "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.",
            "swapper/1 [HC0[0]:SC0[0]:HE1:SE1] takes:",
            "(dev->lock){-...}-{2:2}, at: LockdepTest.useInHardirq",
            "{IN-HARDIRQ-W} state was registered at:",
            "  LockdepTest.lambda$takeInHardirq",
            "       CPU0",
            "  lock(dev->lock);",
            "  <Interrupt>",
            "    lock(dev->lock);",
            " *** DEADLOCK ***");
    }

    private void takeInHardirq(SpinLock lock) {
        kernel.interrupts().raise(0, "test-irq", () -> {
            lock.lock();
            lock.unlock();
        });
    }

    @Test
    @Tag("M-205")
    void useInSoftirqAndWithBottomHalvesOnIsInconsistent() {
        SpinLock lock = locks.spinLock("sk->lock");
        lock.lock();
        lock.unlock();
        kernel.interrupts().inSoftirq(() -> {
            lock.lock();
            lock.unlock();
        });
        assertLogged("WARNING: inconsistent lock state", "inconsistent {SOFTIRQ-ON-W} -> {IN-SOFTIRQ-W} usage.",
            "swapper/1 [HC0[0]:SC1[1]:HE1:SE0] takes:");
    }

    @Test
    @Tag("M-205")
    void irqsaveUseEverywhereIsConsistent() {
        SpinLock lock = locks.spinLock("zone->lock");
        takeInHardirq(lock);
        boolean flags = lock.lockIrqsave();
        lock.unlockIrqrestore(flags);
        assertEquals(List.of(), log());
    }

    @Test
    @Tag("M-205")
    void enablingInterruptsWhileHoldingAnIrqLockIsInconsistent() {
        SpinLock lock = locks.spinLock("zone->lock");
        takeInHardirq(lock);
        kernel.preempt().localIrqDisable();
        lock.lock();
        kernel.preempt().localIrqEnable();
        lock.unlock();
        assertLogged("WARNING: inconsistent lock state", "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage.");
    }

    @Test
    @Tag("M-205")
    void irqSafeThenIrqUnsafeLockIsAnOrderReport() {
        SpinLock safe = locks.spinLock("safe");
        SpinLock unsafe = locks.spinLock("unsafe");
        takeInHardirq(safe);
        unsafe.lock();
        unsafe.unlock();
        boolean flags = safe.lockIrqsave();
        unsafe.lock();
        unsafe.unlock();
        safe.unlockIrqrestore(flags);
        assertLogged("WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected",
            "swapper/1 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:", "and this task is already holding:",
            "which would create a new lock dependency:", " (safe)", "but this new dependency connects a",
            "  lock(unsafe);", "                               local_irq_disable();", "  <Interrupt>",
            "    lock(safe);");
    }

    @Test
    @Tag("M-205")
    void lockThatBecomesIrqSafeLaterIsAnInversion() {
        SpinLock a = locks.spinLock("lock_a");
        SpinLock b = locks.spinLock("lock_b");
        b.lock();
        b.unlock();
        boolean flags = a.lockIrqsave();
        b.lock();
        b.unlock();
        a.unlockIrqrestore(flags);
        assertEquals(List.of(), log());
        takeInHardirq(a);
        assertLogged("WARNING: possible irq lock inversion dependency detected",
            "swapper/1 just changed the state of lock:", "but this lock took another, HARDIRQ-unsafe lock in the past:",
            " (lock_b)", "and interrupts could create inverse lock ordering between them.");
    }

    @Test
    @Tag("M-205")
    void mutexUnderSpinlockIsAnInvalidWaitContext() {
        Mutex mutex = locks.mutex("mutex");
        SpinLock spin = locks.spinLock("spin");
        spin.lock();
        mutex.lock();
        mutex.unlock();
        spin.unlock();
        assertLogged("BUG: sleeping function called from invalid context at ", "[ BUG: Invalid wait context ]",
            "swapper/1 is trying to lock:", "(mutex){....}-{3:3}", "context-{4:4}", "1 lock held by swapper/1:",
            " #0: (spin)");
    }

    @Test
    @Tag("M-204")
    void allocatorLocksHaveOneOrder() {
        SpinLock pcp = locks.spinLock("&pcp->lock");
        SpinLock zone = locks.spinLock("&zone->lock");
        for (int i = 0; i < 3; i++) {
            assertTrue(pcp.tryLock());
            boolean flags = zone.lockIrqsave();
            zone.unlockIrqrestore(flags);
            pcp.unlock();
        }
        assertEquals(List.of(), log());
        boolean flags = zone.lockIrqsave();
        pcp.lock();
        pcp.unlock();
        zone.unlockIrqrestore(flags);
        assertLogged("WARNING: possible circular locking dependency detected", "(&pcp->lock)", "(&zone->lock)");
    }

    @Test
    void sleepingAllocationUnderALockThatReclaimTakesIsCircular() {
        Mutex lock = locks.mutex("shrinker_lock");
        locks.fsReclaim().acquire();
        lock.lock();
        lock.unlock();
        locks.fsReclaim().release();
        lock.lock();
        locks.mightAlloc(true, true);
        lock.unlock();
        assertLogged("WARNING: possible circular locking dependency detected", "(fs_reclaim)", "(shrinker_lock)");
    }

    @Test
    @Tag("M-204")
    void spinlockMisuseIsReportedInTheKernelsWords() {
        SpinLock lock = locks.spinLock("lock_a");
        lock.lock();
        assertTrue(assertThrows(KernelBug.class, lock::lock).getMessage().contains("spinlock recursion"));
        assertLogged("WARNING: possible recursive locking detected", "BUG: spinlock recursion on CPU#0, swapper/1",
            " lock: lock_a, .owner: swapper/1");
    }

    @Test
    void waitingForHolderThatEndedIsReportedAndDoesNotHang() {
        SpinLock lock = locks.spinLock("lock_a");
        Task holder = kernel.kthreads().run("holder", () -> {
            lock.lock();
            return 0;
        });
        kernel.sched().join(holder, Long.MAX_VALUE);
        assertTrue(assertThrows(KernelBug.class, lock::lock).getMessage().startsWith("lockup: lock_a is held by "));
        assertLogged("BUG: spinlock lockup suspected on CPU#0, swapper/1", " lock: lock_a, .owner: holder/2");
    }

    @Test
    void withoutProveLockingNothingIsReported() {
        try (Kernel plain = Kernel.builder().initcalls(List.of())
            .config(KernelConfig.defconfig().with("PROVE_LOCKING", "n")).build()) {
            SpinLock a = plain.locks().spinLock("lock_a");
            SpinLock b = plain.locks().spinLock("lock_b");
            takeBoth(a, b);
            takeBoth(b, a);
            assertEquals(0, plain.log().records().size());
        }
    }
}
