package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIMABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;

import java.util.SplittableRandom;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/** The short way does what the long way would have done, or nothing at all. */
final class QuickPathTest {
    private static final int OPERATIONS = 40_000;
    private static final int[] MASKS = {GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC, GFP_NOWAIT,
        GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_COMP};

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

    private static TestZone fullWithCma() {
        TestZone t = TestZone.emptyAt(TestZone.START);
        t.freeAll();
        return t;
    }

    private static void remember(TestZone t) {
        t.context.setOwner(new PageOwner(t.kernel.sched()));
    }

    /** What owners do with their pages. */
    private static void write(TestZone t, int pfn, int order) {
        for (int page = pfn; page < pfn + (1 << order); page++) {
            t.kernel.memory().fillPage(page, (byte) 1);
        }
    }

    private static void assertSame(TestZone longer, TestZone shorter, String where) {
        if (ZoneState.digest(longer) != ZoneState.digest(shorter)) {
            assertEquals(ZoneState.text(longer), ZoneState.text(shorter), where);
        }
    }

    /** With CMA for odd seeds, with an owner table in the second half of a run. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyOperationIsTheSameOnBothWays(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] pfns = new int[600];
        int[] orders = new int[600];
        int live = 0;
        try (TestZone shorter = seed % 2 == 0 ? TestZone.full() : fullWithCma();
            TestZone longer = seed % 2 == 0 ? TestZone.full() : fullWithCma()) {
            useLongWay(longer);
            for (TestZone t : new TestZone[] {shorter, longer}) {
                t.zone.setWatermark(WMARK_HIGH, 2000);
                t.zone.counters.setThreshold(6);
            }
            for (int i = 0; i < OPERATIONS; i++) {
                String where = "seed " + seed + " operation " + i;
                if (i == OPERATIONS / 2) {
                    remember(shorter);
                    remember(longer);
                }
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
                        assertEquals(ZoneState.pages(longer, pfn, order), ZoneState.pages(shorter, pfn, order), where);
                        write(longer, pfn, order);
                        write(shorter, pfn, order);
                        pfns[live] = pfn;
                        orders[live++] = order;
                    }
                } else {
                    int victim = random.nextInt(live);
                    int pfn = pfns[victim];
                    int order = orders[victim];
                    longer.allocator.freePages(pfn, order);
                    shorter.allocator.freePages(pfn, order);
                    assertEquals(ZoneState.pages(longer, pfn, order), ZoneState.pages(shorter, pfn, order), where);
                    pfns[victim] = pfns[--live];
                    orders[victim] = orders[live];
                }
                assertSame(longer, shorter, where);
            }
            assertEquals(owned(longer), owned(shorter), "seed " + seed);
        }
    }

    private static String owned(TestZone t) {
        return String.valueOf(t.context.owner == null ? null : t.context.owner.outSince(0));
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
        String before = ZoneState.text(t);
        assertEquals(MmConstants.NO_PFN, t.allocator.quick().alloc(0, GFP_KERNEL, 0));
        assertEquals(MmConstants.NO_PFN, t.allocator.quick().allocUncached(0, GFP_KERNEL, 4));
        assertEquals(before, ZoneState.text(t));
    }

    @ParameterizedTest
    @ValueSource(ints = {PageFlags.PG_LRU, PageFlags.PG_MLOCKED, PageFlags.PG_HWPOISON})
    void aPageOrTailWithFlagsIsFreedTheLongWay(int flag) {
        try (TestZone t = warm()) {
            int pfn = t.allocator.allocPages(0, GFP_KERNEL, 1);
            for (int page = pfn; page < pfn + 2; page++) {
                t.map.setFlags(page, flag);
                String before = ZoneState.text(t);
                assertFalse(t.allocator.quick().free(pfn, 1));
                assertEquals(before, ZoneState.text(t));
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

    @Test
    void ownersOfLargerBlocksAreRememberedOnTheShortWay() {
        try (TestZone t = warm()) {
            remember(t);
            t.allocator.freePages(t.allocator.allocPages(0, GFP_KERNEL, 4), 4);
            PageOwner owner = t.context.owner;
            assertNotNull(owner);
            int since = owner.sequence();
            int pfn = t.allocator.quick().allocUncached(0, GFP_KERNEL, 4);
            assertEquals(pfn, owner.outSince(since).getFirst().pfn());
            assertEquals(16, owner.outSince(since).getFirst().nrPages());
            assertTrue(t.allocator.quick().freeUncached(pfn, 4));
            assertTrue(owner.outSince(since).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 8})
    void pagesAreZeroedAndMadeCompoundOnTheShortWay(int order) {
        int gfp = GFP_KERNEL | __GFP_ZERO | __GFP_COMP;
        try (TestZone t = warm()) {
            t.allocator.freePages(t.allocator.allocPages(0, GFP_KERNEL, order), order);
            int soiled = t.allocator.allocPages(0, gfp, order);
            write(t, soiled, order);
            t.allocator.freePages(soiled, order);
            int pfn = order < 4 ? t.allocator.quick().alloc(0, gfp, order)
                : t.allocator.quick().allocUncached(0, gfp, order);
            assertEquals(soiled, pfn);
            assertEquals(order > 0, t.map.isHead(pfn));
            assertEquals(order, t.map.compoundOrder(pfn));
            for (int page = pfn; page < pfn + (1 << order); page++) {
                assertTrue(t.kernel.memory().isFilledWith(page, (byte) 0), "page " + (page - pfn));
            }
            assertFalse(order < 4 ? order > 0 && t.allocator.quick().free(pfn, order)
                : t.allocator.quick().freeUncached(pfn, order), "compound pages are dissolved on the long way");
        }
    }

    @Test
    void theOnlyBlockOfATypeIsTakenOnTheShortWay() {
        try (TestZone t = warm()) {
            int pfn = t.allocator.allocPages(0, GFP_KERNEL, 8);
            takeAllUnmovable(t);
            assertEquals(MmConstants.NO_PFN, t.allocator.quick().allocUncached(0, GFP_KERNEL, 8));
            t.allocator.freePages(pfn, 8);
            assertEquals(pfn, t.allocator.quick().allocUncached(0, GFP_KERNEL, 8));
        }
    }

    @Test
    void whoCannotSleepGoesTheShortWayInAtomicContext() {
        try (TestZone t = warm()) {
            t.allocator.freePages(t.allocator.allocPages(0, GFP_ATOMIC, 0), 0);
            t.kernel.preempt().disable();
            assertTrue(t.allocator.quick().alloc(0, GFP_ATOMIC, 0) >= 0);
            assertTrue(t.allocator.quick().allocUncached(0, GFP_ATOMIC, 4) >= 0);
            t.kernel.preempt().enable();
        }
    }

    @Test
    void largeMovableBlocksMayComeFromCmaAndGoTheLongWayThen() {
        try (TestZone t = fullWithCma(); TestZone without = TestZone.full()) {
            for (TestZone each : new TestZone[] {t, without}) {
                warmUp(each);
                each.allocator.freePages(each.allocator.allocPages(0, GFP_HIGHUSER_MOVABLE, 0), 0);
            }
            assertEquals(MmConstants.NO_PFN, t.allocator.quick().allocUncached(0, GFP_HIGHUSER_MOVABLE, 4));
            assertTrue(without.allocator.quick().allocUncached(0, GFP_HIGHUSER_MOVABLE, 4) >= 0);
            assertTrue(t.allocator.quick().allocUncached(0, GFP_KERNEL, 4) >= 0);
            assertTrue(t.allocator.quick().alloc(0, GFP_HIGHUSER_MOVABLE, 0) >= 0);
        }
    }

    @Test
    void pagesOfTypesWithoutListsGoTheLongWay() {
        try (TestZone t = warm()) {
            t.allocator.quick().forget();
            t.allocator.quick().remember(0, GFP_KERNEL, t.zone, MIGRATE_HIGHATOMIC);
            assertEquals(MmConstants.NO_PFN, t.allocator.quick().alloc(0, GFP_KERNEL, 0));
            for (int order = 0; order <= 4; order += 4) {
                int pfn = t.allocator.allocPages(0, GFP_KERNEL, order);
                t.map.setBlockType(pfn, MIGRATE_HIGHATOMIC);
                for (int attempt = 0; attempt < 2; attempt++) {
                    assertFalse(order == 0 ? t.allocator.quick().free(pfn, order)
                        : t.allocator.quick().freeUncached(pfn, order));
                }
                assertEquals(1, t.map.refcount(pfn));
            }
        }
    }

    /** Which requests share a place is decided by a hash; these are the ones that kernels make all the time. */
    @Test
    void commonRequestsAreRememberedSideBySide() {
        int[] common = {GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC, GFP_KERNEL | __GFP_ZERO};
        try (TestZone t = TestZone.full()) {
            for (int gfp : common) {
                t.allocator.freePages(t.allocator.allocPages(0, gfp, 0), 0);
            }
            for (int gfp : common) {
                assertTrue(t.allocator.quick().alloc(0, gfp, 0) >= 0, Integer.toHexString(gfp));
            }
        }
    }

