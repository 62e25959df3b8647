package org.kunitjvm.mm.vma.live;

import java.util.SplittableRandom;

import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.tools.vma.VmaCall;
import org.kunitjvm.tools.vma.VmaCall.Kind;

/**
 * Makes calls that often touch each other: few pages, few kinds of flags in one sequence, and now and then an argument
 * that makes no sense. What a sequence is mostly about is drawn once for each: stacks, files, locks, one protection,
 * one advice.
 */
final class CallGenerator {
    private static final int[] PROTS = {Mman.PROT_NONE, Mman.PROT_READ, Mman.PROT_READ | Mman.PROT_WRITE,
        Mman.PROT_READ | Mman.PROT_EXEC, Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC, Mman.PROT_WRITE,
        Mman.PROT_READ | Mman.PROT_SEM, Mman.PROT_EXEC};
    private static final int[] ADVICE = {Mman.MADV_NORMAL, Mman.MADV_RANDOM, Mman.MADV_SEQUENTIAL, Mman.MADV_DONTFORK,
        Mman.MADV_DOFORK, Mman.MADV_MERGEABLE, Mman.MADV_UNMERGEABLE, Mman.MADV_HUGEPAGE, Mman.MADV_NOHUGEPAGE,
        Mman.MADV_DONTDUMP, Mman.MADV_DODUMP, Mman.MADV_WIPEONFORK, Mman.MADV_KEEPONFORK, Mman.MADV_DONTNEED};
    /** Advice that is about pages, and numbers that are no advice. */
    private static final int[] OTHER_ADVICE = {Mman.MADV_WILLNEED, Mman.MADV_FREE, Mman.MADV_REMOVE, Mman.MADV_COLD,
        Mman.MADV_PAGEOUT, Mman.MADV_POPULATE_READ, Mman.MADV_POPULATE_WRITE, Mman.MADV_DONTNEED_LOCKED, 5, 7, 26, 99,
        -1};
    private static final int[] MAP_EXTRAS = {Mman.MAP_NORESERVE, Mman.MAP_LOCKED, Mman.MAP_POPULATE, Mman.MAP_STACK,
        Mman.MAP_POPULATE | Mman.MAP_NONBLOCK, Mman.MAP_DENYWRITE, Mman.MAP_EXECUTABLE, Mman.MAP_32BIT, Mman.MAP_SYNC,
        Mman.MAP_LOCKED | Mman.MAP_NORESERVE, Mman.MAP_ABOVE4G, Mman.MAP_GROWSDOWN};
    private static final long TASK_SIZE = (1L << 47) - Mman.PAGE_SIZE;
    private static final int MAX_PAGES = 12;

    /** The pages and descriptors that calls may name. */
    record Playground(long start, int pages, int[] fds) {
    }

    private final SplittableRandom random;
    private final Playground ground;
    private final int usualProt;
    private final int otherProt;
    private final int usualAdvice;
    private final int oddity;
    private final int fileShare;
    private final int sharedShare;
    private final boolean stacks;
    private final boolean locksFuture;

    CallGenerator(SplittableRandom random, Playground ground) {
        this.random = random;
        this.ground = ground;
        this.usualProt = pick(PROTS);
        this.otherProt = pick(PROTS);
        this.usualAdvice = pick(ADVICE);
        this.oddity = random.nextInt(2, 12);
        this.fileShare = random.nextInt(4) == 0 ? 2 : 6;
        this.sharedShare = random.nextInt(4) == 0 ? 2 : 6;
        this.stacks = random.nextInt(4) == 0;
        this.locksFuture = random.nextInt(12) == 0;
    }

    VmaCall next() {
        int dice = random.nextInt(100);
        long len = len();
        long addr = addr(len);
        if (dice < 32) {
            return mmap();
        }
        if (dice < 42) {
            return VmaCall.munmap(odd(addr), oddLen(len));
        }
        if (dice < 57) {
            return VmaCall.mprotect(odd(addr), oddLen(len), growing(prot()));
        }
        if (dice < 71) {
            return mremap(addr, len);
        }
        if (dice < 82) {
            return VmaCall.madvise(odd(addr), oddLen(len), advice());
        }
        if (dice < 92) {
            return VmaCall.plain(Kind.READ, addr, 1);
        }
        return lock(addr, len);
    }

    private VmaCall mmap() {
        long len = len();
        long addr = addr(len);
        boolean shared = oneIn(sharedShare);
        int flags = shared ? oneIn(6) ? Mman.MAP_SHARED_VALIDATE : Mman.MAP_SHARED : oneIn(20) ? Mman.MAP_DROPPABLE
            : Mman.MAP_PRIVATE;
        int fd = -1;
        long offset = 0;
        if (oneIn(fileShare)) {
            fd = oneIn(3) ? pick(ground.fds) : ground.fds[0];
            // Most offsets belong to the address, so that neighbours fit.
            offset = oneIn(4) ? random.nextInt(ground.pages) * Mman.PAGE_SIZE : addr - ground.start;
        } else {
            flags |= Mman.MAP_ANONYMOUS;
            flags |= stacks && oneIn(3) ? Mman.MAP_GROWSDOWN : 0;
        }
        int place = random.nextInt(10);
        flags |= place < 8 ? Mman.MAP_FIXED : place == 8 ? Mman.MAP_FIXED_NOREPLACE : 0;
        flags |= oneIn(5) ? pick(MAP_EXTRAS) : 0;
        if (place == 9) {
            // Whether the second GiB has room is the JVM's doing, which may keep its classes there.
            flags &= ~Mman.MAP_32BIT;
        }
        if (oneIn(50)) {
            flags = flags & ~Mman.MAP_TYPE | random.nextInt(16);
        }
        if (oneIn(150)) {
            return VmaCall.mmap(TASK_SIZE - random.nextInt(3) * Mman.PAGE_SIZE, 4 * Mman.PAGE_SIZE, prot(),
                flags | Mman.MAP_FIXED, fd, offset);
        }
        return VmaCall.mmap(place < 9 ? odd(addr) : addr, oddLen(len), prot(), flags, fd, oddOffset(offset));
    }

