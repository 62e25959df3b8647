package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DIRECT_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_DMA32;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIMABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;
import static org.kunitjvm.mm.zone.Zone.WMARK_MIN;
import static org.kunitjvm.mm.zone.Zone.ZONE_BELOW_HIGH;
import static org.kunitjvm.mm.zone.Zone.ZONE_BOOSTED_WATERMARK;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/** What a gfp mask becomes before the first attempt, and which zone that attempt takes from. */
final class ZoneChoiceTest {
    private TestZone t = TestZone.empty();

    @AfterEach
    void close() {
        t.close();
    }

    private void use(TestZone other) {
        t.close();
        t = other;
    }

    /** Only a block of another type, too small to be claimed without mixing types. */
    private void onlyASmallMovableBlock() {
        t.addFree(0x8000, 8, MIGRATE_MOVABLE);
        t.inUse(0x8100, 0x8200, 0);
    }

    // ---------------------------------------------------------------- ALLOC_NOFRAGMENT

    /**
     * The preferred zone has only what would mix types, a smaller zone of the node has what is wanted: who avoids
     * mixing takes from the smaller zone. A populated DMA32 zone that holds nothing does not get in the way.
     */
    @ParameterizedTest
    @CsvSource({
        "Normal, true, 1, true",
        "Normal, true, 2, true",
        "Normal, false, 1, true",
        "Normal, false, 2, false",
        "DMA32, true, 1, false",
        "DMA32, true, 2, false"})
    @Tag("M-023")
    void mixingIsAvoidedInNormalIfThereIsDma32OrNoOtherNode(String preferred, boolean dma32, int nodes,
        boolean avoids) {
        boolean normal = preferred.equals("Normal");
        use(new TestZone(Kernel.builder().cpus(1).config(TestZone.config()), normal ? ZONE_NORMAL : ZONE_DMA32));
        onlyASmallMovableBlock();
        Zone smaller = t.otherZone(0, ZONE_DMA);
        if (normal && dma32) {
            t.zones.add(0, ZONE_DMA32).presentPages = 1;
        }
        t.useZonelist(t.zone, smaller);
        t.nodes.setNrOnlineNodes(nodes);
        int pfn = t.allocator.allocPages(0, normal ? GFP_KERNEL : GFP_KERNEL | __GFP_DMA32, 0);
        assertEquals(avoids ? smaller : t.zone, t.zones.zoneOf(pfn));
        assertEquals(avoids ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE, t.map.blockType(0x8000));
    }

