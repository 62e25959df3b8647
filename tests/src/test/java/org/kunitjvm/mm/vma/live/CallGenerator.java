package org.kunitjvm.mm.vma.live;

import java.util.SplittableRandom;

import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.tools.vma.VmaCall;
import org.kunitjvm.tools.vma.VmaCall.Kind;

/**
 * Makes calls that often touch each other: few pages, few kinds of flags in one sequence, and now and then an argument that makes no
 * sense.
 */
final class CallGenerator {
    private static final int[] PROTS = {Mman.PROT_NONE, Mman.PROT_READ, Mman.PROT_READ | Mman.PROT_WRITE,
        Mman.PROT_READ | Mman.PROT_EXEC, Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC, Mman.PROT_WRITE};
    private static final int[] ADVICE = {Mman.MADV_NORMAL, Mman.MADV_RANDOM, Mman.MADV_SEQUENTIAL, Mman.MADV_DONTFORK,
        Mman.MADV_DOFORK, Mman.MADV_MERGEABLE, Mman.MADV_UNMERGEABLE, Mman.MADV_HUGEPAGE, Mman.MADV_NOHUGEPAGE,
        Mman.MADV_DONTDUMP, Mman.MADV_DODUMP, Mman.MADV_WIPEONFORK, Mman.MADV_KEEPONFORK, Mman.MADV_DONTNEED};
    private static final int MAX_PAGES = 12;

    private final SplittableRandom random;
    private final long start;
    private final int arenaPages;
    private final int rwFd;
    private final int roFd;
    private final int usualProt;
    private final int otherProt;
    private final int usualAdvice;
    private final int oddity;

    /** Calls on {@code arenaPages} pages from {@code start} on. */
    CallGenerator(SplittableRandom random, long start, int arenaPages, int rwFd, int roFd) {
        this.random = random;
        this.start = start;
        this.arenaPages = arenaPages;
        this.rwFd = rwFd;
        this.roFd = roFd;
        this.usualProt = pick(PROTS);
        this.otherProt = pick(PROTS);
        this.usualAdvice = pick(ADVICE);
        this.oddity = random.nextInt(2, 12);
    }

    VmaCall next() {
        int dice = random.nextInt(100);
        if (dice < 34) {
            return mmap();
        }
        long len = len();
        long addr = addr(len);
        if (dice < 44) {
            return VmaCall.munmap(addr, odd(len));
        }
        if (dice < 59) {
            return VmaCall.mprotect(odd(addr), odd(len), prot());
        }
        if (dice < 73) {
            return mremap(addr, len);
        }
        if (dice < 83) {
            return VmaCall.madvise(odd(addr), odd(len), rarely() ? pick(ADVICE) : usualAdvice);
        }
        if (dice < 93) {
            return VmaCall.plain(Kind.READ, addr, 1);
        }
        return lock(addr, len);
    }

    private VmaCall mmap() {
        long len = len();
        long addr = addr(len);
        int flags = random.nextInt(5) == 0 ? Mman.MAP_SHARED : Mman.MAP_PRIVATE;
        int fd = -1;
        long offset = 0;
        if (random.nextInt(5) == 0) {
            fd = random.nextInt(4) == 0 ? roFd : rwFd;
            // Most offsets belong to the address, so that neighbours fit.
            offset = random.nextInt(4) == 0 ? random.nextInt(arenaPages) * Mman.PAGE_SIZE : addr - start;
        } else {
            flags |= Mman.MAP_ANONYMOUS;
        }
        int place = random.nextInt(10);
        flags |= place < 8 ? Mman.MAP_FIXED : place == 8 ? Mman.MAP_FIXED_NOREPLACE : 0;
        flags |= random.nextInt(12) == 0 ? Mman.MAP_NORESERVE : 0;
        flags |= random.nextInt(16) == 0 ? Mman.MAP_LOCKED : 0;
        flags |= random.nextInt(16) == 0 ? Mman.MAP_POPULATE : 0;
        flags |= random.nextInt(24) == 0 ? Mman.MAP_STACK : 0;
        if (random.nextInt(50) == 0) {
            flags = flags & ~Mman.MAP_TYPE | random.nextInt(16);
        }
        return VmaCall.mmap(place < 9 ? odd(addr) : addr, odd(len), prot(), flags, fd, rarelyOdd(offset));
    }

    private VmaCall mremap(long addr, long len) {
        int kind = random.nextInt(10);
        if (kind < 5) {
            boolean resize = random.nextInt(3) == 0;
            long newLen = resize ? len() : len;
            int flags = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED | (random.nextInt(5) == 0 ? Mman.MREMAP_DONTUNMAP : 0);
            flags = random.nextInt(30) == 0 ? flags & ~Mman.MREMAP_MAYMOVE : flags;
            return VmaCall.mremap(odd(addr), random.nextInt(40) == 0 ? 0 : odd(len), newLen, flags, odd(addr(newLen)));
        }
        if (kind < 6) {
            return VmaCall.mremap(addr, len, len, Mman.MREMAP_MAYMOVE | Mman.MREMAP_DONTUNMAP, addr(len));
        }
        return VmaCall.mremap(odd(addr), len, odd(len()), random.nextInt(3) == 0 ? Mman.MREMAP_MAYMOVE : 0, 0);
    }

    private VmaCall lock(long addr, long len) {
        return switch (random.nextInt(4)) {
            case 0 -> VmaCall.plain(Kind.MLOCK, odd(addr), odd(len));
            case 1 -> VmaCall.mlock2(addr, len, rarely() ? random.nextInt(4) : Mman.MLOCK_ONFAULT);
            default -> VmaCall.plain(Kind.MUNLOCK, odd(addr), odd(len));
        };
    }

    private long len() {
        return random.nextInt(1, MAX_PAGES + 1) * Mman.PAGE_SIZE;
    }

    private long addr(long len) {
        int pages = (int) (Mman.pageAlign(len) >> Mman.PAGE_SHIFT);
        return start + random.nextInt(arenaPages - pages - 1) * Mman.PAGE_SIZE;
    }

    private int prot() {
        return rarely() ? pick(PROTS) : random.nextInt(3) == 0 ? otherProt : usualProt;
    }

    private boolean rarely() {
        return random.nextInt(oddity) == 0;
    }

    /** Now and then a value that is no multiple of a page, or nothing. */
    private long odd(long value) {
        return switch (random.nextInt(60)) {
            case 0 -> value + random.nextInt(1, 4096);
            case 1 -> value < Mman.PAGE_SIZE * MAX_PAGES + 1 ? 0 : value;
            default -> value;
        };
    }

    private long rarelyOdd(long value) {
        return random.nextInt(100) == 0 ? value + 1 : value;
    }

    private int pick(int[] values) {
        return values[random.nextInt(values.length)];
    }
}
