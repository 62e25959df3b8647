package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_DMA;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA32;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelLeak;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/** A machine boots with memory that can be allocated, is given back whole, and is watched for leaks. */
final class MmTest {
    private static final long GIB = 1L << 30;

    private static Machine twoNodes() {
        return Machine.numa(List.of(0, 1), List.of(2 * GIB, 2 * GIB));
    }

    private static Page alloc(Mm mm, int gfp, int order) {
        Page page = mm.allocPages(gfp(gfp), order);
        assertNotNull(page, "order " + order);
        return page;
    }

    private static List<String> text(Kernel kernel) {
        return kernel.log().records().stream().map(line -> line.text()).toList();
    }

    @Test
    @Tag("M-006")
    @Tag("M-034")
    void bootLeavesAscendingBlocksOnTheMovableLists() {
        try (Kernel kernel = Kernel.builder().memory("4G").build()) {
            Zone zone = Mm.of(kernel).zone(0, ZONE_NORMAL);
            List<Integer> heads = new ArrayList<>();
            for (int pfn = zone.free.first(MAX_PAGE_ORDER, MIGRATE_MOVABLE); pfn >= 0;
                pfn = zone.free.next(MAX_PAGE_ORDER, pfn)) {
                heads.add(pfn);
            }
            assertEquals(256, heads.size());
            assertEquals(0x100000, heads.getFirst());
            assertEquals(heads.stream().sorted().toList(), heads);
            assertEquals(256 * 1024, zone.counters.read(ZoneStat.NR_FREE_PAGES));
            assertEquals(256 * 1024, zone.managedPages);
            assertEquals(3840 - 0, Mm.of(kernel).zone(0, ZONE_DMA).managedPages);
            assertEquals(3 * 262144 - 4096 - 4096, Mm.of(kernel).zone(0, ZONE_DMA32).managedPages);
        }
    }

    @Test
    @Tag("M-005")
    @Tag("M-004")
    void zonesAreConsistentAfterBootOnManyMachines() {
        for (String memory : List.of("8M", "16M", "33M", "64M", "511M", "1G", "3500M", "4097M", "64G")) {
            for (String cmdline : List.of("", "movablecore=50%", "kernelcore=1G")) {
                try (Kernel kernel = Kernel.builder().memory(memory).cmdline(cmdline).build()) {
                    Mm mm = Mm.of(kernel);
                    assertEquals(List.of(), ZoneChecker.check(mm.machineSpace().zones().all(), mm.machineSpace().map()),
                        memory + " " + cmdline);
                    assertEquals(0, mm.machineSpace().pagesOut(), memory + " " + cmdline);
                }
            }
        }
    }

    @Test
    @Tag("M-009")
    void zonelistsAreLoggedAndHaveTheNodesInOrder() {
        try (Kernel kernel = Kernel.builder().machine(twoNodes()).build()) {
            Mm mm = Mm.of(kernel);
            assertEquals("0:DMA32 0:DMA 1:Normal 1:DMA32", mm.nodes().table().zonelist(0, false).toString());
            assertEquals("1:Normal 1:DMA32 0:DMA32 0:DMA", mm.nodes().table().zonelist(1, false).toString());
            assertEquals("1:Normal 1:DMA32", mm.nodes().table().zonelist(1, true).toString());
            assertTrue(text(kernel).contains("Fallback order for Node 0: 0 1 "), text(kernel).toString());
            assertTrue(text(kernel).contains("Fallback order for Node 1: 1 0 "), text(kernel).toString());
            assertTrue(text(kernel).stream().anyMatch(line -> line.matches(
                "Built 2 zonelists, mobility grouping on\\.  Total pages: \\d+")), text(kernel).toString());
            assertTrue(text(kernel).contains("Policy zone: Normal"));
            assertEquals("0-1", mm.nodes().list(NodeState.N_MEMORY));
            assertEquals("0-1", mm.nodes().list(NodeState.N_CPU));
        }
    }

    @Test
    @Tag("M-125")
    void theIsolatedNodeNumberIsPossibleButHasNoMemory() {
        try (Kernel kernel = Kernel.builder().machine(twoNodes()).build()) {
            assertEquals(2, Mm.of(kernel).nodes().isolatedNid());
            assertEquals("0-2", Mm.of(kernel).nodes().list(NodeState.N_POSSIBLE));
            assertEquals("0-1", Mm.of(kernel).nodes().list(NodeState.N_ONLINE));
        }
    }

