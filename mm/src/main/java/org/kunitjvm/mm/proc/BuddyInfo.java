package org.kunitjvm.mm.proc;

import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;

import org.kunitjvm.mm.zone.Zone;

/** Free blocks per order, isolated ones included. Models mm/vmstat.c: frag_show. */
final class BuddyInfo {
    private BuddyInfo() {
    }

    static void append(ProcView view, StringBuilder out) {
        for (Zone zone : view.zones()) {
            if (zone.isPopulated()) {
                Columns.zone(out, zone.nid, 1, zone.name()).append(' ');
                for (int order = 0; order < NR_PAGE_ORDERS; order++) {
                    Columns.right(out, zone.free.nrFree(order), 6).append(' ');
                }
                out.append('\n');
            }
        }
    }
}
