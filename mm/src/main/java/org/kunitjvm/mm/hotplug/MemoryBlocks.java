package org.kunitjvm.mm.hotplug;

import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * The memory blocks of a machine, by number. Models drivers/base/memory.c and arch/x86/mm/init_64.c:
 * probe_memory_block_size.
 */
public final class MemoryBlocks {
    private static final long BYTES_FOR_LARGE_BLOCKS = 64L << 30;
    private static final int MAX_BLOCK_PAGES = 1 << (31 - PAGE_SHIFT);

    private final int blockPages;
    private final TreeMap<Integer, MemoryBlock> blocks = new TreeMap<>();

    /** The blocks that exist at boot, all online. */
    public MemoryBlocks(List<MemoryRange> memory) {
        int endPfn = memory.stream().mapToInt(MemoryRange::endPfn).max().orElse(0);
        this.blockPages = blockPages(endPfn);
        for (MemoryRange range : memory) {
            for (int id = range.startPfn() / blockPages; (long) id * blockPages < range.endPfn(); id++) {
                blocks.putIfAbsent(id, new MemoryBlock(id, blockPages, range.nid(), true));
            }
        }
    }

    /**
     * Pages per memory block: a section on a machine below 64 GiB, else the largest power of two up to 2 GiB that
     * divides the end of memory, as for a guest of a hypervisor.
     */
    static int blockPages(int endPfn) {
        if ((long) endPfn << PAGE_SHIFT < BYTES_FOR_LARGE_BLOCKS) {
            return PAGES_PER_SECTION;
        }
        return Math.clamp(Integer.lowestOneBit(endPfn), PAGES_PER_SECTION, MAX_BLOCK_PAGES);
    }

    /** Pages per memory block. */
    public int blockPages() {
        return blockPages;
    }

    /** Bytes per memory block ({@code memory_block_size_bytes}). */
    public long blockBytes() {
        return (long) blockPages << PAGE_SHIFT;
    }

    /** All blocks, ascending. */
    public Collection<MemoryBlock> all() {
        return List.copyOf(blocks.values());
    }

    /** The block of a frame, or {@code null}. */
    public @Nullable MemoryBlock of(int pfn) {
        return blocks.get(pfn / blockPages);
    }

    /**
     * The blocks from {@code startPfn} (inclusive) to {@code endPfn} (exclusive), ascending; missing ones are left out.
     */
    public List<MemoryBlock> in(int startPfn, int endPfn) {
        return new ArrayList<>(blocks.subMap(startPfn / blockPages, endPfn / blockPages).values());
    }

    /** Whether a node has a block. */
    boolean has(int nid) {
        return blocks.values().stream().anyMatch(block -> block.nid() == nid);
    }

    void add(int startPfn, int nid) {
        int id = startPfn / blockPages;
        blocks.put(id, new MemoryBlock(id, blockPages, nid, false));
    }

    void remove(MemoryBlock block) {
        blocks.remove(block.id());
    }
}
