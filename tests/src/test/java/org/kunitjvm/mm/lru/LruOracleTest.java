package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.mm.page.PageFlags;

/** Random operations on the batches of one CPU do what a few plain lists do. */
final class LruOracleTest {
    private static final int RUNS = 60;
    private static final int OPERATIONS = 400;

    /**
     * The rules in plain words: batches are lists of (folio, kind), lists are lists, a full batch is worked off at
     * once.
     */
    private static final class Oracle {
        private final int batchSize;
        private final List<List<Integer>> batches = new ArrayList<>();
        private final List<Integer> inactive = new ArrayList<>();
        private final List<Integer> active = new ArrayList<>();
        private final List<Integer> unevictable = new ArrayList<>();
        private final List<int[]> mlockBatch = new ArrayList<>();
        private final List<Integer> mlocked = new ArrayList<>();
        private final int[] mlockCount;

        Oracle(int batchSize, int folios) {
            this.batchSize = batchSize;
            this.mlockCount = new int[folios];
            for (int i = 0; i < LruBatch.values().length; i++) {
                batches.add(new ArrayList<>());
            }
        }

        void put(LruBatch kind, int folio) {
            List<Integer> batch = batches.get(kind.ordinal());
            batch.add(folio);
            if (batch.size() == batchSize) {
                flush(kind);
            }
        }

        void flush(LruBatch kind) {
            List<Integer> batch = batches.get(kind.ordinal());
            for (int folio : batch) {
                boolean onList = inactive.contains(folio) || active.contains(folio);
                if (kind == LruBatch.LRU_ADD) {
                    addNew(folio);
                } else if (onList && kind == LruBatch.LRU_ACTIVATE && inactive.remove((Integer) folio)) {
                    active.addFirst(folio);
                } else if (onList && kind == LruBatch.LRU_DEACTIVATE && active.remove((Integer) folio)) {
                    inactive.addFirst(folio);
                } else if (onList && kind == LruBatch.LRU_MOVE_TAIL) {
                    inactive.remove((Integer) folio);
                    active.remove((Integer) folio);
                    inactive.addLast(folio);
                }
            }
            batch.clear();
        }

        private void addNew(int folio) {
            if (mlocked.contains(folio)) {
                unevictable.add(folio);
                mlockCount[folio] = 0;
            } else {
                inactive.addFirst(folio);
            }
        }

        void mlock(int folio, boolean lock) {
            if (lock && !mlocked.contains(folio)) {
                mlocked.add(folio);
            }
            mlockBatch.add(new int[] {folio, lock ? 1 : 0});
            if (mlockBatch.size() == batchSize) {
                flushMlock();
            }
        }

        void flushMlock() {
            for (int[] entry : mlockBatch) {
                if (entry[1] == 1) {
                    lockOne(entry[0]);
                } else {
                    unlockOne(entry[0]);
                }
            }
            mlockBatch.clear();
        }

        private void lockOne(int folio) {
            if (!mlocked.contains(folio)) {
                rescue(folio);
            } else if (unevictable.contains(folio)) {
                mlockCount[folio]++;
            } else if (inactive.remove((Integer) folio) || active.remove((Integer) folio)) {
                unevictable.add(folio);
                mlockCount[folio] = 1;
            }
        }

        private void unlockOne(int folio) {
            if (unevictable.contains(folio)) {
                mlockCount[folio] = Math.max(0, mlockCount[folio] - 1);
                if (mlockCount[folio] > 0) {
                    return;
                }
            }
            mlocked.remove((Integer) folio);
            rescue(folio);
        }

        private void rescue(int folio) {
            if (unevictable.remove((Integer) folio)) {
                inactive.addFirst(folio);
            }
        }

        void drain() {
            for (LruBatch kind : LruBatch.values()) {
                flush(kind);
            }
            flushMlock();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 15, 31})
    @Tag("M-180")
    @Tag("M-184")
    void batchesAgreeWithPlainLists(int batchSize) {
        for (int run = 0; run < RUNS; run++) {
            long seed = 0x1b0L * batchSize + run;
            try (LruMachine machine = new LruMachine("pagevec_size=" + batchSize)) {
                compare(machine, batchSize, seed);
            }
        }
    }

