package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.Task;

/** A drain of all CPUs does the work of everybody who came before it began, and nobody returns too early. */
final class LruDrainTest {
    @Test
    @Tag("M-182")
    void onlyCpusWithSomethingGetWork() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.onCpu(1, () -> {
                machine.lru.batches().addLru(pfn);
                return 0;
            });
            assertFalse(machine.lru.drain().needsDrain(0));
            assertTrue(machine.lru.drain().needsDrain(1));
            List<String> workers = new ArrayList<>();
            machine.kernel.sched().addPointListener((task, kind, label) -> {
                if (task.comm().startsWith("kworker") && !workers.contains(task.comm())) {
                    workers.add(task.comm());
                }
            });
            machine.lru.drain().drainAll();
            assertEquals(List.of("kworker/1:0"), workers);
            machine.lru.put(pfn);
        }
    }

    /**
     * Three callers come while a drain is under way. The first to get the mutex drains for all of them; the others see
     * that a whole drain began after they came.
     */
    @Test
    @Tag("M-182")
    void callersThatQueuedTogetherShareOneDrain() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.lru.batches().addLru(pfn);
            List<Task> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(machine.kernel.kthreads().createOnCpu("caller" + i, 1, () -> {
                    machine.lru.drain().drainAll();
                    return 0;
                }));
            }
            // The first blocks in flush_work on CPU 0 with the mutex held, while the others queue for it.
            callers.forEach(machine.kernel.sched()::wake);
            callers.forEach(caller -> machine.kernel.sched().join(caller, Long.MAX_VALUE));
            assertEquals(2, machine.lru.drain().generation(), "one drain of the first, one for the three that waited");
            assertTrue(machine.map.hasFlag(pfn, PG_LRU));
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-182")
    void whatWasInABatchBeforeTheCallIsOnItsListAfterItUnderAnySchedule() {
        for (long seed = 0; seed < 300; seed++) {
            String failure = "seed " + seed;
            try (LruMachine machine = new LruMachine(Kernel.builder().cpus(2).memory("64M")
                .policy(new RandomPolicy(seed)).build())) {
                List<Task> tasks = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    tasks.add(machine.kernel.kthreads().run("adder" + i, () -> {
                        int pfn = machine.newFolio();
                        machine.lru.batches().addLru(pfn);
                        machine.lru.drain().drainAll();
                        assertTrue(machine.map.hasFlag(pfn, PG_LRU), failure);
                        machine.lru.put(pfn);
                        return 0;
                    }));
                }
                for (Task task : tasks) {
                    machine.kernel.sched().join(task, Long.MAX_VALUE);
                    assertEquals(null, task.deathCause(), failure);
                }
            }
        }
    }

    @Test
    @Tag("M-182")
    void disablingTheCacheForcesADrainOfEveryCpu() {
        try (LruMachine machine = new LruMachine()) {
            List<String> workers = new ArrayList<>();
            machine.kernel.sched().addPointListener((task, kind, label) -> {
                if (task.comm().startsWith("kworker") && !workers.contains(task.comm())) {
                    workers.add(task.comm());
                }
            });
            machine.lru.drain().disableCache();
            assertEquals(List.of("kworker/0:0", "kworker/1:0"), workers);
            assertTrue(machine.lru.batches().isCacheDisabled());
            machine.lru.drain().enableCache();
            assertFalse(machine.lru.batches().isCacheDisabled());
        }
    }
}
