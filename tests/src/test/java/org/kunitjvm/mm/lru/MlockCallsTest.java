package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.vma.Mman.MAP_ANONYMOUS;
import static org.kunitjvm.mm.vma.Mman.MAP_PRIVATE;
import static org.kunitjvm.mm.vma.Mman.MCL_CURRENT;
import static org.kunitjvm.mm.vma.Mman.MCL_FUTURE;
import static org.kunitjvm.mm.vma.Mman.MCL_ONFAULT;
import static org.kunitjvm.mm.vma.Mman.MLOCK_ONFAULT;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.Mman.PROT_NONE;
import static org.kunitjvm.mm.vma.Mman.PROT_READ;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.mm.vma.VmaSettings.Rlimits;
import org.kunitjvm.mm.vma.VmaSpace;

/** The mlock family: which error comes first, which areas get which flags, and which pages are there afterwards. */
final class MlockCallsTest {
    private static void fails(Errno errno, Executable call) {
        assertEquals(errno, assertThrows(ErrnoException.class, call).errno());
    }

    /** An address space of its own with these limits. */
    private static VmaSpace limited(LruMachine machine, MmStruct mm, long memlockBytes) {
        Rlimits all = Rlimits.DEFAULT;
        Rlimits limits = new Rlimits(all.as(), all.data(), memlockBytes, all.stack(), all.commitPages());
        mm.attach(VmaSpace.class, new VmaSpace(machine.kernel, mm, VmaSettings.DEFAULT.withRlimits(limits)));
        machine.memory.attachTo(mm);
        return VmaSpace.of(mm);
    }

    private static long map(VmaSpace space, int pages) throws ErrnoException {
        return space.mmap(0, pages * PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, null, 0);
    }

    @Test
    @Tag("M-185")
    void unknownFlagsAreRefusedBeforeAnythingElse() throws ErrnoException {
        try (LruMachine machine = new LruMachine()) {
            MmStruct mm = machine.kernel.sched().mmTable().alloc();
            VmaSpace space = limited(machine, mm, 0);
            fails(Errno.EINVAL, () -> space.mlock2(0, PAGE_SIZE, 2));
            fails(Errno.EPERM, () -> space.mlock2(0, PAGE_SIZE, MLOCK_ONFAULT));
            for (int flags : new int[] {0, MCL_ONFAULT, 8, MCL_CURRENT | 8}) {
                fails(Errno.EINVAL, () -> space.mlockall(flags));
            }
            fails(Errno.EPERM, () -> space.mlockall(MCL_FUTURE));
            space.munlockall();
            mm.mmput();
        }
    }

    @Test
    @Tag("M-185")
    void limitCountsLockedPagesOfTheRangeOnce() throws ErrnoException {
        try (LruMachine machine = new LruMachine()) {
            MmStruct mm = machine.kernel.sched().mmTable().alloc();
            VmaSpace space = limited(machine, mm, 4 * PAGE_SIZE);
            long addr = map(space, 6);
            space.mlock(addr, 3 * PAGE_SIZE);
            assertEquals(3, space.stat().lockedVm());
            fails(Errno.ENOMEM, () -> space.mlock(addr + 3 * PAGE_SIZE, 2 * PAGE_SIZE));
            space.mlock(addr, 4 * PAGE_SIZE);
            assertEquals(4, space.stat().lockedVm());
            fails(Errno.ENOMEM, () -> space.mlockall(MCL_CURRENT));
            space.mlockall(MCL_FUTURE);
            fails(Errno.EAGAIN, () -> map(space, 1));
            space.munlock(addr, 6 * PAGE_SIZE);
            assertEquals(0, space.stat().lockedVm());
            mm.mmput();
        }
    }

