package org.kunitjvm.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.Preempt;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * Work is pending at most once and runs where it belongs; timers are never early; kthreads keep the rules of their
 * life.
 */
final class WorkqueueTest {
    private final Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();

    @AfterEach
    void nothingIsLeft() {
        kernel.close();
    }

    private Workqueue workqueue(boolean bound) {
        return new Workqueue(kernel.sched(), kernel.clock(), kernel.kthreads(), "test_wq", bound);
    }

    @Test
    @Tag("M-208")
    void itemIsPendingOnceAndMayBeQueuedAgainWhenItRuns() {
        Workqueue wq = workqueue(true);
        int[] runs = {0};
        Work work = new Work("work", () -> runs[0]++);
        assertTrue(wq.queue(work));
        assertFalse(wq.queue(work));
        assertTrue(wq.flush(work));
        assertFalse(wq.flush(work));
        assertEquals(1, runs[0]);
        assertTrue(wq.queue(work));
        wq.flush(work);
        assertEquals(2, work.finished());
        wq.destroy();
    }

    @Test
    @Tag("M-208")
    void boundWorkRunsOnTheCpuThatQueuedIt() {
        Workqueue wq = workqueue(true);
        List<Integer> cpus = new ArrayList<>();
        Work work = new Work("work", () -> cpus.add(kernel.current().cpu()));
        for (int cpu = 0; cpu < 2; cpu++) {
            wq.queueOn(cpu, work);
            wq.flush(work);
        }
        assertEquals(List.of(0, 1), cpus);
        wq.destroy();
    }

    @Test
    @Tag("M-208")
    void cancelTakesAPendingItemBackAndFlushOfItselfIsADeadlock() {
        Workqueue wq = workqueue(false);
        int[] runs = {0};
        Work work = new Work("work", () -> runs[0]++);
        wq.queue(work);
        assertTrue(wq.cancelSync(work));
        assertFalse(wq.cancelSync(work));
        assertEquals(0, runs[0]);
        Throwable[] thrown = {null};
        Work[] self = new Work[1];
        self[0] = new Work("self", () -> thrown[0] = assertThrows(KernelBug.class, () -> wq.flush(self[0])));
        wq.queue(self[0]);
        wq.flush(self[0]);
        assertNotNull(thrown[0]);
        wq.destroy();
    }

    @Test
    @Tag("M-208")
    void delayedWorkIsPendingFromTheStartAndRunsNotBeforeItsTime() {
        Workqueue wq = workqueue(true);
        long[] ranAt = {-1};
        DelayedWork delayed = new DelayedWork(kernel.sched(), kernel.clock(), "delayed",
            () -> ranAt[0] = kernel.clock().jiffies64());
        long due = kernel.clock().jiffies64() + 20;
        assertTrue(wq.queueDelayed(delayed, 20));
        assertTrue(delayed.isPending());
        assertFalse(wq.queueDelayed(delayed, 5), "it is pending");
        kernel.sched().msleep(15);
        assertEquals(-1, ranAt[0]);
        kernel.sched().msleep(15);
        assertTrue(ranAt[0] >= due && ranAt[0] <= due + 2, "due " + due + ", ran " + ranAt[0]);
        assertFalse(delayed.isPending());
        assertTrue(wq.queueDelayed(delayed, 0), "without a delay it is queued at once");
        assertTrue(wq.flushDelayed(delayed));
        assertEquals(2, delayed.finished());
        wq.destroy();
    }

