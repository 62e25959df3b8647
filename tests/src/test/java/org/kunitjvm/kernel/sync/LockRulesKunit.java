package org.kunitjvm.kernel.sync;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;

/**
 * Locks exclude each other, and breaking their rules is reported. A report of lockdep is the last of its kernel, so the
 * cases that expect one run on a second kernel.
 */
@KunitSuite(value = "lock_rules", config = "LOCK_RULES_KUNIT_TEST")
final class LockRulesKunit {
    private static final int ROUNDS = 5;

    private static Kernel sandbox(List<String> log) {
        return Kernel.builder().cpus(2).memory("64M").initcalls(List.of())
            .config(KernelConfig.defconfig().with("PROVE_LOCKING", "y")).console(line -> log.add(line.text())).build();
    }

    private static boolean logged(List<String> log, String text) {
        return log.stream().anyMatch(line -> line.startsWith(text));
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void spinlockExcludes(Kunit test) {
        Kernel kernel = test.kernel();
        SpinLock lock = kernel.locks().spinLock("lock_rules.counter");
        int[] inside = {0};
        int[] count = {0};
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Task task = kernel.kthreads().createOnCpu("locker", i, () -> {
                for (int round = 0; round < ROUNDS; round++) {
                    try (var _ = lock.hold()) {
                        KUNIT_EXPECT_EQ(test, ++inside[0], 1);
                        kernel.sched().cpuRelax();
                        count[0]++;
                        inside[0]--;
                    }
                }
                return 0;
            });
            tasks.add(task);
            kernel.sched().wake(task);
        }
        tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
        KUNIT_EXPECT_EQ(test, count[0], 2 * ROUNDS);
    }

    @KunitCase
    void mutexExcludesAndItsWaiterSleeps(Kunit test) {
        Kernel kernel = test.kernel();
        Mutex mutex = kernel.locks().mutex("lock_rules.mutex");
        mutex.lock();
        Task waiter = kernel.kthreads().run("waiter", () -> {
            try (var _ = mutex.hold()) {
                return mutex.isHeld() ? 0 : 1;
            }
        });
        kernel.sched().msleep(1);
        KUNIT_EXPECT_TRUE(test, waiter.waitingFor().contains("lock_rules.mutex"));
        mutex.unlock();
        kernel.sched().join(waiter, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, waiter.exitCode(), 0);
    }

    @KunitCase
    void readersShareAndWriterExcludes(Kunit test) {
        Kernel kernel = test.kernel();
        RwSem sem = kernel.locks().rwSem("lock_rules.rwsem");
        sem.downRead();
        Task reader = kernel.kthreads().run("reader", () -> {
            sem.downRead();
            sem.upRead();
            return 0;
        });
        kernel.sched().join(reader, Long.MAX_VALUE);
        int[] wrote = {0};
        Task writer = kernel.kthreads().run("writer", () -> {
            sem.downWrite();
            wrote[0]++;
            sem.upWrite();
            return 0;
        });
        kernel.sched().msleep(1);
        KUNIT_EXPECT_EQ(test, wrote[0], 0);
        sem.upRead();
        kernel.sched().join(writer, Long.MAX_VALUE);
        KUNIT_EXPECT_EQ(test, wrote[0], 1);
    }

