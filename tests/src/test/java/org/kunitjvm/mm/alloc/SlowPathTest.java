package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_DMA;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOMEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** What happens in which order when memory is short. */
final class SlowPathTest {
    private final List<String> calls = new ArrayList<>();
    private TestZone t;
    private Population population;

    /** Frees some pages per reclaim call, and says how compaction went. */
    private final class Population implements Reclaimer {
        private final List<Integer> pages = new ArrayList<>();
        private int perCall = 32;
        private int promises;
        private int promisesLeft = Integer.MAX_VALUE;
        private CompactResult compactResult = CompactResult.SKIPPED;
        private boolean kills;
        private boolean victim;

        @Override
        public void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
            calls.add("kswapd " + order);
        }

        @Override
        public int reclaim(AllocRequest request) {
            calls.add("reclaim" + (t.kernel.current().hasFlag(Task.PF_MEMALLOC) ? "" : " without PF_MEMALLOC"));
            int n = Math.min(perCall, pages.size());
            for (int i = 0; i < n; i++) {
                t.allocator.freePages(pages.remove(pages.size() - 1), 0);
            }
            return promisesLeft-- > 0 ? n + promises : n;
        }

        @Override
        public int reclaimablePages(Zone zone) {
            return pages.size();
        }

        @Override
        public CompactResult compact(AllocRequest request, CompactPriority priority) {
            calls.add("compact " + priority);
            return compactResult;
        }

        @Override
        public boolean outOfMemory(AllocRequest request) {
            calls.add("oom");
            if (kills) {
                t.zone.setWatermark(Zone.WMARK_MIN, 0);
            }
            return kills;
        }