    /** All differences of few bits, so that none can hide another one. */
    @Test
    void plansAndTargetsAreForOneRequestOnly() {
        try (TestZone t = new TestZone(Kernel.builder().cpus(2).config(TestZone.config()),
            MmConstants.ZONE_NORMAL)) {
            AllocPlan plan = new AllocPlan();
            FreeTarget target = new FreeTarget();
            plan.set(2, GFP_KERNEL, 1, t.zone, MIGRATE_MOVABLE);
            target.set(5, 1, t.zone, MIGRATE_MOVABLE);
            for (int gfp : new int[] {GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL ^ 1, GFP_KERNEL ^ 2, GFP_KERNEL ^ 3}) {
                for (int nid = 0; nid < 4; nid++) {
                    for (int cpu = 0; cpu < 4; cpu++) {
                        assertEquals(gfp == GFP_KERNEL && nid == 2 && cpu == 1, plan.difference(gfp, nid, cpu) == 0,
                            gfp + " node " + nid + " cpu " + cpu);
                    }
                }
            }
            for (int tag = 0; tag < 8; tag++) {
                for (int cpu = 0; cpu < 4; cpu++) {
                    assertEquals(tag == 5 && cpu == 1, target.difference(tag, cpu) == 0, tag + " cpu " + cpu);
                }
            }
            plan.clear();
            target.clear();
            assertNotEquals(0, plan.difference(GFP_KERNEL, 2, 1));
            assertNotEquals(0, target.difference(5, 1));
        }
    }

    @Test
    void onlyZeroedAndCompoundPagesAreChanged() {
        assertTrue(AllocPlan.changesPages(GFP_KERNEL | __GFP_ZERO));
        assertTrue(AllocPlan.changesPages(GFP_KERNEL | __GFP_COMP));
        for (int gfp : new int[] {0, GFP_KERNEL, GFP_ATOMIC, GFP_HIGHUSER_MOVABLE, ~(__GFP_ZERO | __GFP_COMP)}) {
            assertFalse(AllocPlan.changesPages(gfp), Integer.toHexString(gfp));
        }
    }
}
