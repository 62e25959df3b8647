package org.kunitjvm.mm;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_DEFAULT;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.Zone;

/** What the posted cases of page_alloc leave open: merges that must not happen, and nodes that a request left out. */
@KunitSuite(value = "page_alloc_blocks", config = "PAGE_ALLOC_KUNIT_TEST")
final class PageAllocBlocksKunit {
    private static final int DONOR_NID = 0;
    private static final int EPERM = 1;
    /** The lower of two orders that no CPU caches, so that frees reach the free lists at once. */
    private static final int ORDER = 4;

    private final Action<Block> freeBlock = Block::free;
    private @Nullable IsolatedNode isolated;
    private @Nullable String skipReason;

    /** A block that is freed once, by the case or by its clean-up. */
    private static final class Block {
        private final Mm mm;
        private final Page page;
        private final int order;
        private boolean freed;

        Block(Mm mm, Page page, int order) {
            this.mm = mm;
            this.page = page;
            this.order = order;
        }

        void free() {
            if (!freed) {
                freed = true;
                mm.freePages(page, order);
            }
        }
    }

    @KunitSuiteInit
    int openNode(SuiteContext suite) {
        try {
            isolated = IsolatedNode.open(Mm.of(suite.kernel()));
        } catch (IsolatedNodeUnavailable e) {
            if (e.isSkip()) {
                skipReason = e.lines().getFirst();
                return 0;
            }
            e.lines().forEach(line -> suite.err("%s", line));
            return -EPERM;
        }
        return 0;
    }

    @KunitSuiteExit
    void closeNode(SuiteContext suite) {
        if (isolated != null) {
            isolated.close();
        }
    }

    @KunitInit
    void setUp(Kunit test) {
        if (skipReason != null) {
            test.skip("%s", skipReason);
        }
    }

    private IsolatedNode node() {
        if (isolated == null) {
            throw new IllegalStateException("no isolated node");
        }
        return isolated;
    }

    private Block alloc(Kunit test, int order) {
        Page page = node().allocPages(gfp(GFP_KERNEL), order);
        KUNIT_ASSERT_NOT_NULL(test, page);
        Block block = new Block(Mm.of(test.kernel()), page, order);
        test.addActionOrReset(freeBlock, block);
        return block;
    }

    /**
     * The order must match: a free neighbour of smaller order is only part of the block to merge with.
     * <pre>
     *   aaaaaaaabbbbcccc   one free block, cut up
     *   aaaaaaaaffffcccc   b is freed: its buddy c is in use
     *   ffffffffffffcccc   a is freed: b begins where the buddy of a does, but is half as long
     * </pre>
     */
    @KunitCase
    void buddyOfSmallerOrderIsNotMerged(Kunit test) {
        Block a = alloc(test, ORDER + 1);
        Block b = alloc(test, ORDER);
        Block c = alloc(test, ORDER);
        int pfn = a.page.pfn();
        KUNIT_ASSERT_EQ(test, b.page.pfn(), pfn + (2 << ORDER));
        KUNIT_ASSERT_EQ(test, c.page.pfn(), pfn + (3 << ORDER));

        b.free();
        KUNIT_EXPECT_EQ_MSG(test, b.page.buddyOrder(), ORDER, "block 0x%lx, whose buddy 0x%lx is in use", b.page.pfn(), c.page.pfn());
        a.free();
        KUNIT_EXPECT_EQ_MSG(test, a.page.buddyOrder(), ORDER + 1, "block 0x%lx merged with its buddy 0x%lx, of which only order %d is free",
            pfn, b.page.pfn(), ORDER);
        KUNIT_EXPECT_EQ_MSG(test, b.page.buddyOrder(), ORDER, "block 0x%lx went into its buddy 0x%lx of order %d", b.page.pfn(), pfn,
            ORDER + 1);

        c.free();
        KUNIT_EXPECT_EQ_MSG(test, a.page.buddyOrder(), MAX_PAGE_ORDER, "everything around block 0x%lx is free", pfn);
    }

    /** The preferred node is a wish, the node mask is a rule. */
    @KunitCase
    void nodeMaskKeepsThePreferredNodeOut(Kunit test) {
        Mm mm = Mm.of(test.kernel());
        Zone zone = node().zones().getFirst();

        Page page = mm.allocPagesIn(node().space(), gfp(GFP_NOWAIT | __GFP_NOWARN), ORDER, node().nid(),
            NodeMask.of(DONOR_NID), ALLOC_DEFAULT);

        // A context that has no other node has nothing to give.
        if (page != null) {
            test.addActionOrReset(freeBlock, new Block(mm, page, ORDER));
            KUNIT_EXPECT_FALSE_MSG(test, zone.spans(page.pfn()), "page 0x%lx is on node %d, but the node mask has only node %d",
                page.pfn(), node().nid(), DONOR_NID);
        }
    }
}
