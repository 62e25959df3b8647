package org.kunitjvm.mm.lru;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.kunitjvm.mm.vma.Mman;

/**
 * A mapping of this process that belongs to a test alone, and what the running kernel's files say of it. While
 * {@link #pin} holds, the calling thread stays on one CPU, so that there is one set of batches to drain.
 */
@SuppressWarnings("restricted") // The C library is called on purpose.
final class LiveMapping implements AutoCloseable {
    private static final int WORD = 8;
    private static final long CPU_MASK_BYTES = 128;
    private static final Linker LINKER = Linker.nativeLinker();

    private final MethodHandle mlock2 = function("mlock2", 3);
    private final MethodHandle munlock = function("munlock", 2);
    private final MethodHandle munmap = function("munmap", 2);
    private final MethodHandle madvise = function("madvise", 3);
    private final long addr;
    private final long bytes;

    LiveMapping(int pages) {
        this.bytes = pages * Mman.PAGE_SIZE;
        this.addr = call(function("mmap", 6), 0L, bytes, (long) (Mman.PROT_READ | Mman.PROT_WRITE),
            (long) (Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS), -1L, 0L);
        // One page at a time, whatever the machine does elsewhere.
        call(madvise, addr, bytes, (long) Mman.MADV_NOHUGEPAGE);
    }

    private static MethodHandle function(String name, int arguments) {
        ValueLayout[] types = new ValueLayout[arguments];
        java.util.Arrays.fill(types, ValueLayout.JAVA_LONG);
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, types));
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return (long) function.invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Keep the calling thread on the CPU where it is, until the result is closed. */
    static AutoCloseable pin() {
        Arena arena = Arena.ofConfined();
        MemorySegment before = arena.allocate(CPU_MASK_BYTES, WORD);
        call(function("sched_getaffinity", 3), 0L, CPU_MASK_BYTES, before.address());
        MemorySegment here = arena.allocate(CPU_MASK_BYTES, WORD);
        int cpu = (int) call(function("sched_getcpu", 0));
        here.set(ValueLayout.JAVA_BYTE, cpu / 8, (byte) (1 << cpu % 8));
        call(function("sched_setaffinity", 3), 0L, CPU_MASK_BYTES, here.address());
        return () -> {
            call(function("sched_setaffinity", 3), 0L, CPU_MASK_BYTES, before.address());
            arena.close();
        };
    }

    private MemorySegment page(int page) {
        return MemorySegment.ofAddress(addr + page * Mman.PAGE_SIZE).reinterpret(Mman.PAGE_SIZE);
    }

    void write(int page) {
        page(page).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }

    byte read(int page) {
        return page(page).get(ValueLayout.JAVA_BYTE, 0);
    }

    int mlock2(int firstPage, int pages, int flags) {
        return (int) call(mlock2, addr + firstPage * Mman.PAGE_SIZE, pages * Mman.PAGE_SIZE, (long) flags);
    }

    int munlock(int firstPage, int pages) {
        return (int) call(munlock, addr + firstPage * Mman.PAGE_SIZE, pages * Mman.PAGE_SIZE);
    }

    private static long word(String file, long index) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
            in.seek(index * WORD);
            return Long.reverseBytes(in.readLong());
        }
    }

    long pagemap(int page) throws IOException {
        return word("/proc/self/pagemap", (addr >>> Mman.PAGE_SHIFT) + page);
    }

    long kpageflags(long pfn) throws IOException {
        return word("/proc/kpageflags", pfn);
    }

    long kpagecount(long pfn) throws IOException {
        return word("/proc/kpagecount", pfn);
    }

    /** The lines of {@code smaps} for the area that starts at a page, without the header. */
    List<String> smaps(int page) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        String header = Long.toHexString(addr + page * Mman.PAGE_SIZE) + "-";
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(header)) {
                int end = i + 1;
                while (!lines.get(end).startsWith("VmFlags:")) {
                    end++;
                }
                return lines.subList(i + 1, end + 1);
            }
        }
        throw new IllegalStateException("no area starts at " + header);
    }

    @Override
    public void close() {
        call(munmap, addr, bytes);
    }
}
