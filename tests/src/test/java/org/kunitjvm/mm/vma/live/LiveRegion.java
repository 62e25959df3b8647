package org.kunitjvm.mm.vma.live;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.tools.vma.CallResult;
import org.kunitjvm.tools.vma.VmaCall;
import org.kunitjvm.tools.vma.VmaReplay.Line;

/**
 * A range of this process's own address space that belongs to a test alone, and the C library calls on it.
 *
 * <p>It lies far below everything that the JVM maps, where the kernel puts nothing of its own accord, so holes in it
 * stay holes; and {@code /proc/self/maps} lists it first. A call that would change anything else is refused before it
 * is made.
 */
final class LiveRegion implements AutoCloseable {
    /** Below any executable, heap or library, above {@code mmap_min_addr}; the first that is free is taken. */
    private static final long[] BASES = {0x20_0000L, 0x200_0000L, 0x1000_0000L, 0x2000_0000L, 0x3000_0000L};
    private static final long O_WRONLY = 1;
    private static final long O_RDWR = 2;
    /** Below this no end of a range can wrap, behind it no range can be mapped. */
    private static final long TASK_SIZE = (1L << 47) - Mman.PAGE_SIZE;
    private static final int MFD_CLOEXEC = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final int BUFFER = 1 << 16;
    /**
     * Areas behind the region, so that a read of smaps, which looks ahead, does not get as far as the heap: walking
     * that takes long.
     */
    private static final int PADDING = 24;
    /** Size of the small file: most of it can be mapped and not touched. */
    static final int SMALL_PAGES = 5;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final MethodHandle mmap = function("mmap", 6);
    private final MethodHandle munmap = function("munmap", 2);
    private final MethodHandle mprotect = function("mprotect", 3);
    private final MethodHandle mremap = function("mremap", 5);
    private final MethodHandle madvise = function("madvise", 3);
    private final MethodHandle mlock = function("mlock", 2);
    private final MethodHandle mlock2 = function("mlock2", 3);
    private final MethodHandle munlock = function("munlock", 2);
    private final MethodHandle mlockall = function("mlockall", 1);
    private final MethodHandle munlockall = function("munlockall", 0);
    private final MethodHandle read = function("read", 3);
    private final MethodHandle open = function("open", 3);
    private final MethodHandle close = function("close", 1);
    private final MethodHandle ftruncate = function("ftruncate", 2);
    private final MethodHandle memfdCreate = function("memfd_create", 2);
    private final MethodHandle eventfd = function("eventfd", 2);
    private final Map<String, MemorySegment> paths = new HashMap<>();
    private final long length;
    private final long base;
    private final int zeroFd;
    /** A file in memory, open for reading and writing. */
    final int rwFd;
    /** The same file, open for reading only. */
    final int roFd;
    /** The same file, open for writing only. */
    final int woFd;
    /** A file in memory of {@link #SMALL_PAGES} pages. */
    final int smallFd;
    /** A descriptor that has no mmap. */
    final int eventFd;

    /** Reserve {@code length} bytes, or fail with the reason. */
    LiveRegion(long length) {
        this.length = length;
        base = reserve();
        for (int i = 0; i < PADDING; i++) {
            must(call(mmap, end() + (1L + i) * Mman.PAGE_SIZE, Mman.PAGE_SIZE, i % 2,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE, -1, 0));
        }
        zeroFd = (int) must(call(open, path("/dev/zero").address(), O_RDWR, 0));
        rwFd = (int) must(call(memfdCreate, path("vma-live").address(), MFD_CLOEXEC));
        must(call(ftruncate, rwFd, 4 * length));
        roFd = (int) must(call(open, path("/proc/self/fd/" + rwFd).address(), 0, 0));
        woFd = (int) must(call(open, path("/proc/self/fd/" + rwFd).address(), O_WRONLY, 0));
        smallFd = (int) must(call(memfdCreate, path("vma-live-small").address(), MFD_CLOEXEC));
        must(call(ftruncate, smallFd, SMALL_PAGES * Mman.PAGE_SIZE));
        eventFd = (int) must(call(eventfd, 0, 0));
    }

