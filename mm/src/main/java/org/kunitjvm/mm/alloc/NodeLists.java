package org.kunitjvm.mm.alloc;

/** Writes sets of nodes as {@code %*pbl} does. */
final class NodeLists {
    private NodeLists() {
    }

    /** {@code 0-2,5} for bits 0, 1, 2 and 5. */
    static String format(long mask) {
        StringBuilder out = new StringBuilder();
        for (int first = 0; first < Long.SIZE; first++) {
            if ((mask & 1L << first) == 0) {
                continue;
            }
            int last = first;
            while (last + 1 < Long.SIZE && (mask & 1L << last + 1) != 0) {
                last++;
            }
            out.append(out.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                out.append('-').append(last);
            }
            first = last;
        }
        return out.toString();
    }
}
