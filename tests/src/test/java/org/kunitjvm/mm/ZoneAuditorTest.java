package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.alloc.BulkAllocator;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageLists;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.PcpLists;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneFingerprint;
import org.kunitjvm.mm.zone.ZoneStat;

/** Whatever is done to a zone by hand after a check that found nothing is noticed by the next one. */
final class ZoneAuditorTest {
    /** Memory with free blocks of all sizes and pages in the caches of a CPU, and the auditor that has seen it. */
    private static final class Memory implements AutoCloseable {
        private final Kernel kernel = Kernel.builder().cpus(2).memory("5G").build();
        private final Mm mm = Mm.of(kernel);
        private final PageMap map = mm.machineSpace().map();
        private final Zone zone = mm.zone(0, ZONE_NORMAL);
        private final ZoneAuditor auditor = new ZoneAuditor(mm);

        Memory() {
            mm.freePage(page());
            assertEquals(List.of(), auditor.leaksSince(List.of()), "without a mark everything is looked at");
            auditor.mark();
        }

        Page page() {
            Page page = mm.allocPages(gfp(GFP_KERNEL), 0);
            assertNotNull(page);
            return page;
        }

        long fingerprint() {
            AllocSpace space = mm.machineSpace();
            return ZoneFingerprint.of(space.zones().all(), space.map(), space.context().events());
        }

        /** A free block that was left over when a larger one was split. */
        int smallBlock() {
            for (int order = 0; order < PAGEBLOCK_ORDER; order++) {
                for (int type = 0; type <= MIGRATE_MOVABLE; type++) {
                    if (!zone.free.isEmpty(order, type)) {
                        return zone.free.first(order, type);
                    }
                }
            }
            throw new IllegalStateException("no block was split");
        }

        int largeBlock() {
            return zone.free.first(MAX_PAGE_ORDER, MIGRATE_MOVABLE);
        }

        PcpLists cache() {
            return zone.pcp[kernel.current().cpu()].lists;
        }

        int cachedList() {
            int list = 0;
            while (cache().isEmpty(list)) {
                list++;
            }
            return list;
        }

        @Override
        public void close() {
            kernel.shutdown();
        }
    }

    private interface Tampering {
        void with(Memory memory);
    }