    /** Size of the large file in pages. */
    long filePages() {
        return 4 * length >> Mman.PAGE_SHIFT;
    }

    private MemorySegment path(String text) {
        return paths.computeIfAbsent(text, arena::allocateFrom);
    }

    private long reserve() {
        long whole = length + (1L + PADDING) * Mman.PAGE_SIZE;
        for (long candidate : BASES) {
            CallResult got = call(mmap, candidate, whole, 0,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE, -1, 0);
            if (got.isOk() && got.value() == candidate) {
                must(call(munmap, candidate + length, whole - length));
                return candidate;
            }
        }
        throw new IllegalStateException(String.format("no room for %#x bytes at any low address", whole));
    }

    private static long must(CallResult result) {
        if (!result.isOk()) {
            throw new IllegalStateException("set-up of the live region: " + result);
        }
        return result.value();
    }

    @SuppressWarnings("restricted") // Native access is what this class is for.
    private static MethodHandle function(String name, int args) {
        MemoryLayout[] layouts = new MemoryLayout[args];
        java.util.Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        SymbolLookup libc = LINKER.defaultLookup();
        return LINKER.downcallHandle(libc.find(name).orElseThrow(() ->
            new IllegalStateException("no " + name + " in the C library")),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts), Linker.Option.captureCallState("errno"))
            .asSpreader(long[].class, args);
    }

    private CallResult call(MethodHandle function, long... args) {
        try {
            long result = (long) function.invokeExact(state, args);
            // Functions that return int leave the upper half undefined.
            return result == -1 || (int) result == -1 && function != mmap && function != mremap
                ? CallResult.error((int) ERRNO.get(state, 0L)) : CallResult.ok(result);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** First address of the region. */
    long start() {
        return base;
    }

    /** First address behind the region. */
    long end() {
        return base + length;
    }

    /** Make the whole region one area without access again. */
    void reset() {
        must(call(munlockall));
        must(call(mmap, base, length, 0, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, -1, 0));
    }

    /** Do one call for real. */
    CallResult apply(VmaCall call) {
        checkInside(call);
        return switch (call.kind()) {
            case MMAP -> call(mmap, call.addr(), call.len(), call.prot(), call.flags(), call.fd(), call.offset());
            case MUNMAP -> zero(call(munmap, call.addr(), call.len()));
            case MPROTECT -> zero(call(mprotect, call.addr(), call.len(), call.prot()));
            case MREMAP -> call(mremap, call.addr(), call.len(), call.newLen(), call.flags(), call.offset());
            case MADVISE -> zero(call(madvise, call.addr(), call.len(), call.flags()));
            case MLOCK -> zero(call(mlock, call.addr(), call.len()));
            case MLOCK2 -> zero(call(mlock2, call.addr(), call.len(), call.flags()));
            case MUNLOCK -> zero(call(munlock, call.addr(), call.len()));
            case MLOCKALL -> zero(call(mlockall, call.flags()));
            case MUNLOCKALL -> zero(call(munlockall));
            case READ -> call(read, zeroFd, call.addr(), 1);
            case BRK, MSEAL, SET_NAME -> throw new IllegalArgumentException("cannot be undone here: " + call);
        };
    }

    private static CallResult zero(CallResult result) {
        return result.isOk() ? CallResult.ok((int) result.value()) : result;
    }

    /** Unmap what the kernel put elsewhere of its own accord. */
    void unmapOutside(long addr, long len) {
        must(call(munmap, addr, len));
    }

    private boolean inside(long addr, long len) {
        return addr >= base && addr < end() && len >= 0 && len <= end() - addr;
    }

    /** A length with which the end wraps: such a call fails before it does anything, or has nothing to do. */
    private static boolean wraps(long addr, long len) {
        long start = addr & Mman.PAGE_MASK;
        return len < 0 && Long.compareUnsigned(start + Mman.pageAlign(len + (addr - start)), start) <= 0;
    }

    private void checkInside(VmaCall call) {
        long len = Mman.pageAlign(call.len());
        boolean safe = inside(call.addr(), len) || inside(call.addr(), 0) && wraps(call.addr(), call.len());
        switch (call.kind()) {
            case MMAP -> safe |= call.addr() + len > TASK_SIZE || call.addr() < 0;
            case MREMAP -> {
                boolean named = (call.flags() & (Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP)) != 0;
                long newLen = Mman.pageAlign(call.newLen());
                boolean possible = newLen >= 0 && newLen <= length;
                safe &= newLen <= 0 || possible && (!named || inside(call.offset(), newLen)
                    || call.offset() + newLen > TASK_SIZE);
            }
            case READ -> safe &= inside(call.addr(), 1);
            case MLOCKALL -> safe = (call.flags() & Mman.MCL_CURRENT) == 0;
            case MUNLOCKALL -> safe = true;
            default -> {
            }
        }
        if (!safe) {
            throw new IllegalArgumentException("leaves the region: " + call);
        }
    }

    /** Pages that this process has locked; the JVM locks none. */
    long lockedPages() {
        for (String line : text("/proc/self/status").split("\n")) {
            if (line.startsWith("VmLck:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) >> Mman.PAGE_SHIFT - 10;
            }
        }
        throw new IllegalStateException("/proc/self/status has no VmLck");
    }

    /** The region as {@code /proc/self/maps} shows it. */
    List<Line> maps() {
        return lines("/proc/self/maps");
    }

    /** The region as {@code /proc/self/smaps} shows it, with all flags. */
    List<Line> smaps() {
        return lines("/proc/self/smaps");
    }

    private List<Line> lines(String file) {
        List<Line> lines = new ArrayList<>();
        String text = text(file);
        Line last = null;
        for (String line : text.split("\n")) {
            if (line.startsWith("VmFlags:") && last != null) {
                lines.add(new Line(last.start(), last.end(), last.perms(), last.offset(), last.fileId(),
                    VmFlags.parseSmaps(line.substring("VmFlags:".length()))));
                last = null;
            } else if (line.length() > 20 && Character.digit(line.charAt(0), 16) >= 0 && line.indexOf('-') > 0) {
                if (last != null) {
                    lines.add(last);
                }
                Line header = header(line);
                if (header.start() >= end()) {
                    return lines;
                }
                last = header.end() > base ? header : null;
            }
        }
        throw new IllegalStateException("nothing is mapped behind the region");
    }

    private static Line header(String line) {
        String[] fields = line.split("\\s+");
        int dash = fields[0].indexOf('-');
        return new Line(Long.parseLong(fields[0], 0, dash, 16),
            Long.parseLong(fields[0], dash + 1, fields[0].length(), 16), fields[1], Long.parseLong(fields[2], 16),
            Long.parseLong(fields[4]), -1);
    }

    /** The file's text from its start to some way behind the region. */
    private String text(String file) {
        int fd = (int) must(call(open, path(file).address(), 0, 0));
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                int count = (int) must(call(read, fd, buffer.address(), BUFFER));
                if (count == 0) {
                    return text.toString();
                }
                text.append(new String(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.ISO_8859_1));
                if (passed(text)) {
                    return text.toString();
                }
            }
        } finally {
            call(close, fd);
        }
    }

    private boolean passed(StringBuilder text) {
        // The last complete header line decides; smaps needs the details of the area before it, which then are there.
        int from = text.length();
        while (from > 0) {
            int lineEnd = text.lastIndexOf("\n", from - 1);
            int lineStart = text.lastIndexOf("\n", lineEnd - 1) + 1;
            if (lineEnd <= 0) {
                return false;
            }
            int dash = text.indexOf("-", lineStart);
            if (dash > lineStart && dash - lineStart < 17 && Character.digit(text.charAt(lineStart), 16) >= 0
                && isHex(text, lineStart, dash)) {
                return Long.parseLong(text, lineStart, dash, 16) >= end();
            }
            from = lineStart;
        }
        return false;
    }

    private static boolean isHex(StringBuilder text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        call(munmap, base, length + (1L + PADDING) * Mman.PAGE_SIZE);
        for (int fd : new int[] {zeroFd, rwFd, roFd, woFd, smallFd, eventFd}) {
            call(close, fd);
        }
        arena.close();
    }
}
