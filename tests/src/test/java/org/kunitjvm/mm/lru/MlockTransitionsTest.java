package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.page.PageFlags.PG_MLOCKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.vma.Mman;

/** PG_mlocked moves at once, PG_unevictable and the lists with the batch; the events say which way each folio went. */
final class MlockTransitionsTest {
    private static int folioOnList(LruMachine machine) {
        int pfn = machine.newFolio();
        machine.lru.batches().addLru(pfn);
        machine.lru.drain().drain();
        return pfn;
    }

    private static String state(LruMachine machine, int pfn) {
        return (machine.map.hasFlag(pfn, PG_LRU) ? "lru " : "")
            + (machine.map.hasFlag(pfn, PG_MLOCKED) ? "mlocked " : "")
            + (machine.map.hasFlag(pfn, PG_UNEVICTABLE) ? "unevictable" + machine.map.mlockCount(pfn) : "");
    }

    @Test
    @Tag("M-183")
    void lockingAFolioOnAListIsSeenAtOnceButMovesItWithTheBatch() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            machine.lru.mlock().mlockFolio(pfn);
            assertEquals("lru mlocked ", state(machine, pfn));
            assertEquals(1, machine.nrMlock());
            assertEquals("culled 0 rescued 0 mlocked 1 munlocked 0 cleared 0 stranded 0", machine.unevictableEvents());
            assertEquals(2, machine.map.refcount(pfn));
            machine.lru.drain().drain();
            assertEquals("lru mlocked unevictable1", state(machine, pfn));
            assertEquals("culled 1 rescued 0 mlocked 1 munlocked 0 cleared 0 stranded 0", machine.unevictableEvents());
            assertEquals(1, machine.nr(NodeStat.NR_UNEVICTABLE));
            assertEquals(0, machine.nr(NodeStat.NR_INACTIVE_ANON));
            assertEquals(1, machine.map.refcount(pfn));
            machine.lru.mlock().munlockFolio(pfn);
            machine.lru.drain().drain();
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-183")
    void newFolioIsLockedAndGoesStraightToTheUnevictableOnes() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.lru.mlock().mlockNewFolio(pfn);
            assertEquals("mlocked ", state(machine, pfn));
            machine.lru.drain().drain();
            assertEquals("lru mlocked unevictable1", state(machine, pfn));
            assertEquals("culled 1 rescued 0 mlocked 1 munlocked 0 cleared 0 stranded 0", machine.unevictableEvents());
            machine.lru.mlock().munlockFolio(pfn);
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn));
            assertEquals("culled 1 rescued 1 mlocked 1 munlocked 1 cleared 0 stranded 0", machine.unevictableEvents());
            assertEquals(0, machine.nrMlock());
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-183")
    void folioThatWasUnlockedBeforeTheFlushNeverBecomesUnevictable() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            machine.lru.mlock().mlockFolio(pfn);
            machine.onCpu(1, () -> {
                machine.lru.mlock().munlockFolio(pfn);
                machine.lru.mlock().drainLocal();
                return 0;
            });
            assertEquals("lru ", state(machine, pfn), "the other CPU was faster");
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn));
            assertEquals("culled 0 rescued 0 mlocked 1 munlocked 1 cleared 0 stranded 0", machine.unevictableEvents());
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-183")
    void lockOfAFolioOffTheListsIsMadeGoodWhenItIsPutBack() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            assertTrue(machine.lru.isolate(pfn));
            assertFalse(machine.lru.isolate(pfn), "isolated already");
            machine.lru.mlock().mlockFolio(pfn);
            machine.lru.drain().drain();
            assertEquals("mlocked ", state(machine, pfn), "nothing can be done while it is off the lists");
            machine.lru.putback(pfn);
            machine.lru.drain().drain();
            assertEquals("lru mlocked unevictable0", state(machine, pfn),
                "lru_add culls it, but cannot know the count");
            assertEquals("culled 1 rescued 0 mlocked 1 munlocked 0 cleared 0 stranded 0", machine.unevictableEvents());
            machine.lru.mlock().munlockFolio(pfn);
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn));
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-184")
    void unlockTakesBackOneLockAtATime() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            for (int i = 0; i < 3; i++) {
                machine.lru.mlock().mlockFolio(pfn);
            }
            machine.lru.drain().drain();
            assertEquals("lru mlocked unevictable3", state(machine, pfn));
            assertEquals(1, machine.nrMlock(), "the folio counts once");
            for (int left = 2; left > 0; left--) {
                machine.lru.mlock().munlockFolio(pfn);
                machine.lru.drain().drain();
                assertEquals("lru mlocked unevictable" + left, state(machine, pfn));
            }
            machine.lru.mlock().munlockFolio(pfn);
            assertEquals("lru mlocked unevictable1", state(machine, pfn), "unlocking waits for the batch");
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn));
            assertEquals("culled 1 rescued 1 mlocked 1 munlocked 1 cleared 0 stranded 0", machine.unevictableEvents());
            assertEquals(1, machine.nr(NodeStat.NR_INACTIVE_ANON));
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-184")
    void unlockOfAnUnevictableFolioThatSomebodyIsolatedIsStranded() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            machine.lru.mlock().mlockFolio(pfn);
            machine.lru.drain().drain();
            assertTrue(machine.lru.isolate(pfn));
            machine.lru.mlock().munlockFolio(pfn);
            machine.lru.drain().drain();
            assertEquals("unevictable", state(machine, pfn).substring(0, "unevictable".length()));
            assertEquals("culled 1 rescued 0 mlocked 1 munlocked 0 cleared 0 stranded 1", machine.unevictableEvents());
            machine.lru.putback(pfn);
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn));
            assertEquals("culled 1 rescued 1 mlocked 1 munlocked 0 cleared 0 stranded 1", machine.unevictableEvents());
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-184")
    void freeingALockedFolioClearsIt() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = folioOnList(machine);
            machine.lru.mlock().mlockFolio(pfn);
            machine.lru.drain().drain();
            machine.lru.put(pfn);
            assertEquals("culled 1 rescued 0 mlocked 1 munlocked 0 cleared 1 stranded 0", machine.unevictableEvents());
            assertEquals(0, machine.nrMlock());
            assertEquals(0, machine.nr(NodeStat.NR_UNEVICTABLE));
        }
    }

    @Test
    @Tag("M-184")
    void pageOfAFileIsLockedOnceForEachAreaThatLocksIt() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long first = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_SHARED | Mman.MAP_ANONYMOUS, null, 0);
            process.write(first);
            int pfn = process.pfn(first);
            var file = process.area(first).vmFile();
            long second = process.space.mmap(0, Mman.PAGE_SIZE, Mman.PROT_READ, Mman.MAP_SHARED, file, 0);
            process.read(second);
            assertEquals(pfn, process.pfn(second));
            process.space.mlock(first, Mman.PAGE_SIZE);
            process.space.mlock(second, Mman.PAGE_SIZE);
            assertEquals("lru mlocked unevictable2", state(machine, pfn));
            process.space.munlock(first, Mman.PAGE_SIZE);
            assertEquals("lru mlocked unevictable1", state(machine, pfn));
            process.space.munmap(second, Mman.PAGE_SIZE);
            machine.lru.drain().drain();
            assertEquals("lru ", state(machine, pfn), "unmapping a locked area unlocks");
            assertEquals(List.of(1L, 0L), List.of(machine.event(org.kunitjvm.mm.zone.VmEvent.UNEVICTABLE_PGS_MUNLOCKED),
                machine.event(org.kunitjvm.mm.zone.VmEvent.UNEVICTABLE_PGS_CLEARED)));
        }
    }
}
