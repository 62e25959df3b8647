package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Exhibit.Piece;
import org.kunitjvm.kernel.snapshot.Exhibit.Use;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;

/** The picture of memory shows every page once, as it is, and what is broken as broken. */
final class MemoryPictureTest {
    private static Kernel boot(String memory) {
        return Kernel.builder().cpus(2).memory(memory).config(KernelConfig.defconfig()).build();
    }

    /** What the runner does before a case. */
    private static void beginCase(Kernel kernel) {
        kernel.auditors().forEach(Auditor::mark);
    }

    private static List<Exhibit.Group> zones(Kernel kernel) {
        return kernel.snapshot().exhibits().stream().filter(Exhibit.Group.class::isInstance)
            .map(Exhibit.Group.class::cast).toList();
    }

    private static <T extends Exhibit> T part(Exhibit.Group zone, Class<T> type, String title) {
        return zone.exhibits().stream().filter(exhibit -> exhibit.title().equals(title)).map(type::cast).findFirst()
            .orElseThrow();
    }

    private static Exhibit.BlockMap map(Exhibit.Group zone) {
        return part(zone, Exhibit.BlockMap.class, "Pageblocks");
    }

    private static List<Piece> pieces(Exhibit.BlockMap map, Use use) {
        return map.closeUps().stream().flatMap(closeUp -> closeUp.pieces().stream()).filter(piece -> piece.use() == use)
            .toList();
    }

    private static Page alloc(Kernel kernel, int order) {
        Page page = Mm.of(kernel).allocPages(gfp(GFP_KERNEL), order);
        assertNotNull(page);
        return page;
    }

    @Test
    void pagesOfTheCaseAreNewAndTheirZoneStandsFirst() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        Page page = alloc(kernel, 3);

