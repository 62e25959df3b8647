package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.pagemap.KPageFlags;
import org.kunitjvm.mm.pagemap.MemoryStatus;
import org.kunitjvm.mm.pagemap.PagemapEntry;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.types.GfpFlags;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;

/** The files about single pages have the kernel's formats: words of 64 bits, its bits, its lines. */
final class PageFilesTest {
    private static final int WORD = 8;

    @Test
    @Tag("M-187")
    void bitsHaveTheNumbersOfTheKernel() {
        assertEquals(List.of(0, 5, 10, 14, 18, 20, 24, 32, 33, 34, 42),
            List.of(KPageFlags.LOCKED.bit(), KPageFlags.LRU.bit(), KPageFlags.BUDDY.bit(), KPageFlags.SWAPBACKED.bit(),
            KPageFlags.UNEVICTABLE.bit(), KPageFlags.NOPAGE.bit(), KPageFlags.ZERO_PAGE.bit(),
            KPageFlags.RESERVED.bit(), KPageFlags.MLOCKED.bit(), KPageFlags.OWNER_2.bit(), KPageFlags.ARCH_3.bit()));
    }

    @Test
    @Tag("M-187")
    void buddyIsTheWholeFreeBlockButNotWhatACpuCaches() {
        try (LruMachine machine = new LruMachine()) {
            PageAllocator allocator = machine.kernel.get(PageAllocator.class);
            int pfn = allocator.allocPages(0, GfpFlags.GFP_KERNEL, 0);
            assertEquals("", machine.flags(pfn));
            allocator.freePages(pfn, 0);
            assertEquals("", machine.flags(pfn), "in the cache of a CPU");
            int block = allocator.allocPages(0, GfpFlags.GFP_KERNEL, 10);
            assertEquals("", machine.flags(block + 1), "inside an allocated block without compound metadata");
            allocator.freePages(block, 10);
            for (int page : new int[] {block, block + 1, block + 1023}) {
                assertEquals("BUDDY", machine.flags(page));
            }
        }
    }

    @Test
    @Tag("M-187")
    void tailsOfACompoundPageRepeatTheHead() {
        try (LruMachine machine = new LruMachine()) {
            PageAllocator allocator = machine.kernel.get(PageAllocator.class);
            int head = allocator.allocPages(0, GfpFlags.GFP_KERNEL | GfpFlags.__GFP_COMP, 2);
            machine.map.addFlags(head, PageFlags.PG_UPTODATE | PageFlags.PG_REFERENCED);
            machine.map.addFlags(head + 2, PageFlags.PG_HWPOISON);
            assertEquals("REFERENCED|UPTODATE|COMPOUND_HEAD", machine.flags(head));
            assertEquals("REFERENCED|UPTODATE|COMPOUND_TAIL", machine.flags(head + 1));
            assertEquals("REFERENCED|UPTODATE|COMPOUND_TAIL|HWPOISON", machine.flags(head + 2),
                "broken memory is one page's");
            machine.map.clearFlags(head + 2, PageFlags.PG_HWPOISON);
            machine.map.clearFlags(head, PageFlags.PG_UPTODATE | PageFlags.PG_REFERENCED);
            allocator.freePages(head, 2);
        }
    }