    private static Map<String, Tampering> tamperings() {
        Map<String, Tampering> all = new LinkedHashMap<>();
        all.put("a reference to a free page", m -> m.map.addRefcount(m.smallBlock(), 1));
        all.put("the references of a free page are set", m -> m.map.setRefcount(m.smallBlock(), 2));
        all.put("a flag on a cached page", m -> m.map.addFlags(m.cache().first(m.cachedList()), PageFlags.PG_LOCKED));
        all.put("the same through a page", m -> m.map.page(m.cache().first(m.cachedList())).setFlag(
            PageFlags.PG_LOCKED));
        all.put("another type for a pageblock", m -> m.map.setBlockType(m.largeBlock(), MIGRATE_CMA));
        all.put("another type for several", m -> m.map.setBlockTypes(m.largeBlock(), MAX_PAGE_ORDER,
            MIGRATE_ISOLATE));
        all.put("another zone for a pageblock", m -> m.map.setZoneId(m.largeBlock(),
            m.largeBlock() + 512, 1));
        all.put("free memory is marked as reserved", m -> {
            int pfn = m.smallBlock();
            m.map.markReserved(pfn, pfn + 1);
        });
        all.put("a large block too many", m -> m.zone.free.addFirst(MAX_PAGE_ORDER, MIGRATE_UNMOVABLE,
            m.zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE)));
        all.put("a large block too few", m -> m.zone.free.remove(MAX_PAGE_ORDER, MIGRATE_MOVABLE,
            m.zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE)));
        all.put("a block on another type's list", m -> m.zone.free.moveToLast(MAX_PAGE_ORDER, MIGRATE_MOVABLE,
            MIGRATE_UNMOVABLE, m.zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE)));
        all.put("a small block on a list of somebody else", m -> {
            PageLists theirs = new PageLists(m.map, 1);
            theirs.addFirst(0, m.smallBlock());
            theirs.addFirst(0, m.cache().first(m.cachedList()));
        });
        all.put("the counter of free pages", m -> m.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, 1));
        all.put("what a CPU has not folded", m -> m.zone.counters.setDiff(1, ZoneStat.NR_FREE_PAGES, 1));
        all.put("the counter of free CMA pages", m -> m.zone.counters.mod(0, ZoneStat.NR_FREE_CMA, 1));
        all.put("the number of isolated blocks", m -> m.zone.nrIsolatePageblock++);
        all.put("the number of free HighAtomic pages", m -> m.zone.setNrFreeHighatomic(m.zone.nrFreeHighatomic() + 1));
        all.put("the count of a cache", m -> m.zone.pcp[1].count++);
        all.put("a lock that is still held", m -> m.zone.pcp[1].lock.tryLock());
        all.put("a cached page less", m -> m.cache().removeFirst(m.cachedList()));
        all.put("a cached page twice", m -> m.cache().addLast(m.cachedList(), m.cache().first(m.cachedList())));
        all.put("another page in a cache", m -> {
            int list = m.cachedList();
            m.cache().removeFirst(list);
            m.cache().addFirst(list, m.largeBlock());
        });
        all.put("a page of another zone in a cache", m -> {
            int list = m.cachedList();
            m.cache().removeFirst(list);
            m.cache().addFirst(list, m.zone.startPfn - 1);
        });
        return all;
    }

    @TestFactory
    Stream<DynamicTest> tamperingIsNoticed() {
        return tamperings().entrySet().stream().map(each -> dynamicTest(each.getKey(), () -> {
            try (Memory memory = new Memory()) {
                each.getValue().with(memory);
                assertNotEquals(List.of(), memory.auditor.leaksSince(memory.auditor.mark()), each.getKey());
                assertNotEquals(List.of(), memory.auditor.leaksSince(memory.auditor.mark()), "it is still so");
            }
        }));
    }

    @Test
    void whatTheBootLeftIsRightUntilSomebodyTouchesIt() {
        try (Kernel kernel = Kernel.builder().cpus(2).memory("5G").build()) {
            Mm mm = Mm.of(kernel);
            Zone zone = mm.zone(0, ZONE_NORMAL);
            ZoneAuditor auditor = new ZoneAuditor(mm);
            zone.spannedPages++;
            Object mark = auditor.mark();
            assertEquals(List.of(), auditor.leaksSince(mark), "the mark takes what it finds for right");
            zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, 1);
            assertNotEquals(List.of(), auditor.leaksSince(mark));
            zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, -1);
            zone.spannedPages--;
            assertEquals(List.of(), auditor.leaksSince(mark), "it is right again");
        }
    }

    @Test
    void untouchedMemoryKeepsItsFingerprintAndEveryAllocationChangesIt() {
        try (Memory memory = new Memory()) {
            long before = memory.fingerprint();
            memory.auditor.leaksSince(memory.auditor.mark());
            assertEquals(before, memory.fingerprint(), "a check changes nothing");
            Page page = memory.page();
            long out = memory.fingerprint();
            assertNotEquals(before, out, "one page is out");
            memory.mm.freePage(page);
            assertNotEquals(out, memory.fingerprint(), "it is back");
            assertNotEquals(before, memory.fingerprint(), "somebody had it in between");
        }
    }

    @Test
    void blocksOfEveryOrderLeaveATrace() {
        try (Memory memory = new Memory()) {
            for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
                for (int round = 0; round < 3; round++) {
                    long before = memory.fingerprint();
                    Page block = memory.mm.allocPages(gfp(GFP_KERNEL), order);
                    assertNotNull(block);
                    long out = memory.fingerprint();
                    memory.mm.freePages(block, order);
                    assertNotEquals(before, out, "allocated, order " + order);
                    assertNotEquals(out, memory.fingerprint(), "freed, order " + order);
                    assertNotEquals(before, memory.fingerprint(), "both, order " + order);
                }
            }
        }
    }

    @Test
    void memoryThatWasMadeUpIsLookedAtWhenItIsNew() throws IsolatedNodeUnavailable {
        try (Memory memory = new Memory()) {
            AllocSpace space = ContextIsolatedNode.make(memory.mm).space();
            Zone zone = space.zones().all().getFirst();
            zone.setNrFreeHighatomic(1);
            assertNotEquals(List.of(), memory.auditor.leaksSince(memory.auditor.mark()));
            zone.setNrFreeHighatomic(0);
            assertEquals(List.of(), memory.auditor.leaksSince(memory.auditor.mark()));
        }
    }

    /** A machine that checks after every operation, its auditor and its only zone with normal memory. */
    private static final class Paranoid implements AutoCloseable {
        private final Kernel kernel = Kernel.builder().cpus(2).memory("5G").cmdline("mm.paranoid=1").build();
        private final Mm mm = Mm.of(kernel);
        private final Auditor auditor = kernel.auditors().stream().filter(each -> each.name().equals("zones"))
            .findFirst().orElseThrow();
        private final Zone zone = mm.zone(0, ZONE_NORMAL);
        /** First frame of a block that the test has. */
        private int held;

        Page page() {
            Page page = mm.allocPages(gfp(GFP_KERNEL), 0);
            assertNotNull(page);
            return page;
        }

        PageAllocator allocator() {
            return mm.machineSpace().allocator();
        }

        /** What is told after each case. */
        List<String> told() {
            return auditor.leaksSince(auditor.mark());
        }

        long logged() {
            return kernel.log().records().stream().filter(each -> each.text().contains("broke an invariant")).count();
        }

        @Override
        public void close() {
            kernel.shutdown();
        }
    }

    private interface Mistake {
        void of(Paranoid machine);
    }

    /** What the operation that is named does wrong: each is done by hand just before it ends. */
    private static Map<String, Mistake> mistakes() {
        Map<String, Mistake> all = new LinkedHashMap<>();
        all.put("but NR_FREE_PAGES is", m -> m.zone.counters.mod(0, ZoneStat.NR_FREE_PAGES, 1));
        all.put("is on the Unmovable list but its pageblock", m -> m.zone.free.moveToLast(MAX_PAGE_ORDER,
            MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, m.zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE)));
        all.put("overlaps free block", m -> m.zone.free.addLast(PAGEBLOCK_ORDER, MIGRATE_MOVABLE,
            m.zone.free.last(MAX_PAGE_ORDER, MIGRATE_MOVABLE) + (1 << PAGEBLOCK_ORDER)));
        all.put("nr_isolate_pageblock is 1", m -> m.zone.nrIsolatePageblock++);
        all.put("pages on its lists but count is", m -> m.zone.pcp[1].count++);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> theFirstOperationAfterAMistakeIsNamed() {
        return mistakes().entrySet().stream().map(each -> dynamicTest(each.getKey(), () -> {
            try (Paranoid machine = new Paranoid()) {
                Page page = machine.page();
                machine.mm.freePage(machine.page());
                assertEquals(List.of(), machine.told());
                each.getValue().of(machine);
                machine.mm.freePage(page);
                machine.mm.freePage(machine.page());
                String culprit = machine.told().getFirst();
                assertTrue(culprit.contains("is the first one that broke an invariant: free, pfn "
                    + String.format("%#x", page.pfn()) + " order 0"), culprit);
                assertTrue(machine.told().stream().anyMatch(line -> line.contains(each.getKey())), culprit);
                assertEquals(1, machine.logged());
            }
        }));
    }

    /** What ends right after somebody else's mistake is what is named, whatever kind of operation it is. */
    private static Map<String, Mistake> operations() {
        Map<String, Mistake> all = new LinkedHashMap<>();
        all.put("allocation, pfn", m -> m.mm.allocPages(gfp(GFP_KERNEL), 4));
        all.put("free, pfn", m -> m.allocator().freePages(m.held, 0));
        all.put("put, pfn", m -> m.allocator().folioPut(m.held));
        all.put("drain, pfn", m -> m.allocator().drainAllPages(m.zone));
        all.put("allocation of many, pfn", m -> new BulkAllocator(m.allocator()).allocPagesBulk(0, GFP_KERNEL, 3,
            new int[] {-1, -1, -1}));
        all.put("free of many, pfn", m -> {
            m.mm.machineSpace().map().setRefcount(m.held, 0);
            new BulkAllocator(m.allocator()).freeUnrefFolios(new int[] {m.held}, null, 1);
        });
        return all;
    }

    @TestFactory
    Stream<DynamicTest> operationsOfEveryKindAreChecked() {
        return operations().entrySet().stream().map(each -> dynamicTest(each.getKey(), () -> {
            try (Paranoid machine = new Paranoid()) {
                machine.held = machine.page().pfn();
                machine.zone.nrIsolatePageblock++;
                each.getValue().of(machine);
                String culprit = machine.told().getFirst();
                assertTrue(culprit.contains("broke an invariant: " + each.getKey()), culprit);
            }
        }));
    }

    @Test
    void nothingIsCheckedUnlessItIsAskedFor() {
        try (Kernel kernel = Kernel.builder().cpus(1).cmdline("mm.paranoid=0").build()) {
            Mm mm = Mm.of(kernel);
            mm.zone(0, ZONE_NORMAL).nrIsolatePageblock++;
            mm.freePage(mm.allocPages(gfp(GFP_KERNEL), 0));
            mm.zone(0, ZONE_NORMAL).nrIsolatePageblock--;
            assertEquals(List.of(), kernel.log().records().stream().filter(each -> each.text().contains("invariant"))
                .toList());
        }
    }

    @Test
    void damageThatIsGoneWhenTheCaseEndsIsToldOnce() {
        try (Paranoid machine = new Paranoid()) {
            machine.zone.nrIsolatePageblock++;
            Page page = machine.page();
            machine.zone.nrIsolatePageblock--;
            machine.mm.freePage(page);
            List<String> told = machine.told();
            assertEquals(1, told.size());
            String culprit = told.getFirst();
            assertTrue(culprit.contains(String.format(" allocation, pfn %#x", page.pfn())), culprit);
            assertEquals(List.of(), machine.told());
            machine.zone.pcp[1].count++;
            machine.mm.freePage(machine.page());
            assertTrue(machine.told().getFirst().contains(" allocation, pfn "), "it looks for another one");
            assertEquals(2, machine.logged());
        }
    }

    @Test
    void operationsInsideASectionOfAnotherTaskAreNotChecked() {
        try (Paranoid machine = new Paranoid()) {
            assertTrue(machine.zone.pcp[1].lock.tryLock());
            machine.zone.pcp[1].count++;
            machine.mm.freePage(machine.page());
            machine.zone.pcp[1].count--;
            machine.zone.pcp[1].lock.unlock();
            assertEquals(List.of(), machine.told());
        }
    }

    @Test
    void memoryThatWasMadeUpIsCheckedAfterEveryOperation() throws IsolatedNodeUnavailable {
        try (Paranoid machine = new Paranoid()) {
            ContextIsolatedNode node = ContextIsolatedNode.make(machine.mm);
            AllocSpace space = node.space();
            space.zones().all().getFirst().nrIsolatePageblock++;
            int pfn = space.allocator().allocPages(node.nid(), GFP_KERNEL, 3);
            String culprit = machine.told().getFirst();
            assertTrue(culprit.contains(" on isolated node "), culprit);
            assertTrue(culprit.contains(" allocation, pfn " + String.format("%#x", pfn) + " order 3"), culprit);
            space.zones().all().getFirst().nrIsolatePageblock--;
            space.allocator().freePages(pfn, 3);
        }
    }
}
