package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.KthreadFn;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.fault.UserMemory;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.pagemap.KPageFlags;
import org.kunitjvm.mm.pagemap.PageFiles;
import org.kunitjvm.mm.pagemap.PagemapEntry;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmaSpace;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;

/** A booted kernel with words for what tests of LRU and mlock ask it. Closing it finds what was left behind. */
final class LruMachine implements AutoCloseable {
    final Kernel kernel;
    final Lru lru;
    final PageMap map;
    final UserMemory memory;
    final PageFiles files;

    LruMachine() {
        this("");
    }

    LruMachine(String cmdline) {
        this(Kernel.builder().cpus(2).memory("64M").cmdline(cmdline).build());
    }

    LruMachine(Kernel kernel) {
        this.kernel = kernel;
        this.lru = Lru.of(kernel);
        this.map = kernel.get(PageMap.class);
        this.memory = UserMemory.of(kernel);
        this.files = new PageFiles(memory);
    }

    /** A new process without areas. */
    Process process() {
        return new Process(kernel.sched().mmTable().alloc());
    }

    /** A page of the kind that anonymous memory is made of, on no list yet. */
    int newFolio() {
        int pfn = memory.frames().allocUserPage();
        assertTrue(pfn >= 0, "out of memory");
        map.addFlags(pfn, org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED | org.kunitjvm.mm.page.PageFlags.PG_UPTODATE);
        return pfn;
    }

    /** Several of them. */
    List<Integer> newFolios(int count) {
        List<Integer> pfns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pfns.add(newFolio());
        }
        return pfns;
    }

    long event(VmEvent event) {
        return kernel.get(VmEvents.class).get(event);
    }

    /** The unevictable_pgs_* events in their order, as text: {@code culled 1 rescued 0 mlocked 1 …}. */
    String unevictableEvents() {
        return "culled " + event(VmEvent.UNEVICTABLE_PGS_CULLED) + " rescued " + event(VmEvent.UNEVICTABLE_PGS_RESCUED)
            + " mlocked " + event(VmEvent.UNEVICTABLE_PGS_MLOCKED) + " munlocked "
            + event(VmEvent.UNEVICTABLE_PGS_MUNLOCKED) + " cleared " + event(VmEvent.UNEVICTABLE_PGS_CLEARED)
            + " stranded " + event(VmEvent.UNEVICTABLE_PGS_STRANDED);
    }

    long nrMlock() {
        return kernel.get(ZoneTable.class).all().stream().mapToLong(zone -> zone.counters.exact(ZoneStat.NR_MLOCK))
            .sum();
    }

    long nr(NodeStat stat) {
        return kernel.get(Nodes.class).get(0).counters.read(stat);
    }

    long zoneSum(ZoneStat stat) {
        return kernel.get(ZoneTable.class).all().stream().mapToLong((Zone zone) -> zone.counters.exact(stat)).sum();
    }

    String flags(int pfn) {
        return KPageFlags.describe(KPageFlags.of(map, pfn, memory.frames().zeroPfn()));
    }

    boolean has(int pfn, KPageFlags flag) {
        return flag.isIn(KPageFlags.of(map, pfn, memory.frames().zeroPfn()));
    }

    /** Run a body in a kthread on a CPU to its end. */
    void onCpu(int cpu, KthreadFn body) {
        Task task = kernel.kthreads().createOnCpu("test/" + cpu, cpu, body);
        kernel.sched().wake(task);
        kernel.sched().join(task, Long.MAX_VALUE);
        assertEquals(null, task.deathCause());
    }

    @Override
    public void close() {
        lru.drain().drainAll();
        kernel.close();
    }

    /** An address space and the calls on it, in pages. */
    final class Process implements AutoCloseable {
        final MmStruct mm;
        final VmaSpace space;

        private Process(MmStruct mm) {
            this.mm = mm;
            this.space = VmaSpace.of(mm);
        }

        /** Map private anonymous memory that can be read and written. */
        long map(int pages) throws ErrnoException {
            return space.mmap(0, pages * Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, null, 0);
        }

        void write(long addr) throws ErrnoException {
            space.faults().touch(addr, true);
        }

        void read(long addr) throws ErrnoException {
            space.faults().touch(addr, false);
        }

        int pfn(long addr) throws ErrnoException {
            long entry = files.entryOf(mm, addr);
            assertTrue((entry & PagemapEntry.PM_PRESENT) != 0, "not present: " + PagemapEntry.describe(entry));
            return PagemapEntry.pfn(entry);
        }

        VmArea area(long addr) {
            VmArea vma = space.lookup(addr);
            assertTrue(vma != null, "no area");
            return vma;
        }

        long rss() {
            UserPages pages = UserPages.of(mm);
            assertTrue(pages != null);
            return pages.rssPages();
        }

        @Override
        public void close() {
            mm.mmput();
        }
    }
}
