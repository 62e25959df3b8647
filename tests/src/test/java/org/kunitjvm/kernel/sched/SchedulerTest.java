package org.kunitjvm.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sync.SpinLock;

/** Exactly one task runs at a time, and who runs next is the policy's choice alone. */
final class SchedulerTest {
    private static final int ROUNDS = 20;

    private static Kernel boot(SchedulingPolicy policy) {
        return Kernel.builder().cpus(2).memory("64M").policy(policy).initcalls(List.of()).build();
    }

    private static String interleaving(SchedulingPolicy policy) {
        StringBuilder order = new StringBuilder();
        try (Kernel kernel = boot(policy)) {
            List<Task> tasks = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                tasks.add(kernel.kthreads().run(name, () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        order.append(name);
                        kernel.sched().condResched();
                    }
                    return 0;
                }));
            }
            tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
        }
        return order.toString();
    }

    @Test
    void roundRobinLetsEveryTaskTakeItsTurn() {
        assertEquals("abc".repeat(ROUNDS), interleaving(new RoundRobinPolicy()));
    }

    @Test
    void sameSeedGivesSameInterleavingAndSeedsDiffer() {
        String first = interleaving(new RandomPolicy(1));
        assertEquals(first, interleaving(new RandomPolicy(1)));
        assertTrue(!first.equals(interleaving(new RandomPolicy(2))), first);
    }

    @Test
    void spinLockExcludesUnderRandomSchedules() {
        for (long seed = 0; seed < 200; seed++) {
            int[] shared = {0};
            try (Kernel kernel = boot(new RandomPolicy(seed))) {
                SpinLock lock = kernel.locks().spinLock("lock");
                List<Task> tasks = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    tasks.add(kernel.kthreads().run("inc", () -> {
                        for (int i = 0; i < ROUNDS; i++) {
                            try (var _ = lock.hold()) {
                                int read = shared[0];
                                kernel.sched().decisionPoint(DecisionPoint.READ_ONCE, "shared");
                                shared[0] = read + 1;
                            }
                        }
                        return 0;
                    }));
                }
                tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
            }
            assertEquals(3 * ROUNDS, shared[0], "seed " + seed);
        }
    }

    @Test
    void sleepingCostsVirtualTimeOnly() {
        try (Kernel kernel = boot(new RoundRobinPolicy())) {
            kernel.sched().msleep(3_600_000);
            assertTrue(kernel.clock().ktimeNs() >= 3_600_000_000_000L);
        }
    }

    @Test
    void deadlockIsReportedInTheInitTaskWithWhoWaitsForWhat() {
        Kernel kernel = boot(new RoundRobinPolicy());
        Task stuck = kernel.kthreads().run("stuck", () -> {
            kernel.sched().block("godot");
            return 0;
        });
        KernelDeadlock deadlock = assertThrows(KernelDeadlock.class, () -> kernel.sched().join(stuck, Long.MAX_VALUE));
        assertTrue(deadlock.getMessage().contains("godot"), deadlock.getMessage());
        assertEquals(1, kernel.shutdown().size());
    }

    /**
     * To end a kthread it must be woken, and a policy that lets it run at once must not leave the one who ends it
     * waiting.
     */
    @Test
    void kernelEndsWhateverItsPolicyMakesOfKthreadsThatWait() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (long seed = 0; seed < 100; seed++) {
                Kernel kernel = boot(new RandomPolicy(seed));
                for (int i = 0; i < 3; i++) {
                    kernel.kthreads().run("waiter" + i, () -> {
                        kernel.sched().block("godot");
                        return 0;
                    });
                }
                kernel.sched().msleep(1);
                assertEquals(3, kernel.shutdown().size(), "seed " + seed);
            }
        });
    }

    @Test
    void stopReturnsTheResultAndMinusEintrIfItNeverRan() {
        try (Kernel kernel = boot(new RoundRobinPolicy())) {
            Task worker = kernel.kthreads().run("worker", () -> {
                while (!kernel.kthreads().shouldStop()) {
                    kernel.sched().condResched();
                }
                return 42;
            });
            assertEquals(42, kernel.kthreads().stop(worker));
            assertEquals(-4, kernel.kthreads().stop(kernel.kthreads().create("never", () -> 1)));
        }
    }

    @Test
    void recordedScheduleReplaysARandomRunExactly() {
        RecordingPolicy recording = new RecordingPolicy(new RandomPolicy(7));
        String first = interleaving(recording);
        assertEquals(first, interleaving(new RecordedPolicy(Schedule.parse(recording.schedule().toString()))));
    }
}