    @KunitCase
    void oppositeOrderIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock zone = kernel.locks().spinLock("&zone->lock");
            SpinLock pcp = kernel.locks().spinLock("&pcp->lock");
            takeInOrder(pcp, zone);
            KUNIT_EXPECT_TRUE(test, kernel.locks().debugLocks());
            takeInOrder(zone, pcp);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "WARNING: possible circular locking dependency detected"), "%s", log);
            KUNIT_EXPECT_FALSE(test, kernel.locks().debugLocks());
        }
    }

    private static void takeInOrder(SpinLock first, SpinLock second) {
        try (var _ = first.hold(); var _ = second.hold()) {
            first.assertHeld();
        }
    }

    @KunitCase
    void irqLockTakenWithInterruptsOnIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock lock = kernel.locks().spinLock("dev->lock");
            kernel.interrupts().raise(0, "dev", () -> {
                lock.lock();
                lock.unlock();
            });
            lock.lock();
            lock.unlock();
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage."), "%s", log);
        }
    }

    @KunitCase
    void sleepingUnderASpinlockIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            try (var _ = kernel.locks().spinLock("spin").hold()) {
                kernel.preempt().mightSleep();
            }
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "BUG: sleeping function called from invalid context at LockRulesKunit.java:"), "%s", log);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 1, name: swapper"), "%s", log);
        }
    }

    @KunitCase
    void spinlockTakenTwiceIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock lock = kernel.locks().spinLock("twice");
            Task task = kernel.kthreads().run("twice", () -> {
                lock.lock();
                lock.lock();
                return 0;
            });
            kernel.sched().join(task, Long.MAX_VALUE);
            KUNIT_EXPECT_TRUE(test, task.deathCause() instanceof KernelBug);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "BUG: spinlock recursion on CPU#"), "%s", log);
            kernel.shutdown();
        }
    }

    @KunitCase
    void secondLockOfAClassIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            takeInOrder(kernel.locks().spinLock("class"), kernel.locks().spinLock("class"));
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "WARNING: possible recursive locking detected"), "%s", log);
        }
    }

    @KunitCase
    void mutexUnderASpinlockIsReportedTwice(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            Mutex mutex = kernel.locks().mutex("mutex");
            try (var _ = kernel.locks().spinLock("spin").hold(); var _ = mutex.hold()) {
                KUNIT_EXPECT_TRUE(test, mutex.isHeld());
            }
            // It would sleep while atomic, and a sleeping lock within a spinning one is wrong even where it need not
            // wait.
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "BUG: sleeping function called from invalid context at "), "%s", log);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "[ BUG: Invalid wait context ]"), "%s", log);
        }
    }

    /** Take a lock in an interrupt on CPU 0, which makes it a lock that interrupts take. */
    private static void takeInHardirq(Kernel kernel, SpinLock lock) {
        kernel.interrupts().raise(0, "dev", () -> {
            lock.lock();
            lock.unlock();
        });
    }

    private static void takeWithInterruptsOff(SpinLock first, SpinLock second) {
        boolean flags = first.lockIrqsave();
        second.lock();
        second.unlock();
        first.unlockIrqrestore(flags);
    }

    @KunitCase
    void lockThatInterruptsBreakIntoUnderOneThatTheyTakeIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock safe = kernel.locks().spinLock("safe");
            SpinLock unsafe = kernel.locks().spinLock("unsafe");
            takeInHardirq(kernel, safe);
            unsafe.lock();
            unsafe.unlock();
            takeWithInterruptsOff(safe, unsafe);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected"), "%s", log);
        }
    }

    @KunitCase
    void lockThatInterruptsTakeLaterIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock outer = kernel.locks().spinLock("outer");
            SpinLock inner = kernel.locks().spinLock("inner");
            inner.lock();
            inner.unlock();
            takeWithInterruptsOff(outer, inner);
            KUNIT_EXPECT_TRUE(test, kernel.locks().debugLocks());
            takeInHardirq(kernel, outer);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "WARNING: possible irq lock inversion dependency detected"), "%s", log);
        }
    }

    @KunitCase
    void schedulingWithASpinlockIsReported(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            try (var _ = kernel.locks().spinLock("spin").hold()) {
                kernel.sched().sleepNs(1);
            }
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "BUG: scheduling while atomic: swapper/1/0x00000002"), "%s", log);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "Preemption disabled at:"), "%s", log);
        }
    }

    @KunitCase
    void unlockByAStrangerEndsIt(Kunit test) {
        List<String> log = new ArrayList<>();
        try (Kernel kernel = sandbox(log)) {
            SpinLock lock = kernel.locks().spinLock("owned");
            lock.lock();
            Task stranger = kernel.kthreads().createOnCpu("stranger", 1, () -> {
                lock.unlock();
                return 0;
            });
            kernel.sched().wake(stranger);
            while (stranger.deathCause() == null) {
                kernel.sched().cpuRelax();
            }
            KUNIT_EXPECT_TRUE(test, stranger.deathCause() instanceof KernelBug);
            KUNIT_EXPECT_TRUE_MSG(test, logged(log, "BUG: spinlock wrong owner on CPU#1, stranger/"), "%s", log);
            lock.unlock();
        }
    }
}
