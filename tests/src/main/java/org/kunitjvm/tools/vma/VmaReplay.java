package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.vma.KernelVersion;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.mm.vma.VmaSpace;

/** An address space of the model that takes calls, with files behind descriptors. Close it to end its kernel. */
public final class VmaReplay implements AutoCloseable {
    private static final long FIRST_INODE = 1_000_000;

    private final Kernel kernel;
    private final boolean ownsKernel;
    private final MmStruct mm;
    private final VmaSpace space;
    private final Map<Integer, VmFile> files = new TreeMap<>();

    /** An empty address space. */
    public VmaReplay(VmaSettings settings) {
        this(Kernel.builder().cpus(1).memory("64M").initcalls(List.of()).build(), true, settings);
    }

    /** An empty address space of a task without limits, on this version of Linux. */
    public VmaReplay(String release) {
        this(unlimited(KernelVersion.parse(release)));
    }

    private VmaReplay(Kernel kernel, boolean ownsKernel, VmaSettings settings) {
        this.kernel = kernel;
        this.ownsKernel = ownsKernel;
        mm = kernel.sched().mmTable().alloc();
        space = new VmaSpace(kernel, mm, settings);
        mm.attach(VmaSpace.class, space);
    }

    /** Whoever was recorded could do what the record says: no limit of the model may stand in the way. */
    public static VmaSettings unlimited(KernelVersion version) {
        long infinity = VmaSettings.Rlimits.INFINITY;
        return VmaSettings.DEFAULT.withVersion(version).withCapIpcLock(true)
            .withLayout(VmaSettings.MMAP_BASE, Mman.PAGE_SIZE)
            .withRlimits(new VmaSettings.Rlimits(infinity, infinity, infinity, infinity, infinity));
    }

    /** A copy of the address space, as fork makes it; close it before this one. */
    public VmaReplay fork() {
        VmaReplay child = new VmaReplay(kernel, false, space.settings());
        child.files.putAll(files);
        try {
            space.dupMmapInto(child.space);
        } catch (ErrnoException e) {
            throw new IllegalStateException("fork of a model that never runs out of memory", e);
        }
        return child;
    }

    /** Let the heap be empty and start at {@code addr}. */
    public void startHeap(long addr) {
        space.setStartBrk(addr);
    }

    /** The areas. */
    public VmaSpace space() {
        return space;
    }

    /** Let {@code fd} be this file. */
    public void open(int fd, VmFile file) {
        files.put(fd, file);
    }

    /** Let {@code fd} be a file of {@code sizePages} pages; descriptors with one inode number are the same file. */
    public void open(int fd, long inode, long sizePages, VmFile.Mode... modes) {
        VmFile file = new VmFile("fd" + fd, "00:01", inode, Set.of(modes), null);
        file.setSizePages(sizePages);
        open(fd, file);
    }

    /** Let {@code fd} be a file without an end, of which only the path is known. */
    void openNamed(int fd, String path) {
        open(fd, new VmFile(path, "00:00", FIRST_INODE + fd, Set.of(VmFile.Mode.READ, VmFile.Mode.WRITE), null));
    }

    /** All descriptors with their files. */
    public Map<Integer, VmFile> files() {
        return Collections.unmodifiableMap(files);
    }

    /** The file behind {@code fd}, or {@code null}. */
    public @Nullable VmFile file(int fd) {
        return files.get(fd);
    }

    /** Do one call. */
    public CallResult apply(VmaCall call) {
        try {
            return CallResult.ok(run(call));
        } catch (ErrnoException e) {
            return CallResult.error(e.errno().number());
        }
    }

    private long run(VmaCall call) throws ErrnoException {
        switch (call.kind()) {
            case MMAP -> {
                return mmap(call);
            }
            case MREMAP -> {
                return space.mremap(call.addr(), call.len(), call.newLen(), call.flags(), call.offset());
            }
            case BRK -> {
                return space.brk(call.addr());
            }
            case READ -> {
                space.faults().touch(call.addr(), true);
                return 1;
            }
            case MUNMAP -> space.munmap(call.addr(), call.len());
            case MPROTECT -> space.mprotect(call.addr(), call.len(), call.prot());
            case MADVISE -> space.madvise(call.addr(), call.len(), call.flags());
            case MLOCK -> space.mlock(call.addr(), call.len());
            case MLOCK2 -> space.mlock2(call.addr(), call.len(), call.flags());
            case MUNLOCK -> space.munlock(call.addr(), call.len());
            case MLOCKALL -> space.mlockall(call.flags());
            case MUNLOCKALL -> space.munlockall();
            case MSEAL -> space.mseal(call.addr(), call.len(), call.flags());
            case SET_NAME -> space.setAnonName(call.addr(), call.len(), call.name());
        }
        return 0;
    }

    private long mmap(VmaCall call) throws ErrnoException {
        if (Mman.isMisaligned(call.offset())) {
            throw new ErrnoException(Errno.EINVAL, "offset is no multiple of a page");
        }
        VmFile file = null;
        if ((call.flags() & Mman.MAP_ANONYMOUS) == 0) {
            file = files.get(call.fd());
            if (file == null) {
                throw new ErrnoException(Errno.EBADF, "descriptor " + call.fd());
            }
        }
        return space.mmap(call.addr(), call.len(), call.prot(), call.flags(), file, call.offset() >>> Mman.PAGE_SHIFT);
    }

    /**
     * What a snapshot shows of one area; of files only that they differ.
     *
     * @param fileId 0 for none, else a number that is equal for equal inodes only
     * @param vmFlags all flags, or -1 if they are not known
     */
    public record Line(long start, long end, String perms, long offset, long fileId, long vmFlags) {
        /** What {@code maps} shows of it. */
        Line withoutFlags() {
            return new Line(start, end, perms, offset, fileId, -1);
        }

        /** The flags as {@code smaps} prints them. */
        String flagsText() {
            return VmFlags.smaps(vmFlags).strip();
        }

        @Override
        public String toString() {
            return String.format("%x-%x %s %x%s%s", start, end, perms, offset, fileId == 0 ? "" : " file " + fileId,
                vmFlags == -1 ? "" : " " + flagsText());
        }
    }

    /** The areas that lie in {@code [from, to)}. */
    public List<Line> layout(long from, long to) {
        List<Line> lines = new ArrayList<>();
        for (VmArea vma = space.findVma(from); vma != null && vma.vmStart() < to; vma = space.findVma(vma.vmEnd())) {
            VmFile file = vma.vmFile();
            lines.add(new Line(vma.vmStart(), vma.vmEnd(), MapsText.permissions(vma.vmFlags()),
                file == null ? 0 : vma.vmPgoff() << Mman.PAGE_SHIFT, file == null ? 0 : file.inode(), vma.vmFlags()));
        }
        return lines;
    }

    /** All areas, one line each: range, permissions, offset in the file. */
    public String text() {
        return KunitWriter.text(layout(0, Long.MAX_VALUE), false);
    }

    /** The same of the areas in {@code [from, to)}, with all flags. */
    public String flagsText(long from, long to) {
        return KunitWriter.text(layout(from, to), true);
    }

    @Override
    public void close() {
        mm.mmput();
        if (ownsKernel) {
            kernel.close();
        }
    }
}
