package org.kunitjvm.mm.lru;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.sysctl.VmSysctl;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.ZoneTable;

/** What waits in the per-CPU batches, and what makes it move on. */
@KunitSuite(value = "lru_batch", config = "LRU_BATCH_KUNIT_TEST")
final class LruBatchKunit {
    /** Where the case runs: the batches are those of its CPU. */
    private static int pin(Kunit test) {
        int cpu = test.kernel().current().cpu();
        try {
            test.kernel().kthreads().setCpusAllowed(test.kernel().current(), CpuMask.of(cpu));
        } catch (ErrnoException e) {
            test.skip("cannot pin to CPU %d: %s", cpu, e.getMessage());
        }
        return cpu;
    }

    private static boolean isOnList(MlockFixture fixture, int pfn) {
        return fixture.map.hasFlag(pfn, PageFlags.PG_LRU);
    }

    @KunitCase
    void lastFolioOfABatchFlushesIt(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        int cpu = pin(test);
        fixture.lru.drain().drain();
        List<Integer> pfns = new ArrayList<>();
        for (int i = 0; i < Lru.PAGEVEC_SIZE; i++) {
            KUNIT_EXPECT_EQ(test, fixture.lru.batches().count(cpu, LruBatch.LRU_ADD), i);
            pfns.add(fixture.newFolio());
            fixture.lru.batches().addLru(pfns.get(i));
        }
        KUNIT_EXPECT_EQ(test, fixture.lru.batches().count(cpu, LruBatch.LRU_ADD), 0);
        for (int pfn : pfns) {
            KUNIT_EXPECT_TRUE(test, isOnList(fixture, pfn));
            KUNIT_EXPECT_EQ(test, fixture.map.refcount(pfn), 1);
            fixture.lru.put(pfn);
        }
    }

    @KunitCase
    @KunitNeeds(cpus = 2)
    void drainIsForTheExecutingCpuOnly(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        int cpu = pin(test);
        int other = (cpu + 1) % fixture.kernel.machine().cpus();
        int pfn = fixture.newFolio();
        Task task = fixture.kernel.kthreads().createOnCpu("adder", other, () -> {
            fixture.lru.batches().addLru(pfn);
            return 0;
        });
        fixture.kernel.sched().wake(task);
        fixture.kernel.sched().join(task, Long.MAX_VALUE);
        fixture.lru.drain().drain();
        KUNIT_EXPECT_FALSE(test, isOnList(fixture, pfn));
        fixture.lru.drain().drainAll();
        KUNIT_EXPECT_TRUE(test, isOnList(fixture, pfn));
        fixture.lru.put(pfn);
    }

    @KunitCase
    void disabledCacheHoldsNothingBack(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        fixture.lru.drain().disableCache();
        int pfn = fixture.newFolio();
        fixture.lru.batches().addLru(pfn);
        KUNIT_EXPECT_TRUE(test, isOnList(fixture, pfn));
        fixture.lru.drain().enableCache();
        fixture.lru.put(pfn);
    }

    @KunitCase
    void mlockedAtOnceUnevictableWithTheBatch(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        pin(test);
        long addr = fixture.mapPages(1);
        fixture.ok(() -> fixture.space.mlock2(addr, Mman.PAGE_SIZE, Mman.MLOCK_ONFAULT));
        fixture.write(addr);
        int pfn = fixture.pfn(addr);
        KUNIT_EXPECT_TRUE(test, fixture.map.hasFlag(pfn, PageFlags.PG_MLOCKED));
        KUNIT_EXPECT_FALSE(test, fixture.map.hasFlag(pfn, PageFlags.PG_UNEVICTABLE));
        fixture.lru.drain().drain();
        KUNIT_EXPECT_TRUE(test, fixture.map.hasFlag(pfn, PageFlags.PG_UNEVICTABLE));
    }

    @KunitCase
    void compactMemoryDrainsAsASideEffect(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        VmSysctl sysctl = new VmSysctl(fixture.kernel, fixture.lru, fixture.kernel.get(ZoneTable.class), () -> { });
        int pfn = fixture.newFolio();
        fixture.lru.batches().addLru(pfn);
        KUNIT_EXPECT_EQ(test, fixture.result(() -> sysctl.writeCompactMemory("2")), -22);
        KUNIT_EXPECT_FALSE(test, isOnList(fixture, pfn));
        KUNIT_ASSERT_EQ(test, fixture.result(() -> sysctl.writeCompactMemory("1")), 0);
        KUNIT_EXPECT_TRUE(test, isOnList(fixture, pfn));
        fixture.lru.put(pfn);
    }

    @KunitCase
    void munlockCountsEachLock(Kunit test) {
        MlockFixture fixture = new MlockFixture(test);
        VmEvents events = fixture.kernel.get(VmEvents.class);
        int pfn = fixture.newFolio();
        fixture.lru.batches().addLru(pfn);
        fixture.lru.drain().drainAll();
        fixture.lru.mlock().mlockFolio(pfn);
        fixture.lru.mlock().mlockFolio(pfn);
        fixture.lru.mlock().munlockFolio(pfn);
        fixture.lru.drain().drainAll();
        KUNIT_EXPECT_TRUE(test, fixture.map.hasFlag(pfn, PageFlags.PG_UNEVICTABLE));
        long rescued = events.get(VmEvent.UNEVICTABLE_PGS_RESCUED);
        fixture.lru.mlock().munlockFolio(pfn);
        fixture.lru.drain().drainAll();
        KUNIT_EXPECT_FALSE(test, fixture.map.hasFlag(pfn, PageFlags.PG_UNEVICTABLE | PageFlags.PG_MLOCKED));
        KUNIT_EXPECT_EQ(test, events.get(VmEvent.UNEVICTABLE_PGS_RESCUED), rescued + 1);
        fixture.lru.put(pfn);
    }
}
