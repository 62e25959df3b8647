package org.kunitjvm.mm.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.vma.Mman.MAP_ANONYMOUS;
import static org.kunitjvm.mm.vma.Mman.MAP_FIXED;
import static org.kunitjvm.mm.vma.Mman.MAP_FIXED_NOREPLACE;
import static org.kunitjvm.mm.vma.Mman.MAP_GROWSDOWN;
import static org.kunitjvm.mm.vma.Mman.MAP_LOCKED;
import static org.kunitjvm.mm.vma.Mman.MAP_PRIVATE;
import static org.kunitjvm.mm.vma.Mman.MAP_SHARED;
import static org.kunitjvm.mm.vma.Mman.MAP_SHARED_VALIDATE;
import static org.kunitjvm.mm.vma.Mman.MAP_SYNC;
import static org.kunitjvm.mm.vma.Mman.MREMAP_DONTUNMAP;
import static org.kunitjvm.mm.vma.Mman.MREMAP_FIXED;
import static org.kunitjvm.mm.vma.Mman.MREMAP_MAYMOVE;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.Mman.PMD_SIZE;
import static org.kunitjvm.mm.vma.Mman.PROT_EXEC;
import static org.kunitjvm.mm.vma.Mman.PROT_NONE;
import static org.kunitjvm.mm.vma.Mman.PROT_READ;
import static org.kunitjvm.mm.vma.Mman.PROT_WRITE;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.vma.VmFile.Mode;

/**
 * Each call fails for its documented reasons in their documented order, and leaves the areas that the kernel would
 * leave.
 */
final class VmaCallsTest {
    private static final int RW = PROT_READ | PROT_WRITE;
    private static final int ANON = MAP_PRIVATE | MAP_ANONYMOUS;
    private static final long A = 0x10_0000;
    private static final long P = PAGE_SIZE;

    private final Kernel kernel = Kernel.builder().cpus(1).memory("64M").initcalls(List.of()).build();
    private final List<MmStruct> made = new ArrayList<>();
    private VmaSpace mm = space(VmaSettings.DEFAULT);

    private VmaSpace space(VmaSettings settings) {
        MmStruct struct = kernel.sched().mmTable().alloc();
        made.add(struct);
        VmaSpace space = new VmaSpace(kernel, struct, settings);
        struct.attach(VmaSpace.class, space);
        return space;
    }

    @AfterEach
    void everythingIsConsistent() {
        for (MmStruct struct : made) {
            VmaSpace.of(struct).validate();
            struct.mmput();
        }
        kernel.close();
    }

    /** What may fail. */
    private interface Call {
        void run() throws ErrnoException;
    }

