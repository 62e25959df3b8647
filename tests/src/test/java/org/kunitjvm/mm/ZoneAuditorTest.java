package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import org.kunitjvm.kernel.Kernel;
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
            assertEquals(List.of(), auditor.leaksSince(auditor.mark()));
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
}
