package org.kunitjvm.mm.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.TestSpace.F;
import static org.kunitjvm.mm.vma.TestSpace.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.mm.vma.VmaSplitter.NewPart;

/** The corners of merge and split that no posted case is about: locks, positions, warnings, what fails half-way. */
@Tag("M-161")
@Tag("M-162")
@Tag("M-164")
@Tag("M-165")
final class VmaMergerTest {
    private static final long P = PAGE_SIZE;
    private static final KernelVersion NEW = new KernelVersion(6, 18, 0);
    private static final KernelVersion NEWEST = new KernelVersion(7, 0, 0);

    private final Kernel kernel = Kernel.builder().cpus(1).memory("64M").initcalls(List.of()).build();
    private final List<MmStruct> made = new ArrayList<>();
    private VmaSpace space = space(KernelVersion.REFERENCE);
    private Guard lock = space.writeLock();

    private VmaSpace space(KernelVersion version) {
        MmStruct mm = kernel.sched().mmTable().alloc();
        made.add(mm);
        VmaSpace made = new VmaSpace(kernel, mm, VmaSettings.DEFAULT.withVersion(version));
        mm.attach(VmaSpace.class, made);
        return made;
    }

    private void restart(KernelVersion version) {
        lock.close();
        space = space(version);
        lock = space.writeLock();
    }

    private void relock() {
        lock.close();
        lock = space.writeLock();
    }

    @AfterEach
    void nothingIsLeft() {
        lock.close();
        for (MmStruct mm : made) {
            VmaSpace.of(mm).tree().validate();
            mm.mmput();
        }
        kernel.close();
    }

    private VmArea area(long start, long end) {
        return space.allocAndLink(start * P, end * P, start, F);
    }

    private VmaMergeStruct newRange(VmaIterator vmi, long start, long end) {
        return VmaMergeStruct.ofNew(space, vmi, start * P, end * P, F, start)
            .neighbours(space.tree().findBefore(start * P), space.tree().findAtOrAfter(start * P));
    }

    private VmaMergeStruct newRange(long start, long end) {
        return newRange(new VmaIterator(space, start * P), start, end);
    }

    private VmaMergeStruct existing(@Nullable VmArea prev, VmArea vma, long start, long end) {
        return VmaMergeStruct.ofVma(new VmaIterator(space, 0), prev, vma, start * P, end * P);
    }

    private String layout() {
        return String.join(" ", space.areas().stream().map(TestSpace::text).toList());
    }

    private long warningsOf(Runnable action) {
        long before = kernel.warnings().count();
        action.run();
        return kernel.warnings().count() - before;
    }

    // ---- locks ----

    @Test
    void mergesWithoutTheLockAreReported() {
        VmArea prev = area(0, 2);
        VmArea vma = area(2, 4);
        lock.close();
        try {
            assertTrue(warningsOf(() -> space.merger().mergeNewRange(newRange(4, 5).flags(F | VmFlags.VM_IO))) > 0,
                "new");
            assertTrue(warningsOf(() -> space.merger().mergeExistingRange(existing(prev, vma, 2, 4)
                .flags(F | VmFlags.VM_IO))) > 0, "existing");
            assertTrue(warningsOf(() -> assertThrows(RuntimeException.class,
                () -> space.merger().expand(newRange(4, 5).target(null)))) > 0, "expand");
            assertTrue(warningsOf(() -> tryRun(() -> {
                space.memory().failNth(VmaMemory.Site.VM_AREA, 1);
                space.splitter().splitUnlimited(new VmaIterator(space, 0), vma, 3 * P, NewPart.BELOW);
            })) > 0, "split");
        } finally {
            lock = space.writeLock();
        }
    }

    /** What may fail. */
    private interface Action {
        void run() throws ErrnoException;
    }

