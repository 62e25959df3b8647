package org.kunitjvm.mm.vma;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code vm_flags}: what an area allows, how it behaves, and the two letters that {@code smaps} prints for each. x86-64
 * values.
 */
public final class VmFlags {
    public static final long VM_NONE = 0;
    public static final long VM_READ = 0x1;
    public static final long VM_WRITE = 0x2;
    public static final long VM_EXEC = 0x4;
    public static final long VM_SHARED = 0x8;
    public static final long VM_MAYREAD = 0x10;
    public static final long VM_MAYWRITE = 0x20;
    public static final long VM_MAYEXEC = 0x40;
    public static final long VM_MAYSHARE = 0x80;
    public static final long VM_GROWSDOWN = 0x100;
    public static final long VM_UFFD_MISSING = 0x200;
    public static final long VM_PFNMAP = 0x400;
    public static final long VM_MAYBE_GUARD = 0x800;
    public static final long VM_UFFD_WP = 0x1000;
    public static final long VM_LOCKED = 0x2000;
    public static final long VM_IO = 0x4000;
    public static final long VM_SEQ_READ = 0x8000;
    public static final long VM_RAND_READ = 0x1_0000;
    public static final long VM_DONTCOPY = 0x2_0000;
    public static final long VM_DONTEXPAND = 0x4_0000;
    public static final long VM_LOCKONFAULT = 0x8_0000;
    public static final long VM_ACCOUNT = 0x10_0000;
    public static final long VM_NORESERVE = 0x20_0000;
    public static final long VM_HUGETLB = 0x40_0000;
    public static final long VM_SYNC = 0x80_0000;
    public static final long VM_PAT = 0x100_0000;
    public static final long VM_WIPEONFORK = 0x200_0000;
    public static final long VM_DONTDUMP = 0x400_0000;
    public static final long VM_SOFTDIRTY = 0x800_0000;
    public static final long VM_MIXEDMAP = 0x1000_0000;
    public static final long VM_HUGEPAGE = 0x2000_0000;
    public static final long VM_NOHUGEPAGE = 0x4000_0000;
    public static final long VM_MERGEABLE = 0x8000_0000L;
    public static final long VM_UFFD_MINOR = 1L << 38;
    public static final long VM_DROPPABLE = 1L << 40;
    public static final long VM_SEALED = 1L << 63;

    /** Areas with any of these are never merged. */
    public static final long VM_SPECIAL = VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP;
    public static final long VM_LOCKED_MASK = VM_LOCKED | VM_LOCKONFAULT;
    public static final long VM_ACCESS_FLAGS = VM_READ | VM_WRITE | VM_EXEC;
    public static final long VM_STACK = VM_GROWSDOWN;
    public static final long VM_UFFD_FLAGS = VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR;
    /** Flags that two areas may differ in and still be merged. */
    public static final long VM_IGNORE_MERGE = VM_SOFTDIRTY;
    /** Flags that say something of some page of the area: a merge must not lose them. Newer kernels only. */
    public static final long VM_STICKY = VM_SOFTDIRTY | VM_MAYBE_GUARD;

    private static final String[] SMAPS_NAMES = new String[Long.SIZE];
    private static final String[] C_NAMES = new String[Long.SIZE];

    static {
        String[] table = {
            "0 rd READ", "1 wr WRITE", "2 ex EXEC", "3 sh SHARED", "4 mr MAYREAD", "5 mw MAYWRITE", "6 me MAYEXEC",
                "7 ms MAYSHARE",
            "8 gd GROWSDOWN", "9 um UFFD_MISSING", "10 pf PFNMAP", "11 gu MAYBE_GUARD", "12 uw UFFD_WP", "13 lo LOCKED",
            "14 io IO", "15 sr SEQ_READ", "16 rr RAND_READ", "17 dc DONTCOPY", "18 de DONTEXPAND", "19 lf LOCKONFAULT",
            "20 ac ACCOUNT", "21 nr NORESERVE", "22 ht HUGETLB", "23 sf SYNC", "24 ar PAT", "25 wf WIPEONFORK",
            "26 dd DONTDUMP", "27 sd SOFTDIRTY", "28 mm MIXEDMAP", "29 hg HUGEPAGE", "30 nh NOHUGEPAGE",
            "31 mg MERGEABLE", "38 ui UFFD_MINOR", "40 dp DROPPABLE", "63 sl SEALED"};
        for (String row : table) {
            String[] columns = row.split(" ");
            int bit = Integer.parseInt(columns[0]);
            SMAPS_NAMES[bit] = columns[1];
            C_NAMES[bit] = "VM_" + columns[2];
        }
    }

    private VmFlags() {
    }

    /** The {@code VmFlags:} value of {@code smaps}: two letters and a space for each flag, lowest bit first. */
    public static String smaps(long flags) {
        StringBuilder out = new StringBuilder();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((flags & 1L << bit) != 0) {
                String name = SMAPS_NAMES[bit];
                out.append(name != null ? name : "??").append(' ');
            }
        }
        return out.toString();
    }

    /**
     * Read a {@code VmFlags:} value back.
     *
     * @throws IllegalArgumentException if a token is none of the kernel's
     */
    public static long parseSmaps(String text) {
        long flags = 0;
        for (String token : text.strip().split("\\s+")) {
            if (!token.isEmpty()) {
                flags |= 1L << bitOf(token);
            }
        }
        return flags;
    }

    private static int bitOf(String token) {
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if (token.equals(SMAPS_NAMES[bit])) {
                return bit;
            }
        }
        throw new IllegalArgumentException("unknown VmFlags token \"" + token + "\"");
    }

    /** The flags in C spelling, {@code VM_READ | VM_WRITE}; {@code 0} if there are none. */
    public static String toString(long flags) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((flags & 1L << bit) != 0) {
                String name = C_NAMES[bit];
                names.add(name != null ? name : "0x" + Long.toHexString(1L << bit));
            }
        }
        return names.isEmpty() ? "0" : String.join(" | ", names);
    }

    /** {@code VM_READ} and relatives for {@code PROT_*} bits; unknown bits vanish, as in the kernel. */
    public static long ofProt(int prot) {
        return prot & (Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC);
    }

    /** Whether the area counts as data ({@code RLIMIT_DATA}): private, writable, no stack. */
    public static boolean isData(long flags) {
        return (flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE;
    }

    /** Whether the area counts as code. */
    public static boolean isExec(long flags) {
        return (flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC;
    }

    /** Whether the area counts as stack. */
    public static boolean isStack(long flags) {
        return (flags & VM_STACK) == VM_STACK;
    }

    /** Whether a new mapping of these flags is charged against the commit limit. */
    public static boolean isAccountable(long flags) {
        return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
    }
}
