package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_FREE_HIGH_BATCH;
import static org.kunitjvm.mm.zone.PerCpuPages.PCPF_PREV_FREE_HIGH_ORDER;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** The caches of the CPUs: order of pages, and how many move when. */
final class PcpTest {
    private TestZone t = TestZone.full();
    private PerCpuPages pcp = t.zone.pcp[0];

    @AfterEach
    void listsAreConsistent() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private void use(TestZone other) {
        t.close();
        t = other;
        pcp = t.zone.pcp[0];
    }

    private int alloc(int order) {
        return t.allocator.allocPages(0, GFP_KERNEL, order);
    }

    @Test
    @Tag("M-070")
    void everyListHasOneOrderAndType() {
        BitSet used = new BitSet();
        for (int order = 0; order <= 10; order++) {
            for (int type = 0; type < 3; type++) {
                assertEquals(order <= 3 || order == 9, PerCpuPages.isAllowedOrder(order));
                if (PerCpuPages.isAllowedOrder(order)) {
                    int index = PerCpuPages.index(order, type);
                    assertEquals(order, PerCpuPages.orderOf(index));
                    assertEquals(order == 9 && type == 2, used.get(index), "order " + order + " type " + type);
                    used.set(index);
                }
            }
        }
        assertEquals(14, used.cardinality());
        assertEquals(14, used.length());
    }

    @Test
    @Tag("M-075")
    @Tag("M-077")
    @Tag("E2")
    void lastFreedIsFirstAllocated() {
        int a = alloc(0);
        int b = alloc(0);
        int c = alloc(0);
        t.allocator.freePages(a, 0);
        t.allocator.freePages(b, 0);
        t.allocator.freePages(c, 0);
        assertArrayEquals(frames(c, b, a), frames(alloc(0), alloc(0), alloc(0)));
    }

    @Test
    @Tag("M-075")
    @Tag("E3")
    void refillHandsOutAscendingFramesAndAFreedPageComesNext() {
        pcp.batch = 63;
        pcp.highMin = 1000;
        pcp.highMax = 1000;
        assertEquals(0x8000, alloc(0));
        assertEquals(62, pcp.count);
        assertEquals(0x8001, alloc(0));
        assertEquals(0x8002, alloc(0));
        t.allocator.freePages(0x8000, 0);
        assertEquals(0x8000, alloc(0));
        for (int pfn = 0x8003; pfn <= 0x803e; pfn++) {
            assertEquals(pfn, alloc(0));
        }
        assertEquals(0, pcp.count);
    }

    @Test
    @Tag("M-074")
    void refillsInARowDoubleUpToTheCap() {
        pcp.highMin = 900;
        pcp.highMax = 1000;
        int[] sizes = new int[8];
        for (int i = 0; i < sizes.length; i++) {
            int before = t.freePages();
            alloc(0);
            sizes[i] = before - t.freePages();
            while (pcp.count > 0) {
                alloc(0);
            }
        }
        assertArrayEquals(frames(7, 14, 28, 56, 112, 224, 224, 224), sizes);
        assertEquals(5, pcp.allocFactor);
    }

    @Test
    @Tag("M-074")
    void allocationHalvesTheFreeCountAndFreeHalvesTheFactor() {
        alloc(0);
        pcp.freeCount = 9;
        alloc(0);
        assertEquals(4, pcp.freeCount);
        pcp.allocFactor = 5;
        t.allocator.freePages(alloc(0), 0);
        assertEquals(2, pcp.allocFactor);
    }

    @Test
    @Tag("M-076")
    void higherOrdersAreRefilledByPages() {
        alloc(1);
        assertEquals(2 * (7 / 2) - 2, pcp.count);
        alloc(3);
        assertEquals(1, pcp.lists.length(PerCpuPages.index(3, MIGRATE_UNMOVABLE)), "at least two blocks per refill");
        assertEquals(0, pcp.allocFactor);
    }

