package org.kunitjvm.mm.hotplug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.alloc.PageMigrator;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/** Memory blocks come and go; zones, node states, zonelists, watermarks and free lists follow in Linux's order. */
final class MemoryHotplugTest {
    private static final int NODE1_PFN = 0x100000;
    private static final long BLOCK = 128L << 20;
    private static final long NODE1 = (long) NODE1_PFN << 12;

    /** Node 0 has 512 MiB and the CPU, node 1 has three memory blocks at 4 GiB. */
    private final Kernel kernel = boot(3);
    private final Mm mm = Mm.of(kernel);
    private final MemoryHotplug hotplug = mm.hotplug();

    private static Kernel boot(int blocks) {
        List<MemoryRange> memory = List.of(new MemoryRange(0, 1 << 17, 0),
            new MemoryRange(NODE1_PFN, NODE1_PFN + blocks * PAGES_PER_SECTION, 1));
        return Kernel.builder().machine(new Machine(List.of(0), memory, List.of(List.of(10, 20), List.of(20, 10))))
            .build();
    }

    @AfterEach
    void nothingIsBroken() {
        assertEquals(List.of(), ZoneChecker.check(mm.machineSpace().zones().all(), mm.machineSpace().map()));
        kernel.close();
    }

    private static List<Integer> blocksOn(Zone zone, int order, int type) {
        List<Integer> heads = new ArrayList<>();
        for (int pfn = zone.free.first(order, type); pfn >= 0; pfn = zone.free.next(order, pfn)) {
            heads.add(pfn);
        }
        return heads;
    }

    private static List<Integer> range(int startPfn, int endPfn) {
        return IntStream.iterate(startPfn, pfn -> pfn < endPfn, pfn -> pfn + 1024).boxed().toList();
    }

    private static Errno errnoOf(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(ErrnoException.class, call).errno();
    }

    private Zone normal() {
        return mm.zone(1, ZONE_NORMAL);
    }

    @Test
    @Tag("M-121")
    @Tag("M-034")
    void onlinedMemoryGoesToTheEndOfTheMovableListAscending() throws ErrnoException {
        int start = NODE1_PFN + 3 * PAGES_PER_SECTION;
        hotplug.addMemory(1, NODE1 + 3 * BLOCK, BLOCK);
        assertFalse(hotplug.blocks().of(start).isOnline());
        assertEquals(3 * PAGES_PER_SECTION, normal().presentPages);
        hotplug.onlineMemory(NODE1 + 3 * BLOCK, BLOCK);
        assertEquals(range(NODE1_PFN, start + PAGES_PER_SECTION), blocksOn(normal(), MAX_PAGE_ORDER, MIGRATE_MOVABLE));
        for (int order = 0; order < MAX_PAGE_ORDER; order++) {
            assertEquals(0, normal().free.nrFree(order), "order " + order);
        }
        assertEquals(List.of(), blocksOn(normal(), MAX_PAGE_ORDER, MIGRATE_ISOLATE));
        assertEquals(0, normal().nrIsolatePageblock);
        assertEquals(4 * PAGES_PER_SECTION, normal().presentPages);
        assertEquals(4 * PAGES_PER_SECTION, normal().managedPages);
        assertEquals(4 * PAGES_PER_SECTION, normal().spannedPages);
        assertEquals(4 * PAGES_PER_SECTION, normal().counters.exact(ZoneStat.NR_FREE_PAGES));
    }

    @Test
    @Tag("M-123")
    void offliningAMiddleBlockLeavesAHoleAndKeepsTheOrderOfTheRest() throws ErrnoException {
        int marksBefore = normal().watermark(0);
        hotplug.deviceOffline(hotplug.blocks().of(NODE1_PFN + PAGES_PER_SECTION));
        List<Integer> left = new ArrayList<>(range(NODE1_PFN, NODE1_PFN + PAGES_PER_SECTION));
        left.addAll(range(NODE1_PFN + 2 * PAGES_PER_SECTION, NODE1_PFN + 3 * PAGES_PER_SECTION));
        assertEquals(left, blocksOn(normal(), MAX_PAGE_ORDER, MIGRATE_MOVABLE));
        assertEquals(3 * PAGES_PER_SECTION, normal().spannedPages);
        assertEquals(2 * PAGES_PER_SECTION, normal().presentPages);
        assertEquals(2 * PAGES_PER_SECTION, normal().managedPages);
        assertEquals(2 * PAGES_PER_SECTION, normal().counters.exact(ZoneStat.NR_FREE_PAGES));
        assertTrue(normal().watermark(0) < marksBefore, normal().watermark(0) + " < " + marksBefore);
        assertEquals(0, normal().nrIsolatePageblock);
        hotplug.deviceOnline(hotplug.blocks().of(NODE1_PFN + PAGES_PER_SECTION));
        assertEquals(3 * PAGES_PER_SECTION, normal().presentPages);
    }

