package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.PerCpuPages;

/**
 * While the caches of a zone are switched off every free page is on a free list; afterwards the caches are as they
 * were.
 */
@Tag("M-088")
final class PcpSwitchTest {
    private final TestZone t = TestZone.empty(new RoundRobinPolicy(), 2);
    private final PcpSwitch pcpSwitch = t.allocator.pcpSwitch();

    PcpSwitchTest() {
        t.freeAll();
    }

    @AfterEach
    void nothingIsBroken() {
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private List<Integer> alloc(int count) {
        List<Integer> pfns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pfns.add(t.allocator.allocPages(0, GFP_KERNEL, 0));
        }
        return pfns;
    }

    private void free(List<Integer> pfns) {
        pfns.forEach(pfn -> t.allocator.freePages(pfn, 0));
    }

    @Test
    void switchingOffEmptiesTheCachesOfAllCpus() {
        free(alloc(5));
        PerCpuPages other = t.zone.pcp[1];
        int stranger = t.buddy.rmqueueSmallest(t.zone, 0, MIGRATE_UNMOVABLE);
        other.lists.addFirst(PerCpuPages.index(0, MIGRATE_UNMOVABLE), stranger);
        other.count++;
        pcpSwitch.disable(t.zone);
        assertEquals(0, t.zone.pcpPages());
        assertEquals(TestZone.PAGES, t.freePages());
        for (PerCpuPages pcp : t.zone.pcp) {
            assertEquals(List.of(0, 0, 1), List.of(pcp.highMin, pcp.highMax, pcp.batch));
        }
        pcpSwitch.enable(t.zone);
        for (PerCpuPages pcp : t.zone.pcp) {
            assertEquals(List.of(100, 1000, 7), List.of(pcp.highMin, pcp.highMax, pcp.batch));
        }
    }

    @Test
    void freedPagesPassThroughAndRefillsBringOneBlock() {
        pcpSwitch.disable(t.zone);
        List<Integer> pfns = alloc(3);
        assertEquals(0, t.zone.pcp[0].count, "a refill brings no more than what is asked for");
        free(pfns);
        assertEquals(0, t.zone.pcp[0].count, "a freed page does not stay");
        assertEquals(TestZone.PAGES, t.freePages());
        pcpSwitch.enable(t.zone);
        free(alloc(3));
        assertTrue(t.zone.pcp[0].count > 0);
    }

    @Test
    void aSecondUserWaitsForTheFirst() {
        pcpSwitch.disable(t.zone);
        boolean[] got = new boolean[1];
        Task second = t.kernel.kthreads().run("second", () -> {
            pcpSwitch.disable(t.zone);
            got[0] = true;
            pcpSwitch.enable(t.zone);
            return 0;
        });
        for (int i = 0; i < 10; i++) {
            t.kernel.sched().yieldCpu();
        }
        assertFalse(got[0]);
        pcpSwitch.enable(t.zone);
        t.kernel.sched().join(second, Long.MAX_VALUE);
        assertTrue(got[0]);
        assertEquals(7, t.zone.pcp[0].batch, "the second one saw the bounds that the first one gave back");
    }
}
