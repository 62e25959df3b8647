package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The buddy agrees with a second implementation that knows nothing of lists: sets of free blocks, merged and split by
 * the book. Which of several blocks of an order is taken is the lists' business, so the second one is told and only
 * checks that it could be.
 */
@Tag("M-004")
@Tag("M-005")
@Tag("M-032")
final class DifferentialTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int MAX_ORDER = 10;

    /** Free blocks by order. */
    private static final class SetBuddy {
        private final List<TreeSet<Integer>> free = new ArrayList<>();

        SetBuddy(int start, int pages) {
            for (int order = 0; order <= MAX_ORDER; order++) {
                free.add(new TreeSet<>());
            }
            for (int pfn = start; pfn < start + pages; pfn += 1 << MAX_ORDER) {
                free.get(MAX_ORDER).add(pfn);
            }
        }

        /** Order from which a request is served, or -1. */
        int source(int order) {
            for (int k = order; k <= MAX_ORDER; k++) {
                if (!free.get(k).isEmpty()) {
                    return k;
                }
            }
            return -1;
        }

        boolean take(int pfn, int order) {
            int from = source(order);
            if (from < 0 || !free.get(from).remove(pfn)) {
                return false;
            }
            for (int k = from - 1; k >= order; k--) {
                free.get(k).add(pfn + (1 << k));
            }
            return true;
        }

        void give(int pfn, int order) {
            int at = pfn;
            int k = order;
            while (k < MAX_ORDER && free.get(k).remove(at ^ 1 << k)) {
                at &= ~(1 << k);
                k++;
            }
            free.get(k).add(at);
        }
    }

    @Test
    void listsAndSetsAgree(TestReporter reporter) {
        long seed = Long.getLong("kunit.seed", 0x5eedL);
        reporter.publishEntry("seed of " + OPERATIONS + " operations (-Dkunit.seed=N for another one)",
            String.valueOf(seed));
        SplittableRandom random = new SplittableRandom(seed);
        try (TestZone t = TestZone.empty()) {
            for (int pfn = TestZone.START; pfn < TestZone.START + TestZone.PAGES; pfn += 1024) {
                t.addFree(pfn, MAX_ORDER, MIGRATE_UNMOVABLE);
            }
            SetBuddy sets = new SetBuddy(TestZone.START, TestZone.PAGES);
            int[] live = new int[TestZone.PAGES];
            int[] orders = new int[TestZone.PAGES];
            int count = 0;
            int bias = 50;
            for (int i = 0; i < OPERATIONS; i++) {
                String where = "seed " + seed + " operation " + i;
                if (i % 50_000 == 0) {
                    bias = 30 + random.nextInt(50);
                    compare(t, sets, where);
                }
                if (random.nextInt(100) < bias) {
                    int order = Math.min(random.nextInt(MAX_ORDER + 1), random.nextInt(MAX_ORDER + 1));
                    int pfn = t.buddy.rmqueueSmallest(t.zone, order, MIGRATE_UNMOVABLE);
                    if (pfn < 0) {
                        assertEquals(-1, sets.source(order), where);
                        continue;
                    }
                    assertEquals(true, sets.take(pfn, order), where + " pfn " + pfn + " order " + order);
                    live[count] = pfn;
                    orders[count++] = order;
                } else if (count > 0) {
                    int victim = random.nextInt(count);
                    t.buddy.freeOneBlockLocked(t.zone, live[victim], orders[victim], MIGRATE_UNMOVABLE,
                        random.nextInt(8) == 0 ? Buddy.FPI_TO_TAIL : Buddy.FPI_NONE);
                    sets.give(live[victim], orders[victim]);
                    live[victim] = live[--count];
                    orders[victim] = orders[count];
                }
            }
            compare(t, sets, "seed " + seed + " end");
        }
    }

    private static void compare(TestZone t, SetBuddy sets, String where) {
        assertEquals(List.of(), t.faults(), where);
        for (int order = 0; order <= MAX_ORDER; order++) {
            TreeSet<Integer> blocks = new TreeSet<>();
            for (int pfn : t.list(order, MIGRATE_UNMOVABLE)) {
                blocks.add(pfn);
            }
            assertEquals(sets.free.get(order), blocks, where + " order " + order);
        }
    }
}
