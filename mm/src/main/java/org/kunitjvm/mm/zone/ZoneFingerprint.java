package org.kunitjvm.mm.zone;

import java.util.List;

import org.kunitjvm.mm.page.PageMap;

/**
 * A number for the state that {@link ZoneChecker} looks at, so that zones which nobody has touched need not be walked
 * again. Costs a microsecond or two, whatever the size of the zones.
 *
 * <p>Read each time: counters, public fields, locks, and what is in the caches of the CPUs. Free lists and page records
 * are too many for that; {@link PageMap#changes} tells of writes to them, and the events of the allocator of the blocks
 * that it handed out and took back, where nothing else is counted to keep it fast.
 */
public final class ZoneFingerprint {
    /** An odd number without a pattern: the 64-bit golden ratio. */
    private static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;

    private long value;

    private ZoneFingerprint() {
    }

    /** The fingerprint of zones that share a memory map and event counters. */
    public static long of(List<Zone> zones, PageMap map, VmEvents events) {
        ZoneFingerprint print = new ZoneFingerprint();
        print.add(map.changes());
        print.add(events.get(VmEvent.PGALLOC_DMA));
        print.add(events.get(VmEvent.PGALLOC_DMA32));
        print.add(events.get(VmEvent.PGALLOC_NORMAL));
        print.add(events.get(VmEvent.PGALLOC_MOVABLE));
        print.add(events.get(VmEvent.PGFREE));
        for (int i = 0; i < zones.size(); i++) {
            print.add(zones.get(i));
        }
        return print.value;
    }

    private void add(Zone zone) {
        add((long) zone.startPfn << Integer.SIZE | zone.spannedPages);
        add(zone.counters.exact(ZoneStat.NR_FREE_PAGES));
        add(zone.counters.exact(ZoneStat.NR_FREE_CMA));
        add((long) zone.nrFreeHighatomic() << Integer.SIZE | zone.nrIsolatePageblock);
        for (PerCpuPages pcp : zone.pcp) {
            add(pcp);
        }
    }

    private void add(PerCpuPages pcp) {
        add((long) pcp.count << 1 | (pcp.lock.isLocked() ? 1 : 0));
        for (int list = 0; list < PerCpuPages.NR_PCP_LISTS; list++) {
            int length = pcp.lists.length(list);
            if (length != 0) {
                add((long) list << Integer.SIZE | length);
                for (int i = 0; i < length; i++) {
                    add(pcp.lists.get(list, i));
                }
            }
        }
    }

    private void add(long number) {
        long mixed = (value ^ number) * FACTOR;
        value = mixed ^ mixed >>> Integer.SIZE;
    }
}
