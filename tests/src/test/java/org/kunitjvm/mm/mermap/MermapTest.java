package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.PageTableAllocator;
import org.kunitjvm.kernel.mmu.PageTableKunitSuites;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;

/** A get gives an address that no TLB can have stale, or nothing; what the rules of the design forbid is reported. */
final class MermapTest {
    private static final int PFN = 0x800;
    private static final int MAGIC = 0xe4a4;
    private static final long PAGE = PageTable.PAGE_SIZE;
    private static final int NORMAL_PAGES = 511;

    private @Nullable Kernel booted;

    private Kernel boot(String cmdline) {
        Kernel kernel = Kernel.builder().cpus(2).memory("64M").cmdline(cmdline).initcalls(List.of(new MermapInitcall()))
            .build();
        booted = kernel;
        return kernel;
    }

    @AfterEach
    void nothingIsLeft() {
        if (booted != null) {
            booted.close();
        }
    }

    /** An address space, prepared. */
    private static MmStruct prepared(Kernel kernel) {
        MmStruct mm = kernel.sched().mmTable().alloc();
        try {
            kernel.get(Mermap.class).mmPrepare(mm);
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
        return mm;
    }

    private static MermapAlloc got(@Nullable MermapAlloc alloc) {
        return Objects.requireNonNull(alloc, "mermap_get failed");
    }

    private static String log(Kernel kernel) {
        return String.join("\n", kernel.log().records().stream().map(LogRecord::text).toList());
    }

    @Test
    @Tag("M-140")
    void layoutIsThatOfX86WithFourLevels() {
        MermapLayout layout = boot("").get(Mermap.class).layout();
        assertEquals(0xffff_8800_0020_0000L, layout.base());
        assertEquals(2 << 20, layout.regionBytes());
        assertEquals(layout.base() + (2 << 20), layout.cpuBase(1));
        assertEquals(layout.cpuBase(1), layout.cpuEnd(0));
        assertEquals(layout.cpuEnd(0) - PAGE, layout.normalEnd(0));
        assertEquals(layout.base() + 64L * (2 << 20), layout.end());
        assertEquals(1, layout.cpuOf(layout.cpuBase(1)));
        assertEquals(0, layout.cpuOf(layout.cpuBase(1) - 1));
        assertEquals(-1, layout.cpuOf(layout.base() - 1));
        assertEquals(-1, layout.cpuOf(layout.end()));
        assertEquals(0xffff_8800_4000_0000L, boot("mermap.variant=draft").get(Mermap.class).layout().base());
    }

    @Test
    @Tag("M-140")
    void fiveLevelsMoveTheRegionAndEveryCaseStillPasses() {
        KernelConfig config = KernelConfig.defconfig().with("X86_5LEVEL", "y");
        for (String cmdline : List.of("", "no5lvl")) {
            long base = cmdline.isEmpty() ? 0xff10_0000_0020_0000L : 0xffff_8800_0020_0000L;
            try (Kernel kernel = Kernel.builder().memory("64M").config(config).cmdline(cmdline)
                .initcalls(List.of(new MermapInitcall())).build()) {
                assertEquals(base, kernel.get(Mermap.class).layout().base());
            }
        }
        for (Class<?> suite : List.of(MermapKunit.class, MermapTlbKunit.class, MermapConcurrencyKunit.class,
            MermapLifetimeKunit.class, PageTableKunitSuites.PAGE_TABLE, PageTableKunitSuites.DIRECT_MAP)) {
            SuiteRun run = SuiteRun.of(suite, "", config);
            assertFalse(run.results().isEmpty(), run.output());
            assertEquals(List.of(), run.failures(), run.output());
        }
    }

    @Test
    @Tag("M-141")
    void prepareIsIdempotentAndMakesATablePerCpu() throws ErrnoException {
        Kernel kernel = boot("");
        MmStruct mm = prepared(kernel);
        int tables = kernel.mmu().tables(mm).nrTables();
        assertEquals(3 + 2, tables, "PGD, PUD, PMD and a table for each of two CPUs");
        kernel.get(Mermap.class).mmPrepare(mm);
        assertEquals(tables, kernel.mmu().tables(mm).nrTables());
        mm.mmput();
    }

    @Test
    @Tag("M-141")
    void failedPrepareIsEnomemAndCanBeTriedAgain() throws ErrnoException {
        Kernel kernel = boot("");
        int[] left = {4};
        int[] out = {0};
        kernel.mmu().setTableAllocator(new PageTableAllocator() {
            @Override
            public int allocTable() {
                if (left[0] == 0) {
                    return NO_FRAME;
                }
                out[0]++;
                return 0x3000 + --left[0];
            }

            @Override
            public void freeTable(int pfn) {
                out[0]--;
            }
        });
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = kernel.sched().mmTable().alloc();
        assertEquals(Errno.ENOMEM, assertThrows(ErrnoException.class, () -> mermap.mmPrepare(mm)).errno());
        assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertEquals(1, kernel.warnings().count());
        left[0] = 8;
        mermap.mmPrepare(mm);
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        mermap.putTo(mm, alloc);
        mm.mmput();
        assertEquals(0, out[0], "every table frame came back");
    }

    @Test
    @Tag("M-142")
    void requestThatCanNeverFitFailsWithoutFlush() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        assertNull(mermap.getFrom(mm, PFN, 512 * PAGE, Pgprot.PAGE_KERNEL, false), "the last page is kept back");
        assertNull(mermap.getFrom(mm, PFN, 513 * PAGE, Pgprot.PAGE_KERNEL, false), "larger than the region");
        MermapAlloc all = got(mermap.getFrom(mm, PFN, NORMAL_PAGES * PAGE, Pgprot.PAGE_KERNEL, false));
        assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false), "no room while everything is in use");
        assertEquals(0, pinned(kernel, () -> mermap.tlbFlushes(mm)));
        kernel.preempt().disable();
        MermapAlloc reserve = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true));
        assertEquals(mermap.layout().normalEnd(0), reserve.addr());
        mermap.putTo(mm, reserve);
        kernel.preempt().enable();
        mermap.putTo(mm, all);
        assertEquals(0, kernel.current().migrateDisabled());
        mm.mmput();
        assertEquals(0, kernel.warnings().count(), log(kernel));
    }

    private static int pinned(Kernel kernel, java.util.function.IntSupplier body) {
        try (var _ = kernel.preempt().migrateGuard()) {
            return body.getAsInt();
        }
    }

    @Test
    @Tag("M-142")
    void normalGetAfterTheReserveNeverLeavesItsPlace() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        useReserveAtTheEnd(kernel, mermap, mm);
        MermapAlloc next = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertEquals(mermap.layout().cpuBase(0), next.addr());
        mermap.putTo(mm, next);
        mm.mmput();
    }

    @Test
    @Tag("M-142")
    void unsignedDifferenceLetsANormalGetOutOfItsRegion() {
        Kernel kernel = boot("mermap.variant=v2");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        useReserveAtTheEnd(kernel, mermap, mm);
        MermapAlloc next = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertEquals(mermap.layout().cpuBase(1), next.addr());
        kernel.mmSwitch().use(mm);
        String report = assertThrows(KernelBug.class, () -> kernel.mmu().readInt(next.addr())).getMessage();
        assertTrue(report.startsWith("BUG: use of a mermap address of CPU 1 on CPU 0"), report);
        kernel.mmSwitch().unuse(mm);
        mermap.putTo(mm, next);
        mm.mmput();
    }

    private static void useReserveAtTheEnd(Kernel kernel, TestMermap mermap, MmStruct mm) {
        MermapAlloc all = got(mermap.getFrom(mm, PFN, NORMAL_PAGES * PAGE, Pgprot.PAGE_KERNEL, false));
        kernel.preempt().disable();
        mermap.putTo(mm, got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true)));
        kernel.preempt().enable();
        mermap.putTo(mm, all);
    }

    @Test
    @Tag("M-143")
    @Tag("E12")
    void addressesRiseUntilThe512thGetFlushesOnceAndReturnsTheBase() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.preempt().migrateDisable();
        long base = mermap.layout().cpuBase(0);
        for (int i = 0; i < NORMAL_PAGES; i++) {
            MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
            assertEquals(base + i * PAGE, alloc.addr());
            assertEquals(0, mermap.tlbFlushes(mm));
            mermap.putTo(mm, alloc);
        }
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertEquals(base, alloc.addr());
        assertEquals(1, mermap.tlbFlushes(mm));
        mermap.putTo(mm, alloc);
        kernel.preempt().migrateEnable();
        mm.mmput();
    }

    @Test
    @Tag("M-143")
    void reuseWithoutFlushReadsThroughAStaleEntryAndIsReported() {
        Kernel kernel = boot("mermap.variant=latest,no-flush-on-reuse");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.mmSwitch().use(mm);
        for (int i = 0; i < NORMAL_PAGES; i++) {
            MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
            kernel.mmu().readInt(alloc.addr());
            mermap.putTo(mm, alloc);
        }
        MermapAlloc again = got(mermap.getFrom(mm, PFN + 1, PAGE, Pgprot.PAGE_KERNEL, false));
        String report = assertThrows(KernelBug.class, () -> kernel.mmu().readInt(again.addr())).getMessage();
        assertTrue(report.startsWith("BUG: use of a stale TLB entry"), report);
        assertTrue(report.contains("TLB of CPU 0: pfn 0x800 ") && report.contains("pfn 0x801 "), report);
        mermap.putTo(mm, again);
        kernel.mmSwitch().unuse(mm);
        mm.mmput();
    }

    @Test
    @Tag("M-144")
    void threeNormalSlotsAndAReserveButFourWithoutOneInTheFirstVersion() {
        for (String version : List.of("latest", "v1")) {
            Kernel kernel = boot("mermap.variant=" + version);
            TestMermap mermap = TestMermap.of(kernel);
            int slots = version.equals("v1") ? 4 : 3;
            MmStruct mm = prepared(kernel);
            MermapAlloc[] allocs = new MermapAlloc[slots];
            for (int i = 0; i < slots; i++) {
                allocs[i] = got(mermap.getFrom(mm, PFN + i, PAGE, Pgprot.PAGE_KERNEL, false));
            }
            assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
            kernel.preempt().disable();
            MermapAlloc reserve = mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true);
            assertEquals(version.equals("latest"), reserve != null, version);
            if (reserve != null) {
                mermap.putTo(mm, reserve);
            }
            kernel.preempt().enable();
            for (MermapAlloc alloc : allocs) {
                mermap.putTo(mm, alloc);
            }
            mm.mmput();
            kernel.close();
        }
    }

    @Test
    @Tag("M-144")
    void secondReservedRequestWarnsAndFails() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.preempt().disable();
        MermapAlloc reserve = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true));
        assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true));
        assertEquals(1, kernel.warnings().count());
        mermap.putTo(mm, reserve);
        kernel.preempt().enable();
        mm.mmput();
    }

    @Test
    @Tag("M-144")
    void reservedRequestWithPreemptionOnIsAsserted() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.preempt().disable();
        mermap.putTo(mm, got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true)));
        kernel.preempt().enable();
        assertEquals(0, kernel.warnings().count());
        mermap.putTo(mm, got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true)));
        assertEquals(1, kernel.warnings().count());
        mm.mmput();
    }

    @Test
    @Tag("M-145")
    void secondPutWarnsAndDoesNothing() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        mermap.putTo(mm, alloc);
        mermap.putTo(mm, alloc);
        assertEquals(1, kernel.warnings().count());
        assertEquals(0, kernel.current().migrateDisabled());
        assertTrue(log(kernel).contains("WARNING: "), log(kernel));
        mm.mmput();
    }

    @Test
    @Tag("M-146")
    void globalProtectionWarnsAndFails() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL_GLOBAL, false));
        assertEquals(1, kernel.warnings().count());
        assertEquals(0, kernel.current().migrateDisabled());
        mm.mmput();
    }

    @Test
    @Tag("M-147")
    void taskIsPinnedBetweenGetAndPutAndMaySleep() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertEquals(1, kernel.current().migrateDisabled());
        assertEquals(0, kernel.current().preemptCount());
        kernel.sched().msleep(1);
        mermap.putTo(mm, alloc);
        assertEquals(0, kernel.current().migrateDisabled());
        mm.mmput();
    }

    @Test
    @Tag("M-147")
    void errorPathThatForgetsMigrateEnableLeavesTheTaskPinned() {
        for (String version : List.of("posted", "latest")) {
            Kernel kernel = boot("mermap.variant=" + version);
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = prepared(kernel);
            mermap.failNextMaps(1);
            assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
            mm.mmput();
            List<String> leaks = kernel.shutdown();
            assertEquals(version.equals("posted") ? List.of("tasks: swapper/1 left migration disabled 1 times")
                : List.of(), leaks);
        }
    }

    @Test
    @Tag("M-148")
    void teardownWithAMappingInUseWarnsAndNamesIt() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        mm.mmgrab();
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        mm.mmput();
        assertEquals(1, kernel.warnings().count());
        assertTrue(log(kernel).contains("torn down while mermap slot 0 of CPU 0, mm#1 [ffff880000200000, ffff880000201000) got by swapper/1"),
            log(kernel));
        mermap.putTo(mm, alloc);
        mm.mmdrop();
    }

    @Test
    @Tag("M-148")
    void teardownThatAsksThisCpuIsCaughtAndMissesTheOtherCpusLeak() {
        for (String version : List.of("posted", "latest")) {
            Kernel kernel = boot("mermap.variant=" + version);
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = prepared(kernel);
            mm.mmgrab();
            Task leaker = kernel.kthreads().createOnCpu("leaker", 1, () -> {
                mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false);
                kernel.preempt().migrateEnable();
                return 0;
            });
            kernel.sched().wake(leaker);
            kernel.sched().join(leaker, Long.MAX_VALUE);
            mm.mmput();
            boolean reportsCpuUse = log(kernel)
                .contains("BUG: using smp_processor_id() in preemptible [00000000] code: swapper/1");
            boolean reportsLeak = log(kernel).contains("mermap slot 0 of CPU 1");
            assertEquals(version.equals("posted"), reportsCpuUse, log(kernel));
            assertEquals(version.equals("latest"), reportsLeak, log(kernel));
            mm.mmdrop();
            kernel.close();
        }
    }

    @Test
    void mappingShowsTheFrameOnlyToWhoUsesTheAddressSpaceOnThatCpu() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        Mmu mmu = kernel.mmu();
        MmStruct mm = prepared(kernel);
        mmu.writeInt(mmu.pageAddress(PFN), MAGIC);
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        assertTrue(assertThrows(KernelBug.class, () -> mmu.readInt(alloc.addr())).getMessage()
            .contains("not-present page"));
        kernel.mmSwitch().use(mm);
        assertEquals(MAGIC, mmu.readInt(alloc.addr()));
        mmu.writeInt(alloc.addr() + 4, MAGIC + 1);
        assertEquals(MAGIC + 1, mmu.readInt(mmu.pageAddress(PFN) + 4));
        Task other = kernel.kthreads().createOnCpu("other", 1, () -> {
            kernel.mmSwitch().use(mm);
            mmu.readInt(alloc.addr());
            return 0;
        });
        kernel.sched().wake(other);
        kernel.sched().join(other, Long.MAX_VALUE);
        Throwable cause = other.deathCause();
        assertNotNull(cause);
        assertTrue(String.valueOf(cause.getMessage()).startsWith("BUG: use of a mermap address of CPU 0 on CPU 1"),
            cause.getMessage());
        kernel.mmSwitch().unuse(mm);
        mermap.putTo(mm, alloc);
        mm.mmput();
    }

    @Test
    void addressAfterItsPutIsReportedWhetherThePteWasClearedOrNot() {
        for (String version : List.of("latest", "v1", "latest,ptes-kept-on-put")) {
            Kernel kernel = boot("mermap.variant=" + version);
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = prepared(kernel);
            kernel.mmSwitch().use(mm);
            MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
            long addr = alloc.addr();
            kernel.mmu().readInt(addr);
            mermap.putTo(mm, alloc);
            String report = assertThrows(KernelBug.class, () -> kernel.mmu().readInt(addr)).getMessage();
            assertTrue(report.contains(version.contains("kept") ? "after its put" : "stale TLB entry"), report);
            assertEquals(version.equals("v1"), report.contains("PROTNONE"), report);
            kernel.mmSwitch().unuse(mm);
            mm.mmput();
            kernel.close();
        }
    }

    @Test
    @Tag("M-148")
    void accessAfterTheLastUserIsGoneSaysWhoFreedTheTables() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.mmSwitch().use(mm);
        MermapAlloc alloc = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false));
        kernel.mmu().readInt(alloc.addr());
        mm.mmput();
        assertEquals(1, kernel.warnings().count());
        String report = assertThrows(KernelBug.class, () -> kernel.mmu().readInt(alloc.addr())).getMessage();
        assertTrue(report.startsWith("BUG: unable to handle page fault for address: ffff880000200000"), report);
        assertTrue(report.contains("page table of mm#1 page tables (1 frames): 0 (none)"), report);
        assertTrue(report.contains("last change: page tables freed by swapper/1 on CPU 0 at "), report);
        assertTrue(report.endsWith("ns in exit_mmap"), report);
        kernel.mmSwitch().unuse(mm);
        mermap.putTo(mm, alloc);
    }

    /**
     * The way back looks at normal allocations only, as posted: a reserve that went back itself can be handed out a
     * second time.
     */
    @Test
    @Tag("M-142")
    void goingBackOverAReserveInUseIsReported() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        useReserveAtTheEnd(kernel, mermap, mm);
        kernel.preempt().disable();
        MermapAlloc reserve = got(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, true));
        assertEquals(mermap.layout().cpuBase(0), reserve.addr());
        mermap.putTo(mm, got(mermap.getFrom(mm, PFN, (NORMAL_PAGES - 1) * PAGE, Pgprot.PAGE_KERNEL, false)));
        String report = assertThrows(KernelBug.class, () -> mermap.getFrom(mm, PFN + 1, PAGE, Pgprot.PAGE_KERNEL,
            false)).getMessage();
        assertEquals("mermap: ffff880000200000 of mm#1 is handed out while it maps pfn 0x800 P RW A D NX", report);
        kernel.shutdown();
    }

    @Test
    void isReadyOnlyInTaskContextWithAPreparedAddressSpace() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        assertFalse(mermap.isReady());
        kernel.mmSwitch().use(mm);
        assertTrue(mermap.isReady());
        boolean[] inSoftirq = {true};
        kernel.interrupts().inSoftirq(() -> inSoftirq[0] = mermap.isReady());
        assertFalse(inSoftirq[0]);
        kernel.mmSwitch().unuse(mm);
        mm.mmput();
    }

    @Test
    void getFromSoftirqWarnsAndFails() {
        Kernel kernel = boot("");
        TestMermap mermap = TestMermap.of(kernel);
        MmStruct mm = prepared(kernel);
        kernel.interrupts().inSoftirq(() -> assertNull(mermap.getFrom(mm, PFN, PAGE, Pgprot.PAGE_KERNEL, false)));
        assertEquals(1, kernel.warnings().count());
        assertEquals(0, kernel.current().migrateDisabled());
        mm.mmput();
    }

    @Test
    void unknownVariantIsABootError() {
        String message = assertThrows(KernelParamException.class, () -> boot("mermap.variant=v9")).getMessage();
        assertTrue(message.contains("'v9'") && message.contains("latest, posted, v2, v1, draft"), message);
        assertThrows(KernelParamException.class, () -> boot("mermap.variant=v1,flush-never"));
    }
}