    @Test
    @Tag("M-010")
    void nodeAndMaskDecideWherePagesComeFrom() {
        try (Kernel kernel = Kernel.builder().machine(twoNodes()).build()) {
            Mm mm = Mm.of(kernel);
            Page local = alloc(mm, GFP_KERNEL, 0);
            Page remote = mm.allocPagesNode(1, gfp(GFP_KERNEL), 0);
            Page thisNode = mm.allocPagesNode(1, gfp(GFP_KERNEL | __GFP_THISNODE), 3);
            Page masked = mm.allocPagesNodemask(gfp(GFP_KERNEL), 0, 0, NodeMask.of(1));
            assertNotNull(remote);
            assertNotNull(thisNode);
            assertNotNull(masked);
            assertEquals(List.of(0, 1, 1, 1), List.of(mm.pageToNid(local), mm.pageToNid(remote), mm.pageToNid(thisNode),
                mm.pageToNid(masked)));
            assertNull(mm.allocPagesNodemask(gfp(GFP_KERNEL | __GFP_NOWARN), 0, 0, NodeMask.of(5)));
            mm.freePage(local);
            mm.freePage(remote);
            mm.freePages(thisNode, 3);
            mm.freePage(masked);
        }
    }

    @Test
    @Tag("M-011")
    void requestsAreCountedWhereTheyWereServed() {
        try (Kernel kernel = Kernel.builder().machine(twoNodes()).build()) {
            Mm mm = Mm.of(kernel);
            Zone dma32 = mm.zone(0, ZONE_DMA32);
            Zone normal = mm.zone(1, ZONE_NORMAL);
            mm.freePage(alloc(mm, GFP_KERNEL, 0));
            Page remote = mm.allocPagesNode(1, gfp(GFP_KERNEL), 0);
            assertNotNull(remote);
            mm.freePage(remote);
            assertEquals(1, dma32.counters.numa(NumaStat.NUMA_HIT));
            assertEquals(1, dma32.counters.numa(NumaStat.NUMA_LOCAL));
            assertEquals(1, normal.counters.numa(NumaStat.NUMA_HIT));
            assertEquals(1, normal.counters.numa(NumaStat.NUMA_OTHER));
            assertEquals(0, normal.counters.numa(NumaStat.NUMA_MISS));
        }
    }

    @Test
    void pagesHaveIdentityAddressAndContents() {
        try (Kernel kernel = Kernel.builder().build()) {
            Mm mm = Mm.of(kernel);
            Page page = alloc(mm, GFP_KERNEL | __GFP_COMP, 2);
            assertSame(page, mm.page(page.pfn()));
            assertSame(page, mm.virtToPage(mm.pageAddress(page) + 4095));
            assertSame(page, page.plus(3).head());
            assertEquals(0xffff_8880_0000_0000L + ((long) page.pfn() << 12), page.address());
            mm.writeLong(page, 8, 0x1122334455667788L);
            assertEquals(0x1122334455667788L, mm.readLong(page, 8));
            assertEquals((byte) 0x88, mm.readByte(page, 8));
            mm.freePages(page, 2);
            long addr = mm.getZeroedPage(gfp(GFP_ATOMIC));
            assertEquals(0, mm.readLong(mm.virtToPage(addr), 8));
            mm.freePagesAt(addr, 0);
            mm.freePagesAt(0, 0);
            Page zeroed = alloc(mm, GFP_KERNEL | __GFP_ZERO, 0);
            assertEquals(0, mm.readLong(zeroed, 8));
            mm.freePage(zeroed);
        }
    }

    @Test
    @Tag("M-021")
    void zoneBitsReachTheirZones() {
        try (Kernel kernel = Kernel.builder().memory("6G").cmdline("movablecore=1G").build()) {
            Mm mm = Mm.of(kernel);
            Page dma = alloc(mm, GFP_DMA, 0);
            Page normal = alloc(mm, GFP_KERNEL, 0);
            Page movable = alloc(mm, GFP_HIGHUSER_MOVABLE, 0);
            assertEquals(ZONE_DMA, mm.pageZone(dma).index);
            assertEquals(ZONE_NORMAL, mm.pageZone(normal).index);
            assertEquals(ZONE_MOVABLE, mm.pageZone(movable).index);
            List.of(dma, normal, movable).forEach(mm::freePage);
        }
    }

    @Test
    void drainingGivesEverythingBackToTheBuddyLists() {
        try (Kernel kernel = Kernel.builder().build()) {
            Mm mm = Mm.of(kernel);
            String before = mm.proc(org.kunitjvm.mm.proc.ProcFile.BUDDYINFO);
            Zone zone = mm.zone(0, ZONE_NORMAL);
            mm.freePage(alloc(mm, GFP_KERNEL, 0));
            assertTrue(zone.pcpPages() > 0);
            mm.drainPagesZone(kernel.current().cpu(), zone);
            assertEquals(0, zone.pcpPages());
            assertEquals(before, mm.proc(org.kunitjvm.mm.proc.ProcFile.BUDDYINFO));
        }
    }

