package org.kunitjvm.mm.proc;

import java.util.List;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;

/**
 * What the files show. Zones that are missing from {@code zones} are shown as unpopulated.
 *
 * @param nodes the online nodes, ascending
 * @param zones the zones of these nodes, by node, then by type
 * @param counters counters of a node
 * @param unreclaimable whether kswapd gave up on a node, as 0 or 1
 * @param map the memory map
 * @param events the events of the kernel
 * @param hasCma whether the kernel has CONFIG_CMA
 * @param onlineCpus how many CPUs are online
 * @param memmapBootPages pages that hold struct pages since boot
 * @param realtimeDirtyBonus what a real-time reader may dirty on top of a quarter more than others, in pages
 *     ({@code global_wb_domain.dirty_limit / 32}), or {@link #NOT_REALTIME}
 */
public record ProcView(List<Integer> nodes, List<Zone> zones, IntFunction<NodeCounters> counters,
    IntFunction<Integer> unreclaimable,
        PageMap map, VmEvents events, boolean hasCma, int onlineCpus, long memmapBootPages, long realtimeDirtyBonus) {
    /** The reader is no real-time task. */
    public static final long NOT_REALTIME = -1;

    /** What a task that is not a real-time one reads. */
    public ProcView(List<Integer> nodes, List<Zone> zones, IntFunction<NodeCounters> counters,
        IntFunction<Integer> unreclaimable,
            PageMap map, VmEvents events, boolean hasCma, int onlineCpus, long memmapBootPages) {
        this(nodes, zones, counters, unreclaimable, map, events, hasCma, onlineCpus, memmapBootPages, NOT_REALTIME);
    }

    /** The zone of this type on this node, or {@code null}. */
    @Nullable Zone zone(int nid, int index) {
        for (Zone zone : zones) {
            if (zone.nid == nid && zone.index == index) {
                return zone;
            }
        }
        return null;
    }
}
