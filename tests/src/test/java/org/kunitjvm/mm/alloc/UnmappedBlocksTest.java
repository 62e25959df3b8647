package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;

/**
 * Whole pageblocks leave the direct map for requests that want unmapped pages, and only then; freeing changes nothing.
 */
final class UnmappedBlocksTest {
    /** Pageblocks of the machine below. */
    private static final int ALL_BLOCKS = 128;
    private static final int MOST_BLOCKS = 80;

    private static Kernel boot(String cmdline) {
        return Kernel.builder().cpus(2).memory("256M").cmdline(cmdline).build();
    }

    private static int take(Kernel kernel, int gfp, int order, int allocFlags) {
        return kernel.get(PageAllocator.class).allocPages(0, gfp | __GFP_NOWARN | __GFP_NORETRY, order,
            AllocRequest.ANY_NODE, allocFlags);
    }

    private static List<Integer> takeAll(Kernel kernel, int order) {
        List<Integer> all = new ArrayList<>();
        for (int pfn = take(kernel, GFP_KERNEL, order, 0); pfn >= 0; pfn = take(kernel, GFP_KERNEL, order, 0)) {
            all.add(pfn);
        }
        return all;
    }

    private static void free(Kernel kernel, List<Integer> blocks, int order) {
        blocks.forEach(pfn -> kernel.get(PageAllocator.class).freePages(pfn, order));
    }

    @Test
    @Tag("M-149")
    void freetypeIsComparedWithItsFlags() {
        FreeType mapped = new FreeType(MigrateType.MIGRATE_UNMOVABLE, 0);
        assertNotEquals(mapped, new FreeType(MigrateType.MIGRATE_UNMOVABLE, FreeType.FREETYPE_UNMAPPED));
        for (int idx = 0; idx < FreeType.NR_FREETYPE_IDXS; idx++) {
            FreeType freetype = FreeType.freetypeFromIdx(idx);
            assertEquals(idx, FreeType.freetypeIdx(freetype.migratetype(), freetype.flags()));
        }
    }

    @Test
    @Tag("M-150")
    void pageOfAFlippedBlockFaultsAndTheReportSaysWhoTookItAway() {
        try (Kernel kernel = boot("")) {
            Mmu mmu = kernel.mmu();
            int pfn = take(kernel, GFP_KERNEL, 0, ALLOC_UNMAPPED);
            int block = Pfns.alignDown(pfn, PAGEBLOCK_NR_PAGES);
            assertFalse(mmu.kernelPagePresent(block) || mmu.kernelPagePresent(block + PAGEBLOCK_NR_PAGES - 1));
            String report = assertThrows(KernelBug.class, () -> mmu.readInt(mmu.pageAddress(pfn))).getMessage();
            assertTrue(report.contains("in set_direct_map_valid_noflush"), report);
            free(kernel, List.of(pfn), 0);
            assertFalse(mmu.kernelPagePresent(pfn), "freeing never flips");
        }
    }

    @Test
    @Tag("M-150")
    void mappedRequestsTakeBlocksBackWhenNothingElseIsLeft() {
        try (Kernel kernel = boot("")) {
            List<Integer> most = new ArrayList<>();
            for (int i = 0; i < MOST_BLOCKS; i++) {
                most.add(take(kernel, GFP_KERNEL, PAGEBLOCK_ORDER, ALLOC_UNMAPPED));
            }
            assertFalse(most.contains(NO_PFN));
            free(kernel, most, PAGEBLOCK_ORDER);
            List<Integer> all = takeAll(kernel, PAGEBLOCK_ORDER);
            assertTrue(all.size() > ALL_BLOCKS - MOST_BLOCKS, all.size() + " blocks");
            all.forEach(pfn -> assertTrue(kernel.mmu().kernelPagePresent(pfn), "pfn " + pfn));
            free(kernel, all, PAGEBLOCK_ORDER);
        }
    }

    @Test
    @Tag("M-150")
    void noFlipWhereTheFlushCannotBeWaitedForOrTheDirectMapCannotBeSet() {
        try (Kernel kernel = boot("")) {
            kernel.preempt().localIrqDisable();
            int pfn = take(kernel, GFP_NOWAIT, 0, ALLOC_UNMAPPED);
            kernel.preempt().localIrqEnable();
            assertEquals(NO_PFN, pfn);
        }
        try (Kernel kernel = boot("rodata=off")) {
            assertEquals(NO_PFN, take(kernel, GFP_KERNEL, 0, ALLOC_UNMAPPED));
        }
    }

    @Test
    @Tag("M-151")
    void unmappedRequestsCompactToPageblockOrderAndMappedOnesDoNot() {
        try (Kernel kernel = boot("")) {
            List<Integer> orders = new ArrayList<>();
            kernel.get(PageAllocator.class).setReclaimer(new Reclaimer() {
                @Override
                public CompactResult compact(AllocRequest request, CompactPriority priority) {
                    orders.add(request.order());
                    return CompactResult.SKIPPED;
                }
            });
            List<Integer> blocks = takeAll(kernel, PAGEBLOCK_ORDER);
            List<Integer> rest = takeAll(kernel, 0);
            orders.clear();
            assertEquals(NO_PFN, take(kernel, GFP_KERNEL, 0, ALLOC_UNMAPPED));
            assertTrue(orders.contains(PAGEBLOCK_ORDER), orders.toString());
            orders.clear();
            assertEquals(NO_PFN, take(kernel, GFP_KERNEL, 0, 0));
            assertEquals(List.of(), orders);
            free(kernel, rest, 0);
            free(kernel, blocks, PAGEBLOCK_ORDER);
        }
    }
}
