package org.kunitjvm.kernel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;

/**
 * An access gives what the page table says, or a report that shows the TLB and the page table; never silently something
 * else.
 */
final class MmuTest {
    private static final long VADDR = MmuLayout.FOUR_LEVELS.mmLocalBase() + PageTable.PMD_SIZE;
    private static final int PFN = 0x1234;
    private static final int OTHER_PFN = 0x1300;
    private static final int MAGIC = 0xe4a4;

    private final Kernel kernel = Kernel.builder().cpus(2).memory("64M").initcalls(List.of()).build();
    private final Mmu mmu = kernel.mmu();

    @AfterEach
    void nothingIsLeft() {
        kernel.close();
    }

    private MmStruct newMm() {
        return kernel.sched().mmTable().alloc();
    }

    private void map(MmStruct mm, long vaddr, int pfn, Pgprot prot) {
        try {
            mmu.applyToPageRange(mm, vaddr, PageTable.PAGE_SIZE,
                (m, pteAddr, at) -> m.setPte(mm, pteAddr, at, Pte.of(pfn, prot), "map_for_test"));
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    private void unmap(MmStruct mm, long vaddr) {
        try {
            mmu.applyToExistingPageRange(mm, vaddr, PageTable.PAGE_SIZE,
                (m, pteAddr, at) -> m.setPte(mm, pteAddr, at, 0, "unmap_for_test"));
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    private String reportOfReading(long vaddr) {
        return assertThrows(KernelBug.class, () -> mmu.readInt(vaddr)).getMessage();
    }

    /** Run {@code body} with {@code mm} in use, and drop it afterwards. */
    private void using(MmStruct mm, Runnable body) {
        kernel.mmSwitch().use(mm);
        body.run();
        kernel.mmSwitch().unuse(mm);
        mm.mmput();
    }

    @Test
    @Tag("M-152")
    void pteBitsAreThoseOfX86() {
        assertEquals(0x8000_0000_0000_0163L, Pgprot.PAGE_KERNEL_GLOBAL.bits());
        assertEquals(0x8000_0000_0000_0063L, Pgprot.PAGE_KERNEL.bits());
        assertEquals(0x120, Pgprot.PAGE_NONE.bits());
        assertEquals(0x8000_0000_0000_0027L, Pgprot.PAGE_SHARED.bits());
        assertEquals(0x25, Pgprot.PAGE_READONLY_EXEC.bits());
        long none = Pte.of(PFN, Pgprot.PAGE_NONE);
        assertTrue(Pte.isPresent(none));
        assertFalse(Pte.isHardwarePresent(none));
        assertFalse(Pte.isPresent(0));
        assertEquals(PFN, Pte.pfn(none));
    }

    @Test
    @Tag("M-152")
    void protNoneEntryFaultsButCountsAsPresent() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_NONE);
        assertTrue(Pte.isPresent(mmu.lookupPte(mm, VADDR)));
        using(mm, () -> {
            String report = reportOfReading(VADDR);
            assertTrue(report.contains("not-present page") && report.contains("PROTNONE"), report);
        });
    }

    @Test
    void tablesOfAllLevelsAreFramesThatComeBack() {
        int before = mmu.bootTables();
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        assertEquals(4, mmu.tables(mm).nrTables());
        map(mm, VADDR + PageTable.PMD_SIZE, PFN, Pgprot.PAGE_KERNEL);
        assertEquals(5, mmu.tables(mm).nrTables());
        assertEquals(before + 5, mmu.bootTables());
        mm.mmgrab();
        mm.mmput();
        assertEquals(before + 1, mmu.bootTables(), "the root stays until the struct is freed");
        mm.mmdrop();
        assertEquals(before, mmu.bootTables());
    }

    @Test
    void noFrameForATableIsEnomemAndTheTablesSoFarComeBack() {
        int[] left = {2};
        int[] out = {0};
        mmu.setTableAllocator(new PageTableAllocator() {
            @Override
            public int allocTable() {
                if (left[0] == 0) {
                    return NO_FRAME;
                }
                left[0]--;
                out[0]++;
                return 0x2000 + left[0];
            }

            @Override
            public void freeTable(int pfn) {
                out[0]--;
            }
        });
        MmStruct mm = newMm();
        ErrnoException e = assertThrows(ErrnoException.class,
            () -> mmu.applyToPageRange(mm, VADDR, PageTable.PAGE_SIZE, (_, _, _) -> { }));
        assertEquals(Errno.ENOMEM, e.errno());
        assertEquals(2, out[0]);
        mm.mmput();
        assertEquals(0, out[0]);
    }

    @Test
    void existingOnlyFormPassesOverHolesAndMakesNoTable() throws ErrnoException {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        int tables = mmu.tables(mm).nrTables();
        int[] seen = {0};
        mmu.applyToExistingPageRange(mm, VADDR - PageTable.PAGE_SIZE, 3 * PageTable.PAGE_SIZE, (_, _, _) -> seen[0]++);
        assertEquals(2, seen[0], "the page below has no table, the one above has");
        assertEquals(tables, mmu.tables(mm).nrTables());
        mm.mmput();
    }

    @Test
    void emptyRangeWarnsAndIsEinval() {
        ErrnoException e = assertThrows(ErrnoException.class,
            () -> mmu.applyToPageRange(null, VADDR, 0, (_, _, _) -> { }));
        assertEquals(Errno.EINVAL, e.errno());
        assertEquals(1, kernel.warnings().count());
    }

    @Test
    void regionIsDifferentForEachAddressSpace() {
        MmStruct a = newMm();
        MmStruct b = newMm();
        kernel.memory().writeInt((long) PFN << 12, MAGIC);
        kernel.memory().writeInt((long) OTHER_PFN << 12, MAGIC + 1);
        map(a, VADDR, PFN, Pgprot.PAGE_KERNEL);
        map(b, VADDR, OTHER_PFN, Pgprot.PAGE_KERNEL);
        using(a, () -> assertEquals(MAGIC, mmu.readInt(VADDR)));
        using(b, () -> assertEquals(MAGIC + 1, mmu.readInt(VADDR)));
    }

    @Test
    @Tag("M-153")
    void staleEntryIsReportedWithBothSidesUntilItIsFlushed() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        using(mm, () -> {
            mmu.readInt(VADDR);
            unmap(mm, VADDR);
            String report = reportOfReading(VADDR);
            assertTrue(report.startsWith("BUG: use of a stale TLB entry: read of ffff880000200000 by swapper/1 on CPU 0"), report);
            assertTrue(report.contains("TLB of CPU 0: pfn 0x1234 P RW A D NX, filled by swapper/1"), report);
            assertTrue(report.contains("page table of mm#1 page tables (4 frames): 0 (none)"), report);
            assertTrue(report.contains("unmapped by swapper/1 on CPU 0"), report);
            assertTrue(report.contains("in unmap_for_test"), report);
            kernel.preempt().disable();
            mmu.flushTlbLocal();
            kernel.preempt().enable();
            assertTrue(reportOfReading(VADDR)
                .startsWith("BUG: unable to handle page fault for address: ffff880000200000"));
        });
    }

    @Test
    @Tag("M-153")
    void remappedPageIsStaleAndUnmappedThenSamePageIsNot() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        using(mm, () -> {
            mmu.readInt(VADDR);
            map(mm, VADDR, OTHER_PFN, Pgprot.PAGE_KERNEL);
            assertTrue(reportOfReading(VADDR).contains("stale TLB entry"));
            map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
            mmu.readInt(VADDR);
        });
    }

