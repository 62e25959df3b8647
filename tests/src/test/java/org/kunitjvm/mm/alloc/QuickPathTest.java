package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIMABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** The short way does what the long way would have done, or nothing at all. */
final class QuickPathTest {
    private static final int OPERATIONS = 40_000;
    private static final int[] MASKS = {GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC, GFP_NOWAIT,
        GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_COMP};

    private static String state(TestZone t) {
        PerCpuPages pcp = t.zone.pcp[0];
        StringBuilder out = new StringBuilder();
        out.append(pcp.count).append(' ').append(pcp.high).append(' ').append(pcp.allocFactor).append(' ')
            .append(pcp.freeCount).append(' ').append(pcp.flags()).append(" zone ").append(t.zone.flags).append(' ')
            .append(t.folded()).append(' ').append(t.zone.counters.diff(0, ZoneStat.NR_FREE_PAGES)).append(" steps ")
            .append(t.kernel.clock().steps());
        for (VmEvent event : new VmEvent[] {VmEvent.PGALLOC_NORMAL, VmEvent.PGFREE}) {
            out.append(' ').append(t.context.events().get(event));
        }
        for (NumaStat item : NumaStat.values()) {
            out.append(' ').append(t.zone.counters.numa(item));
        }
        return out.toString();
    }

