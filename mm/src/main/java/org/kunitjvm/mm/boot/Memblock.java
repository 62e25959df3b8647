package org.kunitjvm.mm.boot;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * The memory of a machine as the boot sees it: ranges that exist and ranges that the boot keeps. Models mm/memblock.c.
 *
 * <p>What a PC keeps is modelled simply: frame 0 and the frames from {@value #VGA_START_PFN} to {@value #LOW_END_PFN}
 * do not exist as memory, all else below 1 MiB is reserved for firmware and trampolines, and the kernel image takes
 * {@value #IMAGE_PAGES} pages at 16 MiB. A machine that is too small for that, or whose memory does not begin at 0,
 * keeps its image at the start of its memory. Differs from Linux: struct page needs no memory of the machine, so the
 * ends of the nodes stay free; and a border between two nodes inside a pageblock is moved up to its end, because a
 * pageblock has one zone here.
 */
public final class Memblock {
    /** First frame of the video and firmware hole. */
    public static final int VGA_START_PFN = 0x9f;
    /** First frame above 1 MiB. */
    public static final int LOW_END_PFN = 0x100;
    /** First frame of the kernel image. */
    public static final int IMAGE_START_PFN = 0x1000;
    /** Pages of the kernel image: 16 MiB. */
    public static final int IMAGE_PAGES = 0x1000;

    /** The image never takes more than this part of the memory, so that a tiny machine still boots. */
    private static final int IMAGE_SHARE = 4;

    private final List<MemoryRange> memory;
    private final List<MemoryRange> reserved;

    private Memblock(List<MemoryRange> memory, List<MemoryRange> reserved) {
        this.memory = List.copyOf(memory);
        this.reserved = List.copyOf(reserved);
    }

    /** The memory of a PC. */
    public static Memblock of(Machine machine) {
        List<MemoryRange> memory = new ArrayList<>();
        List<MemoryRange> described = machine.memory();
        int borderPfn = 0;
        for (int i = 0; i < described.size(); i++) {
            MemoryRange range = described.get(i);
            int start = Math.max(range.startPfn(), borderPfn);
            int end = range.endPfn();
            if (i + 1 < described.size() && described.get(i + 1).startPfn() == end) {
                end = (end + PAGEBLOCK_NR_PAGES - 1) & -PAGEBLOCK_NR_PAGES;
                borderPfn = end;
            }
            if (start < end) {
                addExisting(new MemoryRange(start, end, range.nid()), memory);
            }
        }
        return new Memblock(memory, reserve(memory));
    }

    /** Exactly this memory, nothing of it reserved. */
    public static Memblock bare(List<MemoryRange> memory) {
        return new Memblock(memory, List.of());
    }

    private static void addExisting(MemoryRange range, List<MemoryRange> out) {
        add(Math.max(range.startPfn(), 1), Math.min(range.endPfn(), VGA_START_PFN), range.nid(), out);
        add(Math.max(range.startPfn(), LOW_END_PFN), range.endPfn(), range.nid(), out);
    }

    private static void add(int startPfn, int endPfn, int nid, List<MemoryRange> out) {
        if (startPfn < endPfn) {
            out.add(new MemoryRange(startPfn, endPfn, nid));
        }
    }

    private static List<MemoryRange> reserve(List<MemoryRange> memory) {
        List<MemoryRange> reserved = new ArrayList<>();
        long total = 0;
        int low = Integer.MAX_VALUE;
        for (MemoryRange range : memory) {
            add(range.startPfn(), Math.min(range.endPfn(), LOW_END_PFN), range.nid(), reserved);
            total += range.nrPages();
            if (range.endPfn() > LOW_END_PFN) {
                low = Math.min(low, Math.max(range.startPfn(), LOW_END_PFN));
            }
        }
        int imagePages = (int) Math.min(IMAGE_PAGES, total / IMAGE_SHARE);
        int start = covers(memory, IMAGE_START_PFN, IMAGE_START_PFN + imagePages) ? IMAGE_START_PFN : low;
        for (MemoryRange range : memory) {
            add(Math.max(range.startPfn(), start), Math.min(range.endPfn(), start + imagePages), range.nid(), reserved);
        }
        return reserved;
    }

    private static boolean covers(List<MemoryRange> memory, int startPfn, int endPfn) {
        return memory.stream().anyMatch(range -> range.startPfn() <= startPfn && range.endPfn() >= endPfn);
    }

    /** Memory that exists, ascending. */
    public List<MemoryRange> memory() {
        return memory;
    }

    /** Memory that the boot keeps, ascending inside each range of {@link #memory}. */
    public List<MemoryRange> reserved() {
        return reserved;
    }

    /** Pages that exist. */
    public long totalPages() {
        return memory.stream().mapToLong(MemoryRange::nrPages).sum();
    }

    /** Memory that is free when the buddy allocator takes over, ascending. */
    public List<MemoryRange> free() {
        List<MemoryRange> free = new ArrayList<>();
        for (MemoryRange range : memory) {
            int at = range.startPfn();
            for (MemoryRange kept : reserved) {
                if (kept.startPfn() >= at && kept.endPfn() <= range.endPfn()) {
                    add(at, kept.startPfn(), range.nid(), free);
                    at = kept.endPfn();
                }
            }
            add(at, range.endPfn(), range.nid(), free);
        }
        return free;
    }

    /** Pages that exist from {@code startPfn} (inclusive) to {@code endPfn} (exclusive) on node {@code nid}. */
    public int presentPages(int nid, int startPfn, int endPfn) {
        int pages = 0;
        for (MemoryRange range : memory) {
            if (range.nid() == nid) {
                pages += Math.max(0, Math.min(endPfn, range.endPfn()) - Math.max(startPfn, range.startPfn()));
            }
        }
        return pages;
    }

    /** Takes the chunks of {@link #release}. */
    @FunctionalInterface
    public interface ChunkSink {
        /** Free the block of {@code 2^order} pages at {@code pfn}. */
        void free(int pfn, int order);
    }

    /**
     * Cut a range into the largest naturally aligned chunks, ascending, and hand them over. Models mm/memblock.c:
     * __free_pages_memory.
     */
    public static void release(int startPfn, int endPfn, ChunkSink sink) {
        int pfn = startPfn;
        while (pfn < endPfn) {
            int order = pfn == 0 ? MAX_PAGE_ORDER : Math.min(MAX_PAGE_ORDER, Integer.numberOfTrailingZeros(pfn));
            while (pfn + (1 << order) > endPfn) {
                order--;
            }
            sink.free(pfn, order);
            pfn += 1 << order;
        }
    }
}