    private static void compare(LruMachine machine, int batchSize, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> pfns = machine.newFolios(12);
        Oracle oracle = new Oracle(batchSize, pfns.size());
        for (int i = 0; i < pfns.size(); i++) {
            machine.lru.batches().addLru(pfns.get(i));
            oracle.put(LruBatch.LRU_ADD, i);
        }
        for (int op = 0; op < OPERATIONS; op++) {
            int folio = random.nextInt(pfns.size());
            step(machine, oracle, random.nextInt(7), folio, pfns.get(folio));
            check(machine, oracle, pfns, "seed " + seed + " operation " + op);
        }
        machine.lru.drain().drain();
        oracle.drain();
        check(machine, oracle, pfns, "seed " + seed + " at the end");
        pfns.forEach(machine.lru::put);
    }

    private static void step(LruMachine machine, Oracle oracle, int operation, int folio, int pfn) {
        boolean evictable = !machine.map.hasFlag(pfn, PageFlags.PG_UNEVICTABLE);
        boolean active = machine.map.hasFlag(pfn, PageFlags.PG_ACTIVE);
        switch (operation) {
            case 0 -> {
                machine.lru.batches().activate(pfn);
                if (evictable && !active) {
                    oracle.put(LruBatch.LRU_ACTIVATE, folio);
                }
            }
            case 1 -> {
                machine.lru.batches().deactivate(pfn);
                if (evictable && active) {
                    oracle.put(LruBatch.LRU_DEACTIVATE, folio);
                }
            }
            case 2 -> {
                boolean onList = machine.map.hasFlag(pfn, PageFlags.PG_LRU);
                machine.lru.batches().rotateReclaimable(pfn);
                if (evictable && onList) {
                    oracle.put(LruBatch.LRU_MOVE_TAIL, folio);
                }
            }
            case 3, 4 -> {
                machine.lru.mlock().mlockFolio(pfn);
                oracle.mlock(folio, true);
            }
            case 5 -> {
                machine.lru.mlock().munlockFolio(pfn);
                oracle.mlock(folio, false);
            }
            default -> {
                machine.lru.drain().drain();
                oracle.drain();
            }
        }
    }

    private static void check(LruMachine machine, Oracle oracle, List<Integer> pfns, String where) {
        LruVec vec = machine.lru.vec(0);
        assertEquals(oracle.inactive, indexes(vec.folios(LruList.LRU_INACTIVE_ANON), pfns), where + ": inactive");
        assertEquals(oracle.active, indexes(vec.folios(LruList.LRU_ACTIVE_ANON), pfns), where + ": active");
        assertEquals(oracle.unevictable.size(), vec.size(LruList.LRU_UNEVICTABLE), where + ": unevictable");
        assertEquals(oracle.mlocked.size(), machine.nrMlock(), where + ": mlocked");
        for (int folio : oracle.unevictable) {
            assertEquals(oracle.mlockCount[folio], machine.map.mlockCount(pfns.get(folio)),
                where + ": mlock count of " + folio);
        }
        for (int folio = 0; folio < pfns.size(); folio++) {
            assertEquals(oracle.mlocked.contains(folio), machine.map.hasFlag(pfns.get(folio), PageFlags.PG_MLOCKED),
                where);
            int waits = 0;
            for (List<Integer> batch : oracle.batches) {
                waits += java.util.Collections.frequency(batch, folio);
            }
            for (int[] entry : oracle.mlockBatch) {
                waits += entry[0] == folio ? 1 : 0;
            }
            assertEquals(1 + waits, machine.map.refcount(pfns.get(folio)), where + ": references of " + folio);
        }
    }

    private static List<Integer> indexes(int[] frames, List<Integer> pfns) {
        return Arrays.stream(frames).map(pfns::indexOf).boxed().toList();
    }
}