    private static boolean tryRun(Action action) {
        try {
            action.run();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    @Test
    void whoeverIsRemovedWasMarkedForWriting() throws ErrnoException {
        VmArea prev = area(0, 2);
        VmArea next = area(2, 4);
        relock();
        space.merger().expand(VmaMergeStruct.ofNew(space, new VmaIterator(space, 0), 0, 4 * P, F, 0)
            .neighbours(null, next).target(prev));
        assertTrue(next.isWriteStarted());
        assertFalse(next.isAttached());
    }

    // ---- positions ----

    @Test
    void aFailedNewMergePutsThePositionAtTheStart() {
        area(0, 2);
        VmaIterator vmi = new VmaIterator(space, 9 * P);
        assertNull(space.merger().mergeNewRange(newRange(vmi, 4, 5)));
        assertEquals(4 * P, vmi.addr());
    }

    @Test
    void aFailedExistingMergePutsThePositionOnTheArea() {
        VmArea prev = area(0, 2);
        VmArea vma = area(2, 4);
        space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
        VmaMergeStruct vmg = existing(prev, vma, 2, 4);
        assertNull(space.merger().mergeExistingRange(vmg));
        assertEquals(2 * P, vmg.vmi.addr());
        assertEquals(4 * P, vmg.vmi.end());
    }

    @Test
    void aFailedExpandLeavesThePositionOnTheRange() {
        VmArea vma = area(2, 4);
        space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
        VmaMergeStruct vmg = VmaMergeStruct.ofNew(space, new VmaIterator(space, 9 * P), 2 * P, 6 * P, F, 2).target(vma);
        assertFalse(tryRun(() -> space.merger().expand(vmg)));
        assertEquals(2 * P, vmg.vmi.addr());
        assertEquals(6 * P, vmg.vmi.end());
    }

    // ---- warnings of expand ----

    private long expandWarnings(VmArea target, @Nullable VmArea next, long start, long end) {
        VmaMergeStruct vmg = VmaMergeStruct.ofNew(space, new VmaIterator(space, 0), start * P, end * P, F, start)
            .neighbours(null, next).target(target);
        // What is wrong is said before memory is needed, so nothing has to change.
        space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
        return warningsOf(() -> assertFalse(tryRun(() -> space.merger().expand(vmg))));
    }

    @Test
    void expandWarnsOfOverlapAndOfShrinking() {
        VmArea target = area(2, 4);
        VmArea next = area(6, 9);
        assertEquals(0, expandWarnings(target, null, 2, 4));
        assertEquals(0, expandWarnings(target, next, 2, 6));
        assertEquals(0, expandWarnings(target, next, 2, 9));
        assertEquals(0, expandWarnings(next, next, 4, 9));
        assertEquals(1, expandWarnings(target, next, 2, 7));
        assertEquals(1, expandWarnings(target, null, 3, 4));
        assertEquals(1, expandWarnings(target, null, 2, 3));
        assertEquals(0, expandWarnings(target, null, 1, 5));
        assertEquals(0, expandWarnings(next, next, 4, 10));
    }

    // ---- anon_vma since 6.16 ----

    @Test
    void aForkedRangeDoesNotMeetAnUnfaultedNeighbour() {
        restart(NEW);
        VmArea prev = area(0, 2);
        VmArea vma = area(2, 4);
        TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
        TestSpace.linkInChain(vma);
        assertNull(space.merger().mergeExistingRange(existing(prev, vma, 2, 4)));
        vma.chain().removeLast();
        assertSame(prev, space.merger().mergeExistingRange(existing(prev, vma, 2, 4)));
    }

    @Test
    void differentAnonVmasNeverMeet() {
        restart(NEW);
        VmArea prev = area(0, 2);
        VmArea vma = area(2, 4);
        TestSpace.setAnonVma(prev, TestSpace.dummyAnonVma());
        TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
        assertNull(space.merger().mergeExistingRange(existing(prev, vma, 2, 4)));
    }

    @Test
    void aForkedNeighbourMeetsItsOwnAnonVma() {
        restart(NEW);
        VmArea prev = area(0, 2);
        VmArea vma = area(2, 4);
        AnonVma own = TestSpace.setAnonVma(prev, TestSpace.dummyAnonVma());
        TestSpace.linkInChain(prev);
        TestSpace.setAnonVma(vma, own);
        assertSame(prev, space.merger().mergeExistingRange(existing(prev, vma, 2, 4)));
    }

    @Test
    void aCopyBringsItsAnonVmaToAnUnfaultedNeighbour() {
        restart(NEW);
        VmArea prev = area(0, 2);
        VmArea vma = space.allocAndLink(8 * P, 10 * P, 2, F);
        AnonVma own = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
        assertSame(prev, space.merger().copyVma(vma, 2 * P, 2 * P, 2));
        assertSame(own, prev.anonVma());
        assertEquals(1, own.clones());
        // The second time the neighbour has it already.
        assertSame(prev, space.merger().copyVma(space.allocAndLink(20 * P, 21 * P, 4, F), 4 * P, P, 4) == null ? null
            : prev);
        assertEquals(1, own.clones());
    }

    @Test
    void aForkedCopyStaysByItself() {
        restart(NEW);
        VmArea prev = area(0, 2);
        VmArea vma = space.allocAndLink(8 * P, 10 * P, 2, F);
        TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
        TestSpace.linkInChain(vma);
        VmArea copy = space.merger().copyVma(vma, 2 * P, 2 * P, 2);
        assertNotNull(copy);
        assertEquals("[0,2)@0", text(prev));
        assertEquals("[2,4)@2", text(copy));
    }

    // ---- sticky flags ----

    @Test
    void aMergeKeepsWhatTheMiddleHadThoughNewFlagsDoNot() {
        restart(NEWEST);
        for (boolean both : new boolean[] {false, true}) {
            long base = both ? 100 : 0;
            VmArea prev = area(base, base + 2);
            VmArea vma = space.allocAndLink((base + 2) * P, (base + 4) * P, base + 2, F | VmFlags.VM_SOFTDIRTY);
            if (both) {
                area(base + 4, base + 6);
            }
            assertSame(prev, space.merger().mergeExistingRange(existing(prev, vma, base + 2, base + 4).flags(F)));
            assertEquals(F | VmFlags.VM_SOFTDIRTY, prev.vmFlags());
        }
    }

    // ---- copies ----

    @Test
    void aCopyNeedsAFreePlace() {
        VmArea vma = area(20, 24);
        area(4, 6);
        assertNull(space.merger().copyVma(vma, 2 * P, 4 * P, 20));
        assertNull(space.merger().copyVma(vma, 5 * P, 4 * P, 20));
        assertEquals("[4,6)@4 [14,18)@14", layout());
        vma.setAnonName("kept apart");
        assertNotNull(space.merger().copyVma(vma, 6 * P, 4 * P, 20));
        assertNotNull(space.merger().copyVma(vma, 0, 4 * P, 20));
    }

    @Test
    void aCopyIsOpenedAndHoldsItsFile() {
        List<VmArea> opened = new ArrayList<>();
        VmFile file = VmFile.regular("/f", 1);
        VmArea vma = area(20, 24);
        vma.setFile(file);
        vma.setVmOps(new VmOperations(opened::add, null, null, null, null));
        int references = file.references();
        VmArea copy = Objects.requireNonNull(space.merger().copyVma(vma, 0, 4 * P, 20));
        assertEquals(List.of(copy), opened);
        assertEquals(references + 1, file.references());
        file.get();
        vma.setVmOps(new VmOperations(null, null, null, null, null));
        assertNotNull(space.merger().copyVma(vma, 40 * P, 4 * P, 20));
        assertEquals(1, opened.size());
    }

    @Test
    void withoutMemoryThereIsNoCopyAndNoLinkIsLeft() {
        VmArea vma = area(20, 24);
        AnonVma own = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
        for (VmaMemory.Site site : VmaMemory.Site.values()) {
            space.memory().failNth(site, 1);
            assertNull(space.merger().copyVma(vma, 0, 4 * P, 20), site.name());
            assertEquals(1, own.links(), site.name());
            assertEquals(1, own.numActiveVmas(), site.name());
        }
        assertEquals(1, space.mapCount());
    }
}