    @Test
    @Tag("M-208")
    void delayedWorkCanBeMovedFlushedAndCancelled() {
        Workqueue wq = workqueue(true);
        long[] ranAt = {-1};
        DelayedWork delayed = new DelayedWork(kernel.sched(), kernel.clock(), "delayed",
            () -> ranAt[0] = kernel.clock().jiffies64());
        assertFalse(wq.modDelayed(delayed, 1000), "it was not pending");
        assertTrue(wq.modDelayed(delayed, 10));
        kernel.sched().msleep(20);
        assertEquals(1, delayed.finished());
        wq.queueDelayed(delayed, 1000);
        long now = kernel.clock().jiffies64();
        assertTrue(wq.flushDelayed(delayed));
        assertTrue(ranAt[0] < now + 100, "a flush does not wait for the delay");
        assertEquals(2, delayed.finished());
        wq.queueDelayed(delayed, 10);
        assertTrue(wq.cancelDelayedSync(delayed));
        assertFalse(wq.cancelDelayedSync(delayed));
        kernel.sched().msleep(50);
        assertEquals(2, delayed.finished());
        wq.queueDelayed(delayed, 0);
        assertTrue(wq.modDelayed(delayed, 10), "one that is on a queue is taken off it");
        assertFalse(wq.queueDelayed(delayed, 0));
        kernel.sched().msleep(20);
        assertEquals(3, delayed.finished());
        wq.destroy();
    }

    @Test
    @Tag("M-209")
    void hrtimerFiresInHardirqToTheNanosecondAndCanGoOn() {
        HrTimer[] timer = new HrTimer[1];
        List<Long> due = new ArrayList<>();
        boolean[] hard = {true};
        long start = kernel.clock().ktimeNs() + 12_345;
        timer[0] = new HrTimer(kernel.sched(), kernel.clock(), expires -> {
            hard[0] &= kernel.preempt().inHardirq() && kernel.preempt().irqsDisabled()
                && !kernel.preempt().inServingSoftirq();
            assertTrue(kernel.clock().ktimeNs() >= expires, "early");
            due.add(expires);
            return due.size() < 3 ? timer[0].forwardNow(expires, 1000) : HrTimer.NO_RESTART;
        });
        timer[0].start(start);
        assertTrue(timer[0].isQueued());
        kernel.sched().msleep(1);
        assertEquals(List.of(start, start + 1000, start + 2000), due);
        assertTrue(hard[0]);
        assertFalse(timer[0].isQueued());
        timer[0].start(kernel.clock().ktimeNs() + 10);
        assertTrue(timer[0].cancel());
        assertFalse(timer[0].cancel());
        kernel.sched().msleep(1);
        assertEquals(3, due.size());
        long now = kernel.clock().ktimeNs();
        assertEquals(now + 5, timer[0].forwardNow(now - 15, 10), "the first whole interval that is not past");
    }

    @Test
    @Tag("M-209")
    void timersWaitForInterruptsAndBottomHalves() {
        Preempt preempt = kernel.preempt();
        List<Runnable> off = List.of(preempt::localIrqDisable, preempt::localBhDisable);
        List<Runnable> on = List.of(preempt::localIrqEnable, preempt::localBhEnable);
        for (int i = 0; i < off.size(); i++) {
            boolean[] fired = {false};
            kernel.sched().armTimer(kernel.clock().ktimeNs() + 50, () -> fired[0] = true);
            off.get(i).run();
            for (int step = 0; step < 20; step++) {
                kernel.sched().condResched();
                kernel.sched().decisionPoint(DecisionPoint.READ_ONCE, "spin");
            }
            assertFalse(fired[0]);
            on.get(i).run();
            kernel.sched().condResched();
            assertTrue(fired[0]);
        }
    }

    @Test
    @Tag("M-209")
    void timerRunsInSoftirqAlsoWhenEveryCpuIsIdle() {
        boolean[] inSoftirq = {false};
        KernelTimer timer = new KernelTimer(kernel.sched(), kernel.clock(),
            () -> inSoftirq[0] = kernel.preempt().inServingSoftirq());
        timer.mod(kernel.clock().jiffies64() + 5);
        kernel.sched().msleep(20);
        assertTrue(inSoftirq[0]);
    }