    @Test
    @Tag("M-074")
    void refillRaisesHighUnlessTheZoneIsBelowItsHighWatermark() {
        pcp.high = 100;
        alloc(1);
        assertEquals(107, pcp.high);
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        alloc(2);
        assertEquals(107, pcp.high);
        t.zone.flags = 0;
        pcp.high = 998;
        alloc(3);
        assertEquals(1000, pcp.high);
    }

    @Test
    @Tag("M-073")
    void highStartsAtZeroAndIsClampedAtFirstUse() {
        assertEquals(0, pcp.high);
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        alloc(0);
        assertEquals(100, pcp.high);
    }

    @Test
    @Tag("M-080")
    void cacheThatIsSwitchedOffMovesSinglePages() {
        pcp.batch = 1;
        pcp.highMin = 0;
        pcp.highMax = 0;
        int before = t.freePages();
        int pfn = alloc(0);
        assertEquals(before - 1, t.freePages());
        t.allocator.freePages(pfn, 0);
        assertEquals(before, t.freePages());
        assertEquals(0, pcp.count);
    }

    /** Six pages of one type in the cache, the oldest first in the result. */
    private int[] sixPages() {
        int[] pfns = new int[6];
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = alloc(0);
        }
        t.allocator.drainLocalPages(t.zone);
        for (int pfn : pfns) {
            t.allocator.freePages(pfn, 0);
        }
        return pfns;
    }

    @Test
    @Tag("M-081")
    @Tag("E4")
    void spillTakesTheOldestFirst() {
        int[] pfns = sixPages();
        t.trace();
        t.allocator.pcp().freeBulk(t.zone, 3, pcp, 0);
        assertEquals(List.of("drain 8000 order 0 type 0", "drain 8001 order 0 type 0", "drain 8002 order 0 type 0"),
            t.events);
        assertEquals(pfns[0], 0x8000);
        assertEquals(3, pcp.count);
    }

    @Test
    @Tag("M-081")
    void spillEmptiesTheFirstListBeforeTheNext() {
        int a = alloc(0);
        int b = t.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0);
        int c = alloc(1);
        t.allocator.drainLocalPages(t.zone);
        t.allocator.freePages(c, 1);
        t.allocator.freePages(b, 0);
        t.allocator.freePages(a, 0);
        t.trace();
        t.allocator.pcp().freeBulk(t.zone, 3, pcp, PerCpuPages.index(0, MIGRATE_MOVABLE));
        assertEquals(List.of("drain " + Integer.toHexString(b) + " order 0 type 1", "drain " + Integer.toHexString(c)
            + " order 1 type 0"), t.events);
        assertEquals(1, pcp.count);
    }

    @Test
    @Tag("M-081")
    void spillMayFreeAPartOfABlockTooMuch() {
        int a = alloc(3);
        t.allocator.drainLocalPages(t.zone);
        t.allocator.freePages(a, 3);
        t.allocator.pcp().freeBulk(t.zone, 1, pcp, 0);
        assertEquals(0, pcp.count);
    }

    @Test
    @Tag("M-089")
    @Tag("M-086")
    void spilledPageGoesToTheTypeThatItsPageblockHasThen() {
        int pfn = alloc(0);
        t.allocator.drainLocalPages(t.zone);
        t.allocator.freePages(pfn, 0);
        t.buddy.moveFreepagesBlock(t.zone, pfn, MIGRATE_UNMOVABLE, MIGRATE_HIGHATOMIC);
        t.trace();
        t.allocator.drainLocalPages(t.zone);
        assertEquals(List.of("drain 8000 order 0 type 3"), t.events);
        assertEquals(512, t.zone.nrFreeHighatomic());
    }

    @Test
    @Tag("M-086")
    void typesWithoutListsAreCachedAsMovableAndIsolatedOnesNotAtAll() {
        int a = alloc(0);
        int b = alloc(0);
        t.allocator.drainLocalPages(t.zone);
        t.buddy.moveFreepagesBlock(t.zone, a, MIGRATE_UNMOVABLE, MIGRATE_HIGHATOMIC);
        t.allocator.freePages(a, 0);
        assertArrayEquals(frames(a), t.pcpList(PerCpuPages.index(0, MIGRATE_MOVABLE)));
        t.allocator.drainLocalPages(t.zone);
        t.buddy.moveFreepagesBlock(t.zone, a, MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE);
        t.zone.nrIsolatePageblock = 1;
        t.allocator.freePages(b, 0);
        assertEquals(0, pcp.count);
        assertEquals(MIGRATE_ISOLATE, t.map.blockType(b));
    }

    // ---------------------------------------------------------------- how much is spilled

    @Test
    @Tag("M-077")
    void freeCountStopsAtTheScaledBatch() {
        int pfn = alloc(3);
        pcp.freeCount = 7 * 32 - 1;
        t.allocator.freePages(pfn, 3);
        assertEquals(7 * 32 - 1 + 8, pcp.freeCount);
        pfn = alloc(0);
        pcp.freeCount = 7 * 32;
        t.allocator.freePages(pfn, 0);
        assertEquals(7 * 32, pcp.freeCount);
    }

    @Test
    @Tag("M-078")
    void secondHighOrderFreeInARowFlushes() {
        int a = alloc(2);
        int b = alloc(2);
        pcp.high = 500;
        t.allocator.freePages(a, 2);
        assertEquals(PCPF_PREV_FREE_HIGH_ORDER, pcp.flags());
        pcp.freeCount = 7;
        t.allocator.freePages(b, 2);
        assertEquals(0, pcp.count);
        assertEquals(500 - 7 * 32, pcp.high);
    }

    @Test
    @Tag("M-078")
    void largeDataCacheDelaysTheFlush() {
        int a = alloc(1);
        int b = alloc(1);
        t.allocator.drainLocalPages(t.zone);
        pcp.setFlags(PCPF_FREE_HIGH_BATCH | PCPF_PREV_FREE_HIGH_ORDER);
        pcp.freeCount = 7;
        t.allocator.freePages(a, 1);
        assertEquals(2, pcp.count);
        pcp.freeCount = 7;
        pcp.setFlags(pcp.flags() & ~PCPF_FREE_HIGH_BATCH);
        t.allocator.freePages(b, 1);
        assertEquals(0, pcp.count);
    }

    @Test
    @Tag("M-078")
    void order0AndHugePagesEndTheStreak() {
        int a = alloc(0);
        int huge = alloc(9);
        pcp.setFlags(PCPF_PREV_FREE_HIGH_ORDER);
        t.allocator.freePages(a, 0);
        assertEquals(0, pcp.flags());
        pcp.setFlags(PCPF_PREV_FREE_HIGH_ORDER);
        t.allocator.freePages(huge, 9);
        assertEquals(0, pcp.flags());
    }

    @Test
    @Tag("M-079")
    @Tag("M-080")
    void fullCacheSpillsABatchAndGrowsForNextTime() {
        int[] pfns = new int[100];
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = alloc(0);
        }
        t.allocator.drainLocalPages(t.zone);
        pcp.high = 100;
        pcp.freeCount = 0;
        for (int i = 0; i < 99; i++) {
            t.allocator.freePages(pfns[i], 0);
        }
        assertEquals(99, pcp.count);
        assertEquals(100, pcp.high);
        t.allocator.freePages(pfns[99], 0);
        assertEquals(100 - 93, pcp.count, "spilled as much as was freed lately, but a batch stays");
        assertEquals(107, pcp.high, "holds what was freed lately and a batch");
    }

    @Test
    @Tag("M-079")
    void cacheShrinksWhileTheZoneIsReclaimed() {
        pcp.high = 400;
        int pfn = alloc(0);
        pcp.high = 400;
        pcp.freeCount = 50;
        t.zone.flags |= Zone.ZONE_RECLAIM_ACTIVE;
        t.allocator.freePages(pfn, 0);
        assertEquals(400 - 51, pcp.high);
        pcp.high = 0;
        t.zone.flags = 0;
    }

    @Test
    @Tag("M-079")
    void cacheShrinksAndSpillsBelowTheHighWatermark() {
        int[] pfns = new int[120];
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = alloc(0);
        }
        t.allocator.drainLocalPages(t.zone);
        pcp.high = 400;
        pcp.freeCount = 0;
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        t.zone.setWatermark(Zone.WMARK_HIGH, TestZone.PAGES);
        for (int i = 0; i < 99; i++) {
            t.allocator.freePages(pfns[i], 0);
        }
        assertEquals(99, pcp.count);
        t.allocator.freePages(pfns[99], 0);
        assertTrue(pcp.count < 99, "the lower bound was reached: " + pcp.count);
        assertEquals(100, pcp.high);
        assertTrue(t.zone.has(Zone.ZONE_BELOW_HIGH));
    }

    @Test
    @Tag("M-082")
    void belowHighEndsWhenASpillFindsEnoughFree() {
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        pcp.highMin = 0;
        pcp.high = 1;
        int pfn = alloc(0);
        t.allocator.freePages(pfn, 0);
        assertFalse(t.zone.has(Zone.ZONE_BELOW_HIGH));
    }

    // ---------------------------------------------------------------- drains

    @Test
    @Tag("M-083")
    void drainGivesEverythingBackFromTheFirstListOn() {
        int a = alloc(1);
        int b = alloc(0);
        t.allocator.drainLocalPages(t.zone);
        t.allocator.freePages(a, 1);
        t.allocator.freePages(b, 0);
        t.trace();
        t.allocator.drainLocalPages(t.zone);
        assertEquals(List.of("drain " + Integer.toHexString(b) + " order 0 type 0", "drain " + Integer.toHexString(a)
            + " order 1 type 0"), t.events);
        assertEquals(TestZone.PAGES, t.freePages());
    }

    @Test
    @Tag("M-084")
    void workerFoldsAndLetsHighDecay() {
        VmstatWorker worker = new VmstatWorker(t.allocator);
        t.zone.counters.setThreshold(100);
        t.nodes.setNrOnlineNodes(1);
        int pfn = alloc(0);
        t.allocator.freePages(pfn, 0);
        pcp.high = 800;
        assertTrue(worker.refreshCpuVmStats() > 0);
        assertEquals(700, pcp.high);
        assertEquals(0, t.zone.counters.diff(0, ZoneStat.NR_FREE_PAGES));
        assertEquals(0, pcp.expire, "own node");
        pcp.high = 100;
        assertEquals(0, worker.refreshCpuVmStats());
    }

    @Test
    @Tag("M-084")
    void workerSpillsWhatIsAboveHigh() {
        sixPages();
        pcp.highMin = 2;
        pcp.high = 3;
        new VmstatWorker(t.allocator).refreshCpuVmStats();
        assertTrue(pcp.count <= 3, "count " + pcp.count);
    }

    @Test
    @Tag("M-083")
    void drainAllReachesEveryCpu() {
        use(TestZone.empty(new RoundRobinPolicy(), 2));
        t.freeAll();
        alloc(0);
        onCpu(1);
        alloc(0);
        assertTrue(t.zone.pcp[0].count > 0 && t.zone.pcp[1].count > 0);
        t.allocator.drainAllPages(t.zone);
        assertEquals(0, t.zone.pcp[0].count + t.zone.pcp[1].count);
    }

    private void onCpu(int cpu) {
        try {
            t.kernel.kthreads().setCpusAllowed(t.kernel.current(), CpuMask.of(cpu));
        } catch (org.kunitjvm.kernel.errno.ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("M-085")
    void busyCacheIsPassedBy() {
        int cached = alloc(0);
        t.allocator.freePages(cached, 0);
        int count = pcp.count;
        pcp.lock.lock();
        t.trace();
        int pfn = alloc(0);
        assertTrue(pfn != cached);
        assertEquals("zone_locked " + Integer.toHexString(pfn) + " order 0 type 0 refill 1", t.events.get(0));
        t.allocator.freePages(pfn, 0);
        assertEquals(count, pcp.count, "neither the allocation nor the free may touch it");
        pcp.lock.unlock();
        assertEquals(cached, alloc(0));
    }

    @Test
    @Tag("M-085")
    void someScheduleFindsTheCacheBusy() {
        boolean found = false;
        for (long seed = 0; seed < 40 && !found; seed++) {
            found = twoTasksOnOneCpu(seed);
        }
        assertTrue(found, "no seed below 40 made a trylock fail");
    }

    /** Two tasks allocate; one CPU drains the other's cache while it is used. */
    private boolean twoTasksOnOneCpu(long seed) {
        use(TestZone.empty(new RandomPolicy(seed), 2));
        t.freeAll();
        boolean[] busy = new boolean[1];
        t.kernel.sched().addPointListener((task, kind, label) -> busy[0] |= t.zone.pcp[0].lock.isLocked()
            && task.cpu() == 1);
        Task remote = t.kernel.kthreads().createOnCpu("drain", 1, () -> {
            for (int i = 0; i < 20; i++) {
                t.allocator.drainPages(0, t.zone);
            }
            return 0;
        });
        t.kernel.sched().wake(remote);
        for (int i = 0; i < 50; i++) {
            t.allocator.freePages(alloc(0), 0);
        }
        t.kernel.kthreads().stop(remote);
        assertEquals(List.of(), t.faults(), "seed " + seed);
        return busy[0];
    }

    @Test
    @Tag("M-016")
    void differencesAreFoldedWhenTheyExceedTheThreshold() {
        t.zone.counters.fold(0);
        t.zone.counters.setThreshold(4);
        long folded = t.folded();
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, -4);
        assertEquals(folded, t.folded());
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, -1);
        assertEquals(folded - 5, t.folded());
        assertEquals(0, t.zone.counters.diff(0, ZoneStat.NR_FREE_PAGES), "no overshoot");
        t.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, 5);
        assertEquals(folded, t.folded());
    }

    @Test
    @Tag("E6")
    @Tag("M-039")
    void theFirstRequestOfAFreshNodeClaimsItsFirstBlock() {
        use(TestZone.full());
        pcp.batch = 7;
        pcp.highMin = 1000;
        pcp.highMax = 1000;
        t.trace();
        assertEquals(0x8000, alloc(0));
        List<String> expected = new ArrayList<>(List.of("extfrag 8000 orders 0 10 types 0 1 owner 1"));
        for (int pfn = 0x8001; pfn <= 0x8006; pfn++) {
            expected.add("zone_locked " + Integer.toHexString(pfn) + " order 0 type 0 refill 1");
        }
        expected.add("alloc 8000 order 0 type 0");
        assertEquals(expected, t.events);
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(0x8200));
        t.allocator.freePages(0x8000, 0);
        t.allocator.drainAllPages(null);
        assertArrayEquals(frames(0x8000), t.list(10, MIGRATE_UNMOVABLE));
        assertEquals(TestZone.PAGES, t.freePages());
    }

    @Test
    void aCacheThatCountsPagesItDoesNotHaveIsABug() {
        pcp.count = 3;
        KernelBug bug = assertThrows(KernelBug.class, () -> t.allocator.drainAllPages(t.zone));
        assertEquals("pcp of node 0 zone Normal counts 3 pages but all its lists are empty", bug.getMessage());
        use(TestZone.empty());
    }
}
