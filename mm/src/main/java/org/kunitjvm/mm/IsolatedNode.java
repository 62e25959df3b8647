package org.kunitjvm.mm;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.alloc.AllocFlags;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.Zone;

/**
 * A node whose memory nobody else uses, so that what the allocator does there depends on the test alone.
 *
 * <p>There are two ways to get one, and a suite cannot tell them apart: {@link HotplugIsolatedNode} unplugs memory from
 * node 0 and plugs it into a node that is in nobody's zonelist, as the series that introduced the suite did;
 * {@link ContextIsolatedNode} carries a node table of its own over made-up memory that costs nothing until something is
 * written to it.
 */
public sealed interface IsolatedNode extends AutoCloseable permits HotplugIsolatedNode, ContextIsolatedNode {
    /** How to get the node. */
    enum Route {
        /** {@link #HOTPLUG} if the kernel was booted with {@code movablecore=}, else {@link #CONTEXT}. */
        AUTO,
        /** A node table of its own over made-up memory. */
        CONTEXT,
        /** Memory that is unplugged from node 0's ZONE_MOVABLE. */
        HOTPLUG
    }

    /** Name of the kernel parameter that chooses the route: {@code auto}, {@code context} or {@code hotplug}. */
    String ROUTE_PARAM = "page_alloc_test.route";

    /**
     * Get the isolated node by the way that the kernel parameter {@value #ROUTE_PARAM} names.
     *
     * @throws IsolatedNodeUnavailable if it cannot be had: with the reason, and whether that is a reason to skip or to
     *     fail
     */
    static IsolatedNode open(Mm mm) throws IsolatedNodeUnavailable {
        return open(mm, mm.isolatedNodeRoute());
    }

    /** Same, by the given way. */
    static IsolatedNode open(Mm mm, Route route) throws IsolatedNodeUnavailable {
        return switch (route) {
            case AUTO -> open(mm, mm.hasMovablecore() ? Route.HOTPLUG : Route.CONTEXT);
            case CONTEXT -> ContextIsolatedNode.make(mm);
            case HOTPLUG -> HotplugIsolatedNode.plug(mm);
        };
    }

    /** Its number. */
    int nid();

    /** The space that its pages belong to. */
    AllocSpace space();

    /** Its zones that have memory, lowest first. */
    List<Zone> zones();

    /** Allocate from this node and no other ({@code alloc_pages_force_nid}). */
    default @Nullable Page allocPages(Gfp gfp, int order) {
        return allocPages(gfp, order, AllocFlags.ALLOC_DEFAULT);
    }

    /** Same with flags of the allocator: {@code ALLOC_DEFAULT} or {@code ALLOC_UNMAPPED}. */
    @Nullable Page allocPages(Gfp gfp, int order, int allocFlags);

    /** Give the memory back to where it came from; everything must have been freed. */
    @Override
    void close();
}
