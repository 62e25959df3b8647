package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

/** Allocation and free make no garbage. */
final class ZeroGarbageTest {
    private static final int OPERATIONS = 100_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Allocate and free blocks of orders 0 to 4 and 9 at random; returns how many operations were done. */
    private static int churn(TestZone t, int operations, int[] live, int[] orders, SplittableRandom random) {
        int count = 0;
        for (int i = 0; i < operations; i++) {
            if (count < live.length && (count == 0 || random.nextBoolean())) {
                int order = random.nextInt(6);
                order = order == 5 ? 9 : order;
                int pfn = t.allocator.allocPages(0, (i & 1) == 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE, order);
                live[count] = pfn;
                orders[count++] = order;
            } else {
                int victim = random.nextInt(count);
                t.allocator.freePages(live[victim], orders[victim]);
                live[victim] = live[--count];
                orders[victim] = orders[count];
            }
        }
        while (count > 0) {
            count--;
            t.allocator.freePages(live[count], orders[count]);
        }
        return operations;
    }

    @Test
    void hotPathsAllocateNothing() {
        int[] live = new int[40];
        int[] orders = new int[40];
        SplittableRandom random = new SplittableRandom(1);
        try (TestZone t = TestZone.full()) {
            churn(t, OPERATIONS, live, orders, random);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 5; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                assertEquals(OPERATIONS, churn(t, OPERATIONS, live, orders, random));
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes in " + OPERATIONS + " operations");
            assertTrue(t.faults().isEmpty());
        }
    }
}
