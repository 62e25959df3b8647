package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_REFERENCED;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.types.GfpFlags;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.ZoneStat;

/** A batch holds folios back, with a reference each, until it is full, and is emptied in one order. */
final class LruBatchesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 31})
    @Tag("M-180")
    void batchIsFlushedByTheFolioThatFillsIt(int size) {
        try (LruMachine machine = new LruMachine("pagevec_size=" + size)) {
            List<Integer> pfns = machine.newFolios(size);
            for (int i = 0; i < size - 1; i++) {
                machine.lru.batches().addLru(pfns.get(i));
                assertEquals(2, machine.map.refcount(pfns.get(i)), "the batch holds a reference");
            }
            assertEquals(size - 1, machine.lru.batches().count(0, LruBatch.LRU_ADD));
            assertEquals(0, machine.nr(NodeStat.NR_INACTIVE_ANON), "nothing is on the list yet");
            machine.lru.batches().addLru(pfns.get(size - 1));
            assertEquals(0, machine.lru.batches().count(0, LruBatch.LRU_ADD));
            assertEquals(size, machine.nr(NodeStat.NR_INACTIVE_ANON));
            assertEquals(size, machine.zoneSum(ZoneStat.NR_ZONE_INACTIVE_ANON));
            for (int pfn : pfns) {
                assertTrue(machine.map.hasFlag(pfn, PG_LRU));
                assertEquals(1, machine.map.refcount(pfn), "the batch gave its reference back");
            }
            int[] newestFirst = pfns.reversed().stream().mapToInt(Integer::intValue).toArray();
            assertArrayEquals(newestFirst, machine.lru.vec(0).folios(LruList.LRU_INACTIVE_ANON));
            pfns.forEach(machine.lru::put);
            assertEquals(0, machine.nr(NodeStat.NR_INACTIVE_ANON), "freeing takes folios off the list");
        }
    }

    @Test
    @Tag("M-180")
    void sizeIs31UnlessSaidOtherwiseAndMustBeANumber() {
        try (LruMachine machine = new LruMachine()) {
            List<Integer> pfns = machine.newFolios(30);
            pfns.forEach(machine.lru.batches()::addLru);
            assertEquals(30, machine.lru.batches().count(0, LruBatch.LRU_ADD));
            machine.lru.drain().drain();
            pfns.forEach(machine.lru::put);
        }
        for (String bad : List.of("0", "256", "many")) {
            assertThrows(KernelParamException.class, () -> new LruMachine("pagevec_size=" + bad));
        }
    }

    @Test
    @Tag("M-180")
    void eachCpuHasBatchesOfItsOwn() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.onCpu(1, () -> {
                machine.lru.batches().addLru(pfn);
                return 0;
            });
            assertEquals(0, machine.lru.batches().count(0, LruBatch.LRU_ADD));
            assertEquals(1, machine.lru.batches().count(1, LruBatch.LRU_ADD));
            machine.lru.drain().drain();
            assertFalse(machine.map.hasFlag(pfn, PG_LRU), "a drain is for the executing CPU only");
            machine.lru.drain().drainAll();
            assertTrue(machine.map.hasFlag(pfn, PG_LRU));
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-180")
    void largeFoliosAndASwitchedOffCacheDoNotWait() {
        try (LruMachine machine = new LruMachine()) {
            int large = machine.kernel.get(org.kunitjvm.mm.alloc.PageAllocator.class)
                .allocPages(0, GfpFlags.GFP_HIGHUSER_MOVABLE | GfpFlags.__GFP_COMP, 2);
            machine.map.addFlags(large, PG_SWAPBACKED);
            int small = machine.newFolio();
            machine.lru.batches().addLru(small);
            machine.lru.batches().addLru(large);
            assertEquals(5, machine.nr(NodeStat.NR_INACTIVE_ANON),
                "a large folio takes the batch with it and counts each page");
            machine.lru.drain().disableCache();
            int next = machine.newFolio();
            machine.lru.batches().addLru(next);
            assertTrue(machine.map.hasFlag(next, PG_LRU), "nothing waits while the cache is disabled");
            machine.lru.drain().enableCache();
            int last = machine.newFolio();
            machine.lru.batches().addLru(last);
            assertFalse(machine.map.hasFlag(last, PG_LRU));
            machine.lru.drain().drain();
            List.of(small, large, next, last).forEach(machine.lru::put);
            assertEquals(0, machine.nr(NodeStat.NR_INACTIVE_ANON));
        }
    }

    /** Every batch moves the same folio somewhere else, so the place where it ends tells which batch was the last. */
    @Test
    @Tag("M-181")
    void drainEmptiesTheBatchesInOneOrder() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            LruBatches batches = machine.lru.batches();
            batches.addLru(pfn);
            machine.lru.drain().drain();
            machine.map.setMapping(pfn, 1);
            machine.map.addFlags(pfn, PG_ACTIVE);
            batches.deactivate(pfn);
            machine.map.clearFlags(pfn, PG_ACTIVE);
            batches.activate(pfn);
            batches.markLazyfree(pfn);
            batches.deactivateFile(pfn);
            batches.rotateReclaimable(pfn);
            assertEquals(0, machine.event(VmEvent.PGROTATED));
            machine.lru.drain().drain();
            // move_tail, deactivate_file (rotates again), deactivate (not active: nothing), lazyfree, activate.
            assertEquals(2, machine.event(VmEvent.PGROTATED));
            assertEquals(0, machine.event(VmEvent.PGDEACTIVATE));
            assertEquals(1, machine.event(VmEvent.PGLAZYFREE));
            assertEquals(1, machine.event(VmEvent.PGACTIVATE));
            assertFalse(machine.map.hasFlag(pfn, PG_SWAPBACKED));
            assertArrayEquals(new int[] {pfn}, machine.lru.vec(0).folios(LruList.LRU_ACTIVE_FILE),
                "lazyfree came before activate");
            machine.map.setMapping(pfn, 0);
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-181")
    void orderOfTheBatchesIsThatOfTheKernel() {
        assertEquals(List.of(LruBatch.LRU_ADD, LruBatch.LRU_MOVE_TAIL, LruBatch.LRU_DEACTIVATE_FILE,
            LruBatch.LRU_DEACTIVATE, LruBatch.LRU_LAZYFREE, LruBatch.LRU_ACTIVATE), List.of(LruBatch.values()));
    }

    @Test
    @Tag("M-181")
    void secondUseActivatesEvenWhileTheFolioWaitsToBeAdded() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.lru.batches().addLru(pfn);
            machine.lru.batches().markAccessed(pfn);
            assertTrue(machine.map.hasFlag(pfn, PG_REFERENCED));
            machine.lru.batches().markAccessed(pfn);
            assertFalse(machine.map.hasFlag(pfn, PG_REFERENCED));
            machine.lru.drain().drain();
            assertEquals(1, machine.nr(NodeStat.NR_ACTIVE_ANON));
            machine.lru.batches().deactivate(pfn);
            machine.lru.drain().drain();
            assertEquals(1, machine.nr(NodeStat.NR_INACTIVE_ANON));
            assertEquals(1, machine.event(VmEvent.PGDEACTIVATE));
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-181")
    void rotatedFolioIsTheFirstThatReclaimTakes() {
        try (LruMachine machine = new LruMachine()) {
            List<Integer> pfns = machine.newFolios(3);
            pfns.forEach(machine.lru.batches()::addLru);
            machine.lru.drain().drain();
            machine.lru.batches().rotateReclaimable(pfns.get(2));
            machine.lru.drain().drain();
            assertArrayEquals(new int[] {pfns.get(1), pfns.get(0), pfns.get(2)},
                machine.lru.vec(0).folios(LruList.LRU_INACTIVE_ANON));
            pfns.forEach(machine.lru::put);
        }
    }
}