    @Test
    @Tag("M-209")
    void timerIsNeverEarlyAndCoarserTheLaterItIs() {
        for (long delta : new long[] {1, 10, 62, 63, 64, 500, 504, 5000, 100_000}) {
            long[] firedAt = {-1};
            KernelTimer timer = new KernelTimer(kernel.sched(), kernel.clock(),
                () -> firedAt[0] = kernel.clock().jiffies64());
            long expires = kernel.clock().jiffies64() + delta;
            assertFalse(timer.mod(expires));
            assertTrue(timer.mod(expires));
            kernel.sched().msleep(2 * delta + 100);
            assertTrue(firedAt[0] >= expires, delta + ": early by " + (expires - firedAt[0]));
            assertTrue(firedAt[0] - expires <= 1 + delta / 7, delta + ": late by " + (firedAt[0] - expires));
            assertFalse(timer.isPending());
        }
    }

    @Test
    @Tag("M-209")
    void timerRunsInSoftirqAndMustNotWaitForItself() {
        KernelTimer[] timer = new KernelTimer[1];
        Throwable[] thrown = {null};
        boolean[] inTask = {true};
        timer[0] = new KernelTimer(kernel.sched(), kernel.clock(), () -> {
            inTask[0] = kernel.preempt().inTask();
            thrown[0] = assertThrows(KernelBug.class, () -> timer[0].deleteSync());
        });
        timer[0].mod(kernel.clock().jiffies64() + 1);
        for (int i = 0; i < 1_000_000 && timer[0].isPending(); i++) {
            kernel.sched().condResched();
        }
        assertFalse(inTask[0]);
        assertNotNull(thrown[0]);
    }

    @Test
    @Tag("M-209")
    void jiffiesWrapFiveMinutesAfterBootAndCompareAcrossIt() {
        assertEquals((-300L * 1000) & 0xffff_ffffL, kernel.clock().jiffies64());
        long before = kernel.clock().jiffies64();
        kernel.sched().msleep(301_000);
        long after = kernel.clock().jiffies64();
        assertTrue((int) after >= 0 && (int) before < 0, "the low 32 bits wrapped");
        assertTrue(VirtualClock.timeAfter((int) after, (int) before));
        assertFalse(VirtualClock.timeAfter((int) before, (int) after));
    }

    @Test
    @Tag("M-154")
    void useAndUnuseCountStructReferencesAndWarn() {
        MmStruct mm = kernel.sched().mmTable().alloc();
        kernel.mmSwitch().use(mm);
        assertEquals(2, mm.mmCount());
        assertEquals(1, mm.mmUsers());
        assertEquals(0, kernel.warnings().count());
        kernel.mmSwitch().use(mm);
        assertEquals(1, kernel.warnings().count(), "it has an mm already");
        kernel.mmSwitch().unuse(mm);
        assertEquals(mm, kernel.current().activeMm());
        kernel.mmSwitch().unuse(mm);
        assertEquals(2, kernel.warnings().count(), "it has none");
        mm.mmput();
        assertEquals(0, mm.mmUsers());
    }

    @Test
    @Tag("M-207")
    void kthreadRulesOfAffinityAndBinding() throws ErrnoException {
        Task task = kernel.kthreads().create("task", () -> 7);
        kernel.kthreads().setCpusAllowed(task, CpuMask.of(1));
        assertEquals(1, task.cpu());
        assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class,
            () -> kernel.kthreads().setCpusAllowed(task, CpuMask.of(9))).errno());
        kernel.kthreads().bind(task, 0);
        assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class,
            () -> kernel.kthreads().setCpusAllowed(task, CpuMask.of(1))).errno());
        kernel.sched().wake(task);
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(7, task.exitCode());
        assertEquals(0, kernel.warnings().count());
        kernel.kthreads().bind(task, 1);
        assertEquals(1, kernel.warnings().count(), "bound after it ran");
        assertEquals(-Errno.EINTR.number(), kernel.kthreads().stop(kernel.kthreads().create("never", () -> 0)));
    }
}
