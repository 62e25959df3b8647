package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.Models;

/** The text of {@code /proc/PID/maps} and {@code /proc/PID/smaps} for an address space of the model. */
@Models("fs/proc/task_mmu.c")
public final class MapsText {
    /** Where names start: the fields before them are padded to so many columns. */
    private static final int NAME_COLUMN = 73;

    /** The model has neither huge pages nor swap. */
    private static final String[] HUGE_AND_SWAP = {"AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
        "Private_Hugetlb", "Swap", "SwapPss"};

    /** Where the values of {@code smaps} end. */
    private static final int VALUE_COLUMN = 24;

    private MapsText() {
    }

    /** All of {@code maps}. */
    public static String maps(VmaSpace space) {
        StringBuilder out = new StringBuilder();
        for (VmArea vma : space.areas()) {
            appendHeader(out, vma);
        }
        return out.toString();
    }

    /** All of {@code smaps}; what concerns pages is as the space's {@link VmaPages} says. */
    public static String smaps(VmaSpace space) {
        StringBuilder out = new StringBuilder();
        for (VmArea vma : space.areas()) {
            appendHeader(out, vma);
            appendDetails(out, vma);
        }
        return out.toString();
    }

    /** One line of {@code maps}. */
    public static String line(VmArea vma) {
        StringBuilder out = new StringBuilder();
        appendHeader(out, vma);
        return out.toString().stripTrailing();
    }

    @Models("fs/proc/task_mmu.c: show_map_vma")
    private static void appendHeader(StringBuilder out, VmArea vma) {
        int lineStart = out.length();
        VmFile file = vma.vmFile();
        appendHex(out, vma.vmStart(), 8);
        out.append('-');
        appendHex(out, vma.vmEnd(), 8);
        out.append(' ').append(permissions(vma.vmFlags())).append(' ');
        appendHex(out, file == null ? 0 : vma.vmPgoff() << Mman.PAGE_SHIFT, 8);
        out.append(' ').append(file == null ? "00:00" : file.device());
        out.append(' ').append(file == null ? 0 : file.inode());
        out.append(' ');
        String name = name(vma);
        if (name != null) {
            while (out.length() - lineStart < NAME_COLUMN) {
                out.append(' ');
            }
            out.append(name);
        }
        out.append('\n');
    }

    private static void appendHex(StringBuilder out, long value, int width) {
        String digits = Long.toHexString(value);
        out.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }

    /** The four letters of {@code maps}: {@code rw-p}. */
    public static String permissions(long flags) {
        return ((flags & VmFlags.VM_READ) != 0 ? "r" : "-")
            + ((flags & VmFlags.VM_WRITE) != 0 ? "w" : "-")
            + ((flags & VmFlags.VM_EXEC) != 0 ? "x" : "-")
            + ((flags & VmFlags.VM_MAYSHARE) != 0 ? "s" : "p");
    }

    private static @Nullable String name(VmArea vma) {
        if (vma.vmFile() != null) {
            return vma.isAnonShmem() && vma.anonName() != null ? "[anon_shmem:" + vma.anonName() + "]"
                : vma.vmFile().path();
        }
        VmOperations ops = vma.vmOps();
        if (ops != null && ops.name() != null) {
            return ops.name().apply(vma);
        }
        VmaSpace space = vma.space();
        if (vma.vmStart() < space.brkEnd() && vma.vmEnd() > space.startBrk()) {
            return "[heap]";
        }
        if (vma.hasAnyFlag(VmFlags.VM_GROWSDOWN) && vma.vmEnd() == space.stackEnd()) {
            return "[stack]";
        }
        return vma.anonName() == null ? null : "[anon:" + vma.anonName() + "]";
    }

    @Models("fs/proc/task_mmu.c: show_smap")
    private static void appendDetails(StringBuilder out, VmArea vma) {
        PageUsage usage = vma.space().pages().usage(vma);
        field(out, "Size", vma.vmEnd() - vma.vmStart());
        field(out, "KernelPageSize", Mman.PAGE_SIZE);
        field(out, "MMUPageSize", Mman.PAGE_SIZE);
        field(out, "Rss", usage.rss());
        field(out, "Pss", usage.pss());
        field(out, "Pss_Dirty", usage.pssDirty());
        field(out, "Shared_Clean", usage.sharedClean());
        field(out, "Shared_Dirty", usage.sharedDirty());
        field(out, "Private_Clean", usage.privateClean());
        field(out, "Private_Dirty", usage.privateDirty());
        field(out, "Referenced", usage.referenced());
        field(out, "Anonymous", usage.anonymous());
        field(out, "KSM", 0);
        field(out, "LazyFree", usage.lazyFree());
        for (String name : HUGE_AND_SWAP) {
            field(out, name, 0);
        }
        field(out, "Locked", vma.hasAnyFlag(VmFlags.VM_LOCKED) ? usage.pss() : 0);
        out.append(String.format("%-16s%8d\n", "THPeligible:", 0));
        out.append("VmFlags: ").append(VmFlags.smaps(vma.vmFlags())).append('\n');
    }

    private static void field(StringBuilder out, String name, long bytes) {
        String value = Long.toString(bytes >> 10);
        out.append(name).append(':').repeat(' ', Math.max(0, VALUE_COLUMN - 1 - name.length() - value.length()))
            .append(value).append(" kB\n");
    }
}
