package org.kunitjvm.mm.lru;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;

import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.fault.UserMemory;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.pagemap.PageFiles;
import org.kunitjvm.mm.pagemap.PagemapEntry;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.mm.vma.VmaSpace;

/**
 * A process of a case, and what a selftest would read of it from {@code /proc/self}. When the case ends the process is
 * gone and the batches of all CPUs are empty.
 */
final class MlockFixture {
    private static final Action<MmStruct> MMPUT = MmStruct::mmput;
    private static final Action<Lru> DRAIN = lru -> lru.drain().drainAll();

    final Kunit test;
    final Kernel kernel;
    final Lru lru;
    final PageMap map;
    final PageFiles files;
    final MmStruct mm;
    final VmaSpace space;

    /** A system call or an access of the process. */
    @FunctionalInterface
    interface Call {
        void run() throws ErrnoException;
    }

    MlockFixture(Kunit test) {
        this.test = test;
        this.kernel = test.kernel();
        this.lru = Lru.of(kernel);
        this.map = kernel.get(PageMap.class);
        this.files = new PageFiles(UserMemory.of(kernel));
        test.addActionOrReset(DRAIN, lru);
        this.mm = kernel.sched().mmTable().alloc();
        test.addActionOrReset(MMPUT, mm);
        this.space = VmaSpace.of(mm);
    }

    /** Run a call that must not fail. */
    void ok(Call call) {
        KUNIT_ASSERT_EQ(test, result(call), 0);
    }

    /** What a call returns: 0 or a negative error number. */
    int result(Call call) {
        try {
            call.run();
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    /** Map private anonymous memory. */
    long mapPages(int pages) {
        long[] addr = new long[1];
        ok(() -> addr[0] = space.mmap(0, pages * Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
            Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, null, 0));
        return addr[0];
    }

    void write(long addr) {
        ok(() -> space.faults().touch(addr, true));
    }

    /** The block of {@code smaps} for the area of an address. */
    String smaps(long addr) {
        VmArea vma = space.lookup(addr);
        if (vma == null) {
            return "";
        }
        String header = MapsText.line(vma);
        String text = MapsText.smaps(space);
        int from = text.indexOf(header);
        return text.substring(from, text.indexOf("VmFlags:", from)) + "VmFlags: " + VmFlags.smaps(vma.vmFlags()) + "\n";
    }

    /** A field of {@code smaps} in kB. */
    long smapsKb(long addr, String field) {
        for (String line : smaps(addr).split("\n")) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.substring(field.length() + 1).replace("kB", "").strip());
            }
        }
        return -1;
    }

    /** Whether the {@code lo} flag is shown. */
    boolean isLockedVma(long addr) {
        String smaps = smaps(addr);
        return List.of(smaps.substring(smaps.indexOf("VmFlags:")).strip().split(" ")).contains("lo");
    }

    /** Locked, and every page in memory. */
    boolean isFullyLocked(long addr) {
        return isLockedVma(addr) && smapsKb(addr, "Rss") == smapsKb(addr, "Size");
    }

    /** Locked, and not every page in memory: as after MLOCK_ONFAULT. */
    boolean isLockedOnFault(long addr) {
        return isLockedVma(addr) && smapsKb(addr, "Rss") < smapsKb(addr, "Size");
    }

    /** The frame behind an address. */
    int pfn(long addr) {
        long[] entry = new long[1];
        ok(() -> entry[0] = files.entryOf(mm, addr));
        return PagemapEntry.pfn(entry[0]);
    }

    /** A page of the kind that anonymous memory is made of; the case has to put it. */
    int newFolio() {
        int pfn = UserMemory.of(kernel).frames().allocUserPage();
        map.addFlags(pfn, PageFlags.PG_SWAPBACKED | PageFlags.PG_UPTODATE);
        return pfn;
    }

    /** The first and last address of each area. */
    String areas(long from, int pages) {
        StringBuilder out = new StringBuilder();
        for (VmArea vma : space.areas()) {
            if (vma.vmEnd() > from && vma.vmStart() < from + pages * Mman.PAGE_SIZE) {
                out.append(out.isEmpty() ? "" : " ").append(vma.vmStart() - from >> Mman.PAGE_SHIFT).append('-')
                    .append(vma.vmEnd() - from >> Mman.PAGE_SHIFT);
            }
        }
        return out.toString();
    }
}