        @Override
        public boolean isOomVictim() {
            return victim;
        }
    }

    @BeforeEach
    void shortOfMemory() {
        t = TestZone.full();
        population = new Population();
        for (int i = 0; i < 200; i++) {
            population.pages.add(t.allocator.allocPages(0, GFP_KERNEL, 0));
        }
        t.allocator.drainAllPages(t.zone);
        t.allocator.setReclaimer(population);
        setMarks(TestZone.PAGES);
    }

    @AfterEach
    void close() {
        t.close();
    }

    private void setMarks(int pages) {
        t.zone.setWatermark(Zone.WMARK_MIN, pages);
        t.zone.setWatermark(Zone.WMARK_LOW, pages);
        t.zone.setWatermark(Zone.WMARK_HIGH, pages);
    }

    private int alloc(int gfp, int order) {
        return t.allocator.allocPages(0, gfp | __GFP_NOWARN, order);
    }

    private long count(String call) {
        return calls.stream().filter(call::equals).count();
    }

    @Test
    @Tag("M-100")
    @Tag("M-101")
    void requestThatCannotWaitWakesKswapdTwiceAndFails() {
        assertEquals(-1, alloc(GFP_NOWAIT, 0));
        assertEquals(List.of("kswapd 0", "kswapd 0"), calls);
    }

    @Test
    @Tag("M-100")
    @Tag("M-103")
    void reclaimHelps() {
        setMarks(TestZone.PAGES - 190);
        t.zone.pcp[0].highMax = 0;
        t.zone.pcp[0].highMin = 0;
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(List.of("kswapd 0", "kswapd 0", "reclaim"), calls);
        assertEquals(1, t.context.events().get(VmEvent.ALLOCSTALL_NORMAL));
    }

    @Test
    @Tag("M-103")
    void reclaimedPagesInCachesAreDrainedOnce() {
        setMarks(TestZone.PAGES - 190);
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(1, count("reclaim"));
    }

    /** The pageblock of a small movable block goes into the reserve for atomic requests. */
    private void reservePageblock() {
        int pfn = t.buddy.rmqueueSmallest(t.zone, 10, MIGRATE_MOVABLE);
        t.zone.managedPages = 200_000;
        t.buddy.freeOneBlockLocked(t.zone, pfn, 9, MIGRATE_MOVABLE, Buddy.FPI_NONE);
        t.allocator.highAtomic().reserve(t.zone, pfn, 3);
    }

    /** May not retry, so that nothing but what follows reclaim can help. */
    @ParameterizedTest
    @CsvSource({"2, true, 512", "1, false, 512"})
    @Tag("M-103")
    void afterReclaimAPageblockOfTheReserveIsGivenBackUnlessItIsTheLast(int blocks, boolean served, int left) {
        for (int i = 0; i < blocks; i++) {
            reservePageblock();
        }
        assertEquals(512 * blocks, t.zone.nrReservedHighatomic);
        assertEquals(512 * blocks, t.zone.nrFreeHighatomic());
        population.perCall = 0;
        population.promises = 1;
        setMarks(t.freePages() - 512 * blocks);
        assertEquals(served, alloc(GFP_KERNEL | __GFP_NORETRY, 0) >= 0);
        assertEquals(left, t.zone.nrReservedHighatomic);
        assertEquals(1, count("reclaim"));
    }

    @Test
    @Tag("M-105")
    void lastPageblockOfTheReserveIsGivenBackWhenNothingElseHelped() {
        reservePageblock();
        population.perCall = 0;
        setMarks(t.freePages() - 512);
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(0, t.zone.nrReservedHighatomic);
        assertEquals(17, count("reclaim"));
        assertEquals(0, count("oom"));
    }

    @Test
    @Tag("M-018")
    @Tag("M-105")
    void whetherToGoOnIsDecidedByTheExactNumberOfFreePages() {
        population.perCall = 0;
        population.pages.clear();
        t.zone.counters.setThreshold(100);
        setMarks((int) t.folded() + 5);
        t.zone.counters.setDiff(0, ZoneStat.NR_FREE_PAGES, 10);
        assertEquals(-1, alloc(GFP_KERNEL, 0), "the mark itself is compared with the folded number");
        assertEquals(17, count("reclaim"));
        calls.clear();
        t.zone.counters.setDiff(0, ZoneStat.NR_FREE_PAGES, 5);
        assertEquals(-1, alloc(GFP_KERNEL, 0));
        assertEquals(1, count("reclaim"), "not above the mark by any count");
    }

    @Test
    @Tag("M-105")
    void noProgressEndsAfterSixteenRounds() {
        population.perCall = 0;
        setMarks(TestZone.PAGES - 200);
        population.pages.add(population.pages.get(0));
        assertEquals(-1, alloc(GFP_KERNEL, 0));
        assertEquals(17, count("reclaim"));
        assertEquals("oom", calls.get(calls.size() - 1));
    }

    @Test
    @Tag("M-100")
    void noRetryTriesOnce() {
        population.perCall = 0;
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_NORETRY, 0));
        assertEquals(1, count("reclaim"));
        assertEquals(0, count("oom"));
    }

    @Test
    @Tag("M-100")
    @Tag("M-104")
    void costlyRequestCompactsFirst() {
        population.perCall = 0;
        population.compactResult = CompactResult.COMPLETE;
        assertEquals(-1, alloc(GFP_KERNEL, 5));
        assertEquals(List.of("kswapd 5", "compact ASYNC", "kswapd 5", "reclaim", "compact SYNC_LIGHT"), calls);
        assertEquals(2, t.context.events().get(VmEvent.COMPACT_STALL));
        assertEquals(2, t.context.events().get(VmEvent.COMPACT_FAIL));
    }

    @ParameterizedTest
    @CsvSource({"0xcc0, true", "0xcc8, false", "0xcd0, true", "0xc00, false"})
    @Tag("M-100")
    void smallBlocksAreCompactedFirstUnlessMovableOrWithoutIo(String gfp, boolean first) {
        population.perCall = 0;
        population.compactResult = CompactResult.COMPLETE;
        assertEquals(-1, alloc(Integer.decode(gfp) | __GFP_NORETRY, 2));
        List<String> expected = new ArrayList<>(List.of("kswapd 2", "kswapd 2", "reclaim", "compact SYNC_LIGHT"));
        if (first) {
            expected.add(1, "compact ASYNC");
        }
        assertEquals(expected, calls);
    }

    @ParameterizedTest
    @CsvSource({"COMPLETE, 0, true", "DEFERRED, 0, false", "SKIPPED, 0, false", "COMPLETE, 0x200000, false"})
    @Tag("M-100")
    @Tag("M-104")
    void costlyRequestThatMayNotRetryStaysAsynchronous(CompactResult result, String gfp, boolean goesOn) {
        population.perCall = 0;
        population.compactResult = result;
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_NORETRY | Integer.decode(gfp), 5));
        assertEquals(goesOn ? List.of("kswapd 5", "compact ASYNC", "kswapd 5", "reclaim", "compact ASYNC")
            : List.of("kswapd 5", "compact ASYNC"), calls);
    }

    @Test
    @Tag("M-104")
    void successfulCostlyCompactionIsRetriedFourTimesAndNeverHarder() {
        population.perCall = 0;
        population.promises = 1;
        population.compactResult = CompactResult.SUCCESS;
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 5));
        assertEquals(List.of(1L, 5L, 0L), List.of(count("compact ASYNC"), count("compact SYNC_LIGHT"),
            count("compact SYNC_FULL")));
        assertEquals(0, count("oom"));
    }

    /** 20 single pages and nothing larger; reclaim claims to have helped three times. */
    @ParameterizedTest
    @CsvSource({"11, 4", "12, 1"})
    @Tag("M-104")
    void skippedCompactionIsTriedAgainIfTwiceTheBlockIsFreeAboveTheMark(int mark, int reclaims) {
        t.close();
        t = TestZone.empty();
        t.inUse(0x8000, 0x8200, 0);
        for (int i = 0; i < 20; i++) {
            t.map.setRefcount(0x8000 + 2 * i, 0);
            t.addFree(0x8000 + 2 * i, 0, MIGRATE_UNMOVABLE);
        }
        t.allocator.setReclaimer(population);
        population.pages.clear();
        population.promises = 1;
        population.promisesLeft = 3;
        setMarks(mark);
        assertEquals(-1, alloc(GFP_KERNEL, 2));
        assertEquals(reclaims, count("reclaim"));
    }

    @Test
    @Tag("M-104")
    void skippedCompactionIsNoStallAndEndsANoRetryRequest() {
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_NORETRY, 5));
        assertEquals(List.of("kswapd 5", "compact ASYNC"), calls);
        assertEquals(0, t.context.events().get(VmEvent.COMPACT_STALL));
    }

    @Test
    @Tag("M-104")
    void smallOrderGetsHarderCompactionWhenReclaimMakesProgress() {
        population.perCall = 0;
        population.promises = 1;
        population.compactResult = CompactResult.COMPLETE;
        population.kills = true;
        assertTrue(alloc(GFP_KERNEL, 2) >= 0);
        assertEquals(1, count("compact SYNC_FULL") > 0 ? 1 : 0);
        assertTrue(calls.indexOf("compact SYNC_LIGHT") < calls.indexOf("compact SYNC_FULL"));
        assertTrue(calls.indexOf("compact SYNC_FULL") < calls.indexOf("oom"));
    }

    @Test
    @Tag("M-104")
    void successfulCompactionIsRetriedSixteenTimes() {
        population.perCall = 0;
        population.promises = 1;
        population.compactResult = CompactResult.SUCCESS;
        population.kills = true;
        alloc(GFP_KERNEL, 2);
        assertEquals(17, count("compact SYNC_LIGHT"));
    }

    @Test
    @Tag("M-106")
    void someRequestsAreNotWorthAKill() {
        population.perCall = 0;
        for (int gfp : new int[] {__GFP_RETRY_MAYFAIL, __GFP_THISNODE}) {
            calls.clear();
            assertEquals(-1, alloc(GFP_KERNEL | gfp, 0));
            assertEquals(0, count("oom"), Integer.toHexString(gfp));
        }
        assertEquals(-1, alloc(GFP_KERNEL, 4));
        assertEquals(0, count("oom"));
        assertEquals(-1, alloc(GFP_KERNEL | 1, 0));
        assertEquals(0, count("oom"), "ZONE_DMA");
    }

    @Test
    @Tag("M-106")
    void whoWritesACoreDumpIsNotKilledForButMemoryFreedMeanwhileIsTaken() {
        population.perCall = 0;
        int flags = t.kernel.current().setFlags(Task.PF_DUMPCORE);
        assertEquals(-1, alloc(GFP_KERNEL, 0));
        assertEquals(0, count("oom"));
        t.kernel.current().restoreFlags(flags, Task.PF_DUMPCORE);
        // As if somebody had freed memory between the last attempt and the lock of the OOM killer.
        t.zone.flags |= Zone.ZONE_BELOW_HIGH;
        t.zone.setWatermark(Zone.WMARK_HIGH, 0);
        assertTrue(alloc(GFP_KERNEL, 0) >= 0, "the last attempt asks for the high watermark only");
        assertEquals(0, count("oom"));
    }

    @Test
    @Tag("M-100")
    @Tag("M-106")
    void victimWithoutReservesGivesUp() {
        int[] kills = new int[1];
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public boolean outOfMemory(AllocRequest request) {
                if (++kills[0] == 3) {
                    setMarks(0);
                }
                return true;
            }

            @Override
            public boolean isOomVictim() {
                return kills[0] > 0;
            }
        });
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_NOMEMALLOC, 0));
        assertEquals(1, kills[0]);
    }

    @Test
    @Tag("M-106")
    void killMakesMemoryFree() {
        population.perCall = 0;
        population.kills = true;
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(1, count("oom"));
    }

    @Test
    @Tag("M-107")
    void noFailGoesOnUntilItGetsAPage() {
        int[] rounds = new int[1];
        setMarks(3 * TestZone.PAGES);
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public int reclaim(AllocRequest request) {
                if (++rounds[0] == 100) {
                    setMarks(0);
                }
                return 0;
            }
        });
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL | __GFP_THISNODE, 0) >= 0, "nobody is killed for one node");
        assertEquals(100, rounds[0]);
    }

    @Test
    @Tag("M-107")
    void noFailMayGoBelowTheMinimumBeforeItGoesOn() {
        population.perCall = 0;
        setMarks(TestZone.PAGES + 1000);
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL | __GFP_THISNODE, 0) >= 0, "half of the minimum is there");
        assertEquals(List.of("kswapd 0", "kswapd 0", "reclaim"), calls);
    }

    @Test
    @Tag("M-107")
    void noFailWithNobodyToKillWarnsAndTakesTheLastPages() {
        population.perCall = 0;
        setMarks(3 * TestZone.PAGES);
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL, 0) >= 0);
        assertEquals(1, count("oom"));
        assertEquals(1, t.kernel.warnings().count());
    }

    @Test
    @Tag("M-107")
    void senselessNoFailRequestsWarn() {
        assertEquals(-1, alloc(__GFP_KSWAPD_RECLAIM | __GFP_NOFAIL, 0));
        assertEquals(1, t.kernel.warnings().count());
        population.kills = true;
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL, 2) >= 0);
        assertEquals(2, t.kernel.warnings().count());
        int flags = t.kernel.current().setFlags(Task.PF_MEMALLOC);
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL, 0) >= 0);
        assertEquals(3, t.kernel.warnings().count(), "from within reclaim");
        t.kernel.current().restoreFlags(flags, Task.PF_MEMALLOC);
    }

    @Test
    @Tag("M-102")
    void reservesAreForThoseWhoMakeMemoryFree() {
        SlowPath slow = t.allocator.slowPath();
        assertEquals(0, slow.reserveFlags(GFP_KERNEL));
        assertEquals(AllocFlags.ALLOC_NO_WATERMARKS, slow.reserveFlags(GFP_KERNEL | __GFP_MEMALLOC));
        assertEquals(0, slow.reserveFlags(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC));
        int flags = t.kernel.current().setFlags(Task.PF_MEMALLOC);
        assertEquals(AllocFlags.ALLOC_NO_WATERMARKS, slow.reserveFlags(GFP_KERNEL));
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(0, count("reclaim"), "no reclaim from within reclaim");
        t.kernel.current().restoreFlags(flags, Task.PF_MEMALLOC);
    }

    @ParameterizedTest
    @CsvSource({"0, false, false, 0", "0, true, false, 4", "0, false, true, 8", "0, true, true, 4",
        "0x100, true, false, 4", "0x100, false, true, 0", "0x200, true, false, 4", "0x10000, true, true, 0"})
    @Tag("M-102")
    void contextDecidesAboutTheReserves(String preemptCount, boolean memalloc, boolean victim, int reserve) {
        Task me = t.kernel.current();
        int count = Integer.decode(preemptCount);
        population.victim = victim;
        int flags = memalloc ? me.setFlags(Task.PF_MEMALLOC) : me.flags();
        me.addPreemptCount(count);
        int got = t.allocator.slowPath().reserveFlags(GFP_KERNEL);
        me.addPreemptCount(-count);
        me.restoreFlags(flags, Task.PF_MEMALLOC);
        assertEquals(reserve, got);
    }

    @Test
    @Tag("M-026")
    void scopesNarrowTheMask() {
        int flags = t.kernel.current().setFlags(Task.PF_MEMALLOC_NOIO);
        assertEquals(GFP_KERNEL & ~0xc0, t.allocator.currentGfp(GFP_KERNEL));
        t.kernel.current().restoreFlags(flags, Task.PF_MEMALLOC_NOIO);
        t.kernel.current().setFlags(Task.PF_MEMALLOC_NOFS | Task.PF_MEMALLOC_PIN);
        assertEquals(GFP_KERNEL & ~0x80, t.allocator.currentGfp(GFP_KERNEL | 0x8));
        t.kernel.current().restoreFlags(flags, Task.PF_MEMALLOC_NOFS | Task.PF_MEMALLOC_PIN);
        assertEquals(GFP_KERNEL, t.allocator.currentGfp(GFP_KERNEL));
    }

    @Test
    @Tag("M-108")
    void failureIsReportedOnceInTenSeconds() {
        assertEquals(-1, t.allocator.allocPages(0, __GFP_KSWAPD_RECLAIM, 3));
        String line = "swapper: page allocation failure: order:3, mode:0x800(__GFP_KSWAPD_RECLAIM), nodemask=(null),cpuset=/,mems_allowed=0";
        assertEquals(1, t.log().stream().filter(line::equals).count(), t.log().toString());
        t.allocator.allocPages(0, __GFP_KSWAPD_RECLAIM, 3);
        assertEquals(1, t.log().stream().filter(line::equals).count());
        t.kernel.clock().jumpTo(11_000_000_000L);
        t.allocator.allocPages(0, GFP_NOWAIT, 3);
        assertEquals(1, t.log().stream().filter(line::equals).count());
        t.allocator.allocPages(0, __GFP_KSWAPD_RECLAIM, 3);
        assertEquals(2, t.log().stream().filter(line::equals).count());
    }

    @Test
    @Tag("M-108")
    void failureForDmaIsReportedOnlyIfThereIsSuchMemory() {
        int gfp = __GFP_KSWAPD_RECLAIM | GFP_DMA;
        assertEquals(-1, t.allocator.allocPages(0, gfp, 3));
        assertTrue(t.log().stream().noneMatch(line -> line.contains("page allocation failure")), t.log().toString());
        t.zones.add(0, ZONE_DMA).managedPages = 1;
        assertEquals(-1, t.allocator.allocPages(0, gfp, 3));
        assertTrue(t.log().stream().anyMatch(line -> line.startsWith("swapper: page allocation failure: order:3, "
            + "mode:0x801(GFP_DMA|__GFP_KSWAPD_RECLAIM), nodemask=(null)")), t.log().toString());
    }

    @Test
    @Tag("M-109")
    void letterStandsForEachTypeThatHasABlockOfTheOrder() {
        t.close();
        t = TestZone.empty();
        for (int type = 0; type < 6; type++) {
            t.addFree(0x8000 + 0x400 * type, 3, type);
        }
        t.addFree(0xa000, 9, MIGRATE_MOVABLE);
        t.addFree(0xa400, 9, MIGRATE_RECLAIMABLE);
        assertEquals("Node 0 Normal: 0*4kB 0*8kB 0*16kB 6*32kB (UMEHCI) 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB"
            + " 2*2048kB (ME) 0*4096kB = 4288kB", new MemoryReport(t.context).blocksLine(t.zone));
    }

    @Test
    @Tag("M-109")
    void memoryReportShowsTheZones() {
        t.zone.setWatermarkBoost(3);
        MemoryReport report = new MemoryReport(t.context);
        String zone = report.zoneLine(t.zone);
        assertTrue(zone.startsWith("Node 0 Normal free:" + t.folded() * 4 + "kB boost:12kB min:"
            + (TestZone.PAGES + 3) * 4L + "kB"), zone);
        assertTrue(zone.contains(" present:131072kB managed:131072kB mlocked:0kB bounce:0kB free_pcp:0kB local_pcp:0kB free_cma:0kB"), zone);
        assertEquals("lowmem_reserve[]: 0 0 0 0", report.reserveLine(t.zone));
        String blocks = report.blocksLine(t.zone);
        assertTrue(blocks.startsWith("Node 0 Normal: ") && blocks.contains("31*4096kB (M) ") && blocks.endsWith("= "
            + t.freePages() * 4 + "kB"), blocks);
        report.print(t.kernel.log());
        assertTrue(t.log().contains("Mem-Info:"));
        assertTrue(t.log().contains("32768 pages RAM"));
    }
}