    @Test
    @Tag("M-123")
    void offliningAnEndShrinksZoneAndNode() throws ErrnoException {
        hotplug.offlineAndRemoveMemory(NODE1, BLOCK);
        assertEquals(NODE1_PFN + PAGES_PER_SECTION, normal().startPfn);
        assertEquals(2 * PAGES_PER_SECTION, normal().spannedPages);
        assertEquals(NODE1_PFN + PAGES_PER_SECTION, mm.node(1).startPfn);
        hotplug.offlineAndRemoveMemory(NODE1 + 2 * BLOCK, BLOCK);
        assertEquals(PAGES_PER_SECTION, normal().spannedPages);
        assertEquals(PAGES_PER_SECTION, mm.node(1).spannedPages);
        assertNull(hotplug.blocks().of(NODE1_PFN));
    }

    @Test
    @Tag("M-123")
    @Tag("M-122")
    void theLastMemoryTakesTheNodeOutOfAllZonelists() throws ErrnoException {
        assertEquals("0:DMA32 0:DMA 1:Normal", mm.nodes().table().zonelist(0, false).toString());
        List<String> statesWhenTold = new ArrayList<>();
        hotplug.registerMemoryNotifier((event, what) -> statesWhenTold.add(event + " " + mm.nodes()
            .list(NodeState.N_MEMORY) + " " + what.statusChangeNid()), 0);
        hotplug.offlineAndRemoveMemory(NODE1, 3 * BLOCK);
        assertEquals("0:DMA32 0:DMA", mm.nodes().table().zonelist(0, false).toString());
        assertEquals("0", mm.nodes().list(NodeState.N_MEMORY));
        assertEquals("0", mm.nodes().list(NodeState.N_ONLINE));
        assertFalse(mm.node(1).kswapdRuns);
        assertEquals(0, normal().pcp[0].highMax);
        assertEquals(List.of("MEM_GOING_OFFLINE 0-1 -1", "MEM_OFFLINE 0-1 -1", "MEM_GOING_OFFLINE 0-1 -1",
            "MEM_OFFLINE 0-1 -1", "MEM_GOING_OFFLINE 0-1 1", "MEM_OFFLINE 0 1"), statesWhenTold);

        hotplug.addMemory(1, NODE1, BLOCK);
        hotplug.onlineMemory(NODE1, BLOCK);
        assertEquals("0:DMA32 0:DMA 1:Normal", mm.nodes().table().zonelist(0, false).toString());
        assertEquals("0-1", mm.nodes().list(NodeState.N_ONLINE));
        assertTrue(mm.node(1).kswapdRuns);
        assertTrue(normal().pcp[0].highMin > 0 && normal().pcp[0].batch > 1);
        Page page = mm.allocPagesNode(1, gfp(GFP_KERNEL | __GFP_THISNODE), 0);
        assertNotNull(page);
        assertEquals(NODE1_PFN, page.pfn(), "a fresh node hands out its first page first");
        mm.freePage(page);
    }

    @Test
    @Tag("M-124")
    void whenOneBlockCannotGoTheOthersComeBack() throws ErrnoException {
        Page page = takePageIn(NODE1_PFN + PAGES_PER_SECTION, GFP_KERNEL);
        assertEquals(Errno.EBUSY, errnoOf(() -> hotplug.offlineAndRemoveMemory(NODE1, 3 * BLOCK)));
        assertTrue(hotplug.blocks().all().stream().allMatch(MemoryBlock::isOnline), hotplug.blocks().all().toString());
        assertEquals(3 * PAGES_PER_SECTION, normal().presentPages);
        assertTrue(normal().pcp[0].highMax > 0, "the caches work again");
        mm.freePages(page, MAX_PAGE_ORDER);
        hotplug.offlineAndRemoveMemory(NODE1, 3 * BLOCK);
        assertEquals(0, normal().presentPages);
    }

