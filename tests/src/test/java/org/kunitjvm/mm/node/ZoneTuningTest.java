package org.kunitjvm.mm.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/** ZoneTuning, reserves, cache bounds and thresholds of recorded machines come out as Linux had them. */
final class ZoneTuningTest {
    private final Rig rig = new Rig(List.of(0));

    /** Zones without free lists' contents: only their sizes matter here. */
    private static final class Rig {
        private final Machine machine;
        private final Kernel kernel;
        private final ZoneTable zones;

        Rig(List<Integer> cpuToNode) {
            machine = Machine.numa(cpuToNode, List.of(512L << 20, 512L << 20));
            kernel = Kernel.builder().machine(machine).initcalls(List.of()).build();
            zones = new ZoneTable(kernel, new PageMap());
        }

        Zone zone(int nid, int index, int managed) {
            Zone zone = zones.add(nid, index);
            zone.managedPages = managed;
            zone.presentPages = managed;
            return zone;
        }

        ZoneTuning boot(boolean hugePages) {
            ZoneTuning tuning = new ZoneTuning(machine, kernel.log(), zones.all(), nid -> true, hugePages);
            tuning.initPerZoneWmarkMin();
            tuning.startKhugepaged();
            return tuning;
        }
    }

    private static void assertReserve(Zone zone, int... reserve) {
        assertArrayEquals(reserve, IntStream.range(0, reserve.length).map(zone::lowmemReserve).toArray(),
            zone.toString());
    }

    private static void assertMarks(Zone zone, int... marks) {
        assertArrayEquals(marks, IntStream.range(0, Zone.NR_WMARK).map(zone::watermark).toArray(), zone.toString());
    }

    @Test
    @Tag("M-012")
    @Tag("M-013")
    @Tag("M-014")
    @Tag("M-071")
    @Tag("M-072")
    @Tag("E9")
    void recordedMachineOf128MibNodeWithoutHugePages() {
        Zone dma = rig.zone(0, ZONE_DMA, 3840);
        Zone dma32 = rig.zone(0, ZONE_DMA32, 104864);
        Zone unpopulated = rig.zone(0, ZONE_NORMAL, 0);
        Zone movable = rig.zone(0, ZONE_MOVABLE, 0);
        Zone normal = rig.zone(1, ZONE_NORMAL, 31799);
        ZoneTuning tuning = rig.boot(false);
        assertEquals(2986, tuning.minFreeKbytes());
        assertMarks(dma, 20, 25, 30, 35);
        assertMarks(dma32, 556, 695, 834, 973);
        assertMarks(normal, 168, 210, 252, 294);
        assertMarks(unpopulated, 0, 0, 0, 0);
        assertMarks(movable, 32, 32, 32, 32);
        assertReserve(dma, 0, 409, 409, 409);
        assertReserve(dma32, 0, 0, 0, 0);
        assertPcp(dma, 1, 25, 480);
        assertPcp(dma32, 31, 695, 13108);
        assertPcp(normal, 7, 210, 3974);
        assertEquals(2, dma.counters.threshold());
        assertEquals(6, dma32.counters.threshold());
        assertEquals(2, normal.counters.threshold());
        assertEquals(0, dma.percpuDriftMark);
        assertEquals(409 + 30 + 834 + 252, tuning.totalreservePages());
    }

    private static void assertPcp(Zone zone, int batch, int highMin, int highMax) {
        PerCpuPages pcp = zone.pcp[0];
        assertEquals(List.of(batch, highMin, highMax), List.of(pcp.batch, pcp.highMin, pcp.highMax), zone.toString());
        assertEquals(0, pcp.high, "high starts at 0 and is clamped at first use");
    }

    @Test
    @Tag("M-012")
    @Tag("M-013")
    void recordedMachineWithHugePagesThroughHotplug() {
        rig.zone(0, ZONE_DMA, 3840);
        rig.zone(0, ZONE_DMA32, 105383);
        Zone normal = rig.zone(1, ZONE_NORMAL, 128567);
        ZoneTuning tuning = rig.boot(true);
        assertEquals(47264, tuning.minFreeKbytes());
        assertMarks(normal, 6388, 7985, 9582, 11179);
        resize(normal, 95799, tuning);
        assertMarks(normal, 4759, 5948, 7137, 8326);
        assertPcp(normal, 31, 5948, 11974);
        resize(normal, 128567, tuning);
        assertMarks(normal, 6389, 7986, 9583, 11180);
        resize(normal, 95799, tuning);
        // Removing the block gave back the 512 pages of its struct pages, which had been taken from the node itself.
        resize(normal, 95799 + 512 + 32768, tuning);
        assertMarks(normal, 6415, 8018, 9621, 11224);
        assertPcp(normal, 31, 8018, 16134);
    }

    private static void resize(Zone zone, int managed, ZoneTuning tuning) {
        zone.managedPages = managed;
        tuning.initPerZoneWmarkMin();
    }

    @Test
    @Tag("M-013")
    @Tag("M-014")
    void recordedMachineWithTwoZonesPerNode() {
        Zone dma = rig.zone(0, ZONE_DMA, 3840);
        Zone dma32 = rig.zone(0, ZONE_DMA32, 121799);
        Zone dma32Too = rig.zone(1, ZONE_DMA32, 49120);
        Zone normal = rig.zone(1, ZONE_NORMAL, 127543);
        ZoneTuning tuning = rig.boot(false);
        // That machine computed its marks while fewer pages were managed: take the recorded min_free_kbytes.
        tuning.setMinFreeKbytes(4386);
        assertReserve(dma, 0, 475, 475, 475);
        assertReserve(dma32Too, 0, 0, 498, 498);
        assertReserve(dma32, 0, 0, 0, 0);
        assertReserve(normal, 0, 0, 0, 0);
        assertMarks(dma, 13, 16, 19, 22);
        assertMarks(dma32, 441, 562, 683, 804);
        assertMarks(dma32Too, 178, 227, 276, 325);
        assertMarks(normal, 462, 589, 716, 843);
    }

