package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.sysctl.VmSysctl;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;

/** Writing 1 to compact_memory drains all batches first; any other number is stored and then refused. */
final class CompactMemoryTest {
    private static VmSysctl sysctl(LruMachine machine, Runnable compact) {
        return new VmSysctl(machine.kernel, machine.lru, machine.kernel.get(ZoneTable.class), compact);
    }

    @Test
    @Tag("M-190")
    void oneDrainsEveryCpuAndThenCompacts() throws ErrnoException {
        try (LruMachine machine = new LruMachine()) {
            int near = machine.newFolio();
            int far = machine.newFolio();
            machine.lru.batches().addLru(near);
            machine.onCpu(1, () -> {
                machine.lru.batches().addLru(far);
                return 0;
            });
            boolean[] drained = new boolean[1];
            VmSysctl sysctl = sysctl(machine, () -> drained[0] = machine.map.hasFlag(near, PG_LRU)
                && machine.map.hasFlag(far, PG_LRU));
            sysctl.writeCompactMemory("1\n");
            assertTrue(drained[0], "the batches are empty when compaction begins");
            machine.lru.put(near);
            machine.lru.put(far);
        }
    }

    @Test
    @Tag("M-190")
    void otherNumbersAreStoredAndThenRefused() {
        try (LruMachine machine = new LruMachine()) {
            int pfn = machine.newFolio();
            machine.lru.batches().addLru(pfn);
            VmSysctl sysctl = sysctl(machine, () -> {
                throw new AssertionError("compacted");
            });
            for (String text : new String[] {"0", "2", "-1"}) {
                assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class, () -> sysctl.writeCompactMemory(text))
                    .errno());
                assertEquals(Integer.parseInt(text), sysctl.compactMemory());
            }
            assertThrows(ErrnoException.class, () -> sysctl.writeCompactMemory("x"));
            assertEquals(-1, sysctl.compactMemory(), "what is no number is not stored");
            assertFalse(machine.map.hasFlag(pfn, PG_LRU), "nothing was drained");
            assertEquals(Errno.EACCES, assertThrows(ErrnoException.class, sysctl::readCompactMemory).errno());
            machine.lru.drain().drain();
            machine.lru.put(pfn);
        }
    }

    @Test
    @Tag("M-190")
    void statRefreshFoldsAndReportsWhatIsNegative() {
        try (LruMachine machine = new LruMachine()) {
            VmSysctl sysctl = sysctl(machine, () -> { });
            Zone zone = machine.kernel.get(ZoneTable.class).all().stream().filter(Zone::isManaged).findFirst()
                .orElseThrow();
            zone.counters.setThreshold(125);
            zone.counters.mod(1, ZoneStat.NR_MLOCK, 3);
            assertEquals(0, zone.counters.read(ZoneStat.NR_MLOCK), "not folded yet: invisible in /proc/vmstat");
            sysctl.statRefresh();
            assertEquals(3, zone.counters.read(ZoneStat.NR_MLOCK));
            zone.counters.mod(0, ZoneStat.NR_MLOCK, -5);
            sysctl.statRefresh();
            assertTrue(machine.kernel.log().records().stream()
                .anyMatch(line -> line.text().equals("vmstat_refresh: nr_mlock -2")));
            zone.counters.mod(0, ZoneStat.NR_MLOCK, 2);
        }
    }
}
