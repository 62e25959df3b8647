package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.mm.zone.ZoneStat;

/** What is left of a block below the guard order is free but nobody gets it, until its neighbour comes back. */
@Tag("M-003")
final class GuardPagesTest {
    private static final String ON = "debug_pagealloc=on debug_guardpage_minorder=2";
    private TestZone t = boot(ON);

    private static TestZone boot(String cmdline) {
        return new TestZone(Kernel.builder().cpus(1).config(TestZone.config().with("DEBUG_PAGEALLOC", "y"))
            .cmdline(cmdline), ZONE_NORMAL);
    }

    @AfterEach
    void listsAreConsistent() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private long counted() {
        return t.zone.counters.exact(ZoneStat.NR_FREE_PAGES);
    }

    private void free(int pfn, int order) {
        t.buddy.freeOneBlockLocked(t.zone, pfn, order, t.map.blockType(pfn), Buddy.FPI_NONE);
    }

    @Test
    @Tag("M-031")
    void smallRestsOfABlockBecomeGuards() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        assertEquals(0x8000, t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE));
        assertArrayEquals(frames(), t.list(0, MIGRATE_MOVABLE));
        assertArrayEquals(frames(), t.list(1, MIGRATE_MOVABLE));
        assertArrayEquals(frames(0x8004), t.list(2, MIGRATE_MOVABLE));
        assertTrue(t.map.isGuard(0x8001, 0) && t.map.isGuard(0x8002, 1));
        assertFalse(t.map.isGuard(0x8004, 2));
        assertEquals(1024 - 4, counted(), "guards are not counted as free");
        assertEquals(0x8004, t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE), "a guard is not handed out");
    }

    @Test
    @Tag("M-032")
    void guardsMergeWithTheirNeighbour() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        free(t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE), 0);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_MOVABLE));
        assertFalse(t.map.isGuard(0x8001, 0) || t.map.isGuard(0x8002, 1));
        assertEquals(1024, counted());
    }

    @Test
    void largerRequestsLeaveNoGuards() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        assertEquals(0x8000, t.buddy.rmqueueSmallest(t.zone, 2, MIGRATE_MOVABLE));
        assertEquals(1024 - 4, counted());
        assertEquals(0x8008, t.buddy.rmqueueSmallest(t.zone, 1, MIGRATE_MOVABLE) + 4);
        assertEquals(1024 - 8, counted());
        assertTrue(t.map.isGuard(0x8006, 1));
    }

    @Test
    @Tag("M-039")
    void claimedBlockLeavesGuardsToo() {
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        assertEquals(0x8000, new Fallback(t.context, t.buddy).claim(t.zone, 0, MIGRATE_UNMOVABLE, 0));
        assertEquals(1024 - 4, counted());
        free(0x8000, 0);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_UNMOVABLE));
    }

    @Test
    @Tag("M-033")
    void guardMakesAMergeLikely() {
        t.addFree(0x8100, 0, MIGRATE_MOVABLE);
        t.inUse(0x8000, 0x8004, 0);
        t.map.setRefcount(0x8001, 0);
        t.map.markGuard(0x8002, 1);
        free(0x8001, 0);
        assertArrayEquals(frames(0x8100, 0x8001), t.list(0, MIGRATE_MOVABLE));
    }

    @ParameterizedTest
    @CsvSource({"debug_guardpage_minorder=2, false, false", "debug_pagealloc=on, false, false",
        "debug_pagealloc=on debug_guardpage_minorder=6, false, true",
        "debug_pagealloc=on debug_guardpage_minorder=x, false, true",
        "debug_pagealloc=on debug_guardpage_minorder=5, true, false"})
    void parametersDecide(String cmdline, boolean guards, boolean complains) {
        t.close();
        t = boot(cmdline);
        t.addFree(0x8000, 10, MIGRATE_MOVABLE);
        t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_MOVABLE);
        assertEquals(guards ? 1024 - 32 : 1023, counted());
        assertEquals(complains, t.log().contains("Bad debug_guardpage_minorder value"));
    }

    @Test
    @Tag("M-004")
    void everythingComesBackWhenEverythingIsFreed() {
        t.freeAll();
        long seed = 0x6a4d;
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> live = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            if (live.size() < 50 || random.nextInt(100) < 52) {
                int order = random.nextInt(5);
                int pfn = t.allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN, order);
                if (pfn >= 0) {
                    live.add(new int[] {pfn, order});
                }
            } else {
                int[] block = live.remove(random.nextInt(live.size()));
                t.allocator.freePages(block[0], block[1]);
            }
        }
        assertEquals(List.of(), t.faults(), "seed " + seed);
        live.forEach(block -> t.allocator.freePages(block[0], block[1]));
        t.allocator.drainAllPages(null);
        assertEquals(TestZone.PAGES, t.freePages(), "seed " + seed);
        assertEquals(TestZone.PAGES, counted(), "seed " + seed);
    }

    @Test
    void aKernelWithGuardsLeaksNothing() {
        Kernel kernel = Kernel.builder().memory("64M").config(KernelConfig.defconfig().with("DEBUG_PAGEALLOC", "y"))
            .cmdline(ON).build();
        PageAllocator allocator = kernel.get(PageAllocator.class);
        for (int i = 0; i < 100; i++) {
            int pfn = allocator.allocPages(0, GFP_KERNEL, 0);
            int larger = allocator.allocPages(0, GFP_KERNEL, 4);
            allocator.freePages(pfn, 0);
            allocator.freePages(larger, 4);
        }
        assertEquals(List.of(), kernel.shutdown());
    }
}
