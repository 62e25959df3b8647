package org.kunitjvm.mm.pagemap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.mm.fault.UserMemory;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmaSpace;

/**
 * Reads the files with one 64-bit word per page, as {@code pread(2)} does: native byte order (little endian), offset
 * and length in bytes, both multiples of 8.
 */
public final class PageFiles {
    private static final int WORD = Long.BYTES;

    private final UserMemory memory;
    private final PageMap map;
    private final Scheduler sched;

    /** The files of a kernel. */
    public PageFiles(UserMemory memory) {
        this.memory = memory;
        this.map = memory.map();
        this.sched = memory.kernel().sched();
    }

    /** A word for each page. */
    @FunctionalInterface
    private interface Words {
        long at(long index);
    }

    /**
     * Read {@code /proc/kpageflags}: a word per frame.
     *
     * @return at most {@code len} bytes; none behind the last frame
     * @throws ErrnoException {@code EINVAL} if offset or length is no multiple of 8
     */
    @Models("fs/proc/page.c: kpageflags_read")
    public byte[] kpageflags(long offset, int len) throws ErrnoException {
        int zero = memory.frames().zeroPfn();
        return readFrames(offset, len, pfn -> KPageFlags.of(map, (int) pfn, zero));
    }

    /** Read {@code /proc/kpagecount}: how often each frame is mapped. Offsets and errors as {@link #kpageflags}. */
    @Models("fs/proc/page.c: kpagecount_read")
    public byte[] kpagecount(long offset, int len) throws ErrnoException {
        return readFrames(offset, len, pfn -> map.isValid((int) pfn) ? map.mapcount((int) pfn) + 1 : 0);
    }

    private byte[] readFrames(long offset, int len, Words words) throws ErrnoException {
        long end = (long) map.endPfn() * WORD;
        if (offset >= end) {
            return new byte[0];
        }
        checkAligned(offset, len);
        return read(offset, (int) Math.min(len, end - offset), pfn -> {
            sched.condResched();
            return words.at(pfn);
        });
    }

    /**
     * Read {@code /proc/PID/pagemap}: a word per page of the address space.
     *
     * @param capSysAdmin whether the reader may see frame numbers; otherwise they are 0
     * @throws ErrnoException {@code EINVAL} if offset or length is no multiple of 8
     */
    @Models("fs/proc/task_mmu.c: pagemap_read")
    public byte[] pagemap(MmStruct mm, long offset, int len, boolean capSysAdmin) throws ErrnoException {
        checkAligned(offset, len);
        VmaSpace space = VmaSpace.of(mm);
        long end = (space.settings().taskSize() >> Mman.PAGE_SHIFT) * WORD;
        if (offset >= end) {
            return new byte[0];
        }
        byte[] bytes;
        try (var _ = space.readLock()) {
            UserPages pages = UserPages.of(mm);
            bytes = read(offset, (int) Math.min(len, end - offset),
                page -> entry(space, pages, page << Mman.PAGE_SHIFT, capSysAdmin));
            sched.condResched();
        }
        return bytes;
    }

    private long entry(VmaSpace space, @Nullable UserPages pages, long addr, boolean capSysAdmin) {
        VmArea vma = space.lookup(addr);
        return vma == null || pages == null ? 0 : PagemapEntry.of(vma, pages, map, addr, capSysAdmin);
    }

    private static void checkAligned(long offset, int len) throws ErrnoException {
        if (offset < 0 || offset % WORD != 0 || len % WORD != 0) {
            throw new ErrnoException(Errno.EINVAL, "offset " + offset + " and length " + len
                + " must be multiples of 8");
        }
    }

    private static byte[] read(long offset, int len, Words words) {
        ByteBuffer out = ByteBuffer.allocate(len).order(ByteOrder.LITTLE_ENDIAN);
        for (long index = offset / WORD; out.remaining() >= WORD; index++) {
            out.putLong(words.at(index));
        }
        return out.array();
    }

    /** The {@code kpageflags} word of a frame. */
    public long flagsOf(int pfn) throws ErrnoException {
        return wordOf(kpageflags((long) pfn * WORD, WORD));
    }

    /** The {@code pagemap} word of an address, as root sees it. */
    public long entryOf(MmStruct mm, long addr) throws ErrnoException {
        return wordOf(pagemap(mm, (addr >>> Mman.PAGE_SHIFT) * WORD, WORD, true));
    }

    private static long wordOf(byte[] bytes) throws ErrnoException {
        if (bytes.length != WORD) {
            throw new ErrnoException(Errno.EIO, "behind the end of the file");
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