    // ---------------------------------------------------------------- nodes

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("M-010")
    void thisNodeRefusesToFallBack(boolean thisNode) {
        Zone remote = t.otherZone(1, ZONE_NORMAL);
        t.nodes.setNrOnlineNodes(2);
        t.nodes.setZonelists(0, new Zonelist(List.of(t.zone, remote)), new Zonelist(List.of(t.zone)));
        int pfn = t.allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN | (thisNode ? __GFP_THISNODE : 0), 0);
        assertEquals(thisNode ? -1 : TestZone.OTHER_START, pfn, "node 0 has no page free");
    }

    // ---------------------------------------------------------------- the mask

    @ParameterizedTest
    @ValueSource(ints = {GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_KERNEL | __GFP_RECLAIMABLE})
    @Tag("M-022")
    void withoutGroupingByMobilityEverythingIsUnmovable(int gfp) {
        use(TestZone.full());
        t.context.setMobilityDisabled(true);
        t.trace();
        int pfn = t.allocator.allocPages(0, gfp, 4);
        assertEquals("alloc " + Integer.toHexString(pfn) + " order 4 type 0", t.events.getLast());
        assertEquals(MIGRATE_UNMOVABLE, t.map.blockType(pfn));
    }

    @Test
    @Tag("M-026")
    void bitsThatAreNotAllowedAtBootAreTakenAway() {
        List<Integer> seen = new ArrayList<>();
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public int reclaim(AllocRequest request) {
                seen.add(request.gfp());
                return 0;
            }
        });
        t.allocator.setGfpAllowedMask(~__GFP_RECLAIM);
        assertEquals(-1, t.allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN, 0));
        assertEquals(List.of(), seen, "no reclaim before the scheduler runs");
        t.allocator.setGfpAllowedMask(~__GFP_KSWAPD_RECLAIM);
        t.allocator.allocPages(0, GFP_KERNEL | __GFP_NOWARN, 0);
        assertEquals(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM | __GFP_NOWARN, seen.getFirst());
        assertNotEquals(0, seen.getFirst() & __GFP_DIRECT_RECLAIM);
    }

    // ---------------------------------------------------------------- marks on the way

    @ParameterizedTest
    @CsvSource({"0, true", "1, false"})
    @Tag("M-046")
    void belowHighIsSetExactlyAtTheHighMark(int freeAboveTheMark, boolean isSet) {
        use(TestZone.full());
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES - freeAboveTheMark);
        assertTrue(t.allocator.allocPages(0, GFP_KERNEL, 0) >= 0, "the low mark is passed");
        assertEquals(isSet, t.zone.has(ZONE_BELOW_HIGH));
    }

    @Test
    @Tag("M-046")
    void belowHighIsSetEvenIfTheRequestFailsTheLowMarkToo() {
        use(TestZone.full());
        Zone smaller = t.otherZone(0, ZONE_DMA32);
        t.useZonelist(t.zone, smaller);
        t.zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        t.zone.setWatermark(WMARK_LOW, TestZone.PAGES);
        int pfn = t.allocator.allocPages(0, GFP_KERNEL, 0);
        assertEquals(smaller, t.zones.zoneOf(pfn));
        assertTrue(t.zone.has(ZONE_BELOW_HIGH));
        assertFalse(smaller.has(ZONE_BELOW_HIGH), "its high mark is passed");
    }

    @Test
    @Tag("M-052")
    void boostedZoneWakesKswapdOnceForOrder0() {
        use(TestZone.full());
        List<String> woken = new ArrayList<>();
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
                woken.add(zone.name() + " gfp " + gfp + " order " + order + " index " + highestIndex);
            }
        });
        t.zone.flags |= ZONE_BOOSTED_WATERMARK;
        assertTrue(t.allocator.allocPages(0, GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 4) >= 0);
        assertEquals(List.of(), woken, "whoever may not wake kswapd leaves it to others");
        assertTrue(t.zone.has(ZONE_BOOSTED_WATERMARK));
        for (int order : new int[] {4, 0}) {
            woken.clear();
            t.zone.flags |= ZONE_BOOSTED_WATERMARK;
            assertTrue(t.allocator.allocPages(0, GFP_KERNEL, order) >= 0);
            assertEquals(List.of("Normal gfp 0 order 0 index 2"), woken, "order " + order);
            assertFalse(t.zone.has(ZONE_BOOSTED_WATERMARK));
        }
        t.allocator.allocPages(0, GFP_KERNEL, 4);
        assertEquals(1, woken.size(), "once");
    }

    @Test
    @Tag("M-101")
    void kswapdIsWokenOncePerNodeAndOnlyForZonesWithMemory() {
        Zone dma32 = t.otherZone(0, ZONE_DMA32);
        Zone dma = t.zones.add(0, ZONE_DMA);
        dma.presentPages = 1;
        for (Zone zone : List.of(t.zone, dma32)) {
            zone.setWatermark(WMARK_MIN, TestZone.PAGES);
            zone.setWatermark(WMARK_LOW, TestZone.PAGES);
            zone.setWatermark(WMARK_HIGH, TestZone.PAGES);
        }
        t.zone.managedPages = 0;
        t.useZonelist(dma, t.zone, dma32);
        List<String> woken = new ArrayList<>();
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
                woken.add(zone.name() + " order " + order + " index " + highestIndex);
            }
        });
        assertEquals(-1, t.allocator.allocPages(0, GFP_NOWAIT, 2));
        assertEquals(List.of("DMA32 order 2 index 2", "DMA32 order 2 index 2"), woken,
            "on entry and on the only retry; zones without managed pages are passed over");
        woken.clear();
        t.zone.managedPages = TestZone.PAGES;
        assertEquals(-1, t.allocator.allocPages(0, GFP_NOWAIT, 2));
        assertEquals(List.of("Normal order 2 index 2", "Normal order 2 index 2"), woken,
            "one zone stands for its node");
    }

    @Test
    @Tag("M-065")
    void requestThatFailsOnPurposeIsNotTracedNorTriedAgain() {
        use(TestZone.full());
        List<String> woken = new ArrayList<>();
        t.allocator.setReclaimer(new Reclaimer() {
            @Override
            public void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
                woken.add(zone.name());
            }
        });
        t.trace();
        t.allocator.setInjection((gfp, order) -> true);
        assertEquals(-1, t.allocator.allocPages(0, GFP_NOWAIT & ~__GFP_NOWARN, 1));
        assertEquals(List.of(), t.events, "no event");
        assertEquals(List.of(), woken, "no slow path");
        assertEquals(List.of(), t.log(), "no report");
        t.allocator.setInjection(null);
        assertTrue(t.allocator.allocPages(0, GFP_NOWAIT, 1) >= 0);
    }
}
