package org.kunitjvm.mm.reclaim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;
import static org.kunitjvm.mm.zone.Zone.ZONE_RECLAIM_ACTIVE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.lru.LruList;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * When memory is short kswapd wakes up, and who can wait reclaims; both take clean file pages and leave everything
 * consistent.
 */
final class MemoryReclaimTest {
    private final Kernel kernel = Kernel.builder().cpus(1).memory("128M").cmdline("transparent_hugepage=never").build();
    private final Mm mm = Mm.of(kernel);
    private final PageAllocator allocator = kernel.get(PageAllocator.class);
    private final VmEvents events = kernel.get(VmEvents.class);
    private final Zone zone = mm.zone(0, ZONE_DMA32);
    private final NodeData node = mm.node(0);
    private final MemoryReclaim reclaim = MemoryReclaim.start(kernel);
    private final PagePopulation population = reclaim.population();
    private final List<int[]> held = new ArrayList<>();

    @AfterEach
    void everythingComesBack() {
        held.forEach(block -> allocator.freePages(block[0], block[1]));
        reclaim.close();
        assertEquals(0, population.nrFile() + population.nrAnon());
        assertEquals(List.of(), ZoneChecker.check(mm.machineSpace().zones().all(), mm.machineSpace().map()));
        for (LruList list : LruList.values()) {
            assertEquals(0, Lru.of(kernel).vec(0).size(list), list.toString());
        }
        kernel.close();
    }

    private int alloc(int gfp, int order) {
        int pfn = allocator.allocPages(0, gfp, order);
        if (pfn >= 0) {
            held.add(new int[] {pfn, order});
        }
        return pfn;
    }

    /** Give the CPU away until nobody else wants it, and let naps end. */
    private void settle() {
        kernel.sched().msleep(300);
    }

    /** Fill memory with clean pages of files down to the minimum watermark. */
    private int fillWithFiles() {
        return population.addFile(0, Integer.MAX_VALUE);
    }

    private long free() {
        return zone.counters.snapshot(ZoneStat.NR_FREE_PAGES);
    }

    @Test
    @Tag("M-101")
    void kswapdBringsTheZoneAboveItsHighWatermarkAndSleeps() {
        fillWithFiles();
        assertTrue(free() < zone.mark(WMARK_LOW), free() + " pages free");
        assertTrue(alloc(GFP_ATOMIC, 0) >= 0);
        settle();
        assertTrue(free() >= zone.mark(WMARK_HIGH), free() + " pages free, high watermark " + zone.mark(WMARK_HIGH));
        assertEquals(1, events.get(VmEvent.PAGEOUTRUN));
        assertEquals(events.get(VmEvent.PGSTEAL_KSWAPD), events.get(VmEvent.PGSTEAL_FILE));
        assertTrue(events.get(VmEvent.PGSCAN_KSWAPD) >= events.get(VmEvent.PGSTEAL_KSWAPD));
        assertEquals(0, events.get(VmEvent.PGSTEAL_DIRECT));
        assertFalse(zone.has(ZONE_RECLAIM_ACTIVE));
        assertEquals("kswapd_wait", reclaim.kswapd(0).waitingFor());
    }

    @Test
    void theOldestPagesGoFirst() {
        fillWithFiles();
        int[] before = Lru.of(kernel).vec(0).folios(LruList.LRU_INACTIVE_FILE);
        alloc(GFP_ATOMIC, 0);
        settle();
        int[] after = Lru.of(kernel).vec(0).folios(LruList.LRU_INACTIVE_FILE);
        assertTrue(after.length < before.length);
        assertArrayEquals(Arrays.copyOf(before, after.length), after);
    }

    @Test
    @Tag("M-100")
    @Tag("M-103")
    void whoCanWaitReclaimsWhenKswapdIsTooSlow() {
        fillWithFiles();
        int got = 0;
        // No decision point gives the CPU to kswapd before the request itself reclaims.
        for (int i = 0; i < 3000 && events.get(VmEvent.PGSTEAL_DIRECT) == 0; i++) {
            got += alloc(GFP_KERNEL | __GFP_NOWARN, 0) >= 0 ? 1 : 0;
        }
        assertTrue(got > 0);
        assertTrue(events.get(VmEvent.PGSTEAL_DIRECT) + events.get(VmEvent.PGSTEAL_KSWAPD) > 0);
        assertEquals(events.get(VmEvent.PGSTEAL_FILE), events.get(VmEvent.PGSTEAL_DIRECT)
            + events.get(VmEvent.PGSTEAL_KSWAPD));
    }

