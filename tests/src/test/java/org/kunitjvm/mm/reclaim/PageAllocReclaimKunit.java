package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_KSWAPD_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOMEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NORETRY;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RETRY_MAYFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.ZONE_MOVABLE;
import static org.kunitjvm.mm.zone.Zone.WMARK_HIGH;
import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitExit;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.mm.alloc.FailPageAlloc;
import org.kunitjvm.mm.alloc.FaultAttr;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.Watermarks;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * What the page allocator does when memory is short, step by step: kswapd, direct reclaim, compaction, giving up, and
 * not giving up. Before each case node 0 is emptied down to its watermarks, but for a few blocks that the case fills as
 * it needs.
 */
@KunitSuite(value = "page_alloc_reclaim", config = "PAGE_ALLOC_RECLAIM_KUNIT_TEST", speed = Speed.SLOW)
final class PageAllocReclaimKunit {
    private static final int NID = 0;
    private static final int HOLD_GFP = GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_THISNODE | __GFP_NOWARN;
    private static final int SPARE_BLOCKS = 4;
    private static final int MAX_NODE_PAGES = 1 << 21;

    private @Nullable State state;

    /** A block of {@code 2^order} pages. */
    private record Block(int pfn, int order) {
    }

    /** A machine that is short of memory. */
    private static final class State {
        final Kernel kernel;
        final PageAllocator allocator;
        final VmEvents events;
        final NodeData node;
        final MemoryReclaim reclaim;
        final PagePopulation population;
        final Deque<Block> held = new ArrayDeque<>();
        final List<Block> taken = new ArrayList<>();
        private final long[] countsBefore = new long[VmEvent.values().length];

        State(Kernel kernel) {
            this.kernel = kernel;
            this.allocator = kernel.get(PageAllocator.class);
            this.events = kernel.get(VmEvents.class);
            this.node = kernel.get(Nodes.class).get(NID);
            hold(HOLD_GFP);
            hold(HOLD_GFP | __GFP_HIGHMEM | __GFP_MOVABLE);
            while (!isBalanced()) {
                giveBlockBack();
            }
            for (int i = 0; i < SPARE_BLOCKS; i++) {
                giveBlockBack();
            }
            this.reclaim = MemoryReclaim.start(kernel);
            this.population = reclaim.population();
            settle();
            for (VmEvent event : VmEvent.values()) {
                countsBefore[event.ordinal()] = events.get(event);
            }
        }

        private void hold(int gfp) {
            for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
                for (int pfn = allocator.allocPages(NID, gfp, order); pfn >= 0;
                    pfn = allocator.allocPages(NID, gfp, order)) {
                    held.addFirst(new Block(pfn, order));
                }
            }
        }

        private void giveBlockBack() {
            Block spare = held.removeLast();
            allocator.freePages(spare.pfn, spare.order);
        }

        /** Take every block of at least two pages, whatever the watermarks say. */
        void takeAllBlocks() {
            for (int order = MAX_PAGE_ORDER; order > 0; order--) {
                while (alloc(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_THISNODE, order) >= 0) {
                    continue;
                }
            }
        }

        int alloc(int gfp, int order) {
            int pfn = allocator.allocPages(NID, gfp | __GFP_NOWARN, order);
            if (pfn >= 0) {
                taken.add(new Block(pfn, order));
            }
            return pfn;
        }

        /** Let the threads work and go to sleep. */
        void settle() {
            kernel.sched().msleep(150);
        }

        boolean isBalanced() {
            for (int index = 0; index <= 2; index++) {
                Zone zone = node.zone(index);
                if (zone.isManaged() && Watermarks.okSafe(zone, 0, zone.mark(WMARK_HIGH), 2, 0)) {
                    return true;
                }
            }
            return false;
        }

        boolean isBelowLow() {
            for (int index = 0; index <= 2; index++) {
                Zone zone = node.zone(index);
                if (zone.isManaged() && Watermarks.ok(zone, 0, zone.mark(WMARK_LOW), 2, 0)) {
                    return false;
                }
            }
            return true;
        }