    /** An order-10 block in the memory block of {@code pfn}. */
    private Page takePageIn(int pfn, int gfp) {
        List<Page> others = new ArrayList<>();
        while (true) {
            Page page = mm.allocPagesNode(1, gfp(gfp | __GFP_THISNODE), MAX_PAGE_ORDER);
            assertNotNull(page);
            if (page.pfn() >= pfn) {
                others.forEach(other -> mm.freePages(other, MAX_PAGE_ORDER));
                return page;
            }
            others.add(page);
        }
    }

    @Test
    @Tag("M-123")
    void aFailedOfflineSaysWhyAndLeavesNothingIsolated() {
        Page page = takePageIn(NODE1_PFN, GFP_KERNEL);
        ErrnoException e = assertThrows(ErrnoException.class,
            () -> hotplug.deviceOffline(hotplug.blocks().of(NODE1_PFN)));
        assertTrue(e.getMessage()
            .contains("memory offlining [mem 0x100000000-0x107ffffff] failed due to failure to isolate range"),
            e.getMessage());
        assertEquals(0, normal().nrIsolatePageblock);
        mm.freePages(page, MAX_PAGE_ORDER);
    }

    @Test
    @Tag("M-123")
    void pagesInUseAreMovedAwayByTheirOwner() throws ErrnoException {
        Page page = mm.allocPagesNode(1, gfp(GFP_KERNEL | __GFP_THISNODE), 0);
        assertNotNull(page);
        page.setFlag(PG_LRU);
        assertEquals(Errno.EBUSY, errnoOf(() -> hotplug.deviceOffline(hotplug.blocks().of(page.pfn()))),
            "nobody can move it");
        int[] movedTo = {-1};
        hotplug.setMigrator(new PageMigrator() {
            @Override
            public boolean isolate(int pfn) {
                return pfn == page.pfn();
            }

            @Override
            public void migrate(int fromPfn, int toPfn) {
                page.clearFlag(PG_LRU);
                movedTo[0] = toPfn;
            }
        });
        hotplug.deviceOffline(hotplug.blocks().of(NODE1_PFN));
        assertTrue(movedTo[0] >= NODE1_PFN + PAGES_PER_SECTION, "moved to " + movedTo[0]);
        mm.freePage(mm.page(movedTo[0]));
    }

