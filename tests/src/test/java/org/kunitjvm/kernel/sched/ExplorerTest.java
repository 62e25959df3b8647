package org.kunitjvm.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sync.SpinLock;

/** Every schedule within the bound is run once, and one that fails replays. */
final class ExplorerTest {
    private static Kernel boot(SchedulingPolicy policy) {
        return Kernel.builder().cpus(2).memory("64M").policy(policy).initcalls(List.of()).build();
    }

    /** Two kthreads add one without a lock: an update is lost if one is preempted between its read and its write. */
    private static void lostUpdate(SchedulingPolicy policy) {
        int[] counter = {0};
        try (Kernel kernel = boot(policy)) {
            Scheduler sched = kernel.sched();
            KthreadFn add = () -> {
                int read = counter[0];
                sched.decisionPoint(DecisionPoint.READ_ONCE, "counter");
                counter[0] = read + 1;
                return 0;
            };
            Task a = kernel.kthreads().run("a", add);
            Task b = kernel.kthreads().run("b", add);
            sched.join(a, Long.MAX_VALUE);
            sched.join(b, Long.MAX_VALUE);
        }
        if (counter[0] != 2) {
            throw new AssertionError("counter is " + counter[0]);
        }
    }

    @Test
    void lostUpdateNeedsOnePreemptionAndReplays() {
        assertTrue(new Explorer(0, 1000).exploreAll(ExplorerTest::lostUpdate).passed());
        Explorer.Result found = new Explorer(1, 1000).exploreAll(ExplorerTest::lostUpdate);
        assertFalse(found.passed());
        Schedule failing = Schedule.parse(Objects.requireNonNull(found.failing()).toString());
        assertThrows(AssertionError.class, () -> lostUpdate(new RecordedPolicy(failing)));
    }

    @Test
    void randomModeFindsItTooAndReplays() {
        Explorer.Result found = Explorer.exploreRandom(ExplorerTest::lostUpdate, 1000, 1);
        assertNotNull(found.failure());
        Schedule failing = Objects.requireNonNull(found.failing());
        assertThrows(AssertionError.class, () -> lostUpdate(new RecordedPolicy(failing)));
    }

    @Test
    void everyInterleavingWithinTheBoundIsSeenOnce() {
        // Two tasks of two steps each: 6 interleavings, of which two need no preemption and four need at most two.
        Set<String> seen = new LinkedHashSet<>();
        Explorer.Result all = new Explorer(3, 100_000).exploreAll(policy -> {
            StringBuilder order = new StringBuilder();
            try (Kernel kernel = boot(policy)) {
                List<Task> tasks = List.of("a", "b").stream().map(name -> kernel.kthreads().run(name, () -> {
                    order.append(name);
                    kernel.sched().decisionPoint(DecisionPoint.READ_ONCE, name);
                    order.append(name);
                    return 0;
                })).toList();
                tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
            }
            seen.add(order.toString());
        });
        assertTrue(all.complete() && all.passed(), all.toString());
        assertEquals(Set.of("aabb", "abab", "abba", "bbaa", "baba", "baab"), seen);
    }

    @Test
    void numberOfSchedulesGrowsWithTheBoundAndIsTheSameEveryTime() {
        long previous = 0;
        for (int bound = 0; bound < 3; bound++) {
            Explorer.Result result = new Explorer(bound, 1_000_000).exploreAll(ExplorerTest::lockedUpdate);
            assertTrue(result.complete() && result.passed(), result.toString());
            assertEquals(result.schedules(), new Explorer(bound, 1_000_000).exploreAll(ExplorerTest::lockedUpdate)
                .schedules());
            assertTrue(result.schedules() > previous, result.toString());
            previous = result.schedules();
        }
    }

    /** As {@link #lostUpdate} under a spinlock. */
    static void lockedUpdate(SchedulingPolicy policy) {
        int[] counter = {0};
        try (Kernel kernel = boot(policy)) {
            SpinLock lock = kernel.locks().spinLock("lock");
            KthreadFn add = () -> {
                lock.lock();
                int read = counter[0];
                kernel.sched().decisionPoint(DecisionPoint.READ_ONCE, "counter");
                counter[0] = read + 1;
                lock.unlock();
                return 0;
            };
            Task a = kernel.kthreads().run("a", add);
            Task b = kernel.kthreads().run("b", add);
            kernel.sched().join(a, Long.MAX_VALUE);
            kernel.sched().join(b, Long.MAX_VALUE);
        }
        if (counter[0] != 2) {
            throw new AssertionError("counter is " + counter[0]);
        }
    }

    @Test
    void limitStopsTheSearchAndSaysSo() {
        Explorer.Result result = new Explorer(2, 10).exploreAll(ExplorerTest::lockedUpdate);
        assertEquals(10, result.schedules());
        assertFalse(result.complete());
    }
}