        void close() {
            allocator.setInjection(null);
            taken.forEach(block -> allocator.freePages(block.pfn, block.order));
            reclaim.close();
            held.forEach(block -> allocator.freePages(block.pfn, block.order));
            allocator.drainAllPages(null);
        }
    }

    @KunitInit
    void makeMemoryShort(Kunit test) {
        state = null;
        NodeData node = test.kernel().get(Nodes.class).get(NID);
        if (node.zone(ZONE_MOVABLE).isPopulated() || node.presentPages() > MAX_NODE_PAGES) {
            test.skip("node %d has ZONE_MOVABLE or more than 8 GiB: it cannot be kept short of memory", NID);
        }
        state = new State(test.kernel());
    }

    @KunitExit
    void giveEverythingBack(Kunit test) {
        if (state != null) {
            state.close();
        }
    }

    private State s() {
        if (state == null) {
            throw new IllegalStateException("no case runs");
        }
        return state;
    }

    /** How often it happened in this case. */
    private long count(VmEvent event) {
        return s().events.get(event) - s().countsBefore[event.ordinal()];
    }

    // ---------------------------------------------------------------- kswapd

    @KunitCase
    void kswapdIsWokenBelowLowAndStopsAboveHigh(Kunit test) {
        int pages = s().population.addFile(NID, Integer.MAX_VALUE);
        KUNIT_ASSERT_GT(test, pages, 1000);
        KUNIT_EXPECT_TRUE(test, s().isBelowLow());
        s().alloc(GFP_NOWAIT, 0);
        s().settle();
        KUNIT_EXPECT_TRUE(test, s().isBalanced());
        KUNIT_EXPECT_GT(test, count(VmEvent.PGSTEAL_KSWAPD), 0L);
        KUNIT_EXPECT_EQ(test, count(VmEvent.PGSTEAL_DIRECT), 0L);
        KUNIT_EXPECT_GT(test, s().population.nrFile(), 0);
    }

    @KunitCase
    void kswapdGivesUpOnANodeThatHasNothingToGive(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        for (int i = 0; i < 2 * NodeData.MAX_RECLAIM_RETRIES; i++) {
            s().alloc(GFP_NOWAIT, 0);
            test.kernel().sched().yieldCpu();
        }
        KUNIT_EXPECT_EQ(test, s().node.kswapdFailures, NodeData.MAX_RECLAIM_RETRIES);
    }

    // ---------------------------------------------------------------- direct reclaim

    @KunitCase
    void whoMayNotWakeKswapdReclaimsByItself(Kunit test) {
        s().population.addFile(NID, Integer.MAX_VALUE);
        int got = 0;
        while (count(VmEvent.PGSTEAL_DIRECT) == 0 && got >= 0) {
            got = s().alloc(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 0);
        }
        KUNIT_EXPECT_GE(test, got, 0);
        KUNIT_EXPECT_GE(test, count(VmEvent.PGSTEAL_DIRECT), 32L);
        KUNIT_EXPECT_EQ(test, count(VmEvent.PGSTEAL_KSWAPD), 0L);
    }

    @KunitCase
    void aRequestThatCannotWaitFailsWhereOneThatCanSucceeds(Kunit test) {
        s().population.addFile(NID, Integer.MAX_VALUE);
        KUNIT_EXPECT_LT(test, s().alloc(__GFP_NOMEMALLOC, MAX_PAGE_ORDER - 8), 0);
        KUNIT_EXPECT_GE(test, s().alloc(GFP_KERNEL, MAX_PAGE_ORDER - 8), 0);
    }

    // ---------------------------------------------------------------- compaction

    @KunitCase
    @KunitNeeds(config = "COMPACTION")
    void scatteredPagesAreMovedTogether(Kunit test) {
        // Half of the pages must be enough for the low watermark, or it is not for compaction to help.
        int wanted = 3 * Arrays.stream(new int[] {0, 1, 2}).map(i -> s().node.zone(i).mark(WMARK_LOW)).sum();
        for (int given = 0; given < wanted; given += 1 << MAX_PAGE_ORDER) {
            s().giveBlockBack();
        }
        s().population.addAnon(NID, Integer.MAX_VALUE);
        int before = s().population.nrAnon();
        s().population.release(Arrays.stream(s().population.pfns()).filter(pfn -> (pfn & 1) == 0).toArray());
        s().allocator.drainAllPages(null);
        s().takeAllBlocks();
        KUNIT_EXPECT_GE(test, s().alloc(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 5), 0);
        KUNIT_EXPECT_GT(test, count(VmEvent.COMPACT_STALL), 0L);
        KUNIT_EXPECT_GT(test, count(VmEvent.PGMIGRATE_SUCCESS), 0L);
        KUNIT_EXPECT_GT(test, s().population.nrAnon(), before / 2 - 64);
    }

    // ---------------------------------------------------------------- how hard a request tries

    @KunitCase
    void noretryEndsAfterOneRound(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        long before = stalls();
        KUNIT_EXPECT_LT(test, s().alloc(GFP_KERNEL | __GFP_NORETRY, 3), 0);
        KUNIT_EXPECT_EQ(test, stalls(), before + 1);
    }

    private long stalls() {
        return count(VmEvent.ALLOCSTALL_NORMAL) + count(VmEvent.ALLOCSTALL_MOVABLE);
    }

    @KunitCase
    void retryMayfailNeverKills(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        while (s().alloc(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_THISNODE, 0) >= 0) {
            continue;
        }
        KUNIT_EXPECT_EQ(test, count(VmEvent.OOM_KILL), 0L);
    }

    @KunitCase
    void nofailWaitsUntilSomebodyFreesMemory(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        // Others cannot help: no process is there to be killed, and the killer is switched off.
        s().reclaim.oom().setDisabled(true);
        Block block = s().held.removeLast();
        Task friend = test.kernel().kthreads().run("friend", () -> {
            test.kernel().sched().msleep(1);
            s().allocator.freePages(block.pfn, block.order);
            return 0;
        });
        for (int i = 0; i < 64; i++) {
            KUNIT_ASSERT_GE(test, s().alloc(GFP_KERNEL | __GFP_NOFAIL | __GFP_THISNODE, 0), 0);
        }
        test.kernel().sched().join(friend, Long.MAX_VALUE);
    }

    @KunitCase
    void whoMakesMemoryFreeMayUseTheReserves(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        while (s().alloc(GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_THISNODE, 0) >= 0) {
            continue;
        }
        Task me = test.kernel().current();
        int old = me.setFlags(Task.PF_MEMALLOC);
        int pfn = s().alloc(GFP_KERNEL | __GFP_THISNODE, 0);
        me.restoreFlags(old, Task.PF_MEMALLOC);
        KUNIT_EXPECT_GE(test, pfn, 0);
    }

    // ---------------------------------------------------------------- failing on purpose, and saying so

    @KunitCase
    void injectedFaultsLookLikeAnyOtherFailure(Kunit test) {
        FaultAttr attr = new FaultAttr(FailPageAlloc.PARAM, test.kernel().log(), 1);
        attr.parse("1,100,0,1");
        s().allocator.setInjection(new FailPageAlloc(attr));
        KUNIT_EXPECT_LT(test, s().alloc(GFP_NOWAIT, 1), 0);
        KUNIT_EXPECT_GE(test, s().alloc(GFP_NOWAIT, 1), 0);
        KUNIT_EXPECT_FALSE(test, test.kernel().log().records().stream().anyMatch(r -> r.text().contains("page allocation failure")));
    }

    @KunitCase
    void aFailureIsReportedWithTheStateOfMemory(Kunit test) {
        s().population.addAnon(NID, Integer.MAX_VALUE);
        KUNIT_EXPECT_LT(test, s().allocator.allocPages(NID, __GFP_KSWAPD_RECLAIM | __GFP_THISNODE, MAX_PAGE_ORDER), 0);
        List<String> log = test.kernel().log().records().stream().map(r -> r.text()).toList();
        String comm = test.kernel().current().comm();
        KUNIT_EXPECT_TRUE(test, log.stream().anyMatch(line -> line.startsWith(comm + ": page allocation failure: order:10, mode:0x200800("
            + "__GFP_THISNODE|__GFP_KSWAPD_RECLAIM), nodemask=(null),cpuset=/,mems_allowed=")));
        KUNIT_EXPECT_TRUE(test, log.contains("Mem-Info:"));
        KUNIT_EXPECT_TRUE(test, log.stream().anyMatch(line -> line.endsWith(" total pagecache pages")));
    }
}