    private static @Nullable Errno errno(Call call) {
        try {
            call.run();
            return null;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    private void map(long addr, long pages) throws ErrnoException {
        assertEquals(addr, mm.mmap(addr, pages * P, RW, ANON | MAP_FIXED, null, 0));
    }

    private @Nullable Errno mmapError(long addr, long len, int prot, int flags, @Nullable VmFile file, long pgoff) {
        return errno(() -> mm.mmap(addr, len, prot, flags, file, pgoff));
    }

    private String layout() {
        StringBuilder text = new StringBuilder();
        for (VmArea vma : mm.areas()) {
            text.append(text.isEmpty() ? "" : " ").append(TestSpace.text(vma));
        }
        return text.toString();
    }

    private VmArea at(long addr) {
        return Objects.requireNonNull(mm.lookup(addr));
    }

    // ---- mmap ----

    @Test
    @Tag("M-168")
    void mmapChecksInOrder() throws ErrnoException {
        VmFile file = VmFile.regular("/f", 1);
        assertEquals(Errno.EINVAL, mmapError(A, 0, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.ENOMEM, mmapError(A, -1, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.EOVERFLOW, mmapError(A, 2 * P, RW, MAP_PRIVATE | MAP_FIXED, file, -1));
        assertEquals(Errno.ENOMEM, mmapError(0, VmaSettings.TASK_SIZE + P, RW, ANON, null, 0));
        assertEquals(Errno.ENOMEM, mmapError(VmaSettings.TASK_SIZE, P, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.EINVAL, mmapError(A + 1, P, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.EPERM, mmapError(P, P, RW, ANON | MAP_FIXED, null, 0));
        map(A, 2);
        assertEquals(Errno.EEXIST, mmapError(A + P, P, RW, ANON | MAP_FIXED_NOREPLACE, null, 0));
        assertEquals(Errno.EAGAIN, mmapError(A, 16L << 20, RW, ANON | MAP_FIXED | MAP_LOCKED, null, 0));
        assertEquals(Errno.EINVAL, mmapError(A, P, RW, MAP_ANONYMOUS | MAP_FIXED, null, 0));
        assertEquals(Errno.EINVAL, mmapError(A, P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, null,
            0));
        assertEquals("[100,102)@100", layout());
    }

    @Test
    @Tag("M-168")
    void mmapOfFilesChecksWhatTheFileAllows() {
        VmFile readOnly = new VmFile("/ro", "08:01", 1, Set.of(Mode.READ), null);
        VmFile writeOnly = new VmFile("/wo", "08:01", 2, Set.of(Mode.WRITE), null);
        VmFile append = new VmFile("/log", "08:01", 3, Set.of(Mode.READ, Mode.WRITE, Mode.APPEND), null);
        VmFile noexec = new VmFile("/data", "08:01", 4, Set.of(Mode.READ, Mode.NOEXEC), null);
        VmFile noMmap = new VmFile("/proc/x", "00:01", 5, Set.of(Mode.READ, Mode.NO_MMAP), null);
        VmFile swap = new VmFile("/swap", "08:01", 6, Set.of(Mode.READ, Mode.WRITE, Mode.SWAPFILE), null);
        int shared = MAP_SHARED | MAP_FIXED;
        assertEquals(Errno.EACCES, mmapError(A, P, RW, shared, readOnly, 0));
        assertEquals(Errno.ETXTBSY, mmapError(A, P, RW, shared, swap, 0));
        assertEquals(Errno.EACCES, mmapError(A, P, PROT_READ, shared, append, 0));
        assertEquals(Errno.EACCES, mmapError(A, P, PROT_WRITE, MAP_PRIVATE | MAP_FIXED, writeOnly, 0));
        assertEquals(Errno.EPERM, mmapError(A, P, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, noexec, 0));
        assertEquals(Errno.ENODEV, mmapError(A, P, PROT_READ, MAP_PRIVATE | MAP_FIXED, noMmap, 0));
        assertEquals(Errno.EINVAL, mmapError(A, P, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN, readOnly, 0));
        assertEquals(Errno.EOPNOTSUPP, mmapError(A, P, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC | MAP_FIXED, readOnly,
            0));
        assertEquals(Errno.EOVERFLOW, mmapError(A, P, PROT_READ, MAP_PRIVATE | MAP_FIXED, readOnly,
            Long.MAX_VALUE >> 12));
        assertNull(mmapError(A, P, PROT_READ, shared, readOnly, 0));
        assertFalse(at(A).hasAnyFlag(VmFlags.VM_MAYWRITE | VmFlags.VM_SHARED));
        assertEquals(Errno.EACCES, errno(() -> mm.mprotect(A, P, RW)));
    }

    @Test
    @Tag("M-168")
    @Tag("M-166")
    void mmapMayReachOneAreaBeyondTheLimit() throws ErrnoException {
        mm = space(VmaSettings.DEFAULT.withMaxMapCount(2));
        map(A, 1);
        map(A + 2 * P, 1);
        map(A + 4 * P, 1);
        assertEquals(Errno.ENOMEM, mmapError(A + 6 * P, P, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(3, mm.mapCount());
    }

    @Test
    @Tag("M-168")
    void mmapOverOldAreasCutsThem() throws ErrnoException {
        map(A, 8);
        mm.mmap(A + 2 * P, 3 * P, PROT_READ, ANON | MAP_FIXED, null, 0);
        assertEquals("[100,102)@100 [102,105)@102 [105,108)@105", layout());
        assertEquals(8, mm.stat().totalVm());
        assertEquals(5, mm.stat().dataVm());
    }

    @Test
    @Tag("M-168")
    void limitsOfAddressSpaceAndDataStopMmap() throws ErrnoException {
        long infinity = VmaSettings.Rlimits.INFINITY;
        mm = space(VmaSettings.DEFAULT.withRlimits(new VmaSettings.Rlimits(16 * P, 2 * P, 0, 8 << 20, infinity)));
        assertEquals(Errno.ENOMEM, mmapError(A, 17 * P, PROT_READ, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.ENOMEM, mmapError(A, 3 * P, RW, ANON | MAP_FIXED, null, 0));
        assertEquals(Errno.EPERM, mmapError(A, P, RW, ANON | MAP_FIXED | MAP_LOCKED, null, 0));
        mm.mmap(A, 4 * P, PROT_READ, ANON | MAP_FIXED, null, 0);
        assertEquals(Errno.ENOMEM, errno(() -> mm.mprotect(A, 3 * P, RW)));
    }

    @Test
    @Tag("M-168")
    void fileThatChangesFlagsIsMergedAfterwards() throws ErrnoException {
        VmFile device = new VmFile("/dev/x", "00:05", 9, Set.of(Mode.READ, Mode.WRITE),
            vma -> vma.vmFlagsSet(VmFlags.VM_DONTDUMP));
        mm.mmap(A, P, RW, MAP_SHARED | MAP_FIXED, device, 0);
        mm.mmap(A + P, P, RW, MAP_SHARED | MAP_FIXED, device, 1);
        assertEquals("[100,102)@0", layout());
        assertEquals(2, device.references());
    }

    @Test
    @Tag("M-168")
    void everyMappingIsSoftDirty() throws ErrnoException {
        map(A, 1);
        assertTrue(at(A).hasAnyFlag(VmFlags.VM_SOFTDIRTY));
    }

    // ---- munmap ----

    @Test
    @Tag("M-169")
    void munmapErrors() throws ErrnoException {
        assertEquals(Errno.EINVAL, errno(() -> mm.munmap(A, 0)));
        assertEquals(Errno.EINVAL, errno(() -> mm.munmap(A + 1, P)));
        assertEquals(Errno.EINVAL, errno(() -> mm.munmap(VmaSettings.TASK_SIZE, P)));
        assertNull(errno(() -> mm.munmap(A, P)));
        map(A, 4);
        mm.mseal(A + 2 * P, P, 0);
        // The first area is cut before the sealed one is seen.
        assertEquals(Errno.EPERM, errno(() -> mm.munmap(A + P, 2 * P)));
        assertEquals("[100,101)@100 [101,102)@101 [102,103)@102 [103,104)@103", layout());
        assertEquals(Errno.EPERM, errno(() -> mm.munmap(A + 2 * P, P)));
    }

    @Test
    @Tag("M-169")
    void bothSidesOfAHoleAreNewObjects() throws ErrnoException {
        map(A, 5);
        VmArea original = at(A);
        mm.munmap(A + P, 2 * P);
        assertEquals("[100,101)@100 [103,105)@103", layout());
        assertNotSame(original, at(A));
        assertNotSame(original, at(A + 3 * P));
        assertFalse(original.isAttached());
        assertEquals(3, mm.stat().totalVm());
    }

    @Test
    @Tag("M-166")
    @Tag("M-169")
    void aHoleIsRefusedAtTheLimitButACutIsNot() throws ErrnoException {
        mm = space(VmaSettings.DEFAULT.withMaxMapCount(1));
        map(A, 5);
        assertEquals(Errno.ENOMEM, errno(() -> mm.munmap(A + P, P)));
        assertNull(errno(() -> mm.munmap(A + 3 * P, 2 * P)));
        assertEquals("[100,103)@100", layout());
    }

    @Test
    @Tag("M-169")
    void closeIsCalledForWhatGoes() throws ErrnoException {
        List<String> closed = new ArrayList<>();
        VmFile device = new VmFile("/dev/x", "00:05", 9, Set.of(Mode.READ),
            vma -> vma.setVmOps(VmOperations.withClose(gone -> closed.add(TestSpace.text(gone)))));
        mm.mmap(A, 4 * P, PROT_READ, MAP_PRIVATE | MAP_FIXED, device, 0);
        mm.munmap(A + P, P);
        assertEquals(List.of("[101,102)@1"), closed);
        assertEquals(3, device.references());
    }

    // ---- brk ----

    @Test
    @Tag("M-170")
    void brkGrowsShrinksAndRefuses() {
        mm.setStartBrk(A);
        assertEquals(A, mm.brk(0));
        assertEquals(A, mm.brk(A - 1));
        assertEquals(A + 100, mm.brk(A + 100));
        assertEquals("[100,101)@100", layout());
        assertEquals(A + 200, mm.brk(A + 200));
        assertEquals(A + 3 * P, mm.brk(A + 3 * P));
        assertEquals("[100,103)@100", layout());
        assertEquals(A + P, mm.brk(A + P));
        assertEquals("[100,101)@100", layout());
        assertTrue(at(A).hasAnyFlag(VmFlags.VM_ACCOUNT));
        assertTrue(MapsText.maps(mm).endsWith("[heap]\n"));
    }

    @Test
    @Tag("M-170")
    void brkKeepsItsDistanceFromWhatFollows() throws ErrnoException {
        mm.setStartBrk(A);
        mm.brk(A + P);
        mm.mmap(A + 8 * P, P, RW, ANON | MAP_FIXED, null, 0);
        assertEquals(A + P, mm.brk(A + 8 * P));
        assertEquals(A + 7 * P, mm.brk(A + 7 * P));
        long stack = A + 1024 * P;
        mm.munmap(A + 8 * P, P);
        mm.mmap(stack, P, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, null, 0);
        assertEquals(A + 7 * P, mm.brk(stack - VmaSpace.STACK_GUARD_GAP));
        assertEquals(stack - VmaSpace.STACK_GUARD_GAP - P, mm.brk(stack - VmaSpace.STACK_GUARD_GAP - P));
    }

    @Test
    @Tag("M-170")
    void brkStopsAtTheDataLimit() {
        mm = space(VmaSettings.DEFAULT.withRlimits(
            new VmaSettings.Rlimits(Long.MAX_VALUE, 4 * P, 0, 8 << 20, Long.MAX_VALUE)));
        mm.setStartBrk(A);
        assertEquals(A, mm.brk(A + 5 * P));
        assertEquals(A + 4 * P, mm.brk(A + 4 * P));
    }

    // ---- mremap ----

    private @Nullable Errno mremapError(long addr, long oldLen, long newLen, int flags, long newAddr) {
        return errno(() -> mm.mremap(addr, oldLen, newLen, flags, newAddr));
    }

    @Test
    @Tag("M-171")
    void mremapErrors() throws ErrnoException {
        map(A, 4);
        int move = MREMAP_MAYMOVE | MREMAP_FIXED;
        assertEquals(Errno.EINVAL, mremapError(A, P, P, 8, 0));
        assertEquals(Errno.EINVAL, mremapError(A, P, P, MREMAP_FIXED, A + 8 * P));
        assertEquals(Errno.EINVAL, mremapError(A, P, 2 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0));
        assertEquals(Errno.EINVAL, mremapError(A + 1, P, P, 0, 0));
        assertEquals(Errno.EINVAL, mremapError(A, P, 0, 0, 0));
        assertEquals(Errno.EFAULT, mremapError(A + 8 * P, P, P, 0, 0));
        assertEquals(Errno.EINVAL, mremapError(A, P, P, move, A + 8 * P + 1));
        assertEquals(Errno.EINVAL, mremapError(A, 2 * P, 2 * P, move, A + P));
        assertEquals(Errno.EINVAL, mremapError(A, 0, P, MREMAP_MAYMOVE, 0));
        assertEquals(Errno.EFAULT, mremapError(A, 6 * P, 7 * P, MREMAP_MAYMOVE, 0));
        mm.mmap(A + 4 * P, P, PROT_NONE, ANON | MAP_FIXED, null, 0);
        assertEquals(Errno.ENOMEM, mremapError(A, 4 * P, 5 * P, 0, 0));
        mm.mseal(A + 4 * P, P, 0);
        assertEquals(Errno.EPERM, mremapError(A + 4 * P, P, P, 0, 0));
    }

    @Test
    @Tag("M-166")
    @Tag("M-171")
    void mremapKeepsThreeAreasInReserve() throws ErrnoException {
        mm = space(VmaSettings.DEFAULT.withMaxMapCount(7));
        map(A, 4);
        map(A + 8 * P, 1);
        // 2 areas: 2 + 2 is not below 7 - 3.
        assertEquals(Errno.ENOMEM, mremapError(A, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 16 * P));
        mm.munmap(A + 8 * P, P);
        assertNull(mremapError(A, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 16 * P));
    }

    @Test
    @Tag("M-171")
    void growthInPlaceJoinsWhatFollows() throws ErrnoException {
        map(A, 1);
        map(A + 3 * P, 1);
        assertEquals(A, mm.mremap(A, P, 3 * P, 0, 0));
        assertEquals("[100,104)@100", layout());
        assertEquals(A, mm.mremap(A, 4 * P, P, 0, 0));
        assertEquals("[100,101)@100", layout());
    }

    @Test
    @Tag("M-171")
    void moveKeepsTheOffsetOfFaultedMemoryOnly() throws ErrnoException {
        map(A, 2);
        mm.faults().touch(A, true);
        assertEquals(A + 16 * P, mm.mremap(A, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 16 * P));
        assertEquals("[101,102)@101 [110,111)@100", layout());
        assertSame(at(A + P).anonVma(), at(A + 16 * P).anonVma());
        map(A + 32 * P, 1);
        mm.mremap(A + 32 * P, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 40 * P);
        assertEquals(0x128, at(A + 40 * P).vmPgoff());
    }

    @Test
    @Tag("M-171")
    void dontunmapLeavesAnEmptyUnlockedArea() throws ErrnoException {
        map(A, 2);
        mm.mlock(A, 2 * P);
        assertNotNull(at(A).anonVma());
        mm.mremap(A, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, A + 16 * P);
        assertNull(at(A).anonVma());
        assertFalse(at(A).hasAnyFlag(VmFlags.VM_LOCKED));
        assertTrue(at(A + 16 * P).hasAnyFlag(VmFlags.VM_LOCKED));
    }

    @Test
    @Tag("M-171")
    void sharedMemoryIsDuplicatedByOldLengthZero() throws ErrnoException {
        mm.mmap(A, 2 * P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, null, 0);
        mm.mremap(A, 0, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 16 * P);
        assertEquals("[100,102)@0 [110,112)@0", layout());
        assertSame(at(A).vmFile(), at(A + 16 * P).vmFile());
    }

    @Test
    @Tag("M-171")
    void manyAreasMoveAtOnceSince617() throws ErrnoException {
        for (KernelVersion version : List.of(KernelVersion.REFERENCE, new KernelVersion(6, 17, 0))) {
            mm = space(VmaSettings.DEFAULT.withVersion(version));
            map(A, 1);
            map(A + 2 * P, 1);
            Errno error = mremapError(A, 3 * P, 3 * P, MREMAP_MAYMOVE | MREMAP_FIXED, A + 16 * P);
            assertEquals(version.isAtLeast(6, 17) ? null : Errno.EFAULT, error);
            assertEquals(version.isAtLeast(6, 17) ? "[110,111)@110 [112,113)@112" : "[100,101)@100 [102,103)@102",
                layout());
        }
    }

    // ---- mprotect, madvise, mlock ----

    @Test
    void mprotectErrorsLeaveWhatWasDone() throws ErrnoException {
        map(A, 1);
        map(A + 2 * P, 1);
        assertEquals(Errno.EINVAL, errno(() -> mm.mprotect(A + 1, P, PROT_READ)));
        assertNull(errno(() -> mm.mprotect(A, 0, PROT_READ)));
        assertEquals(Errno.ENOMEM, errno(() -> mm.mprotect(A, -1 & Mman.PAGE_MASK, PROT_READ)));
        assertEquals(Errno.EINVAL, errno(() -> mm.mprotect(A, P, 0x40)));
        assertEquals(Errno.ENOMEM, errno(() -> mm.mprotect(A + P, P, PROT_READ)));
        assertEquals(Errno.ENOMEM, errno(() -> mm.mprotect(A, 3 * P, PROT_READ)));
        assertFalse(at(A).hasAnyFlag(VmFlags.VM_WRITE));
        assertTrue(at(A + 2 * P).hasAnyFlag(VmFlags.VM_WRITE));
    }

    @Test
    void mprotectAccountsWhatBecomesWritable() throws ErrnoException {
        mm.mmap(A, 2 * P, PROT_READ, ANON | MAP_FIXED, null, 0);
        assertFalse(at(A).hasAnyFlag(VmFlags.VM_ACCOUNT));
        mm.mprotect(A, P, RW);
        assertTrue(at(A).hasAnyFlag(VmFlags.VM_ACCOUNT));
        mm.mprotect(A, P, PROT_READ);
        assertEquals("[100,102)@100", layout());
        mm.mprotect(A, P, RW);
        mm.faults().touch(A, true);
        mm.mprotect(A, P, PROT_READ);
        assertTrue(at(A).hasAnyFlag(VmFlags.VM_ACCOUNT));
    }

    @Test
    void madviseSkipsHolesAndReportsThemLast() throws ErrnoException {
        map(A, 1);
        map(A + 2 * P, 1);
        assertEquals(Errno.EINVAL, errno(() -> mm.madvise(A, P, 99)));
        assertEquals(Errno.ENOMEM, errno(() -> mm.madvise(A, 3 * P, Mman.MADV_DONTFORK)));
        assertTrue(at(A + 2 * P).hasAnyFlag(VmFlags.VM_DONTCOPY));
        mm.mmap(A + 8 * P, P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, null, 0);
        assertEquals(Errno.EINVAL, errno(() -> mm.madvise(A + 8 * P, P, Mman.MADV_WIPEONFORK)));
        mm.setAnonName(A, P, "mine");
        assertTrue(MapsText.line(at(A)).endsWith("[anon:mine]"));
        assertEquals(Errno.EINVAL, errno(() -> mm.setAnonName(A, P, "no[brackets]")));
    }

    @Test
    void mlockCountsLocksAndChecksLimits() throws ErrnoException {
        map(A, 4);
        mm.mlock(A + P, P);
        assertEquals(1, mm.stat().lockedVm());
        mm.mlock2(A, 4 * P, Mman.MLOCK_ONFAULT);
        assertEquals(4, mm.stat().lockedVm());
        assertEquals(Errno.EINVAL, errno(() -> mm.mlock2(A, P, 2)));
        mm.munlock(A, 4 * P);
        assertEquals(0, mm.stat().lockedVm());
        assertEquals(Errno.ENOMEM, errno(() -> mm.mlock(A, 5 * P)));
        assertEquals(Errno.ENOMEM, errno(() -> mm.mlock(A, 64L << 20)));
        mm.mmap(A + 8 * P, P, PROT_NONE, ANON | MAP_FIXED, null, 0);
        assertEquals(Errno.ENOMEM, errno(() -> mm.mlock(A + 8 * P, P)));
        assertTrue(at(A + 8 * P).hasAnyFlag(VmFlags.VM_LOCKED));
        assertEquals(Errno.EINVAL, errno(() -> mm.mlockall(0)));
        mm.mlockall(Mman.MCL_CURRENT | Mman.MCL_FUTURE);
        map(A + 16 * P, 1);
        assertTrue(at(A + 16 * P).hasAnyFlag(VmFlags.VM_LOCKED));
        mm.munlockall();
        assertEquals(0, mm.stat().lockedVm());
    }

    // ---- address search ----

    @Test
    @Tag("M-172")
    void searchGoesDownFromTheBaseAndUsesHints() throws ErrnoException {
        long base = VmaSettings.MMAP_BASE;
        assertEquals(base - P, mm.mmap(0, P, RW, ANON, null, 0));
        assertEquals(base - 3 * P, mm.mmap(0, 2 * P, PROT_READ, ANON, null, 0));
        mm.munmap(base - P, P);
        assertEquals(base - P, mm.mmap(0, P, PROT_READ, ANON, null, 0));
        assertEquals(A, mm.mmap(A + 5, P, RW, ANON, null, 0));
        assertEquals(base - 4 * P, mm.mmap(A, P, PROT_NONE, ANON, null, 0));
        assertEquals(65536, mm.mmap(1, P, RW, ANON, null, 0));
    }

    @Test
    @Tag("M-172")
    void hugeMappingsTakeTheTopAlignedSlot() throws ErrnoException {
        long base = VmaSettings.MMAP_BASE;
        long padded = base - 2 * PMD_SIZE;
        long expected = (padded + PMD_SIZE - 1) / PMD_SIZE * PMD_SIZE;
        assertEquals(expected, mm.mmap(0, PMD_SIZE, RW, ANON, null, 0));
        mm = space(VmaSettings.DEFAULT.withLayout(0x7fff_0000_0000L, 65536));
        assertEquals(0x7fff_0000_0000L - PMD_SIZE, mm.mmap(0, PMD_SIZE, RW, ANON, null, 0));
        // A shared mapping is a file: no alignment.
        assertEquals(0x7fff_0000_0000L - 2 * PMD_SIZE, mm.mmap(0, PMD_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, null, 0));
        mm.mmap(0, P, RW, ANON, null, 0);
        assertEquals(0x7fff_0000_0000L - 2 * PMD_SIZE - P, at(0x7fff_0000_0000L - 2 * PMD_SIZE - 1).vmStart());
    }

    @Test
    @Tag("M-172")
    void searchLeavesRoomForStacksToGrow() throws ErrnoException {
        long base = VmaSettings.MMAP_BASE;
        long stack = base - 16 * P;
        mm.mmap(stack, 16 * P, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, null, 0);
        assertEquals(stack - VmaSpace.STACK_GUARD_GAP - P, mm.mmap(0, P, RW, ANON, null, 0));
        // A hint inside the gap is not taken.
        assertTrue(mm.mmap(stack - P, P, RW, ANON, null, 0) < stack - VmaSpace.STACK_GUARD_GAP);
        assertNull(mm.lookup(stack - P));
    }

    @Test
    @Tag("M-172")
    void searchFallsBackToBottomUp() throws ErrnoException {
        mm = space(VmaSettings.DEFAULT.withLayout(0x20_0000, 65536));
        long third = Mman.pageAlign(VmaSettings.TASK_SIZE / 3);
        assertEquals(third, mm.mmap(0, 16L << 20, RW, MAP_SHARED | MAP_ANONYMOUS, null, 0));
        assertEquals(0x4000_0000L, mm.mmap(0, P, RW, ANON | Mman.MAP_32BIT, null, 0));
    }

    @Test
    void stacksGrowDownToTheGuardGap() throws ErrnoException {
        long stack = A + 1024 * P;
        map(A, 1);
        mm.mmap(stack, P, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, null, 0);
        mm.faults().touch(stack - 8 * P, true);
        assertEquals(stack - 8 * P, at(stack).vmStart());
        assertEquals(Errno.EFAULT, errno(() -> mm.faults().touch(A + 2 * P, true)));
        assertEquals(Errno.EFAULT, errno(() -> mm.faults().touch(A + 200 * P, true)));
        assertNull(errno(() -> mm.faults().touch(A + P + VmaSpace.STACK_GUARD_GAP, true)));
    }

    // ---- anon_vma ----

    @Test
    @Tag("M-174")
    void anonVmaIsReusedFromNextThenPrev() throws ErrnoException {
        map(A, 3);
        mm.mprotect(A + P, P, PROT_READ);
        mm.faults().touch(A, true);
        mm.faults().touch(A + 2 * P, true);
        assertNotSame(at(A).anonVma(), at(A + 2 * P).anonVma());
        mm.mprotect(A + P, P, PROT_READ | PROT_WRITE | PROT_EXEC);
        mm.faults().touch(A + P, true);
        assertSame(at(A + 2 * P).anonVma(), at(A + P).anonVma());
    }

    @Test
    @Tag("M-174")
    void anonVmaIsReusedFromPrevAndNotAcrossOtherFlags() throws ErrnoException {
        map(A, 2);
        mm.mprotect(A + P, P, RW | PROT_EXEC);
        mm.faults().touch(A, true);
        mm.faults().touch(A + P, true);
        assertSame(at(A).anonVma(), at(A + P).anonVma());
        map(A + 8 * P, 2);
        mm.madvise(A + 9 * P, P, Mman.MADV_DONTFORK);
        mm.faults().touch(A + 8 * P, true);
        mm.faults().touch(A + 9 * P, true);
        assertNotSame(at(A + 8 * P).anonVma(), at(A + 9 * P).anonVma());
    }

    @Test
    @Tag("M-160")
    @Tag("M-174")
    void forkGivesTheChildAChainOfItsOwn() throws ErrnoException {
        map(A, 2);
        mm.faults().touch(A, true);
        map(A + 4 * P, 1);
        mm.madvise(A + 4 * P, P, Mman.MADV_DONTFORK);
        mm.mlock(A, P);
        VmaSpace child = space(VmaSettings.DEFAULT);
        mm.dupMmapInto(child);
        VmArea copy = Objects.requireNonNull(child.lookup(A));
        assertEquals(2, copy.anonVmaChain().size());
        assertNotSame(at(A).anonVma(), copy.anonVma());
        assertFalse(copy.hasAnyFlag(VmFlags.VM_LOCKED));
        assertNull(child.lookup(A + 4 * P));
        assertEquals(mm.stat().totalVm() - 1, child.stat().totalVm());
        // The child's area may not grow by a merge with a range that no process has faulted.
        child.mmap(A + 2 * P, P, RW, ANON | MAP_FIXED, null, 0);
        assertEquals(A + 2 * P, Objects.requireNonNull(child.lookup(A + 2 * P)).vmStart());
    }

    // ---- locking ----

    @Test
    void changesWithoutTheMmapLockAreReported() throws ErrnoException {
        map(A, 1);
        long before = kernel.warnings().count();
        at(A).vmFlagsSet(VmFlags.VM_DONTDUMP);
        assertEquals(before + 1, kernel.warnings().count());
    }

    /** Readers of one area must be able to notice: its own lock is wanted too. */
    @Test
    void flagsAreReplacedOnlyUnderTheLockOfTheArea() throws ErrnoException {
        map(A, 1);
        VmArea vma = at(A);
        long flags = vma.vmFlags();
        try (var _ = mm.writeLock()) {
            KernelBug bug = assertThrows(KernelBug.class, () -> vma.vmFlagsReset(VmFlags.VM_READ));
            assertTrue(String.valueOf(bug.getMessage())
                .startsWith("vma_assert_write_locked: vma start 100000 end 101000 mm "), bug.getMessage());
            assertEquals(flags, vma.vmFlags());
            vma.vmaStartWrite();
            vma.vmFlagsReset(VmFlags.VM_READ);
            assertEquals(VmFlags.VM_READ, vma.vmFlags());
            vma.vmFlagsReset(flags);
        }
    }

    /** What moves leaves its userfaultfd, unless that asked to be told of moves. */
    @Test
    @Tag("M-171")
    void aMovedAreaLeavesItsUserfaultfd() throws ErrnoException {
        for (boolean follows : new boolean[] {false, true}) {
            map(A, 2);
            UserfaultfdCtx ctx = new UserfaultfdCtx("uffd", follows);
            at(A).setUserfaultfdCtx(ctx);
            try (var _ = mm.writeLock()) {
                at(A).vmFlagsSet(VmFlags.VM_UFFD_MISSING);
            }
            mm.mremap(A, 2 * P, 2 * P, Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED, A + 8 * P);
            assertEquals(follows ? ctx : null, at(A + 8 * P).userfaultfdCtx());
            assertEquals(follows, at(A + 8 * P).hasAnyFlag(VmFlags.VM_UFFD_FLAGS));
            mm.munmap(A, 16 * P);
        }
    }

    // ---- advice about pages ----

    @Test
    void populateStopsAtTheFirstPageThatCannotBeHad() throws ErrnoException {
        map(A, 2);
        assertEquals(null, errno(() -> mm.madvise(A, P, Mman.MADV_POPULATE_READ)));
        assertEquals(null, at(A).anonVma());
        assertEquals(Errno.ENOMEM, errno(() -> mm.madvise(A, 3 * P, Mman.MADV_POPULATE_WRITE)));
        assertNotNull(at(A).anonVma());
        mm.mprotect(A + P, P, PROT_READ);
        assertEquals(Errno.EINVAL, errno(() -> mm.madvise(A, 2 * P, Mman.MADV_POPULATE_WRITE)));
        assertEquals(null, errno(() -> mm.madvise(A, 2 * P, Mman.MADV_POPULATE_READ)));
        VmFile file = VmFile.regular("/small", 1);
        file.setSizePages(1);
        mm.mmap(A, 2 * P, RW, MAP_SHARED | MAP_FIXED, file, 0);
        assertEquals(null, errno(() -> mm.madvise(A, P, Mman.MADV_POPULATE_WRITE)));
        assertEquals(Errno.EFAULT, errno(() -> mm.madvise(A, 2 * P, Mman.MADV_POPULATE_READ)));
    }

    @Test
    void guardRegionsComeWithTheirVersions() throws ErrnoException {
        for (String release : List.of("6.12.117", "6.13", "6.15", "6.19")) {
            KernelVersion version = KernelVersion.parse(release);
            mm = space(VmaSettings.DEFAULT.withVersion(version));
            map(A, 1);
            mm.mmap(A + P, P, PROT_READ, MAP_SHARED | MAP_FIXED, VmFile.regular("/f", 1), 0);
            boolean known = version.isAtLeast(6, 13);
            assertEquals(known ? null : Errno.EINVAL, errno(() -> mm.madvise(A, P, Mman.MADV_GUARD_INSTALL)), release);
            assertEquals(known, at(A).anonVma() != null, release);
            assertEquals(version.isAtLeast(6, 19), at(A).hasAnyFlag(VmFlags.VM_MAYBE_GUARD), release);
            assertEquals(version.isAtLeast(6, 15) ? null : Errno.EINVAL,
                errno(() -> mm.madvise(A + P, P, Mman.MADV_GUARD_INSTALL)), release);
            mm.mlock(A, P);
            assertEquals(Errno.EINVAL, errno(() -> mm.madvise(A, P, Mman.MADV_GUARD_INSTALL)), release);
            assertEquals(known ? null : Errno.EINVAL, errno(() -> mm.madvise(A, P, Mman.MADV_GUARD_REMOVE)), release);
        }
    }

    /** Each was found by the comparison with the running kernel. */
    @Test
    @Tag("M-168")
    @Tag("M-171")
    void whatTheRunningKernelTaught() throws ErrnoException {
        map(A, 4);
        assertEquals(Errno.EINVAL, errno(() -> mm.mremap(A, -2 * P, 3 * P, Mman.MREMAP_MAYMOVE, 0)));
        assertEquals(Errno.EINVAL, errno(() -> mm.mremap(A, P + 1, 2 * P, Mman.MREMAP_MAYMOVE | Mman.MREMAP_DONTUNMAP,
            0)));
        assertEquals(Errno.EOPNOTSUPP, mmapError(A + 64 * P, P, RW, Mman.MAP_SHARED_VALIDATE | Mman.MAP_FIXED_NOREPLACE,
            VmFile.regular("/f", 1), 0));
        mm.mlockall(Mman.MCL_FUTURE | Mman.MCL_ONFAULT);
        mm.mmap(A, P, RW, Mman.MAP_DROPPABLE | MAP_ANONYMOUS | MAP_FIXED, null, 0);
        assertFalse(at(A).hasAnyFlag(VmFlags.VM_LOCKED_MASK));
        assertEquals(0, mm.stat().lockedVm());
        for (boolean twice : new boolean[] {false, true}) {
            mm = space(VmaSettings.DEFAULT.withVersion(KernelVersion.parse(twice ? "6.15" : "6.14")));
            map(A, 2);
            mm.mlock(A, 2 * P);
            mm.mremap(A, 2 * P, 2 * P, Mman.MREMAP_MAYMOVE | Mman.MREMAP_DONTUNMAP, A + 8 * P);
            assertEquals(twice ? 4 : 2, mm.stat().lockedVm());
        }
    }

    // ---- iteration ----

    @Test
    @Tag("M-173")
    void iterationSeesAreasAndGaps() throws ErrnoException {
        map(A, 1);
        map(A + 3 * P, 2);
        VmaIterator vmi = new VmaIterator(mm, 0);
        assertSame(at(A), vmi.find(A + 2 * P));
        assertNull(vmi.find(A + 2 * P));
        vmi.set(A);
        assertSame(at(A), vmi.load());
        assertNull(vmi.nextRange());
        assertEquals(A + P, vmi.addr());
        assertEquals(A + 3 * P, vmi.end());
        assertSame(at(A + 3 * P), vmi.nextRange());
        assertNull(vmi.nextRange());
        assertEquals(A + 5 * P, vmi.addr());
        assertSame(at(A + 3 * P), vmi.prevRange());
        assertNull(vmi.prevRange());
        assertSame(at(A), vmi.prev());
        assertNull(vmi.prev());
        assertSame(at(A), vmi.next());
        assertSame(at(A + 3 * P), vmi.next());
        assertNull(vmi.next());
        assertSame(at(A + 3 * P), vmi.prev());
    }

    // ---- text ----

    @Test
    void mapsAndSmapsAreAsTheKernelPrintsThem() throws ErrnoException {
        VmFile file = new VmFile("/usr/bin/grep", "fe:00", 260368, Set.of(Mode.READ), null);
        mm.mmap(0x55d2_9178_7000L, 4 * P, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0);
        mm.mmap(A, P, RW, ANON | MAP_FIXED, null, 0);
        assertEquals("""
            00100000-00101000 rw-p 00000000 00:00 0\s
            55d291787000-55d29178b000 r--p 00000000 fe:00 260368                     /usr/bin/grep
            """, MapsText.maps(mm));
        List<String> smaps = MapsText.smaps(mm).lines().toList();
        assertEquals("Size:                  4 kB", smaps.get(1));
        assertEquals("THPeligible:           0", smaps.get(23));
        assertEquals("VmFlags: rd wr mr mw me ac sd ", smaps.get(24));
        assertEquals(50, smaps.size());
        assertEquals(at(A).vmFlags(), VmFlags.parseSmaps(smaps.get(24).substring(8)));
    }
}