    @Test
    void anonymousPagesCannotBeReclaimedWithoutSwap() {
        population.addAnon(0, Integer.MAX_VALUE);
        int before = population.nrAnon();
        for (int i = 0; i < 20; i++) {
            alloc(GFP_NOWAIT | __GFP_NOWARN, 0);
            settle();
        }
        assertEquals(before, population.nrAnon());
        assertTrue(node.kswapdFailures > 0, "kswapd gives up sooner or later");
        assertEquals(-1, alloc(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3));
    }

    @Test
    @Tag("M-101")
    void kswapdGivesUpAfterSixteenFailuresAndComesBackWithProgress() {
        population.addAnon(0, Integer.MAX_VALUE);
        for (int i = 0; i < 40; i++) {
            alloc(GFP_NOWAIT | __GFP_NOWARN, 0);
            settle();
        }
        assertEquals(NodeData.MAX_RECLAIM_RETRIES, node.kswapdFailures);
        long runs = events.get(VmEvent.PAGEOUTRUN);
        alloc(GFP_NOWAIT | __GFP_NOWARN, 0);
        settle();
        assertEquals(runs, events.get(VmEvent.PAGEOUTRUN), "a hopeless node is left alone");
        population.release(Arrays.copyOf(population.pfns(), 2000));
        fillWithFiles();
        for (int i = 0; i < 2000 && events.get(VmEvent.PGSTEAL_DIRECT) == 0; i++) {
            alloc(GFP_KERNEL, 0);
        }
        assertTrue(events.get(VmEvent.PGSTEAL_DIRECT) > 0);
        assertEquals(0, node.kswapdFailures, "somebody made progress");
    }

    @Test
    @Tag("M-052")
    void kswapdTakesABoostAwayAndLeavesTheWatermarksAlone() {
        fillWithFiles();
        alloc(GFP_ATOMIC, 0);
        settle();
        int high = zone.watermark(WMARK_HIGH);
        zone.setWatermarkBoost(1000);
        reclaim.wakeKswapd(zone, 0, 0, zone.index);
        settle();
        assertEquals(0, zone.watermarkBoost());
        assertEquals(high, zone.watermark(WMARK_HIGH));
    }

    @Test
    @Tag("M-104")
    void compactionMakesABlockOutOfScatteredPages() {
        scatter();
        assertEquals(0, zone.free.nrFree(4));
        // Without waking kswapd, and with it kcompactd, which would be faster.
        assertTrue(alloc(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 4) >= 0);
        assertEquals(1, events.get(VmEvent.COMPACT_SUCCESS));
        assertTrue(events.get(VmEvent.PGMIGRATE_SUCCESS) >= 8, "at least half of the block was in use");
        assertTrue(events.get(VmEvent.COMPACT_MIGRATE_SCANNED) > 0);
        assertTrue(events.get(VmEvent.COMPACT_FREE_SCANNED) > 0);
        assertEquals(0, events.get(VmEvent.PGSTEAL_FILE), "moving was enough");
        assertEquals(0, events.get(VmEvent.COMPACT_DAEMON_WAKE));
    }

    @Test
    void whatIsMovedKeepsItsOwnerAndItsList() {
        scatter();
        int before = population.nrAnon();
        alloc(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 9);
        assertTrue(events.get(VmEvent.PGMIGRATE_SUCCESS) > 0);
        assertEquals(before, population.nrAnon());
        Lru.of(kernel).drain().drainAll();
        int[] members = population.pfns();
        int[] onList = Lru.of(kernel).vec(0).folios(LruList.LRU_INACTIVE_ANON);
        Arrays.sort(members);
        Arrays.sort(onList);
        assertArrayEquals(members, onList);
        for (int pfn : members) {
            assertEquals(1, mm.page(pfn).refcount(), "pfn " + pfn);
        }
    }