    @Test
    @Tag("M-072")
    void cachesShareTheBoundsAmongTheCpusOfTheNode() {
        Rig bothOnNode0 = new Rig(List.of(0, 0));
        Zone small = bothOnNode0.zone(1, ZONE_NORMAL, 31799);
        bothOnNode0.zone(0, ZONE_DMA32, 104864 + 3840);
        bothOnNode0.boot(false).setMinFreeKbytes(2986);
        assertEquals(31799 / 8 / 2, small.pcp[1].highMax);
        assertEquals(small.watermark(1) / 2, small.pcp[1].highMin);
        assertEquals(4, small.counters.threshold());

        Rig oneEach = new Rig(List.of(0, 1));
        Zone own = oneEach.zone(1, ZONE_NORMAL, 31799);
        oneEach.boot(false);
        assertEquals(31799 / 8, own.pcp[1].highMax);
    }

    @Test
    @Tag("M-072")
    void highFractionSetsBothBounds() {
        Zone zone = rig.zone(1, ZONE_NORMAL, 128000);
        ZoneTuning tuning = rig.boot(false);
        assertFalse(tuning.setHighFraction(7));
        assertTrue(tuning.setHighFraction(100));
        assertEquals(1280, zone.pcp[0].highMin);
        assertEquals(1280, zone.pcp[0].highMax);
    }

    @ParameterizedTest
    @Tag("M-071")
    @CsvSource({"32768, 7", "262144, 63", "100000000, 63", "12287, 1", "12288, 3", "24575, 3", "24576, 7", "45055, 7",
        "0, 1", "4095, 1"})
    void batchFormula(int managed, int batch) {
        assertEquals(batch, ZoneSizes.pcpBatch(managed));
    }

    @ParameterizedTest
    @Tag("M-012")
    @CsvSource({"3, 67584", "1, 22528", "2, 45056"})
    void khugepagedAsksForFreePageblocksPerZone(int nrZones, long kbytes) {
        assertEquals(kbytes, ZoneSizes.recommendedMinFreeKbytes(nrZones, 1L << 24));
    }

    @Test
    @Tag("M-012")
    void minFreeKbytesHasLimits() {
        assertEquals(128, ZoneSizes.clampMinFreeKbytes(ZoneSizes.rawMinFreeKbytes(10)));
        assertEquals(262_144, ZoneSizes.clampMinFreeKbytes(ZoneSizes.rawMinFreeKbytes(1L << 31)));
        assertEquals(1_024, ZoneSizes.rawMinFreeKbytes(16_384));
    }

    @Test
    @Tag("M-012")
    void aLargerUserValueIsKeptAndSaid() {
        rig.zone(0, ZONE_NORMAL, 100_000);
        ZoneTuning tuning = rig.boot(false);
        tuning.setMinFreeKbytes(200_000);
        tuning.initPerZoneWmarkMin();
        assertEquals(200_000, tuning.minFreeKbytes());
        assertTrue(rig.kernel.log().records().stream().anyMatch(line -> line.text()
            .contains("user defined value 200000 is preferred")));
    }

    @Test
    @Tag("M-012")
    void squareRootIsFloor() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 10_000; i++) {
            long x = random.nextLong(1L << 50);
            long root = ZoneSizes.intSqrt(x);
            assertTrue(root * root <= x && (root + 1) * (root + 1) > x,
                "seed " + seed + ": intSqrt(" + x + ") = " + root);
        }
    }

    @ParameterizedTest
    @Tag("M-016")
    @CsvSource({"31799, 1, 2", "104864, 1, 6", "128567, 1, 6", "128567, 2, 12", "31799, 2, 4", "2000000000, 64, 125"})
    void statThresholdGrowsWithCpusAndSize(int managed, int cpus, int threshold) {
        assertEquals(threshold, ZoneSizes.statThreshold(managed, cpus));
    }

    /** Eleven CPUs with a threshold of 8 can hide 88 pages; the gap between min and low is a quarter of min. */
    @ParameterizedTest
    @Tag("M-016")
    @CsvSource({"31000, 352, 440, 0", "30900, 351, 438, 613"})
    void driftMarkIsSetWhenCountersCouldHideTheGap(int managed, int min, int low, int mark) {
        Rig machine = new Rig(Collections.nCopies(11, 0));
        Zone zone = machine.zone(0, ZONE_NORMAL, managed);
        new ZoneTuning(machine.machine, machine.kernel.log(), machine.zones.all(), nid -> true, false)
            .initPerZoneWmarkMin();
        assertEquals(8, zone.counters.threshold());
        assertEquals(List.of(min, low), List.of(zone.watermark(Zone.WMARK_MIN), zone.watermark(Zone.WMARK_LOW)));
        assertEquals(mark, zone.percpuDriftMark);
    }

    @ParameterizedTest
    @Tag("M-072")
    @Tag("E9")
    @CsvSource({"1, 448, 4096", "16, 28, 256", "17, 28, 240", "64, 28, 64"})
    void boundsOf128MibAreSharedButNotBelowFourBatches(int cpus, int highMin, int highMax) {
        Rig machine = new Rig(Collections.nCopies(cpus, 0));
        Zone zone = machine.zone(0, ZONE_NORMAL, 32768);
        machine.boot(false);
        assertEquals(448, zone.watermark(Zone.WMARK_LOW));
        assertPcp(zone, 7, highMin, highMax);
        assertEquals(224, zone.pcp[0].batch << PerCpuPages.PCP_BATCH_SCALE_MAX);
    }
}