    @Test
    @Tag("M-153")
    void writeThroughReadOnlyMappingIsAProtectionFault() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL_RO);
        using(mm, () -> {
            mmu.readInt(VADDR);
            String report = assertThrows(KernelBug.class, () -> mmu.writeInt(VADDR, 1)).getMessage();
            assertTrue(report.contains("#PF: supervisor write access in kernel mode"), report);
            assertTrue(report.contains("#PF: error_code(0x0003) - permissions violation"), report);
            map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
            mmu.writeInt(VADDR, 1);
        });
    }

    @Test
    @Tag("M-153")
    void cachedWriteRightThatTheTableTookAwayIsStale() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        using(mm, () -> {
            mmu.writeInt(VADDR, 1);
            map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL_RO);
            assertTrue(reportOfReading(VADDR).contains("more rights than the page table"));
        });
    }

    @Test
    @Tag("M-153")
    void switchWithPcidsKeepsEntriesAndWithoutDropsThem() {
        for (String cmdline : List.of("", "nopcid")) {
            try (Kernel other = Kernel.builder().cpus(1).memory("64M").cmdline(cmdline).initcalls(List.of()).build()) {
                MmStruct a = other.sched().mmTable().alloc();
                MmStruct b = other.sched().mmTable().alloc();
                Mmu its = other.mmu();
                other.mmSwitch().use(a);
                its.readInt(its.pageAddress(PFN));
                other.mmSwitch().unuse(a);
                other.mmSwitch().use(b);
                other.mmSwitch().unuse(b);
                other.mmSwitch().use(a);
                assertEquals(cmdline.isEmpty(), its.tlbHas(0, its.pageAddress(PFN)), cmdline);
                other.mmSwitch().unuse(a);
                a.mmput();
                b.mmput();
            }
        }
    }

    @Test
    @Tag("M-153")
    void comingBackAfterARangeFlushElsewhereFlushes() {
        MmStruct mm = newMm();
        MmStruct other = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        kernel.mmSwitch().use(mm);
        mmu.readInt(VADDR);
        kernel.mmSwitch().unuse(mm);
        kernel.mmSwitch().use(other);
        unmap(mm, VADDR);
        mmu.flushTlbMmRange(mm, VADDR, VADDR + PageTable.PAGE_SIZE);
        kernel.mmSwitch().unuse(other);
        kernel.mmSwitch().use(mm);
        assertFalse(mmu.tlbHas(0, VADDR),
            "the entry of an address space that was not loaded is flushed when it is loaded again");
        kernel.mmSwitch().unuse(mm);
        mm.mmput();
        other.mmput();
    }

    @Test
    @Tag("M-153")
    void globalEntriesSurviveALocalFlushAndNotAFullOne() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL_GLOBAL);
        using(mm, () -> {
            mmu.readInt(VADDR);
            mmu.flushTlbLocal();
            assertTrue(mmu.tlbHas(0, VADDR));
            mmu.flushTlbLocalAll();
            assertFalse(mmu.tlbHas(0, VADDR));
        });
    }

    @Test
    @Tag("M-153")
    void shootdownReachesOtherCpusByInterrupt() {
        MmStruct mm = newMm();
        map(mm, VADDR, PFN, Pgprot.PAGE_KERNEL);
        boolean[] stop = {false};
        Task reader = kernel.kthreads().createOnCpu("reader", 1, () -> {
            kernel.mmSwitch().use(mm);
            mmu.readInt(VADDR);
            while (!stop[0]) {
                kernel.sched().condResched();
            }
            assertFalse(mmu.tlbHas(1, VADDR));
            kernel.mmSwitch().unuse(mm);
            return 0;
        });
        kernel.sched().wake(reader);
        while (!mmu.tlbHas(1, VADDR)) {
            kernel.sched().condResched();
        }
        assertEquals(null, reader.deathCause());
        assertTrue(mmu.tlbHas(1, VADDR));
        unmap(mm, VADDR);
        mmu.flushTlbMm(mm);
        assertFalse(mmu.tlbHas(1, VADDR));
        stop[0] = true;
        assertTrue(kernel.sched().join(reader, Long.MAX_VALUE));
        assertEquals(null, reader.deathCause());
        mm.mmput();
    }

    @Test
    void directMapReadsWhatWasWritten() {
        long vaddr = mmu.pageAddress(PFN) + 8;
        mmu.writeLong(vaddr, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, mmu.readLong(vaddr));
        assertEquals(0x55667788, mmu.readInt(vaddr));
        assertEquals(0x1122334455667788L, kernel.memory().readLong(((long) PFN << 12) + 8));
    }

    @Test
    @Tag("M-150")
    void frameOutsideTheDirectMapFaultsOnceTheTlbIsFlushed() throws ErrnoException {
        mmu.writeInt(mmu.pageAddress(PFN), MAGIC);
        mmu.setDirectMapValidNoflush(PFN, 1, false);
        assertFalse(mmu.kernelPagePresent(PFN));
        assertTrue(mmu.kernelPagePresent(PFN - 1));
        assertTrue(mmu.kernelPagePresent(PFN + 1));
        assertTrue(reportOfReading(mmu.pageAddress(PFN)).contains("stale TLB entry"));
        mmu.flushTlbKernelRange(mmu.pageAddress(PFN), mmu.pageAddress(PFN + 1));
        String report = reportOfReading(mmu.pageAddress(PFN));
        assertTrue(report.contains("unable to handle page fault"), report);
        assertTrue(report.contains("set_direct_map_valid_noflush"), report);
        mmu.readInt(mmu.pageAddress(PFN + 1));
        mmu.setDirectMapValidNoflush(PFN, 1, true);
        assertEquals(MAGIC, mmu.readInt(mmu.pageAddress(PFN)));
    }

    @Test
    void holeOfPhysicalMemoryIsNotInTheDirectMap() {
        int beyond = 0x4000;
        assertFalse(mmu.kernelPagePresent(beyond));
        assertTrue(reportOfReading(mmu.pageAddress(beyond)).contains("not-present page"));
        assertThrows(ErrnoException.class, () -> mmu.setDirectMapValidNoflush(beyond, 1, false));
        mmu.addToDirectMap(beyond, beyond + 1);
        assertTrue(mmu.kernelPagePresent(beyond));
    }

    @Test
    void nonCanonicalAddressIsAGeneralProtectionFault() {
        assertTrue(reportOfReading(0x8000_0000_0000_1000L)
            .startsWith("general protection fault, probably for non-canonical address"));
    }

    @Test
    void accessAcrossAPageIsRefused() {
        assertTrue(reportOfReading(mmu.pageAddress(PFN) + 4094).contains("crosses a page"));
    }
}