    private VmaCall mremap(long addr, long len) {
        int kind = random.nextInt(10);
        if (kind < 5) {
            long newLen = oneIn(3) ? len() : len;
            int flags = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED | (oneIn(5) ? Mman.MREMAP_DONTUNMAP : 0);
            flags = oneIn(30) ? flags ^ 1 << random.nextInt(4) : flags;
            boolean fixed = (flags & (Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP)) != 0;
            long to = oneIn(80) && fixed ? TASK_SIZE : odd(addr(newLen));
            return VmaCall.mremap(odd(addr), oneIn(40) ? 0 : oddLen(len), oddLen(newLen), flags, to);
        }
        if (kind < 6) {
            return VmaCall.mremap(addr, len, oneIn(20) ? len - 1 : len, Mman.MREMAP_MAYMOVE | Mman.MREMAP_DONTUNMAP,
                addr(len));
        }
        long newLen = oneIn(2) ? oddLen(len()) : len + Mman.PAGE_SIZE;
        return VmaCall.mremap(odd(addr), oneIn(40) ? 0 : oddLen(len), newLen, oneIn(3) ? Mman.MREMAP_MAYMOVE : 0, 0);
    }

    private VmaCall lock(long addr, long len) {
        if (locksFuture && oneIn(3)) {
            // Never what is mapped now: that would be the whole JVM. What the JVM maps in between is locked only as it
            // is touched.
            return oneIn(3) ? VmaCall.plain(Kind.MUNLOCKALL, 0, 0)
                : VmaCall.mlockall(Mman.MCL_FUTURE | Mman.MCL_ONFAULT);
        }
        return switch (random.nextInt(8)) {
            case 0, 1 -> VmaCall.plain(Kind.MLOCK, odd(addr), oddLen(len));
            case 2, 3 -> VmaCall.mlock2(odd(addr), oddLen(len), rarely() ? random.nextInt(4) : Mman.MLOCK_ONFAULT);
            case 4 -> VmaCall.mlockall(oneIn(2) ? 0 : oneIn(2) ? Mman.MCL_ONFAULT : 8);
            default -> VmaCall.plain(Kind.MUNLOCK, odd(addr), oddLen(len));
        };
    }

    private long len() {
        return random.nextInt(1, MAX_PAGES + 1) * Mman.PAGE_SIZE;
    }

    private long addr(long len) {
        int pages = (int) (Mman.pageAlign(len) >> Mman.PAGE_SHIFT);
        return ground.start + random.nextInt(ground.pages - pages - 1) * Mman.PAGE_SIZE;
    }

    private int prot() {
        return rarely() ? pick(PROTS) : oneIn(3) ? otherProt : usualProt;
    }

    private int growing(int prot) {
        if (stacks && oneIn(6)) {
            return prot | Mman.PROT_GROWSDOWN;
        }
        return switch (random.nextInt(200)) {
            case 0 -> prot | Mman.PROT_GROWSDOWN;
            case 1 -> prot | Mman.PROT_GROWSUP;
            case 2 -> prot | Mman.PROT_GROWSUP | Mman.PROT_GROWSDOWN;
            case 3 -> prot | 0x10;
            default -> prot;
        };
    }

    private int advice() {
        return oneIn(8) ? pick(OTHER_ADVICE) : rarely() ? pick(ADVICE) : usualAdvice;
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private boolean rarely() {
        return oneIn(oddity);
    }

    /** Now and then an address that is no multiple of a page. */
    private long odd(long addr) {
        return oneIn(60) ? addr + random.nextInt(1, 4096) : addr;
    }

    /** Now and then a length that is no multiple of a page, nothing, or so large that the end wraps. */
    private long oddLen(long len) {
        return switch (random.nextInt(150)) {
            case 0, 1 -> len + random.nextInt(1, 4096);
            case 2 -> len - random.nextInt(1, 4096);
            case 3 -> 0;
            case 4 -> -1;
            case 5 -> -Mman.PAGE_SIZE * random.nextInt(1, 3);
            default -> len;
        };
    }

    private long oddOffset(long offset) {
        return switch (random.nextInt(200)) {
            case 0, 1 -> offset + 1;
            case 2 -> -Mman.PAGE_SIZE;
            case 3 -> Long.MAX_VALUE & Mman.PAGE_MASK;
            case 4 -> Long.MIN_VALUE;
            default -> offset;
        };
    }

    private int pick(int[] values) {
        return values[random.nextInt(values.length)];
    }
}
