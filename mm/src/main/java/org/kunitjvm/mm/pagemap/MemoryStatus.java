package org.kunitjvm.mm.pagemap;

import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmStat;
import org.kunitjvm.mm.vma.VmaSpace;

/** The lines of {@code /proc/PID/status} about memory that the model knows. */
public final class MemoryStatus {
    private static final int PAGES_TO_KB_SHIFT = Mman.PAGE_SHIFT - 10;

    private MemoryStatus() {
    }

    /** The lines, in the order of the file. */
    @Models("fs/proc/task_mmu.c: task_mem")
    public static String text(MmStruct mm) {
        VmStat stat = VmaSpace.of(mm).stat();
        UserPages pages = UserPages.of(mm);
        StringBuilder out = new StringBuilder();
        line(out, "VmSize", stat.totalVm());
        line(out, "VmLck", stat.lockedVm());
        line(out, "VmRSS", pages == null ? 0 : pages.rssPages());
        line(out, "VmData", stat.dataVm());
        line(out, "VmStk", stat.stackVm());
        return out.toString();
    }

    private static void line(StringBuilder out, String name, long pages) {
        out.append(String.format("%s:\t%8d kB\n", name, pages << PAGES_TO_KB_SHIFT));
    }
}
