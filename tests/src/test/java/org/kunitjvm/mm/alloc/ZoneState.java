package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;

import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * All that operations of the allocator change in a {@link TestZone}: counters with what is not folded, events, flags,
 * every list with its frames in order, every field of the caches, the types of pageblocks, virtual time.
 *
 * <p>It is walked once for a number, which is quick to compare after each operation, and once more for the text when
 * two numbers differ.
 */
final class ZoneState {
    private static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;

    /** Gets each part of the state. */
    private interface Sink {
        void add(String what, long value);
    }

    private static final class Digest implements Sink {
        private long value;

        @Override
        public void add(String what, long part) {
            long mixed = (value ^ part) * FACTOR;
            value = mixed ^ mixed >>> Integer.SIZE;
        }
    }

    private final TestZone of;
    private final Sink sink;

    private ZoneState(TestZone of, Sink sink) {
        this.of = of;
        this.sink = sink;
    }

    /** A number that differs if anything does. */
    static long digest(TestZone zone) {
        Digest digest = new Digest();
        new ZoneState(zone, digest).all();
        return digest.value;
    }

    /** One line per part. */
    static String text(TestZone zone) {
        StringBuilder out = new StringBuilder();
        new ZoneState(zone, (what, value) -> out.append(what).append(' ').append(value).append('\n')).all();
        return out.toString();
    }

    /** All that is known about the pages of a block: flags, references, compound order, words, and the owner's mark. */
    static String pages(TestZone zone, int pfn, int order) {
        StringBuilder out = new StringBuilder();
        for (int page = pfn; page < pfn + (1 << order); page++) {
            out.append(Integer.toHexString(page)).append(": flags ").append(zone.map.flags(page)).append(" refs ")
                .append(zone.map.refcount(page)).append(" compound ").append(zone.map.compoundOrder(page))
                .append(" head ").append(zone.map.headOf(page)).append(" index ").append(zone.map.index(page))
                .append(" zero ").append(zone.kernel.memory().isFilledWith(page, (byte) 0)).append('\n');
        }
        return out.toString();
    }

    private void all() {
        counters();
        for (PerCpuPages pcp : of.zone.pcp) {
            cache(pcp);
        }
        freeLists();
        for (int pfn = TestZone.START; pfn < TestZone.START + TestZone.PAGES; pfn += PAGEBLOCK_NR_PAGES) {
            sink.add("pageblock type", of.map.blockType(pfn));
        }
    }

    private void counters() {
        sink.add("steps", of.kernel.clock().steps());
        for (VmEvent event : VmEvent.values()) {
            sink.add(event.name(), of.context.events().get(event));
        }
        for (ZoneStat item : ZoneStat.values()) {
            sink.add(item.name(), of.zone.counters.folded(item));
            for (int cpu = 0; cpu < of.zone.pcp.length; cpu++) {
                sink.add("not folded", of.zone.counters.diff(cpu, item));
            }
        }
        for (NumaStat item : NumaStat.values()) {
            sink.add(item.name(), of.zone.counters.numa(item));
        }
        sink.add("zone flags", of.zone.flags);
        sink.add("boost", of.zone.watermarkBoost());
        sink.add("reserved highatomic", of.zone.nrReservedHighatomic);
        sink.add("free highatomic", of.zone.nrFreeHighatomic());
        sink.add("isolated", of.zone.nrIsolatePageblock);
        sink.add("locked", of.zone.lock.isLocked() ? 1 : 0);
    }

    private void cache(PerCpuPages pcp) {
        sink.add("pcp count", pcp.count);
        sink.add("high", pcp.high);
        sink.add("high_min", pcp.highMin);
        sink.add("high_max", pcp.highMax);
        sink.add("batch", pcp.batch);
        sink.add("alloc_factor", pcp.allocFactor);
        sink.add("expire", pcp.expire);
        sink.add("free_count", pcp.freeCount);
        sink.add("pcp flags", pcp.flags());
        sink.add("pcp locked", pcp.lock.isLocked() ? 1 : 0);
        for (int list = 0; list < PerCpuPages.NR_PCP_LISTS; list++) {
            sink.add("pcp list", list);
            for (int i = 0; i < pcp.lists.length(list); i++) {
                sink.add("  cached", pcp.lists.get(list, i));
            }
        }
    }

    private void freeLists() {
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            sink.add("order", order);
            sink.add("nr_free", of.zone.free.nrFree(order));
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                sink.add("type", type);
                for (int pfn = of.zone.free.first(order, type); pfn >= 0; pfn = of.zone.free.next(order, pfn)) {
                    sink.add("  free", pfn);
                }
            }
        }
        for (int type = 0; type < MIGRATE_TYPES; type++) {
            sink.add("orders that have blocks", of.zone.free.orderMask(type));
            sink.add("pages in whole blocks", of.zone.free.blockPages(type));
        }
    }
}
