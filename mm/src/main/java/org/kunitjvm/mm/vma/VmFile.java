package org.kunitjvm.mm.vma;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * An open file as far as mapping it matters. Identity decides whether two areas map the same file. Models
 * {@code struct file}. References are counted: each area that maps it holds one.
 */
public final class VmFile {
    /** What the file was opened for, and what its file system says. */
    public enum Mode {
        /** {@code FMODE_READ}. */
        READ,
        /** {@code FMODE_WRITE}. */
        WRITE,
        /** The inode is append-only. */
        APPEND,
        /** Mounted {@code noexec}. */
        NOEXEC,
        /** The file has no mmap operation. */
        NO_MMAP,
        /** In use for swapping. */
        SWAPFILE,
        /** Shared anonymous memory: {@code shmem} that only its mappings know. */
        ANON_SHMEM,
        /** {@code shmem}: memfd, tmpfs. */
        SHMEM
    }

    /** The file's mmap operation: may change the flags and operations of the new area, or fail. */
    @FunctionalInterface
    public interface MmapHook {
        /** Set up {@code area}; throw to refuse. */
        void mmap(VmArea area) throws org.kunitjvm.kernel.errno.ErrnoException;
    }

    private final String path;
    private final String device;
    private final long inode;
    private final Set<Mode> modes;
    private final @Nullable MmapHook hook;
    private int references = 1;
    private @Nullable Runnable onRelease;
    private long sizePages = Long.MAX_VALUE;

    /**
     * A file.
     *
     * @param device {@code major:minor} in hexadecimal, as {@code maps} prints it
     */
    public VmFile(String path, String device, long inode, Set<Mode> modes, @Nullable MmapHook hook) {
        this.path = path;
        this.device = device;
        this.inode = inode;
        this.modes = modes.isEmpty() ? EnumSet.noneOf(Mode.class) : EnumSet.copyOf(modes);
        this.hook = hook;
    }

    /** A file opened for reading and writing on an ordinary disk. */
    public static VmFile regular(String path, long inode) {
        return new VmFile(path, "08:01", inode, EnumSet.of(Mode.READ, Mode.WRITE), null);
    }

    static VmFile anonShmem(long inode, long sizePages) {
        VmFile file = new VmFile("/dev/zero (deleted)", "00:01", inode,
            EnumSet.of(Mode.READ, Mode.WRITE, Mode.ANON_SHMEM, Mode.SHMEM), null);
        file.setSizePages(sizePages);
        return file;
    }

    /** Say how large it is; touching pages behind its end fails. Without this it has no end. */
    public void setSizePages(long pages) {
        sizePages = pages;
    }

    /** Size in pages. */
    public long sizePages() {
        return sizePages;
    }

    /** The path as {@code maps} prints it. */
    public String path() {
        return path;
    }

    /** {@code major:minor}. */
    public String device() {
        return device;
    }

    /** Inode number. */
    public long inode() {
        return inode;
    }

    /** Whether the file has this mode. */
    public boolean has(Mode mode) {
        return modes.contains(mode);
    }

    /** The mmap operation beyond the usual, or {@code null}. */
    public @Nullable MmapHook hook() {
        return hook;
    }

    /** References: the opener's and one for each area. */
    public int references() {
        return references;
    }

    void get() {
        references++;
    }

    void put() {
        references--;
        if (references == 0 && onRelease != null) {
            onRelease.run();
        }
    }

    /** Call {@code newOnRelease} when the last reference is gone. */
    public void onRelease(Runnable newOnRelease) {
        onRelease = newOnRelease;
    }

    @Override
    public String toString() {
        return path;
    }
}