        Exhibit.Group first = zones(kernel).getFirst();
        assertTrue(first.open());
        assertEquals("node 0, zone " + Mm.of(kernel).pageZone(page).name(), first.title());
        List<Piece> mine = pieces(map(first), Use.NEW);
        assertEquals(1, mine.size());
        assertEquals(8, mine.getFirst().pages());
        assertTrue(mine.getFirst().detail().contains(String.format("pfn %#x order 3 GFP_KERNEL allocated by swapper/1",
            page.pfn())), mine.getFirst().detail());
        assertTrue(zones(kernel).stream().skip(1).noneMatch(Exhibit.Group::open));
    }

    @Test
    void everyPageOfACloseUpIsInOnePiece() {
        for (long seed = 0; seed < 10; seed++) {
            Kernel kernel = boot("1G");
            beginCase(kernel);
            SplittableRandom random = new SplittableRandom(seed);
            List<Page> pages = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(3) == 0 && !pages.isEmpty()) {
                    Mm.of(kernel).freePage(pages.remove(random.nextInt(pages.size())));
                } else {
                    pages.add(alloc(kernel, 0));
                }
            }
            Exhibit.BlockMap map = map(zones(kernel).getFirst());
            for (Exhibit.CloseUp closeUp : map.closeUps()) {
                int at = 0;
                for (Piece piece : closeUp.pieces()) {
                    assertEquals(at, piece.firstPage(), "seed " + seed + ": " + closeUp);
                    at += piece.pages();
                }
                assertEquals(map.blockPages(), at, "seed " + seed);
            }
            assertEquals(pages.size(), pieces(map, Use.NEW).stream().mapToInt(Piece::pages).sum(), "seed " + seed);
            int cached = Mm.of(kernel).pageZone(pages.getFirst()).pcpPages();
            assertEquals(cached, pieces(map, Use.CACHED).stream().mapToInt(Piece::pages).sum(), "seed " + seed);
        }
    }

    @Test
    void runsCoverTheZoneAndAgreeWithTheFreeLists() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        alloc(kernel, 0);
        for (Exhibit.Group group : zones(kernel)) {
            Exhibit.BlockMap map = map(group);
            Zone zone = Mm.of(kernel).machineSpace().zones().all().stream()
                .filter(each -> group.title().equals("node 0, zone " + each.name())).findFirst().orElseThrow();
            long pfn = map.runs().getFirst().firstPfn();
            long free = 0;
            for (Exhibit.Run run : map.runs()) {
                assertEquals(pfn, run.firstPfn(), group.title());
                pfn += (long) run.blocks() * map.blockPages();
                free += (long) run.blocks() * run.free();
            }
            assertTrue(pfn >= zone.endPfn() && pfn < zone.endPfn() + map.blockPages(), group.title());
            Exhibit.Table lists = part(group, Exhibit.Table.class, "Free lists");
            long listed = lists.rows().stream().mapToLong(row -> Long.parseLong(row.getLast().text())).sum();
            assertEquals(listed, free, group.title());
        }
    }

    @Test
    void blockThatIsFreeAndAllocatedAtOnceIsAClash() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        Page page = alloc(kernel, 2);
        Zone zone = Mm.of(kernel).pageZone(page);

        zone.free.addFirst(2, MigrateType.MIGRATE_UNMOVABLE, page.pfn());

        Exhibit.Group first = zones(kernel).getFirst();
        List<Piece> clashes = pieces(map(first), Use.CLASH);
        assertEquals(4, clashes.stream().mapToInt(Piece::pages).sum());
        assertTrue(clashes.getFirst().detail().contains("free, order 2"), clashes.toString());
        assertFalse(part(first, Exhibit.Text.class, "What does not agree").lines().isEmpty());
    }

    @Test
    void listEntryThatThePageMapDoesNotKnowIsAnOutline() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        Page page = alloc(kernel, 5);
        Zone zone = Mm.of(kernel).pageZone(page);

        zone.free.addFirst(5, MigrateType.MIGRATE_UNMOVABLE, page.pfn());
        zone.free.addFirst(4, MigrateType.MIGRATE_UNMOVABLE, page.pfn());

        List<Piece> outlines = pieces(map(zones(kernel).getFirst()), Use.LISTED);
        assertEquals(List.of("5"), outlines.stream().map(Piece::label).toList());
    }

    @Test
    void lookingChangesNothing() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        alloc(kernel, 1);
        Mm mm = Mm.of(kernel);
        int touched = mm.machineSpace().map().touchedSections();
        String before = mm.proc(ProcFile.PAGETYPEINFO) + mm.proc(ProcFile.ZONEINFO);
        long time = kernel.clock().ktimeNs();

        kernel.snapshot();

        assertEquals(before, mm.proc(ProcFile.PAGETYPEINFO) + mm.proc(ProcFile.ZONEINFO));
        assertEquals(touched, mm.machineSpace().map().touchedSections());
        assertEquals(time, kernel.clock().ktimeNs());
    }

    @Test
    void sameHistoryGivesTheSamePicture() {
        Kernel one = boot("2G");
        Kernel other = boot("2G");
        for (Kernel kernel : List.of(one, other)) {
            beginCase(kernel);
            alloc(kernel, 4);
            Mm.of(kernel).freePage(alloc(kernel, 0));
        }

        assertEquals(zones(one), zones(other));
    }

    @Test
    void hugeNodeStaysSmall() {
        Kernel kernel = boot("256G");
        beginCase(kernel);
        alloc(kernel, 0);

        for (Exhibit.Group zone : zones(kernel)) {
            assertTrue(map(zone).runs().size() < 64, zone.title() + ": " + map(zone).runs().size() + " runs");
            assertTrue(map(zone).closeUps().size() <= 12, zone.title());
        }
    }

    @Test
    void listsAreNamedFirstBlockFirst() {
        Kernel kernel = boot("4G");
        beginCase(kernel);
        Page page = alloc(kernel, 0);
        Zone zone = Mm.of(kernel).pageZone(page);
        Exhibit.Table lists = part(zones(kernel).getFirst(), Exhibit.Table.class, "Free lists");

        int order = 9;
        while (zone.free.isEmpty(order, MigrateType.MIGRATE_UNMOVABLE)) {
            order--;
        }
        String detail = lists.rows().getFirst().get(order + 1).detail();
        List<String> named = List.of(detail.split(" "));
        assertEquals("0x" + Integer.toHexString(zone.free.first(order, MigrateType.MIGRATE_UNMOVABLE)),
            named.getFirst());
        assertEquals("order " + order, lists.columns().get(order + 1));
        assertEquals(Integer.toString(zone.free.length(order, MigrateType.MIGRATE_UNMOVABLE)),
            lists.rows().getFirst().get(order + 1).text());
        List<Exhibit.Cell> cpus = part(zones(kernel).getFirst(), Exhibit.Table.class, "Per-CPU lists").rows().stream()
            .max(Comparator.comparingInt(row -> Integer.parseInt(row.get(1).text()))).orElseThrow();
        assertEquals(Integer.toString(zone.pcpPages()), cpus.get(1).text());
    }
}
