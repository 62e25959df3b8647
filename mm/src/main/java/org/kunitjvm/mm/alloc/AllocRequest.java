package org.kunitjvm.mm.alloc;

import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.Zonelist;

/**
 * A request that has entered the slow path. Models mm/internal.h: struct alloc_context.
 *
 * @param gfp the caller's mask after task context was applied
 * @param order wanted order
 * @param zonelist zones to try
 * @param highestIndex highest zone type allowed
 * @param type wanted migrate type
 * @param nodemask allowed nodes as bits, or {@link #ANY_NODE}
 */
public record AllocRequest(int gfp, int order, Zonelist zonelist, int highestIndex, int type, long nodemask) {
    /** No restriction to nodes ({@code nodemask == NULL}). */
    public static final long ANY_NODE = -1L;

    /** This request with another node mask. */
    public AllocRequest withNodemask(long newNodemask) {
        return new AllocRequest(gfp, order, zonelist, highestIndex, type, newNodemask);
    }

    /** This request for blocks of another order. */
    AllocRequest withOrder(int newOrder) {
        return new AllocRequest(gfp, newOrder, zonelist, highestIndex, type, nodemask);
    }

    /** First position in the zonelist that the request may use, or the list's size. */
    public int firstZone() {
        return FastPath.nextZone(zonelist, 0, highestIndex, nodemask);
    }

    /** The zone at the next position from {@code at} on, for iteration. */
    public int nextZone(int at) {
        return FastPath.nextZone(zonelist, at, highestIndex, nodemask);
    }

    /** The zone that the request wants most, or {@code null}. */
    public @org.jspecify.annotations.Nullable Zone preferredZone() {
        int first = firstZone();
        return first == zonelist.size() ? null : zonelist.zone(first);
    }
}
