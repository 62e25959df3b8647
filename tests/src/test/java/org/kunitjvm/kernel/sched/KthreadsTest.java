package org.kunitjvm.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;

/** A kthread stands still until it is woken, parks and stops when it is asked, and moves only where and when it may. */
final class KthreadsTest {
    private final Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();
    private final Kthreads kthreads = kernel.kthreads();

    @AfterEach
    void nothingIsLeft() {
        kernel.close();
    }

    @Test
    @Tag("M-207")
    void createdThreadRunsOnlyOnceItIsWoken() {
        int[] ran = {0};
        Task task = kthreads.create("created", () -> ++ran[0]);
        kernel.sched().msleep(1);
        assertEquals(0, ran[0]);
        kernel.sched().wake(task);
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(1, task.exitCode());
    }

    @Test
    @Tag("M-207")
    void parkWaitsUntilTheThreadStandsAndUnparkLetsItGo() {
        int[] rounds = {0};
        Task task = kthreads.run("parker", () -> {
            while (!kthreads.shouldStop()) {
                if (kthreads.shouldPark()) {
                    kthreads.parkme();
                }
                rounds[0]++;
                kernel.sched().condResched();
            }
            return 5;
        });
        kernel.sched().condResched();
        kthreads.park(task);
        int parkedAt = rounds[0];
        kernel.sched().msleep(5);
        assertEquals(parkedAt, rounds[0]);
        kthreads.unpark(task);
        kernel.sched().condResched();
        assertTrue(rounds[0] > parkedAt);
        kthreads.park(task);
        assertEquals(5, kthreads.stop(task), "stop unparks, and returns what the function returned");
    }

    @Test
    @Tag("M-207")
    void exitEndsTheThreadInTheMiddle() {
        boolean[] behind = {false};
        Task task = kthreads.run("leaver", () -> {
            if (kernel.current().pid() > 0) {
                throw kthreads.exit(9);
            }
            behind[0] = true;
            return 0;
        });
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(9, task.exitCode());
        assertFalse(behind[0]);
    }

    @Test
    @Tag("M-207")
    void affinityChangeWaitsUntilMigrationIsEnabled() throws ErrnoException {
        boolean[] enabled = {false};
        Task task = kthreads.run("pinned", () -> {
            try (var _ = kernel.preempt().migrateGuard()) {
                kernel.sched().msleep(5);
                enabled[0] = true;
            }
            kernel.sched().msleep(5);
            return kernel.current().cpu();
        });
        kernel.sched().condResched();
        int other = 1 - task.cpu();
        kthreads.setCpusAllowed(task, CpuMask.of(other));
        assertTrue(enabled[0], "moved while it was pinned");
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(other, task.exitCode());
    }

    @Test
    @Tag("M-207")
    void affinityChangeOfATaskThatEndedPinnedReturns() throws ErrnoException {
        Task task = kthreads.run("pinned", () -> {
            kernel.preempt().migrateDisable();
            kernel.sched().msleep(2);
            return 0;
        });
        kernel.sched().condResched();
        kthreads.setCpusAllowed(task, CpuMask.of(1 - task.cpu()));
        assertEquals(TaskState.DEAD, task.state());
    }

    @Test
    @Tag("M-207")
    void movingOneselfWhileAtomicWarns() throws ErrnoException {
        int other = 1 - kernel.current().cpu();
        kernel.preempt().disable();
        kthreads.setCpusAllowed(kernel.current(), CpuMask.of(other));
        kernel.preempt().enable();
        assertEquals(1, kernel.warnings().count());
        kthreads.setCpusAllowed(kernel.current(), CpuMask.of(1 - other));
        assertEquals(1, kernel.warnings().count());
    }

    @Test
    @Tag("M-154")
    void addressSpaceDroppedOnceTooOftenKillsTheTaskAndNotTheKernel() {
        MmStruct mm = kernel.sched().mmTable().alloc();
        Task task = kthreads.run("dropper", () -> {
            kernel.mmSwitch().use(mm);
            kernel.mmSwitch().unuse(mm);
            mm.mmput();
            mm.mmdrop();
            return 0;
        });
        assertTrue(kernel.sched().join(task, Long.MAX_VALUE));
        assertTrue(String.valueOf(task.deathCause()).contains("mmdrop of mm#1"), String.valueOf(task.deathCause()));
        assertEquals(-1, task.exitCode());
        assertTrue(kernel.log().records().getFirst().text().startsWith("kernel BUG: mmdrop of mm#1"));
    }

    @Test
    @Tag("M-154")
    void onlyAKthreadMayUseTheAddressSpaceOfAnother() {
        MmStruct mm = kernel.sched().mmTable().alloc();
        Task me = kernel.current();
        int flags = me.flags();
        me.restoreFlags(0, Task.PF_KTHREAD);
        kernel.mmSwitch().use(mm);
        assertEquals(1, kernel.warnings().count());
        kernel.mmSwitch().unuse(mm);
        assertEquals(2, kernel.warnings().count());
        me.restoreFlags(flags, Task.PF_KTHREAD);
        mm.mmput();
    }
}
