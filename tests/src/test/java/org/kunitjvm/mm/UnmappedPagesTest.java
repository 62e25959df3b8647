package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.mermap.Mermap;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;

/**
 * Pages that the direct map does not have live in whole blocks of their own, and only allocation changes a block's
 * side.
 */
final class UnmappedPagesTest {
    private final Kernel kernel = Kernel.builder().memory("4G").build();
    private final Mm mm = Mm.of(kernel);

    private static boolean isMapped(Kernel kernel, Page page) {
        return kernel.mmu().kernelPagePresent(page.pfn());
    }

    @Test
    @Tag("M-129")
    void freetypesHaveIndicesOfTheirOwn() {
        assertEquals(MIGRATE_MOVABLE, FreeType.freetypeIdx(MIGRATE_MOVABLE, 0));
        assertEquals(MIGRATE_TYPES, FreeType.freetypeIdx(MIGRATE_UNMOVABLE, FreeType.FREETYPE_UNMAPPED));
        assertEquals(-1, FreeType.freetypeIdx(MIGRATE_MOVABLE, FreeType.FREETYPE_UNMAPPED));
        assertEquals(new FreeType(MIGRATE_UNMOVABLE, FreeType.FREETYPE_UNMAPPED),
            FreeType.freetypeFromIdx(FreeType.UNMAPPED_IDX));
        assertThrows(KernelBug.class, () -> FreeType.freetypeFromIdx(FreeType.NR_FREETYPE_IDXS));
    }

