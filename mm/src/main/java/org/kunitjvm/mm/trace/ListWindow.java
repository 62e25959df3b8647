package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;

import org.kunitjvm.mm.zone.Zone;

/** Shows the free lists of a zone, each only at its head and around one frame. */
final class ListWindow {
    private static final int HEAD = 4;
    private static final int AROUND = 2;

    private ListWindow() {
    }

    static String around(Zone zone, int pfn) {
        StringBuilder out = new StringBuilder("  free lists of ").append(zone.label()).append(" (head first):");
        for (int order = NR_PAGE_ORDERS - 1; order >= 0; order--) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                if (!zone.free.isEmpty(order, type)) {
                    out.append("\n    order ").append(order).append(' ').append(ZoneDump.TYPE_LETTERS.charAt(type))
                        .append(':');
                    list(DumpComparer.frames(zone, order, type), order, pfn, out);
                }
            }
        }
        return out.toString();
    }

    private static void list(int[] frames, int order, int pfn, StringBuilder out) {
        int at = -1;
        for (int i = 0; i < frames.length; i++) {
            if (pfn >= frames[i] && pfn < frames[i] + (1 << order)) {
                at = i;
            }
        }
        boolean gap = false;
        for (int i = 0; i < frames.length; i++) {
            if (i < HEAD || at >= 0 && Math.abs(i - at) <= AROUND || i == frames.length - 1) {
                out.append(gap ? " ..." : "").append(i == at ? " [" : " ").append(frames[i]).append(i == at ? "]" : "");
                gap = false;
            } else {
                gap = true;
            }
        }
        out.append(" (").append(frames.length).append(')');
    }
}
