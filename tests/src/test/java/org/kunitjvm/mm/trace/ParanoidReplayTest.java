package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** A replay that checks after every operation names the one that broke something, whatever it broke. */
final class ParanoidReplayTest {
    private static final Path RECORDING = Path.of("src/test/resources/org/kunitjvm/mm/trace/ECATn.seedA.trace.gz");
    /** The operation that breaks something; by then the cache of its CPU has pages of several orders. */
    private static final int CULPRIT = 20;
    /** Zone and cache of the operation. */
    private static final int NID = 1;

    private interface Deed {
        void to(Zone zone, PerCpuPages pcp, ReplayMachine machine);
    }

    /** What an operation may break, and how that is told. */
    private enum Breakage {
        FREE_COUNT("but NR_FREE_PAGES is", (zone, pcp, machine) -> zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, 1)),
        ON_TWO_LISTS("overlaps free block", (zone, pcp, machine) -> zone.free.addLast(MAX_PAGE_ORDER,
            MIGRATE_UNMOVABLE, zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE))),
        WRONG_LIST("is on the Unmovable list but its pageblock", (zone, pcp, machine) -> zone.free.moveToLast(
            MAX_PAGE_ORDER, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE))),
        CIRCLE("it runs in a circle", (zone, pcp, machine) -> zone.free.addFirst(MAX_PAGE_ORDER, MIGRATE_MOVABLE,
            zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE))),
        OVERLAP("order 10 overlaps free block", (zone, pcp, machine) -> zone.free.addLast(PAGEBLOCK_ORDER,
            MIGRATE_MOVABLE, zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE) + PAGEBLOCK_NR_PAGES)),
        NOT_ALIGNED("is not aligned to order 3", (zone, pcp, machine) -> {
            int list = PerCpuPages.index(3, MIGRATE_UNMOVABLE);
            int pfn = pcp.lists.removeFirst(list);
            pcp.lists.addFirst(list, pfn + 1);
        }),
        NO_FRAME("belongs to another zone", (zone, pcp, machine) -> pcp.lists.addFirst(
            PerCpuPages.index(0, MIGRATE_UNMOVABLE), -4096)),
        PAGEBLOCK_TYPE("is on the Movable list but its pageblock", (zone, pcp, machine) -> machine.map.setBlockType(
            zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE) + PAGEBLOCK_NR_PAGES, MIGRATE_CMA)),
        ISOLATED_PAGEBLOCKS("nr_isolate_pageblock is 1", (zone, pcp, machine) -> zone.nrIsolatePageblock++),
        CACHE_COUNT("pages on its lists but count is", (zone, pcp, machine) -> pcp.count++),
        CACHED_TWICE("overlaps free block", (zone, pcp, machine) -> {
            int list = PerCpuPages.index(0, MIGRATE_UNMOVABLE);
            pcp.lists.addLast(list, pcp.lists.first(list));
            pcp.count++;
        }),
        USED_AND_FREE("has refcount 1", (zone, pcp, machine) -> machine.map.setRefcount(
            pcp.lists.first(PerCpuPages.index(0, MIGRATE_UNMOVABLE)), 1));

        private final String told;
        private final Deed deed;

        Breakage(String told, Deed deed) {
            this.told = told;
            this.deed = deed;
        }

        void happen(ReplayMachine machine, long operation) {
            if (operation == CULPRIT) {
                Zone zone = machine.zones.all().stream().filter(each -> each.nid == NID && each.managedPages > 0)
                    .findFirst().orElseThrow();
                deed.to(zone, zone.pcp[machine.context.kernel().current().cpu()], machine);
            }
        }
    }

    private static String recording() throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(RECORDING))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static TraceResult replay(String recording, Breakage breakage, boolean paranoid) throws IOException {
        return TraceReplay.replay(new ByteArrayInputStream(recording.getBytes(StandardCharsets.ISO_8859_1)),
            new TraceReplay.Options().paranoid(paranoid).meddler(breakage::happen));
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void theOperationThatBrokeSomethingIsNamed(Breakage breakage) throws IOException {
        TraceResult result = replay(recording(), breakage, true);
        assertEquals(CULPRIT, result.firstOperation(), result.details());
        assertTrue(result.details().contains("is the first one that broke an invariant"), result.details());
        assertTrue(result.details().contains("operation " + CULPRIT + ", line "), result.details());
        assertTrue(result.details().contains(breakage.told), result.details());
    }

    @ParameterizedTest
    @EnumSource(names = {"FREE_COUNT", "ISOLATED_PAGEBLOCKS", "CACHE_COUNT", "USED_AND_FREE", "WRONG_LIST"})
    void withoutTheChecksTheOperationIsNotNamed(Breakage breakage) throws IOException {
        assertNotEquals(CULPRIT, replay(recording(), breakage, false).firstOperation());
    }

    /** Something that differed before does not hide the operation that broke something. */
    @Test
    void bothTheFirstDifferenceAndTheFirstBreakageAreTold() throws IOException {
        String recording = recording();
        String line = recording.lines().filter(each -> each.startsWith("7 A ")).findFirst().orElseThrow();
        String[] columns = line.split(" ");
        columns[6] += "0";
        TraceResult result = replay(recording.replace(line, String.join(" ", columns)), Breakage.CACHE_COUNT, true);
        assertEquals(7, result.firstOperation());
        assertTrue(result.details().startsWith("operation 7: "), result.details());
        assertTrue(result.details().contains("operation " + CULPRIT + ", line "), result.details());
        assertTrue(result.details().contains("is the first one that broke an invariant"), result.details());
        assertTrue(result.details().contains(Breakage.CACHE_COUNT.told), result.details());
    }

    @Test
    void nothingIsNamedIfNothingBreaks() throws IOException {
        TraceResult result = TraceReplay.replay(new ByteArrayInputStream(recording().getBytes(
            StandardCharsets.ISO_8859_1)), new TraceReplay.Options().paranoid(true));
        assertEquals("", result.details());
        assertFalse(result.firstOperation() >= 0);
    }
}
