package org.kunitjvm.mm.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;
import org.kunitjvm.mm.boot.ZoneLayout.Span;

/**
 * Zones lie between fixed frames; movable-only memory is carved out of the highest zone as kernelcore= and movablecore=
 * say.
 */
final class ZoneLayoutTest {
    private static final int GIB = 1 << 18;

    private static MovableParams params(String cmdline) {
        return MovableParams.of(KernelCommandLine.parse(cmdline));
    }

    private static ZoneLayout layout(String cmdline, MemoryRange... memory) {
        int nodes = List.of(memory).stream().mapToInt(MemoryRange::nid).max().orElse(0) + 1;
        return new ZoneLayout(Memblock.bare(List.of(memory)), nodes, KernelConfig.defconfig(), params(cmdline));
    }

    private static MemoryRange range(int startPfn, int endPfn, int nid) {
        return new MemoryRange(startPfn, endPfn, nid);
    }

    @Test
    @Tag("M-008")
    void zonesOfTheRecordedMachine() {
        // The recorded machine: 512 MiB below 4 GiB without the frames that its firmware keeps, 128 MiB at 4 GiB.
        ZoneLayout zones = layout("", range(1, 0x9f, 0), range(0x100, 0x1ffe0, 0), range(0x100000, 0x108000, 1));
        assertEquals(new Span(1, 4095, 3998), zones.span(0, ZONE_DMA));
        assertEquals(new Span(4096, 126944, 126944), zones.span(0, ZONE_DMA32));
        assertEquals(Span.EMPTY, zones.span(0, ZONE_NORMAL));
        assertEquals(Span.EMPTY, zones.span(0, ZONE_MOVABLE));
        assertEquals(Span.EMPTY, zones.span(1, ZONE_DMA32));
        assertEquals(new Span(1048576, 32768, 32768), zones.span(1, ZONE_NORMAL));
    }

    @Test
    @Tag("M-008")
    void theHoleBelowFourGibIsSpannedButNotPresent() {
        Memblock memblock = Memblock.of(Machine.pc(1, 4L << 30));
        ZoneLayout zones = new ZoneLayout(memblock, 1, KernelConfig.defconfig(), MovableParams.NONE);
        assertEquals(new Span(0x1000, 0xff000, 3 * GIB - 0x1000), zones.span(0, ZONE_DMA32));
        assertEquals(new Span(4 * GIB, GIB, GIB), zones.span(0, ZONE_NORMAL));
    }

    @Test
    @Tag("M-008")
    void movablecoreTakesOnlyFromTheHighestZone() {
        ZoneLayout zones = layout("movablecore=2G", range(0, 3 * GIB, 0), range(4 * GIB, 5 * GIB, 0));
        assertEquals(Span.EMPTY, zones.span(0, ZONE_NORMAL));
        assertEquals(new Span(4 * GIB, GIB, GIB), zones.span(0, ZONE_MOVABLE));
        assertEquals(3 * GIB - 0x1000, zones.span(0, ZONE_DMA32).presentPages());
        assertEquals(ZONE_MOVABLE, zones.zoneOf(0, 4 * GIB));
        assertEquals(ZONE_DMA32, zones.zoneOf(0, 3 * GIB - 1));
    }

    @Test
    @Tag("M-008")
    void kernelcoreIsSpreadAndRedistributedToBiggerNodes() {
        // 4.5 GiB of Normal memory must stay the kernel's; node 1 has only 1 GiB, so nodes 0 and 2 share the rest of
        // its part.
        ZoneLayout zones = layout("kernelcore=4608M", range(4 * GIB, 8 * GIB, 0), range(8 * GIB, 9 * GIB, 1),
            range(9 * GIB, 13 * GIB, 2));
        assertEquals(1792 << 8, zones.span(0, ZONE_NORMAL).spannedPages());
        assertEquals(GIB, zones.span(1, ZONE_NORMAL).spannedPages());
        assertEquals(1792 << 8, zones.span(2, ZONE_NORMAL).spannedPages());
        assertEquals(0, zones.movableStartPfn(1));
    }

    @Test
    @Tag("M-008")
    void movableStartIsRoundedUpToFourMib() {
        ZoneLayout zones = layout("movablecore=1025K", range(4 * GIB, 5 * GIB, 0));
        assertEquals(5 * GIB - 1024, zones.movableStartPfn(0));
        zones = layout("kernelcore=513M", range(4 * GIB, 5 * GIB, 0));
        assertEquals(4 * GIB + (516 << 8), zones.movableStartPfn(0));
    }

    @ParameterizedTest
    @Tag("M-008")
    @CsvSource({"movablecore=50%, 512", "movablecore=25%, 256", "kernelcore=75%, 256", "kernelcore=100%, 0",
        "movablecore=0%, 0", "kernelcore=25% movablecore=25%, 256", "kernelcore=90% movablecore=90%, 100",
        "kernelcore=2G, 0", "movablecore=9G, 0"})
    void percentagesAreOfAllMemory(String cmdline, int movableMib) {
        ZoneLayout zones = layout(cmdline, range(4 * GIB, 5 * GIB, 0));
        assertEquals(movableMib << 8, zones.span(0, ZONE_MOVABLE).spannedPages());
    }

    @Test
    @Tag("M-008")
    void movableNodeTakesWhatCanBeUnpluggedAndIgnoresSizes() {
        MemoryRange pluggable = range(6 * GIB, 8 * GIB, 1);
        Memblock memblock = Memblock.bare(List.of(range(4 * GIB, 6 * GIB, 0), pluggable));
        ZoneLayout zones = new ZoneLayout(memblock, 2, KernelConfig.defconfig(), params("movable_node movablecore=1G"),
            List.of(pluggable));
        assertEquals(Span.EMPTY, zones.span(0, ZONE_MOVABLE));
        assertEquals(2 * GIB, zones.span(1, ZONE_MOVABLE).spannedPages());
        assertEquals(Span.EMPTY, zones.span(1, ZONE_NORMAL));
    }

    @ParameterizedTest
    @CsvSource({"movablecore=abc", "movablecore=", "kernelcore=101%", "kernelcore=-5%", "movablecore=x%",
        "kernelcore=mirror"})
    void nonsenseIsNamedWithARemedy(String cmdline) {
        KernelParamException e = assertThrows(KernelParamException.class, () -> params(cmdline));
        assertTrue(e.getMessage().startsWith(cmdline + ":") && e.getMessage().contains("give a size"), e.getMessage());
    }

    @Test
    @Tag("M-008")
    void withoutDmaZonesEverythingIsNormal() {
        KernelConfig config = KernelConfig.defconfig().with("ZONE_DMA", "n").with("ZONE_DMA32", "n");
        ZoneLayout zones = new ZoneLayout(Memblock.bare(List.of(range(1, GIB, 0))), 1, config, MovableParams.NONE);
        assertEquals(Span.EMPTY, zones.span(0, ZONE_DMA));
        assertEquals(Span.EMPTY, zones.span(0, ZONE_DMA32));
        assertEquals(new Span(1, GIB - 1, GIB - 1), zones.span(0, ZONE_NORMAL));
    }
}