    @Test
    @Tag("M-185")
    void holeStopsAfterThePartBeforeIt() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(3);
            process.space.munmap(addr + PAGE_SIZE, PAGE_SIZE);
            fails(Errno.ENOMEM, () -> process.space.mlock(addr, 3 * PAGE_SIZE));
            assertTrue(process.area(addr).hasAnyFlag(VmFlags.VM_LOCKED));
            assertFalse(process.area(addr + 2 * PAGE_SIZE).hasAnyFlag(VmFlags.VM_LOCKED));
            assertEquals(0, process.rss(), "a failed mlock does not populate");
            fails(Errno.ENOMEM, () -> process.space.mlock(addr + PAGE_SIZE, PAGE_SIZE));
            process.space.mlock(addr, 0);
        }
    }

    @Test
    @Tag("M-185")
    void mlockPopulatesAndOnfaultDoesNot() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long full = process.map(4);
            long lazy = process.map(4);
            long readOnly = process.space.mmap(0, 2 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, null, 0);
            long none = process.space.mmap(0, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, null, 0);
            process.space.mlock(full + 1, 1);
            assertEquals(1, process.rss(), "the page that the byte is in");
            process.space.mlock2(lazy, 4 * PAGE_SIZE, MLOCK_ONFAULT);
            assertEquals(1, process.rss());
            assertTrue(process.area(lazy).hasAnyFlag(VmFlags.VM_LOCKONFAULT));
            process.write(lazy);
            assertTrue(machine.map.hasFlag(process.pfn(lazy), PageFlags.PG_MLOCKED));
            process.space.mlock2(lazy, 4 * PAGE_SIZE, 0);
            assertFalse(process.area(lazy).hasAnyFlag(VmFlags.VM_LOCKONFAULT), "a lock without ONFAULT replaces it");
            assertEquals(5, process.rss());
            process.space.mlock(readOnly, 2 * PAGE_SIZE);
            assertEquals(5, process.rss(), "reads see the zero page, which is nobody's");
            fails(Errno.ENOMEM, () -> process.space.mlock(none, PAGE_SIZE));
            assertTrue(process.area(none).hasAnyFlag(VmFlags.VM_LOCKED), "locked, though it cannot be populated");
            assertEquals(5, machine.nrMlock());
        }
    }

    @Test
    @Tag("M-185")
    void mlockallCoversWhatIsThereAndWhatComes() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long there = process.map(2);
            process.space.mlockall(MCL_CURRENT);
            assertEquals(2, process.rss());
            assertEquals(0, process.space.defFlags());
            long later = process.map(2);
            assertFalse(process.area(later).hasAnyFlag(VmFlags.VM_LOCKED));
            process.space.mlockall(MCL_FUTURE);
            assertFalse(process.area(later).hasAnyFlag(VmFlags.VM_LOCKED), "FUTURE alone leaves what is there");
            long future = process.map(3);
            assertTrue(process.area(future).hasAnyFlag(VmFlags.VM_LOCKED));
            assertEquals(5, process.rss(), "a new locked mapping is populated at once");
            process.space.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
            assertEquals(VmFlags.VM_LOCKED_MASK, process.space.defFlags());
            long lazy = process.map(3);
            assertEquals(5, process.rss());
            assertTrue(process.area(lazy).hasAnyFlag(VmFlags.VM_LOCKONFAULT));
            process.space.munlockall();
            assertEquals(0, process.space.defFlags());
            assertEquals(0, process.space.stat().lockedVm());
            for (long addr : new long[] {there, later, future, lazy}) {
                assertFalse(process.area(addr).hasAnyFlag(VmFlags.VM_LOCKED_MASK));
            }
            machine.lru.drain().drainAll();
            assertEquals(0, machine.nrMlock());
        }
    }

    @Test
    @Tag("M-185")
    void specialAreasKeepTheirFlags() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(2);
            try (var _ = process.space.writeLock()) {
                process.area(addr).vmFlagsSet(VmFlags.VM_DONTEXPAND);
            }
            process.space.mlock(addr, 2 * PAGE_SIZE);
            assertFalse(process.area(addr).hasAnyFlag(VmFlags.VM_LOCKED));
            assertEquals(0, process.space.stat().lockedVm());
        }
    }

    @Test
    @Tag("M-185")
    void noMemoryLeftMakesMlockSayEagain() throws ErrnoException {
        try (Kernel kernel = Kernel.builder().cpus(1).memory("16M").build()) {
            LruMachine machine = new LruMachine(kernel);
            MmStruct mm = kernel.sched().mmTable().alloc();
            VmaSpace space = limited(machine, mm, 64L << 20);
            long addr = map(space, 5000);
            fails(Errno.EAGAIN, () -> space.mlock(addr, 5000 * PAGE_SIZE));
            assertEquals(5000, space.stat().lockedVm());
            mm.mmput();
            machine.lru.drain().drainAll();
            assertEquals(0, machine.nrMlock());
        }
    }
}
