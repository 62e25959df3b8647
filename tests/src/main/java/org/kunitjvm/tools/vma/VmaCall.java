package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.Mman;

/**
 * One call that concerns an address space, with raw arguments. Prints as strace does.
 *
 * @param kind which call
 * @param addr first argument
 * @param len length; of mremap the old one
 * @param newLen mremap: the new length
 * @param prot mmap, mprotect: {@code PROT_*}
 * @param flags mmap, mremap, mlock2, mlockall, mseal: flags; madvise: the advice
 * @param fd mmap: file descriptor or -1
 * @param offset mmap: offset in bytes; mremap: new address
 * @param name prctl: the name of the anonymous memory, {@code null} takes it away; mmap: the path of the file, if known
 */
public record VmaCall(Kind kind, long addr, long len, long newLen, int prot, int flags, int fd, long offset,
    @Nullable String name) {
    /** Which call. */
    public enum Kind {
        MMAP,
        MUNMAP,
        MPROTECT,
        MREMAP,
        MADVISE,
        MLOCK,
        MLOCK2,
        MUNLOCK,
        MLOCKALL,
        MUNLOCKALL,
        MSEAL,
        /** {@code prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, …)}. */
        SET_NAME,
        BRK,
        /** The kernel writes one byte to the address: {@code read(fd, addr, 1)}. */
        READ
    }

    private static final Map<Integer, String> PROT = names("PROT_READ", Mman.PROT_READ, "PROT_WRITE", Mman.PROT_WRITE,
        "PROT_EXEC", Mman.PROT_EXEC, "PROT_SEM", Mman.PROT_SEM, "PROT_GROWSDOWN", Mman.PROT_GROWSDOWN,
        "PROT_GROWSUP", Mman.PROT_GROWSUP);
    private static final Map<Integer, String> MAP = names("MAP_FIXED", Mman.MAP_FIXED, "MAP_ANONYMOUS",
        Mman.MAP_ANONYMOUS, "MAP_32BIT", Mman.MAP_32BIT, "MAP_GROWSDOWN", Mman.MAP_GROWSDOWN, "MAP_DENYWRITE",
        Mman.MAP_DENYWRITE, "MAP_EXECUTABLE", Mman.MAP_EXECUTABLE, "MAP_LOCKED", Mman.MAP_LOCKED, "MAP_NORESERVE",
        Mman.MAP_NORESERVE, "MAP_POPULATE", Mman.MAP_POPULATE, "MAP_NONBLOCK", Mman.MAP_NONBLOCK, "MAP_STACK",
        Mman.MAP_STACK, "MAP_HUGETLB", Mman.MAP_HUGETLB, "MAP_SYNC", Mman.MAP_SYNC, "MAP_FIXED_NOREPLACE",
        Mman.MAP_FIXED_NOREPLACE, "MAP_ABOVE4G", Mman.MAP_ABOVE4G);
    private static final Map<Integer, String> MAP_TYPES = names("MAP_SHARED", Mman.MAP_SHARED, "MAP_PRIVATE",
        Mman.MAP_PRIVATE, "MAP_SHARED_VALIDATE", Mman.MAP_SHARED_VALIDATE, "MAP_DROPPABLE", Mman.MAP_DROPPABLE);
    private static final Map<Integer, String> MREMAP = names("MREMAP_MAYMOVE", Mman.MREMAP_MAYMOVE,
        "MREMAP_FIXED", Mman.MREMAP_FIXED, "MREMAP_DONTUNMAP", Mman.MREMAP_DONTUNMAP);
    private static final Map<Integer, String> MLOCK = names("MLOCK_ONFAULT", Mman.MLOCK_ONFAULT);
    private static final Map<Integer, String> MCL = names("MCL_CURRENT", Mman.MCL_CURRENT, "MCL_FUTURE",
        Mman.MCL_FUTURE, "MCL_ONFAULT", Mman.MCL_ONFAULT);
    private static final Map<Integer, String> ADVICE = names("MADV_NORMAL", Mman.MADV_NORMAL, "MADV_RANDOM",
        Mman.MADV_RANDOM, "MADV_SEQUENTIAL", Mman.MADV_SEQUENTIAL, "MADV_WILLNEED", Mman.MADV_WILLNEED, "MADV_DONTNEED",
        Mman.MADV_DONTNEED, "MADV_FREE", Mman.MADV_FREE, "MADV_REMOVE", Mman.MADV_REMOVE, "MADV_DONTFORK",
        Mman.MADV_DONTFORK, "MADV_DOFORK", Mman.MADV_DOFORK, "MADV_MERGEABLE", Mman.MADV_MERGEABLE, "MADV_UNMERGEABLE",
        Mman.MADV_UNMERGEABLE, "MADV_HUGEPAGE", Mman.MADV_HUGEPAGE, "MADV_NOHUGEPAGE", Mman.MADV_NOHUGEPAGE,
        "MADV_DONTDUMP", Mman.MADV_DONTDUMP, "MADV_DODUMP", Mman.MADV_DODUMP, "MADV_WIPEONFORK", Mman.MADV_WIPEONFORK,
        "MADV_KEEPONFORK", Mman.MADV_KEEPONFORK, "MADV_COLD", Mman.MADV_COLD, "MADV_PAGEOUT", Mman.MADV_PAGEOUT,
        "MADV_POPULATE_READ", Mman.MADV_POPULATE_READ, "MADV_POPULATE_WRITE", Mman.MADV_POPULATE_WRITE,
        "MADV_DONTNEED_LOCKED", Mman.MADV_DONTNEED_LOCKED, "MADV_COLLAPSE", Mman.MADV_COLLAPSE, "MADV_GUARD_INSTALL",
        Mman.MADV_GUARD_INSTALL, "MADV_GUARD_REMOVE", Mman.MADV_GUARD_REMOVE);

    /** {@code mmap}; {@code offset} in bytes. */
    public static VmaCall mmap(long addr, long len, int prot, int flags, int fd, long offset) {
        return mmap(addr, len, prot, flags, fd, offset, null);
    }

    /** {@code mmap} of a file whose path may be known. */
    static VmaCall mmap(long addr, long len, int prot, int flags, int fd, long offset, @Nullable String path) {
        return new VmaCall(Kind.MMAP, addr, len, 0, prot, flags, fd, offset, path);
    }

    /** {@code munmap}. */
    public static VmaCall munmap(long addr, long len) {
        return plain(Kind.MUNMAP, addr, len);
    }

    /** {@code mprotect}. */
    public static VmaCall mprotect(long addr, long len, int prot) {
        return new VmaCall(Kind.MPROTECT, addr, len, 0, prot, 0, -1, 0, null);
    }

    /** {@code mremap}. */
    public static VmaCall mremap(long addr, long oldLen, long newLen, int flags, long newAddr) {
        return new VmaCall(Kind.MREMAP, addr, oldLen, newLen, 0, flags, -1, newAddr, null);
    }

    /** {@code madvise}. */
    public static VmaCall madvise(long addr, long len, int advice) {
        return flagged(Kind.MADVISE, addr, len, advice);
    }

    /** A call that has only address and length. */
    public static VmaCall plain(Kind kind, long addr, long len) {
        return flagged(kind, addr, len, 0);
    }

    /** {@code mlock2}. */
    public static VmaCall mlock2(long addr, long len, int flags) {
        return flagged(Kind.MLOCK2, addr, len, flags);
    }

    /** {@code mlockall}. */
    public static VmaCall mlockall(int flags) {
        return flagged(Kind.MLOCKALL, 0, 0, flags);
    }

    /** {@code mseal}. */
    public static VmaCall mseal(long addr, long len, int flags) {
        return flagged(Kind.MSEAL, addr, len, flags);
    }

    /** {@code prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, …)}; {@code null} takes the name away. */
    public static VmaCall setName(long addr, long len, @Nullable String name) {
        return new VmaCall(Kind.SET_NAME, addr, len, 0, 0, 0, -1, 0, name);
    }

    private static VmaCall flagged(Kind kind, long addr, long len, int flags) {
        return new VmaCall(kind, addr, len, 0, 0, flags, -1, 0, null);
    }

    private static final Map<String, Integer> CONSTANTS = constants();

    private static Map<String, Integer> constants() {
        Map<String, Integer> values = new TreeMap<>();
        for (Map<Integer, String> table : List.of(PROT, MAP, MAP_TYPES, MREMAP, MLOCK, MCL, ADVICE)) {
            table.forEach((value, name) -> values.put(name, value));
        }
        values.put("PROT_NONE", 0);
        values.put("MAP_FILE", 0);
        values.put("MAP_ANON", Mman.MAP_ANONYMOUS);
        values.put("MAP_UNINITIALIZED", Mman.MAP_UNINITIALIZED);
        return values;
    }

    /** The value behind a name in strace output, or {@code null} if no call of these has such a flag. */
    static @Nullable Integer constant(String name) {
        return CONSTANTS.get(name);
    }

    /** {@code PROT_*} in C spelling. */
    public static String protNames(int prot) {
        return prot == 0 ? "PROT_NONE" : join(prot, PROT);
    }

    /** Flags of mmap in C spelling. */
    public static String mapNames(int flags) {
        String type = MAP_TYPES.getOrDefault(flags & Mman.MAP_TYPE, "0x" + Integer.toHexString(flags & Mman.MAP_TYPE));
        int rest = flags & ~Mman.MAP_TYPE;
        return rest == 0 ? type : type + "|" + join(rest, MAP);
    }

    /** Flags of mremap in C spelling. */
    public static String mremapNames(int flags) {
        return flags == 0 ? "0" : join(flags, MREMAP);
    }

    /** Advice in C spelling. */
    public static String adviceName(int advice) {
        return ADVICE.getOrDefault(advice, "0x" + Integer.toHexString(advice));
    }

    /** Flags of mlock2 in C spelling. */
    public static String mlockNames(int flags) {
        return flags == 0 ? "0" : join(flags, MLOCK);
    }

    /** Flags of mlockall in C spelling. */
    public static String mclNames(int flags) {
        return flags == 0 ? "0" : join(flags, MCL);
    }

    private static String join(int bits, Map<Integer, String> names) {
        List<String> words = new ArrayList<>();
        int rest = bits;
        for (Map.Entry<Integer, String> entry : names.entrySet()) {
            if ((rest & entry.getKey()) != 0) {
                words.add(entry.getValue());
                rest &= ~entry.getKey();
            }
        }
        if (rest != 0) {
            words.add("0x" + Integer.toHexString(rest));
        }
        return String.join("|", words);
    }

    private static Map<Integer, String> names(Object... pairs) {
        Map<Integer, String> table = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            table.put((Integer) pairs[i + 1], (String) pairs[i]);
        }
        return table;
    }

    private static String hex(long value) {
        return value == 0 ? "NULL" : "0x" + Long.toHexString(value);
    }

    @Override
    public String toString() {
        String lenText = Long.toUnsignedString(len);
        return switch (kind) {
            case MMAP -> "mmap(" + hex(addr) + ", " + lenText + ", " + protNames(prot) + ", " + mapNames(flags) + ", "
                + fd + ", " + (offset == 0 ? "0" : hex(offset)) + ")";
            case MUNMAP -> "munmap(" + hex(addr) + ", " + lenText + ")";
            case MPROTECT -> "mprotect(" + hex(addr) + ", " + lenText + ", " + protNames(prot) + ")";
            case MREMAP -> "mremap(" + hex(addr) + ", " + lenText + ", " + Long.toUnsignedString(newLen) + ", "
                + mremapNames(flags) + ((flags & (Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP)) != 0 ? ", " + hex(offset)
                : "") + ")";
            case MADVISE -> "madvise(" + hex(addr) + ", " + lenText + ", " + adviceName(flags) + ")";
            case MLOCK -> "mlock(" + hex(addr) + ", " + lenText + ")";
            case MLOCK2 -> "mlock2(" + hex(addr) + ", " + lenText + ", " + mlockNames(flags) + ")";
            case MUNLOCK -> "munlock(" + hex(addr) + ", " + lenText + ")";
            case MLOCKALL -> "mlockall(" + mclNames(flags) + ")";
            case MUNLOCKALL -> "munlockall()";
            case MSEAL -> "mseal(" + hex(addr) + ", " + lenText + ", "
                + (flags == 0 ? "0" : "0x" + Integer.toHexString(flags)) + ")";
            case SET_NAME -> "prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, " + hex(addr) + ", " + lenText + ", "
                + (name == null ? "NULL" : '"' + name + '"') + ")";
            case BRK -> "brk(" + hex(addr) + ")";
            case READ -> "read(0, " + hex(addr) + ", 1)";
        };
    }
}