    private static String lists(TestZone t) {
        StringBuilder out = new StringBuilder();
        for (int list = 0; list < PerCpuPages.NR_PCP_LISTS; list++) {
            out.append(Arrays.toString(t.pcpList(list)));
        }
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                out.append(Arrays.toString(t.list(order, type)));
            }
        }
        return out.toString();
    }

    /** Let everything go the long way, without doing anything there. */
    private static void useLongWay(TestZone t) {
        t.context.setExplainer((format, args) -> { });
    }

    private static void takeAllUnmovable(TestZone t) {
        while (t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_UNMOVABLE) >= 0) {
            assertTrue(t.freePages() > 0);
        }
    }

    private static int anyOrder(SplittableRandom random) {
        int order = random.nextInt(14);
        return order < NR_PAGE_ORDERS ? order : 4;
    }

    /** Settings and states that the short way has to notice come and go. */
    private static void disturb(int what, TestZone t) {
        switch (what) {
            case 0 -> t.allocator.drainAllPages(null);
            case 1 -> t.zone.flags ^= Zone.ZONE_BELOW_HIGH;
            case 2 -> t.zone.flags ^= Zone.ZONE_RECLAIM_ACTIVE;
            case 3 -> t.zone.setWatermarkBoost(t.zone.watermarkBoost() == 0 ? TestZone.PAGES : 0);
            case 4 -> t.zone.pcp[0].highMax = 1300 - t.zone.pcp[0].highMax;
            default -> new VmstatWorker(t.allocator).refreshCpuVmStats();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyOperationIsTheSameOnBothWays(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] pfns = new int[600];
        int[] orders = new int[600];
        int live = 0;
        try (TestZone shorter = TestZone.full(); TestZone longer = TestZone.full()) {
            useLongWay(longer);
            for (TestZone t : new TestZone[] {shorter, longer}) {
                t.zone.setWatermark(WMARK_HIGH, 2000);
                t.zone.counters.setThreshold(6);
            }
            for (int i = 0; i < OPERATIONS; i++) {
                String where = "seed " + seed + " operation " + i;
                if (random.nextInt(500) == 0) {
                    int what = random.nextInt(6);
                    disturb(what, shorter);
                    disturb(what, longer);
                } else if (live < pfns.length && (live == 0 || random.nextInt(100) < (i / 4000 % 2 == 0 ? 55 : 45))) {
                    int gfp = MASKS[random.nextInt(MASKS.length)] | __GFP_NOWARN;
                    int order = anyOrder(random);
                    int pfn = longer.allocator.allocPages(0, gfp, order);
                    assertEquals(pfn, shorter.allocator.allocPages(0, gfp, order), where);
                    if (pfn >= 0) {
                        pfns[live] = pfn;
                        orders[live++] = order;
                    }
                } else {
                    int victim = random.nextInt(live);
                    longer.allocator.freePages(pfns[victim], orders[victim]);
                    shorter.allocator.freePages(pfns[victim], orders[victim]);
                    pfns[victim] = pfns[--live];
                    orders[victim] = orders[live];
                }
                assertEquals(state(longer), state(shorter), where);
                if (i % 2000 == 0) {
                    assertEquals(lists(longer), lists(shorter), where);
                }
            }
            assertEquals(lists(longer), lists(shorter), "seed " + seed);
        }
    }

    /** A zone whose cache has some pages and whose allocator knows the request. */
    private static TestZone warm() {
        TestZone t = TestZone.full();
        warmUp(t);
        return t;
    }

    private static void warmUp(TestZone t) {
        t.allocator.freePages(t.allocator.allocPages(0, GFP_KERNEL, 0), 0);
        t.allocator.freePages(t.allocator.allocPages(0, GFP_KERNEL, 1), 1);
    }

    @Test
    void commonRequestsGoTheShortWay() {
        try (TestZone t = warm()) {
            int pfn = t.allocator.quick().alloc(0, GFP_KERNEL, 0);
            assertTrue(pfn >= TestZone.START, "pfn " + pfn);
            assertEquals(1, t.map.refcount(pfn));
            assertTrue(t.allocator.quick().free(pfn, 0));
            assertEquals(0, t.map.refcount(pfn));
            assertEquals(pfn, t.pcpList(PerCpuPages.index(0, t.map.blockType(pfn)))[0]);
        }
    }

    @Test
    void largerBlocksTakeTheShortWayThroughTheFreeLists() {
        try (TestZone t = warm()) {
            long steps = t.kernel.clock().steps();
            int pfn = t.allocator.quick().allocUncached(0, GFP_KERNEL, 4);
            assertTrue(pfn >= TestZone.START, "pfn " + pfn);
            assertEquals(1, t.map.refcount(pfn));
            assertTrue(t.allocator.quick().freeUncached(pfn, 4));
            assertEquals(0, t.map.refcount(pfn));
            assertEquals(steps + 8, t.kernel.clock().steps(), "four decision points each");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 32 + 4, -1})
    void otherOrdersAreNeitherCachedInSmallListsNorSmallBlocks(int order) {
        assertFalse(QuickPath.isSmall(order));
        assertFalse(QuickPath.isUncached(order));
    }

    @Test
    void eachOrderBelowAPageblockHasOneShortWay() {
        for (int order = 0; order < MmConstants.PAGEBLOCK_ORDER; order++) {
            assertNotEquals(QuickPath.isSmall(order), QuickPath.isUncached(order), "order " + order);
        }
    }

    /** What makes an allocation go the long way. */
    private enum Obstacle {
        TRACER(TestZone::trace),
        EXPLAINER(QuickPathTest::useLongWay),
        INJECTION(t -> t.allocator.setInjection((gfp, order) -> false)),
        CHECKS(t -> t.allocator.checks().setChecksEnabled(true)),
        EMPTY_LISTS(t -> {
            t.allocator.drainAllPages(null);
            takeAllUnmovable(t);
        }),
        LITTLE_FREE(t -> t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES)),
        BOOST(t -> t.zone.setWatermarkBoost(TestZone.PAGES)),
        RESERVE(t -> t.zone.setLowmemReserve(MmConstants.ZONE_NORMAL, TestZone.PAGES)),
        HIGHATOMIC(t -> t.zone.setNrFreeHighatomic(TestZone.PAGES)),
        BELOW_HIGH(t -> t.zone.flags |= Zone.ZONE_BELOW_HIGH),
        LOCKED(t -> {
            assertTrue(t.zone.pcp[0].lock.tryLock());
            assertTrue(t.zone.lock.tryLock());
        }),
        SCOPE(t -> t.kernel.current().setFlags(Task.PF_MEMALLOC_NOFS)),
        ATOMIC(t -> t.kernel.preempt().disable()),
        IRQS_OFF(t -> t.kernel.preempt().localIrqDisable()),
        RCU(t -> t.kernel.preempt().rcuReadLock()),
        NON_BLOCK(t -> t.kernel.preempt().nonBlockStart()),
        OTHER_ZONELIST(t -> t.useZonelist(t.zone)),
        OTHER_TYPES(t -> t.context.setMobilityDisabled(true)),
        OTHER_ALLOWED_BITS(t -> t.allocator.setGfpAllowedMask(GFP_NOWAIT)),
        DUE_TIMER(t -> t.kernel.sched().armTimer(t.kernel.clock().ktimeNs(), () -> { }));

        private final Consumer<TestZone> put;

        Obstacle(Consumer<TestZone> put) {
            this.put = put;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anObstacleIsNoticedAndNothingChanged(Obstacle obstacle) {
        TestZone t = warm();
        obstacle.put.accept(t);
        String before = state(t) + lists(t);
        assertEquals(MmConstants.NO_PFN, t.allocator.quick().alloc(0, GFP_KERNEL, 0));
        assertEquals(MmConstants.NO_PFN, t.allocator.quick().allocUncached(0, GFP_KERNEL, 4));
        assertEquals(before, state(t) + lists(t));
    }

    @ParameterizedTest
    @ValueSource(ints = {PageFlags.PG_LRU, PageFlags.PG_MLOCKED, PageFlags.PG_HWPOISON})
    void aPageOrTailWithFlagsIsFreedTheLongWay(int flag) {
        try (TestZone t = warm()) {
            int pfn = t.allocator.allocPages(0, GFP_KERNEL, 1);
            for (int page = pfn; page < pfn + 2; page++) {
                t.map.setFlags(page, flag);
                String before = state(t) + lists(t);
                assertFalse(t.allocator.quick().free(pfn, 1));
                assertEquals(before, state(t) + lists(t));
                t.map.setFlags(page, 0);
            }
            t.map.setRefcount(pfn, 2);
            assertFalse(t.allocator.quick().free(pfn, 1));
            t.map.setRefcount(pfn, 1);
            t.allocator.freePages(pfn, 1);
        }
    }

    @Test
    void whatWouldSpillIsFreedTheLongWay() {
        try (TestZone t = warm()) {
            int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0);
            t.zone.pcp[0].high = t.zone.pcp[0].highMin;
            t.zone.pcp[0].count += t.zone.pcp[0].high;
            assertFalse(t.allocator.quick().free(pfn, 0));
            t.zone.pcp[0].count -= t.zone.pcp[0].high;
            assertTrue(t.allocator.quick().free(pfn, 0));
        }
    }

    @Test
    void changedTypesAreSeenAtOnce() {
        try (TestZone t = warm()) {
            int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0);
            t.map.setBlockType(pfn, MIGRATE_MOVABLE);
            t.allocator.freePages(pfn, 0);
            assertEquals(pfn, t.pcpList(PerCpuPages.index(0, MIGRATE_MOVABLE))[0]);
            assertNotEquals(pfn, t.allocator.allocPages(0, GFP_KERNEL, 0), "it is on the list of movable pages now");
        }
    }

    @Test
    void ownersAreRememberedOnTheShortWay() {
        try (TestZone t = warm()) {
            PageOwner owner = new PageOwner(t.kernel.sched());
            t.context.setOwner(owner);
            assertEquals(MmConstants.NO_PFN, t.allocator.quick().alloc(0, GFP_KERNEL, 0), "no plan knows of the owner");
            warmUp(t);
            int since = owner.sequence();
            int pfn = t.allocator.quick().alloc(0, GFP_KERNEL, 0);
            assertEquals(pfn, owner.outSince(since).getFirst().pfn());
            assertTrue(t.allocator.quick().free(pfn, 0));
            assertTrue(owner.outSince(since).isEmpty());
        }
    }
}
