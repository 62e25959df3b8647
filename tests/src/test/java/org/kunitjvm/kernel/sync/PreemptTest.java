package org.kunitjvm.kernel.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.Task;

/**
 * Every way to switch preemption, interrupts or migration off nests as in Linux, and misuse is reported in its words.
 */
final class PreemptTest {
    private final Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();
    private final Preempt preempt = kernel.preempt();

    private List<String> log() {
        return kernel.log().records().stream().map(LogRecord::text).toList();
    }

    private boolean logged(String start) {
        return log().stream().anyMatch(line -> line.startsWith(start));
    }

    @Test
    @Tag("M-200")
    void fieldsOfThePreemptCount() {
        preempt.disable();
        preempt.disable();
        assertEquals(2, preempt.count());
        preempt.localBhDisable();
        assertEquals(0x202, preempt.count());
        assertTrue(preempt.inTask(), "bottom halves off is still task context");
        kernel.interrupts().inSoftirq(() -> {
            assertEquals(0x302, preempt.count());
            assertFalse(preempt.inTask());
            assertTrue(preempt.inServingSoftirq());
        });
        preempt.localBhEnable();
        preempt.enable();
        preempt.enable();
        kernel.interrupts().raise(0, "irq", () -> {
            assertEquals(0x10000, preempt.count());
            assertTrue(preempt.inHardirq() && preempt.irqsDisabled());
        });
        assertEquals(0, preempt.count());
        assertEquals(0, kernel.warnings().count());
    }

    @Test
    @Tag("M-200")
    void underflowsWarn() {
        preempt.enable();
        assertEquals(1, kernel.warnings().count());
        assertTrue(logged("DEBUG_LOCKS_WARN_ON(val > preempt_count())"), log().toString());
        preempt.migrateEnable();
        assertEquals(2, kernel.warnings().count());
        preempt.rcuReadUnlock();
        assertEquals(3, kernel.warnings().count());
        preempt.localIrqRestore(false);
        assertEquals(4, kernel.warnings().count());
    }

    @Test
    @Tag("M-200")
    void irqSaveNestsAndDisableDoesNot() {
        boolean outer = preempt.localIrqSave();
        boolean inner = preempt.localIrqSave();
        preempt.localIrqRestore(inner);
        assertTrue(preempt.irqsDisabled());
        preempt.localIrqRestore(outer);
        assertFalse(preempt.irqsDisabled());
        preempt.localIrqDisable();
        preempt.localIrqDisable();
        preempt.localIrqEnable();
        assertFalse(preempt.irqsDisabled());
    }

    @Test
    @Tag("M-200")
    void migrationOffAllowsSleepAndKeepsTheCpu() throws ErrnoException {
        Task task = kernel.kthreads().run("pinned", () -> {
            int cpu = kernel.current().cpu();
            try (var _ = preempt.migrateGuard()) {
                kernel.sched().msleep(10);
                return cpu == kernel.current().cpu() ? 0 : 1;
            }
        });
        kernel.sched().condResched();
        int before = task.cpu();
        kernel.kthreads().setCpusAllowed(task, CpuMask.of(1 - before));
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(0, task.exitCode());
        assertEquals(List.of(), log());
    }

    @Test
    @Tag("M-201")
    void mightSleepSaysWhyAndAtMostOncePerSecond() {
        preempt.disable();
        preempt.mightSleep();
        preempt.mightSleep();
        preempt.enable();
        assertEquals(1, log().stream().filter(line -> line.startsWith("BUG: sleeping function")).count());
        assertTrue(log().get(0).matches("BUG: sleeping function called from invalid context at PreemptTest.java:\\d+"),
            log().get(0));
        assertEquals("in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 1, name: swapper", log().get(1));
        assertEquals("preempt_count: 1, expected: 0", log().get(2));
        assertEquals("RCU nest depth: 0, expected: 0", log().get(3));
        kernel.sched().msleep(1001);
        preempt.rcuReadLock();
        preempt.mightSleep();
        preempt.rcuReadUnlock();
        assertTrue(logged("RCU nest depth: 1, expected: 0"), log().toString());
        kernel.sched().msleep(1001);
        preempt.localIrqDisable();
        preempt.mightSleep();
        preempt.localIrqEnable();
        assertTrue(logged("in_atomic(): 0, irqs_disabled(): 1, non_block: 0, pid: 1, name: swapper"), log().toString());
        assertTrue((kernel.taint().mask() & (1 << 9)) != 0);
    }

    @Test
    @Tag("M-201")
    void mightSleepNamesTheLocksThatAreHeld() {
        SpinLock lock = kernel.locks().spinLock("zone->lock");
        lock.lock();
        preempt.mightSleep();
        lock.unlock();
        List<String> log = withoutLines();
        assertEquals(List.of("1 lock held by swapper/1:",
            " #0: (zone->lock){+.+.}-{2:2}, at: PreemptTest.mightSleepNamesTheLocksThatAreHeld (PreemptTest.java:N)",
            "Preemption disabled at:", " PreemptTest.mightSleepNamesTheLocksThatAreHeld (PreemptTest.java:N)"),
            log.subList(4, 8));
        assertTrue(log.get(8).startsWith("CPU: 0 "), log.toString());
    }

    /** The log with N for the line numbers of this file. */
    private List<String> withoutLines() {
        return log().stream().map(line -> line.replaceAll("PreemptTest.java:\\d+", "PreemptTest.java:N")).toList();
    }

