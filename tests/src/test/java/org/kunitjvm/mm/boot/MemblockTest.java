package org.kunitjvm.mm.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;

/** Free boot memory is released ascending in the largest naturally aligned chunks. */
final class MemblockTest {
    private static List<String> chunks(int startPfn, int endPfn) {
        List<String> chunks = new ArrayList<>();
        Memblock.release(startPfn, endPfn, (pfn, order) -> chunks.add(pfn + "/" + order));
        return chunks;
    }

    @Test
    @Tag("M-006")
    void chunksGrowToAlignmentAndShrinkAtTheEnd() {
        assertEquals(List.of("1/0", "2/1", "4/2", "8/3"), chunks(1, 16));
        assertEquals(List.of("1023/0", "1024/10", "2048/10", "3072/2", "3076/1", "3078/0"), chunks(1023, 3079));
        assertEquals(List.of("0/10", "1024/10"), chunks(0, 2048));
        assertEquals(List.of(), chunks(5, 5));
    }

    @Test
    @Tag("M-006")
    void chunksCoverAnyRangeOnceAndAreAligned() {
        long seed = 20261121;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            int start = random.nextInt(1 << 20);
            int end = start + random.nextInt(1 << 13);
            int[] at = {start};
            Memblock.release(start, end, (pfn, order) -> {
                assertEquals(at[0], pfn, "seed " + seed);
                assertEquals(0, pfn & ((1 << order) - 1), "seed " + seed);
                at[0] = pfn + (1 << order);
            });
            assertEquals(end, at[0], "seed " + seed + " range " + start + "-" + end);
        }
    }

    @Test
    void aPcKeepsLowMemoryAndItsImage() {
        Memblock memblock = Memblock.of(Machine.pc(1, 1L << 30));
        assertEquals(List.of(new MemoryRange(1, 0x9f, 0), new MemoryRange(0x100, 1 << 18, 0)), memblock.memory());
        assertEquals(List.of(new MemoryRange(0x100, 0x1000, 0), new MemoryRange(0x2000, 1 << 18, 0)), memblock.free());
        assertEquals((1 << 18) - 98, memblock.totalPages());
    }

    @Test
    void aTinyMachineKeepsAQuarterForTheImage() {
        Memblock memblock = Memblock.of(Machine.pc(1, 16L << 20));
        long free = memblock.free().stream().mapToLong(MemoryRange::nrPages).sum();
        assertTrue(free > memblock.totalPages() / 2, "free " + free);
        assertTrue(memblock.reserved().stream().mapToLong(MemoryRange::nrPages).sum() + free == memblock.totalPages());
    }
}
