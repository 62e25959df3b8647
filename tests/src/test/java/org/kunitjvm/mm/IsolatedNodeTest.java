package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.zone.Zone;

/** An isolated node is nobody else's memory, whichever way it was got, and both ways behave the same. */
final class IsolatedNodeTest {
    private static final String ROUTE = "page_alloc_test.route=";

    private static Kernel boot(String cmdline) {
        return Kernel.builder().memory("4G").cmdline(cmdline).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"movablecore=2G", "", "movablecore=2G " + ROUTE + "context"})
    @Tag("M-125")
    void nobodyElseAllocatesFromIt(String cmdline) throws IsolatedNodeUnavailable {
        try (Kernel kernel = boot(cmdline)) {
            Mm mm = Mm.of(kernel);
            IsolatedNode node = IsolatedNode.open(mm);
            Zone zone = node.zones().getFirst();
            assertEquals(1, node.zones().size());
            assertEquals(PAGES_PER_SECTION, zone.managedPages);
            assertEquals(ZONE_NORMAL, zone.index);
            assertFalse(mm.nodes().is(node.nid(), NodeState.N_MEMORY));
            assertFalse(mm.nodes().table().zonelist(0, false).toString().contains(node.nid() + ":"));
            Page mine = node.allocPages(gfp(GFP_KERNEL), 0);
            assertNotNull(mine);
            assertTrue(zone.spans(mine.pfn()));
            List<Page> others = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                Page page = mm.allocPages(gfp(i % 2 == 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE), 0);
                assertNotNull(page);
                assertFalse(zone.spans(page.pfn()), page.toString());
                others.add(page);
            }
            mm.freePage(mine);
            others.forEach(mm::freePage);
            node.close();
        }
    }

    @Test
    @Tag("M-125")
    void theHotplugRouteRunsNoThreadsAndGivesTheMemoryBack() throws IsolatedNodeUnavailable {
        try (Kernel kernel = boot("movablecore=2G")) {
            Mm mm = Mm.of(kernel);
            int before = mm.node(0).presentPages();
            int movable = mm.zone(0, ZONE_MOVABLE).presentPages;
            IsolatedNode node = IsolatedNode.open(mm);
            assertInstanceOf(HotplugIsolatedNode.class, node);
            assertEquals(before - PAGES_PER_SECTION, mm.node(0).presentPages());
            assertEquals(movable - PAGES_PER_SECTION, mm.zone(0, ZONE_MOVABLE).presentPages);
            assertFalse(mm.node(node.nid()).kswapdRuns);
            assertFalse(mm.node(node.nid()).kcompactdRuns);
            assertEquals("1:Normal", mm.nodes().table().zonelist(node.nid(), false).toString());
            assertEquals("0-1", mm.nodes().list(NodeState.N_ONLINE));
            assertEquals("0", mm.nodes().list(NodeState.N_MEMORY));
            assertTrue(mm.proc(ProcFile.BUDDYINFO).contains("Node 1, zone   Normal"));
            node.close();
            assertEquals(before, mm.node(0).presentPages());
            assertEquals("0", mm.nodes().list(NodeState.N_ONLINE));
        }
    }

    @Test
    void theContextRouteCostsNoMemoryUntilSomethingIsWritten() throws IsolatedNodeUnavailable {
        try (Kernel kernel = boot("")) {
            Mm mm = Mm.of(kernel);
            String before = mm.proc(ProcFile.BUDDYINFO);
            IsolatedNode node = IsolatedNode.open(mm);
            assertInstanceOf(ContextIsolatedNode.class, node);
            Page page = node.allocPages(gfp(GFP_KERNEL), 0);
            assertNotNull(page);
            assertFalse(kernel.memory().isBacked(page.pfn()));
            mm.writeLong(page, 0, 42);
            assertTrue(kernel.memory().isBacked(page.pfn()));
            assertEquals(42, kernel.mmu().readLong(page.address()), "the direct map has it");
            assertEquals(before, mm.proc(ProcFile.BUDDYINFO), "the machine's memory is untouched");
            mm.freePage(page);
            node.close();
        }
    }

    @Test
    @Tag("M-126")
    void withoutMovableMemoryTheHotplugRouteSaysWhatToDo() {
        try (Kernel kernel = boot(ROUTE + "hotplug")) {
            IsolatedNodeUnavailable e = assertThrows(IsolatedNodeUnavailable.class,
                () -> IsolatedNode.open(Mm.of(kernel)));
            assertFalse(e.isSkip());
            assertEquals(List.of("Couldn't find ZONE_MOVABLE block to offline", "Try setting/expanding movablecore="),
                e.lines());
        }
    }

    @Test
    @Tag("M-126")
    void withoutANodeNumberTheSuiteIsSkipped() {
        try (Kernel kernel = Kernel.builder().config(KernelConfig.defconfig().with("NODES_SHIFT", "0"))
                .build()) {
            for (IsolatedNode.Route route : IsolatedNode.Route.values()) {
                IsolatedNodeUnavailable e = assertThrows(IsolatedNodeUnavailable.class,
                    () -> IsolatedNode.open(Mm.of(kernel), route));
                assertTrue(e.isSkip());
                assertEquals(List.of("No fake NUMA node ID allocated"), e.lines());
            }
        }
    }

    @Test
    void anUnknownRouteIsRefusedAtBoot() {
        KernelParamException e = assertThrows(KernelParamException.class, () -> boot(ROUTE + "sideways"));
        assertEquals("page_alloc_test.route=sideways: 'sideways' is not a way to an isolated node; use auto, context or hotplug",
            e.getMessage());
    }

    @Test
    void closingWithPagesOutIsABug() throws IsolatedNodeUnavailable {
        Kernel kernel = boot("");
        IsolatedNode node = IsolatedNode.open(Mm.of(kernel));
        Page page = node.allocPages(gfp(GFP_KERNEL), 2);
        assertNotNull(page);
        KernelBug bug = assertThrows(KernelBug.class, node::close);
        assertTrue(bug.getMessage().contains("4 pages"), bug.getMessage());
        Mm.of(kernel).freePages(page, 2);
        node.close();
        kernel.close();
    }

    /** The same random allocations and frees give the same frames, counted from the start of the node. */
    @Test
    @Tag("M-133")
    void bothRoutesHandOutTheSameFrames() throws IsolatedNodeUnavailable {
        long seed = 20261121;
        assertEquals(frames(IsolatedNode.Route.CONTEXT, seed), frames(IsolatedNode.Route.HOTPLUG, seed),
            "seed " + seed);
    }

    private static List<Integer> frames(IsolatedNode.Route route, long seed) throws IsolatedNodeUnavailable {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> frames = new ArrayList<>();
        try (Kernel kernel = boot("movablecore=2G")) {
            Mm mm = Mm.of(kernel);
            IsolatedNode node = IsolatedNode.open(mm, route);
            // What depends on the size of the whole machine is made equal.
            node.zones().getFirst().setWatermark(0, 100);
            node.zones().getFirst().setWatermark(1, 200);
            node.zones().getFirst().setWatermark(2, 300);
            for (var pcp : node.zones().getFirst().pcp) {
                pcp.highMin = 200;
            }
            List<Page> live = new ArrayList<>();
            List<Integer> orders = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                if (live.isEmpty() || random.nextInt(100) < 55) {
                    int order = random.nextInt(4);
                    Page page = node.allocPages(gfp(random.nextBoolean() ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE), order);
                    assertNotNull(page);
                    frames.add(page.pfn() - node.zones().getFirst().startPfn);
                    live.add(page);
                    orders.add(order);
                } else {
                    int victim = random.nextInt(live.size());
                    mm.freePages(live.remove(victim), orders.remove(victim));
                }
            }
            for (int i = 0; i < live.size(); i++) {
                mm.freePages(live.get(i), orders.get(i));
            }
            mm.drainAllPages(null);
            node.close();
        }
        return frames;
    }
}
