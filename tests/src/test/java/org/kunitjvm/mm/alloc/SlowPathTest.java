package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;

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
        private CompactResult compactResult = CompactResult.SKIPPED;
        private boolean kills;

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
            return n + promises;
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
    void killMakesMemoryFree() {
        population.perCall = 0;
        population.kills = true;
        assertTrue(alloc(GFP_KERNEL, 0) >= 0);
        assertEquals(1, count("oom"));
    }

    @Test
    @Tag("M-107")
    void noFailGoesOnUntilItGetsAPage() {
        population.perCall = 0;
        int[] rounds = new int[1];
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public int reclaim(AllocRequest request) {
                if (++rounds[0] == 100) {
                    setMarks(0);
                }
                return 0;
            }
        });
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL, 0) >= 0);
        assertTrue(rounds[0] >= 1);
    }

    @Test
    @Tag("M-107")
    void senselessNoFailRequestsWarn() {
        assertEquals(-1, alloc(__GFP_KSWAPD_RECLAIM | __GFP_NOFAIL, 0));
        assertEquals(1, t.kernel.warnings().count());
        population.kills = true;
        assertTrue(alloc(GFP_KERNEL | __GFP_NOFAIL, 2) >= 0);
        assertEquals(2, t.kernel.warnings().count());
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