    @Test
    @Tag("M-128")
    @Tag("M-070")
    void unmappedPagesHaveFiveListsBehindTheOthers() {
        assertEquals(14, PerCpuPages.NR_MAPPED_PCP_LISTS);
        assertEquals(19, PerCpuPages.NR_PCP_LISTS);
        assertEquals(14, PerCpuPages.index(0, FreeType.UNMAPPED_IDX));
        assertEquals(18, PerCpuPages.index(9, FreeType.UNMAPPED_IDX));
        assertEquals(3, PerCpuPages.orderOf(17));
        assertEquals(9, PerCpuPages.orderOf(18));
        for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
            assertTrue(PerCpuPages.index(9, type) < 14);
        }
    }

    @Test
    @Tag("M-130")
    void aWholeBlockChangesSidesAndComesBackOnlyWhenNeeded() throws IsolatedNodeUnavailable {
        IsolatedNode node = IsolatedNode.open(mm);
        Zone zone = node.zones().getFirst();
        Page page = node.allocPages(gfp(GFP_KERNEL), 0, ALLOC_UNMAPPED);
        assertNotNull(page);
        assertFalse(isMapped(kernel, page));
        assertEquals(FreeType.UNMAPPED_IDX, page.blockType());
        for (int i = 0; i < 1024; i++) {
            assertFalse(kernel.mmu().kernelPagePresent(page.pfn() + i), "the whole block left the direct map");
        }
        assertTrue(kernel.mmu().kernelPagePresent(page.pfn() + 1024));
        mm.freePage(page);
        mm.drainAllPages(zone);
        assertFalse(isMapped(kernel, page), "a free changes nothing");
        assertEquals(1, zone.free.length(10, FreeType.UNMAPPED_IDX));

        for (int mark = 0; mark < Zone.NR_WMARK; mark++) {
            zone.setWatermark(mark, 0);
        }
        List<Page> all = new ArrayList<>();
        for (Page each = node.allocPages(gfp(GFP_KERNEL | __GFP_NOWARN), 10); each != null;
                each = node.allocPages(gfp(GFP_KERNEL | __GFP_NOWARN), 10)) {
            assertTrue(isMapped(kernel, each));
            all.add(each);
        }
        assertEquals(0, zone.free.length(10, FreeType.UNMAPPED_IDX), "the last resort was taken");
        assertTrue(all.contains(page));
        all.forEach(each -> mm.freePages(each, 10));
        assertEquals(List.of(), ZoneChecker.check(List.of(zone), node.space().map()));
        node.close();
        kernel.close();
    }

    @Test
    @Tag("M-130")
    void mappedAndUnmappedPagesNeverShareABlock() throws IsolatedNodeUnavailable {
        IsolatedNode node = IsolatedNode.open(mm);
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            Page page = i % 3 == 0 ? node.allocPages(gfp(GFP_KERNEL), i % 4, ALLOC_UNMAPPED)
                : node.allocPages(gfp(i % 3 == 1 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE), i % 4);
            assertNotNull(page);
            assertEquals(i % 3 != 0, isMapped(kernel, page), "allocation " + i);
            assertEquals(i % 3 == 0, FreeType.isUnmapped(page.blockType()), "allocation " + i);
            pages.add(page);
        }
        for (int i = 0; i < pages.size(); i++) {
            mm.freePages(pages.get(i), i % 4);
        }
        node.close();
        kernel.close();
    }

    @Test
    @Tag("M-130")
    void wholeFreeBlocksAreCountedWhileTheDirectMapHasThem() throws IsolatedNodeUnavailable {
        IsolatedNode node = IsolatedNode.open(mm);
        Zone zone = node.zones().getFirst();
        int all = zone.freePagesBlocksMapped();
        assertEquals(zone.free.nrFree(10) * 1024, all);
        Page page = node.allocPages(gfp(GFP_KERNEL), 0, ALLOC_UNMAPPED);
        assertNotNull(page);
        assertEquals(all - 1024, zone.freePagesBlocksMapped());
        mm.freePage(page);
        mm.drainAllPages(zone);
        assertEquals(1, zone.free.length(10, FreeType.UNMAPPED_IDX));
        assertEquals(all - 1024, zone.freePagesBlocksMapped(), "a free block that is not mapped does not count");
        assertEquals(List.of(), ZoneChecker.check(List.of(zone), node.space().map()));
        node.close();
        kernel.close();
    }

    /** The form first posted: a bit of the request, which goes together with zeroing where the task has a mermap. */
    @Test
    void theBitOfTheFirstPostingsZeroesThroughTheMermap() throws ErrnoException {
        int gfp = GFP_KERNEL | __GFP_UNMAPPED | __GFP_ZERO;
        assertNull(mm.allocPages(gfp(gfp), 0), "there is no address space to map it in");
        assertEquals(1, kernel.warnings().count());
        MmStruct space = kernel.sched().mmTable().alloc();
        kernel.get(Mermap.class).mmPrepare(space);
        kernel.mmSwitch().use(space);
        Page page = mm.allocPages(gfp(gfp & ~__GFP_ZERO), 0);
        assertNotNull(page);
        kernel.memory().writeInt((long) page.pfn() << 12, 7);
        mm.freePage(page);
        Page again = mm.allocPages(gfp(gfp), 0);
        assertEquals(page, again);
        assertFalse(isMapped(kernel, page));
        assertEquals(0, kernel.memory().readInt((long) page.pfn() << 12));
        mm.freePage(page);
        kernel.mmSwitch().unuse(space);
        kernel.mmSwitch().exitMm(kernel.current());
        space.mmput();
        kernel.close();
    }

    @Test
    void unmappedPagesCannotBeZeroedOrMovable() {
        for (int mask : new int[] {GFP_KERNEL | __GFP_ZERO, GFP_HIGHUSER_MOVABLE}) {
            assertNull(mm.allocPagesIn(mm.machineSpace(), gfp(mask), 0, 0, NodeMask.ANY, ALLOC_UNMAPPED));
        }
        kernel.close();
        try (Kernel without = Kernel.builder().config(KernelConfig.defconfig().with("PAGE_ALLOC_UNMAPPED", "n"))
            .build()) {
            Mm other = Mm.of(without);
            assertNull(other.allocPagesIn(other.machineSpace(), gfp(GFP_KERNEL), 0, 0, NodeMask.ANY,
                ALLOC_UNMAPPED));
        }
    }

    @Test
    @Tag("M-221")
    void pagetypeinfoCountsUnmappedBlocksAsUnmovable() {
        String before = mm.proc(ProcFile.PAGETYPEINFO);
        Page page = mm.allocPagesIn(mm.machineSpace(), gfp(GFP_KERNEL), 10, 0, NodeMask.ANY, ALLOC_UNMAPPED);
        assertNotNull(page);
        mm.freePages(page, 10);
        String after = mm.proc(ProcFile.PAGETYPEINFO);
        assertTrue(before.contains("Node    0, zone   Normal, type    Unmovable      0      0      0      0      0      0      0      0"
            + "      0      0      0 "), before);
        assertTrue(after.contains("Node    0, zone   Normal, type    Unmovable      0      0      0      0      0      0      0      0"
            + "      0      0      1 "), after);
        assertTrue(after.contains("Node 0, zone   Normal            2          510            0            0            0 "), after);
        kernel.close();
    }
}