    @Test
    @Tag("M-187")
    void swapcacheNeedsBothFlagsAndHolesHaveNoPage() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.map.addFlags(pfn, PageFlags.PG_SWAPCACHE);
            assertTrue(machine.has(pfn, KPageFlags.SWAPCACHE) && machine.has(pfn, KPageFlags.OWNER_PRIVATE));
            machine.map.clearFlags(pfn, PageFlags.PG_SWAPBACKED);
            assertFalse(machine.has(pfn, KPageFlags.SWAPCACHE));
            machine.map.clearFlags(pfn, PageFlags.PG_SWAPCACHE);
            machine.lru.put(pfn);
            assertEquals("NOPAGE", KPageFlags.describe(KPageFlags.of(machine.map, machine.map.endPfn() - 1, -1)));
        }
    }

    @Test
    @Tag("M-187")
    void kpageflagsIsAWordPerFrameInNativeOrder() throws ErrnoException {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            byte[] three = machine.files.kpageflags((pfn - 1L) * WORD, 3 * WORD);
            assertEquals(3 * WORD, three.length);
            assertEquals(1L << 3 | 1L << 14, ByteBuffer.wrap(three).order(ByteOrder.LITTLE_ENDIAN).getLong(WORD));
            assertEquals(0, machine.files.kpageflags((long) machine.map.endPfn() * WORD, WORD).length, "end of file");
            for (long[] bad : new long[][] {{4, WORD}, {0, 7}}) {
                assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class,
                    () -> machine.files.kpageflags(bad[0], (int) bad[1])).errno());
            }
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-188")
    void pagemapTellsPresentFromMappedFromNothing() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(4);
            process.write(addr);
            process.read(addr + Mman.PAGE_SIZE);
            long written = machine.files.entryOf(process.mm, addr);
            assertEquals(PagemapEntry.PM_PRESENT | PagemapEntry.PM_MMAP_EXCLUSIVE | PagemapEntry.PM_SOFT_DIRTY,
                written & ~PagemapEntry.PM_PFRAME_MASK);
            long zero = machine.files.entryOf(process.mm, addr + Mman.PAGE_SIZE);
            assertEquals(machine.memory.frames().zeroPfn(), PagemapEntry.pfn(zero));
            assertEquals(PagemapEntry.PM_PRESENT | PagemapEntry.PM_SOFT_DIRTY, zero & ~PagemapEntry.PM_PFRAME_MASK);
            assertEquals("ZERO_PAGE|RESERVED", machine.flags(PagemapEntry.pfn(zero)));
            assertEquals(PagemapEntry.PM_SOFT_DIRTY, machine.files.entryOf(process.mm, addr + 2 * Mman.PAGE_SIZE),
                "a new mapping");
            assertEquals(0, machine.files.entryOf(process.mm, addr - Mman.PAGE_SIZE), "nothing is mapped");
            byte[] unprivileged = machine.files.pagemap(process.mm, (addr >>> 12) * WORD, WORD, false);
            assertEquals(0, PagemapEntry.pfn(ByteBuffer.wrap(unprivileged).order(ByteOrder.LITTLE_ENDIAN).getLong()));
            assertThrows(ErrnoException.class, () -> machine.files.pagemap(process.mm, 4, WORD, true));
        }
    }

    @Test
    @Tag("M-188")
    void pageOfAFileSaysSoAndIsExclusiveWhileMappedOnce() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_SHARED | Mman.MAP_ANONYMOUS, null, 0);
            process.write(addr);
            long once = machine.files.entryOf(process.mm, addr);
            assertTrue((once & PagemapEntry.PM_FILE) != 0 && (once & PagemapEntry.PM_MMAP_EXCLUSIVE) != 0,
                PagemapEntry.describe(once));
            long again = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ, Mman.MAP_SHARED,
                process.area(addr).vmFile(), 0);
            process.read(again);
            assertEquals(0, machine.files.entryOf(process.mm, addr) & PagemapEntry.PM_MMAP_EXCLUSIVE);
            assertEquals(2, machine.files.kpagecount(process.pfn(addr) * (long) WORD, WORD)[0]);
        }
    }

    @Test
    @Tag("M-189")
    void smapsHasItsFieldsInOrderAndVmLckCountsLockedAreas() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(4);
            process.write(addr);
            process.read(addr + Mman.PAGE_SIZE);
            String before = MapsText.smaps(process.space);
            List<String> fields = before.lines().skip(1).map(line -> line.substring(0, line.indexOf(':'))).toList();
            assertEquals(List.of("Size", "KernelPageSize", "MMUPageSize", "Rss", "Pss", "Pss_Dirty", "Shared_Clean",
                "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM", "LazyFree",
                "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb", "Swap",
                "SwapPss", "Locked", "THPeligible", "VmFlags"), fields);
            assertTrue(before.contains("Rss:                   4 kB\n")
                && before.contains("Locked:                0 kB\n"), before);
            process.space.mlock2(addr, 4 * Mman.PAGE_SIZE, Mman.MLOCK_ONFAULT);
            String locked = MapsText.smaps(process.space);
            assertTrue(locked.contains("Locked:                4 kB\n") && locked.contains(" lo lf "), locked);
            assertTrue(MemoryStatus.text(process.mm).contains("VmLck:\t      16 kB\n"), MemoryStatus.text(process.mm));
            assertTrue(MemoryStatus.text(process.mm).contains("VmRSS:\t       4 kB\n"), MemoryStatus.text(process.mm));
        }
    }

    @Test
    @Tag("M-189")
    void pageThatTwoAreasMapIsSharedAndCountsHalfInEach() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_SHARED | Mman.MAP_ANONYMOUS, null, 0);
            process.write(addr);
            long again = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ, Mman.MAP_SHARED,
                process.area(addr).vmFile(), 0);
            process.read(again);
            String smaps = MapsText.smaps(process.space);
            assertTrue(smaps.contains("Pss:                   2 kB\n")
                && smaps.contains("Shared_Dirty:          4 kB\n"), smaps);
        }
    }

    @Test
    @Tag("M-189")
    void vmstatShowsTheCountersOfMlock() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(3);
            process.space.mlock(addr, 3 * Mman.PAGE_SIZE);
            machine.lru.drain().drainAll();
            new org.kunitjvm.mm.sysctl.VmSysctl(machine.kernel, machine.lru,
                machine.kernel.get(org.kunitjvm.mm.zone.ZoneTable.class), () -> { }).statRefresh();
            String vmstat = ProcFile.VMSTAT.text(org.kunitjvm.mm.Mm.of(machine.kernel).procView());
            for (String line : List.of("nr_mlock 3", "nr_unevictable 3", "nr_zone_unevictable 3",
                "unevictable_pgs_mlocked 3", "unevictable_pgs_culled 3", "unevictable_pgs_rescued 0", "pgfault 3")) {
                assertTrue(vmstat.contains("\n" + line + "\n"), line);
            }
        }
    }
}