    @Test
    @Tag("M-201")
    void mightSleepSaysWhereInterruptsWereSwitchedOff() {
        preempt.localIrqDisable();
        preempt.localIrqEnable();
        preempt.localBhDisable();
        preempt.localBhEnable();
        boolean flags = preempt.localIrqSave();
        preempt.mightSleep();
        preempt.localIrqRestore(flags);
        String here = "PreemptTest.mightSleepSaysWhereInterruptsWereSwitchedOff (PreemptTest.java:N)";
        List<String> log = withoutLines();
        assertEquals(List.of("no locks held by swapper/1.", "irq event stamp: 5",
            "hardirqs last  enabled at (2): " + here, "hardirqs last disabled at (5): " + here,
            "softirqs last  enabled at (4): " + here, "softirqs last disabled at (3): " + here), log.subList(4, 10));
        assertFalse(log.contains("Preemption disabled at:"), log.toString());
    }

    @Test
    @Tag("M-201")
    void mightSleepComplainsWhereTheTaskSaidThatItMustNotBlock() {
        preempt.nonBlockStart();
        preempt.mightSleep();
        preempt.nonBlockEnd();
        assertEquals("in_atomic(): 0, irqs_disabled(): 0, non_block: 1, pid: 1, name: swapper", log().get(1));
        kernel.sched().msleep(1001);
        int lines = log().size();
        preempt.mightSleep();
        assertEquals(lines, log().size());
        preempt.nonBlockEnd();
        assertEquals(1, kernel.warnings().count());
    }

    @Test
    @Tag("M-201")
    void locksAreNotShownAfterAReportOfLockdep() {
        kernel.locks().debugLocksOff();
        preempt.disable();
        preempt.mightSleep();
        preempt.enable();
        assertEquals("INFO: lockdep is turned off.", log().get(4));
    }

    @Test
    @Tag("M-201")
    void placesThatAreNotRememberedArePrintedAsTheKernelPrintsThem() {
        for (int i = 0; i < 100; i++) {
            preempt.disable();
            preempt.enable();
        }
        preempt.disable();
        preempt.mightSleep();
        preempt.enable();
        assertEquals(" 0x0", log().get(log().indexOf("Preemption disabled at:") + 1));
    }

    @Test
    @Tag("M-201")
    void cantSleepComplainsWhereSleepingIsPossible() {
        preempt.cantSleep();
        assertTrue(log().get(0).startsWith("BUG: assuming atomic context at PreemptTest.java:"), log().get(0));
        assertEquals("in_atomic(): 0, irqs_disabled(): 0, pid: 1, name: swapper", log().get(1));
        int lines = log().size();
        preempt.cantSleep();
        assertEquals(lines, log().size(), "at most once per second");
        kernel.sched().msleep(1001);
        preempt.disable();
        preempt.cantSleep();
        preempt.enable();
        assertEquals(lines, log().size());
        preempt.cantSleep();
        assertEquals(2 * lines, log().size());
    }

    @Test
    @Tag("M-202")
    void schedulingWhileAtomic() {
        preempt.disable();
        kernel.sched().sleepNs(1);
        preempt.enable();
        List<String> log = withoutLines();
        assertEquals(List.of("BUG: scheduling while atomic: swapper/1/0x00000002", "no locks held by swapper/1.",
            "Preemption disabled at:", " PreemptTest.schedulingWhileAtomic (PreemptTest.java:N)"), log.subList(0, 4));
        assertTrue(log.get(4).startsWith("CPU: 0 "), log.toString());
        assertTrue((kernel.taint().mask() & (1 << 9)) != 0);
    }

    @Test
    @Tag("M-202")
    void schedulingWithInterruptsOffIsSleepingInInvalidContext() {
        preempt.localIrqDisable();
        kernel.sched().sleepNs(1);
        preempt.localIrqEnable();
        assertTrue(log().getFirst().startsWith("BUG: sleeping function called from invalid context at "),
            log().getFirst());
        assertTrue(logged("in_atomic(): 0, irqs_disabled(): 1,"), log().toString());
    }

    @Test
    @Tag("M-203")
    void smpProcessorIdWherePreemptionMayMoveTheTask() {
        preempt.smpProcessorId();
        assertEquals("BUG: using smp_processor_id() in preemptible [00000000] code: swapper/1", log().get(0));
        assertTrue(log().get(1).startsWith("caller is PreemptTest.smpProcessorIdWherePreemptionMayMoveTheTask"),
            log().get(1));
        assertTrue(log().get(2).startsWith("CPU: 0 ") && log().get(3).equals("Call Trace:"), log().toString());
        int lines = log().size();
        try (var _ = preempt.preemptGuard()) {
            preempt.smpProcessorId();
        }
        try (var _ = preempt.migrateGuard()) {
            preempt.smpProcessorId();
        }
        preempt.localIrqDisable();
        preempt.smpProcessorId();
        preempt.localIrqEnable();
        assertEquals(lines, log().size());
    }

    @Test
    @Tag("M-203")
    void perCpuAccessIsCheckedTheSameWay() {
        PerCpu<int[]> counters = kernel.perCpu(_ -> new int[1]);
        preempt.getCpu();
        counters.thisCpu()[0]++;
        preempt.putCpu();
        assertEquals(List.of(), log());
        counters.thisCpu()[0]++;
        assertTrue(logged("BUG: using smp_processor_id() in preemptible"), log().toString());
        assertEquals(2, counters.of(0)[0]);
    }
}