    @Test
    @Tag("M-120")
    void refusedRangesAreNamed() {
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.addMemory(1, NODE1 + 3 * BLOCK + 4096, BLOCK)));
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.addMemory(1, NODE1 + 3 * BLOCK, BLOCK / 2)));
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.addMemory(1, NODE1 + 3 * BLOCK, 0)));
        assertEquals(Errno.EEXIST, errnoOf(() -> hotplug.addMemory(1, NODE1 + 2 * BLOCK, 2 * BLOCK)));
        assertEquals(Errno.E2BIG, errnoOf(() -> hotplug.addMemory(1, 8L << 40, BLOCK)));
        assertTrue(lastLog("unaligned")
            .equals("Block size [0x8000000] unaligned hotplug range: start 0x118000000, size 0x0"),
            lastLog("unaligned"));
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.addMemory(9, NODE1 + 3 * BLOCK, BLOCK)));
        assertTrue(lastLog("possible_map").contains("node 9 was absent from the node_possible_map"));
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.offlineAndRemoveMemory(NODE1 + 1, BLOCK)));
        assertEquals(Errno.EBUSY, errnoOf(() -> hotplug.removeMemory(NODE1, BLOCK)));
    }

    private String lastLog(String part) {
        return kernel.log().records().reversed().stream().map(line -> line.text()).filter(text -> text.contains(part))
            .findFirst().orElse("");
    }

    @Test
    @Tag("M-120")
    void aRefusedRangeCanBeAddedLater() throws ErrnoException {
        assertEquals(Errno.EINVAL, errnoOf(() -> hotplug.addMemory(9, NODE1 + 3 * BLOCK, BLOCK)));
        hotplug.addMemory(1, NODE1 + 3 * BLOCK, BLOCK);
        hotplug.removeMemory(NODE1 + 3 * BLOCK, BLOCK);
        hotplug.addMemory(0, NODE1 + 3 * BLOCK, BLOCK);
        hotplug.onlineMemory(NODE1 + 3 * BLOCK, BLOCK);
        assertEquals(0, mm.pageToNid(mm.page(NODE1_PFN + 3 * PAGES_PER_SECTION)));
        assertEquals(PAGES_PER_SECTION, mm.zone(0, ZONE_NORMAL).presentPages);
    }

    @Test
    void bootBlocksWithSeveralZonesOrReservedPagesStay() {
        ErrnoException zones = assertThrows(ErrnoException.class, () -> hotplug.deviceOffline(hotplug.blocks().of(0)));
        assertTrue(zones.getMessage().contains("multizone range"), zones.getMessage());
        assertEquals(Errno.EINVAL, zones.errno());
        assertTrue(hotplug.blocks().of(0).isOnline());
        assertEquals(ZONE_DMA32, mm.pageZone(mm.page(PAGES_PER_SECTION)).index);
    }

    @Test
    void notifiersAreToldByPriorityAndCanRefuse() throws ErrnoException {
        List<String> told = new ArrayList<>();
        hotplug.registerMemoryNotifier((event, what) -> told.add("low " + event), 1);
        hotplug.registerMemoryNotifier((event, what) -> told.add("high " + event), 9);
        MemoryNotifier refuser = (event, what) -> {
            if (event == MemoryEvent.MEM_GOING_OFFLINE || event == MemoryEvent.MEM_GOING_ONLINE) {
                throw new ErrnoException(Errno.ENOMEM, "no");
            }
        };
        hotplug.registerMemoryNotifier(refuser, 5);
        MemoryBlock block = hotplug.blocks().of(NODE1_PFN);
        ErrnoException e = assertThrows(ErrnoException.class, () -> hotplug.deviceOffline(block));
        assertEquals(Errno.ENOMEM, e.errno());
        assertTrue(e.getMessage().contains("failed due to notifier failure"), e.getMessage());
        assertEquals(List.of("high MEM_GOING_OFFLINE", "high MEM_CANCEL_OFFLINE", "low MEM_CANCEL_OFFLINE"), told);
        assertTrue(block.isOnline());
        assertEquals(0, normal().nrIsolatePageblock);

        hotplug.unregisterMemoryNotifier(refuser);
        hotplug.deviceOffline(block);
        hotplug.registerMemoryNotifier(refuser, 5);
        told.clear();
        assertEquals(Errno.ENOMEM, errnoOf(() -> hotplug.deviceOnline(block)));
        assertEquals(List.of("high MEM_GOING_ONLINE", "high MEM_CANCEL_ONLINE", "low MEM_CANCEL_ONLINE"), told);
        assertEquals(2 * PAGES_PER_SECTION, normal().spannedPages);
        hotplug.unregisterMemoryNotifier(refuser);
        hotplug.deviceOnline(block);
        assertEquals(NODE1_PFN, normal().startPfn);
    }

    @Test
    @Tag("M-123")
    void cachedPagesAreDrainedBeforeTheBlockGoes() throws ErrnoException {
        Page page = mm.allocPagesNode(1, gfp(GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN), 0);
        assertNotNull(page);
        mm.freePage(page);
        assertTrue(normal().pcpPages() > 0);
        hotplug.deviceOffline(hotplug.blocks().of(NODE1_PFN));
        assertEquals(0, normal().pcpPages());
        assertEquals(2 * PAGES_PER_SECTION, normal().managedPages);
    }

    @ParameterizedTest
    @CsvSource({"0x100000, 32768", "0xffffff, 32768", "0x1000000, 524288", "0x1080000, 524288", "0x1008000, 32768",
        "0x1040000, 262144"})
    void blockSizeFollowsTheEndOfMemory(String endPfn, int pages) {
        assertEquals(pages, MemoryBlocks.blockPages(Integer.decode(endPfn)));
    }
}