    @Test
    void kcompactdWorksForThoseWhoCannotWait() {
        settle();
        scatter();
        population.addFile(0, 200);
        assertEquals(-1, alloc(GFP_ATOMIC | __GFP_NOWARN, 4));
        settle();
        assertTrue(events.get(VmEvent.COMPACT_DAEMON_WAKE) >= 1);
        assertTrue(events.get(VmEvent.COMPACT_DAEMON_MIGRATE_SCANNED) > 0);
        assertEquals(0, events.get(VmEvent.COMPACT_STALL));
        assertTrue(alloc(GFP_ATOMIC | __GFP_NOWARN, 4) >= 0, zone.toString());
    }

    @Test
    @Tag("M-104")
    void aZoneThatCompactionCannotHelpIsPassedOverMoreAndMoreOften() {
        CompactionState state = new CompactionState(zone);
        int[] attempts = new int[4];
        for (int failure = 0; failure < attempts.length; failure++) {
            state.defer(5);
            while (state.isDeferred(5)) {
                attempts[failure]++;
            }
        }
        assertArrayEquals(new int[] {1, 3, 7, 15}, attempts);
        assertFalse(state.isDeferred(4 - 4), "order 0 never failed");
        state.resetDeferral(5, true);
        assertFalse(state.isDeferred(5));
    }

    @Test
    void compactingAWholeNodeGathersWhatCanMove() {
        scatter();
        reclaim.compaction().compactNode(node);
        mm.drainAllPages(null);
        assertTrue(zone.free.nrFree(9) + zone.free.nrFree(10) > 5, Arrays.toString(
            java.util.stream.IntStream.range(0, 11).map(zone.free::nrFree).toArray()));
    }

    /** Anonymous pages in every second page of memory, nothing else; no free block is larger than one page. */
    private void scatter() {
        population.addAnon(0, Integer.MAX_VALUE);
        population.release(Arrays.stream(population.pfns()).filter(pfn -> (pfn & 1) == 0).toArray());
        mm.drainAllPages(null);
        takeLargeBlocks();
    }

    private void takeLargeBlocks() {
        for (int order = 10; order >= 1; order--) {
            while (zone.free.nrFree(order) > 0 || mm.zone(0, 0).free.nrFree(order) > 0) {
                if (alloc(GFP_ATOMIC | __GFP_NOWARN | __GFP_MEMALLOC, order) < 0) {
                    break;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:", "file", "disk:64M", "file:64M,", "anon:lots"})
    void nonsenseInTheParameterIsRefused(String value) {
        KernelParamException e = assertThrows(KernelParamException.class,
            () -> Kernel.builder().cpus(1).memory("128M").cmdline("reclaim.population=" + value).build());
        assertTrue(e.getMessage().startsWith("reclaim.population=" + value + ": "), e.getMessage());
        assertTrue(e.getMessage().endsWith("; give none, or as in reclaim.population=file:64M,anon:16M"),
            e.getMessage());
    }

    @Test
    void theParameterFillsEveryNode() {
        try (Kernel booted = Kernel.builder().cpus(1).memory("256M").cmdline("reclaim.population=anon:1M,file:2M")
            .build()) {
            PagePopulation made = MemoryReclaim.of(booted).population();
            assertEquals(512, made.nrFile());
            assertEquals(256, made.nrAnon());
            assertNotNull(MemoryReclaim.of(booted).kswapd(0));
            assertEquals(512, Lru.of(booted).vec(0).size(LruList.LRU_INACTIVE_FILE));
            assertEquals(256, Lru.of(booted).vec(0).size(LruList.LRU_INACTIVE_ANON));
        }
        try (Kernel booted = Kernel.builder().cpus(1).memory("256M").cmdline("reclaim.population=none").build()) {
            assertEquals(0, MemoryReclaim.of(booted).population().pfns().length);
        }
    }

    @Test
    void fillingStopsAtTheMinimumWatermark() {
        fillWithFiles();
        assertTrue(free() >= zone.mark(WMARK_MIN) - 200 && free() <= zone.mark(WMARK_LOW) + 64,
            free() + " pages free, minimum " + zone.mark(WMARK_MIN));
    }
}
