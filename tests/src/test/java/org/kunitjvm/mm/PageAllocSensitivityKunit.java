package org.kunitjvm.mm;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ_MSG;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_DEFAULT;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.page.Page;

/**
 * Sensitive pages are absent from the direct map and the others are in it, whatever the blocks were used for before.
 * The cases of the address space isolation series; a sensitive request is one with ALLOC_UNMAPPED.
 */
@KunitSuite(value = "page_alloc_sensitivity", config = "MITIGATION_ADDRESS_SPACE_ISOLATION")
final class PageAllocSensitivityKunit {
    private static final Action<IsolatedNode> CLOSE_NODE = IsolatedNode::close;
    private static final Request[] REQUESTS = {new Request(0, false), new Request(1, false), new Request(9, false),
        new Request(10, false), new Request(0, true), new Request(9, true), new Request(10, true)};
    private static final boolean[] SENSITIVITIES = {false, true};

    /** What a region looks like in the direct map. */
    private enum State {
        UNMAPPED, MAPPED, MIXED
    }

    /** One allocation. */
    private record Request(int order, boolean sensitive) {
        int allocFlags() {
            return sensitive ? ALLOC_UNMAPPED : ALLOC_DEFAULT;
        }

        @Override
        public String toString() {
            return "order " + order + (sensitive ? " sensitive" : " nonsensitive");
        }
    }

    private @Nullable IsolatedNode isolated;

    private IsolatedNode node() {
        return Objects.requireNonNull(isolated);
    }

    /** Get a node of its own for each case: what one case did to the blocks is no business of the next. */
    @KunitInit
    void openNode(Kunit test) throws IsolatedNodeUnavailable {
        if (!test.kernel().mmu().canSetDirectMap()) {
            test.skip("the direct map cannot be changed");
        }
        isolated = IsolatedNode.open(Mm.of(test.kernel()));
        test.addActionOrReset(CLOSE_NODE, node());
        test.addActionOrReset(this::drainNode, node());
    }

    private void drainNode(IsolatedNode node) {
        node.space().allocator().drainAllPages(null);
    }

    private static State stateOf(Kunit test, Page page, int order) {
        boolean first = test.kernel().mmu().kernelPagePresent(page.pfn());
        for (int i = 1; i < 1 << order; i++) {
            if (test.kernel().mmu().kernelPagePresent(page.pfn() + i) != first) {
                return State.MIXED;
            }
        }
        return first ? State.MAPPED : State.UNMAPPED;
    }

    private @Nullable Page alloc(Request request) {
        return node().allocPages(gfp(GFP_KERNEL | __GFP_NOWARN), request.order(), request.allocFlags());
    }

    private void free(Page page, int order) {
        node().space().allocator().freePages(page.pfn(), order);
    }

    @KunitCase(params = "REQUESTS")
    @Tag("M-132")
    void testAllocSensitivity(Kunit test, Request request) {
        Page page = alloc(request);
        KUNIT_ASSERT_NOT_NULL(test, page);
        State state = stateOf(test, page, request.order());
        free(page, request.order());
        KUNIT_EXPECT_EQ(test, state, request.sensitive() ? State.UNMAPPED : State.MAPPED);
    }

    /** Fill the node with one kind, free it, and ask for the other: freeing changes nothing, the new request does. */
    @KunitCase(params = "SENSITIVITIES")
    @Tag("M-132")
    void testAllocSensitivityDrain(Kunit test, Boolean sensitive) {
        Request wanted = new Request(0, sensitive);
        Request opposite = new Request(MAX_PAGE_ORDER, !sensitive);
        State oppositeState = opposite.sensitive() ? State.UNMAPPED : State.MAPPED;
        List<Page> blocks = new ArrayList<>();
        for (Page page = alloc(opposite); page != null; page = alloc(opposite)) {
            blocks.add(page);
        }
        KUNIT_ASSERT_GT(test, blocks.size(), 0);
        for (Page block : blocks) {
            KUNIT_EXPECT_EQ_MSG(test, stateOf(test, block, MAX_PAGE_ORDER), oppositeState, "while the node is full");
            free(block, MAX_PAGE_ORDER);
        }
        for (Page block : blocks) {
            KUNIT_EXPECT_EQ_MSG(test, stateOf(test, block, MAX_PAGE_ORDER), oppositeState, "after all was freed");
        }

        Page page = alloc(wanted);
        KUNIT_ASSERT_NOT_NULL(test, page);
        State state = stateOf(test, page, 0);
        free(page, 0);
        KUNIT_EXPECT_EQ(test, state, sensitive ? State.UNMAPPED : State.MAPPED);
    }
}