    @Test
    void aLeakedPageIsNamedWithItsOwner() {
        Kernel kernel = Kernel.builder().build();
        Mm mm = Mm.of(kernel);
        Auditor auditor = kernel.auditors().stream().filter(a -> a.name().equals("pages")).findFirst().orElseThrow();
        Object mark = auditor.mark();
        mm.freePages(alloc(mm, GFP_KERNEL, 2), 2);
        assertEquals(List.of(), auditor.leaksSince(mark));
        Page lost = alloc(mm, GFP_KERNEL, 3);
        List<String> leaks = auditor.leaksSince(mark);
        assertEquals(1, leaks.size(), leaks.toString());
        assertTrue(leaks.getFirst()
            .matches(String.format("pfn %#x order 3 GFP_KERNEL allocated by .*/\\d+ at MmTest\\.alloc:\\d+ < "
            + "MmTest\\.aLeakedPageIsNamedWithItsOwner:\\d+.*", lost.pfn())), leaks.getFirst());
        Object later = auditor.mark();
        assertEquals(List.of(), auditor.leaksSince(later), "a leak is reported once, by the mark that saw it");
        KernelLeak e = assertThrows(KernelLeak.class, kernel::close);
        assertTrue(e.getMessage().contains("order 3"), e.getMessage());
    }

    @Test
    void partsOfABlockThatStayAwayAreReported() {
        Kernel kernel = Kernel.builder().build();
        Mm mm = Mm.of(kernel);
        Auditor auditor = kernel.auditors().stream().filter(a -> a.name().equals("pages")).findFirst().orElseThrow();
        Object mark = auditor.mark();
        Page page = alloc(mm, GFP_KERNEL, 2);
        page.get();
        mm.freePages(page, 2);
        List<String> leaks = auditor.leaksSince(mark);
        assertEquals(1, leaks.size(), leaks.toString());
        assertTrue(leaks.getFirst().startsWith(String.format("pfn %#x: 1 pages", page.pfn())), leaks.toString());
        mm.freePage(page);
        assertEquals(List.of(), auditor.leaksSince(mark));
        kernel.close();
    }

    @Test
    void aKernelThatNobodyTestsStillCountsItsPages() {
        Kernel kernel = Kernel.builder().build();
        alloc(Mm.of(kernel), GFP_KERNEL, 1);
        KernelLeak e = assertThrows(KernelLeak.class, kernel::close);
        assertTrue(e.getMessage().contains("2 pages of the machine were not freed"), e.getMessage());
    }

    @Test
    void brokenListsAreFound() {
        Kernel kernel = Kernel.builder().build();
        Mm mm = Mm.of(kernel);
        Page page = alloc(mm, GFP_KERNEL, 0);
        mm.zone(0, ZONE_NORMAL).free.addFirst(0, MIGRATE_MOVABLE, page.pfn());
        List<String> problems = ZoneChecker.check(mm.machineSpace().zones().all(), mm.machineSpace().map());
        assertTrue(problems.stream().anyMatch(line -> line.contains("NR_FREE_PAGES")), problems.toString());
        assertTrue(problems.stream().anyMatch(line -> line.contains("has refcount 1")), problems.toString());
        assertTrue(problems.stream().anyMatch(line -> line.contains("is on the Movable list but its pageblock")),
            problems.toString());
        assertFalse(kernel.shutdown().isEmpty());
    }

    @Test
    void nonsenseOnTheCommandLineIsRefusedAtBoot() {
        KernelParamException e = assertThrows(KernelParamException.class,
            () -> Kernel.builder().cmdline("movablecore=lots").build());
        assertTrue(e.getMessage().contains("movablecore=lots"), e.getMessage());
    }

    @Test
    void twoKernelsShareNothing() {
        try (Kernel one = Kernel.builder().build(); Kernel two = Kernel.builder().build()) {
            Page first = alloc(Mm.of(one), GFP_KERNEL, 0);
            Page second = alloc(Mm.of(two), GFP_KERNEL, 0);
            assertEquals(first.pfn(), second.pfn());
            assertTrue(first != second);
            Mm.of(one).writeLong(first, 0, 1);
            assertEquals(0, Mm.of(two).readLong(second, 0));
            Mm.of(one).freePage(first);
            Mm.of(two).freePage(second);
        }
    }
}
