package org.kunitjvm.mm.proc;

/** Pads as printf does. */
final class Columns {
    private Columns() {
    }

    /** {@code %<width>s}. */
    static StringBuilder right(StringBuilder out, String text, int width) {
        for (int i = text.length(); i < width; i++) {
            out.append(' ');
        }
        return out.append(text);
    }

    /** {@code %<width>lu}. */
    static StringBuilder right(StringBuilder out, long value, int width) {
        return right(out, Long.toString(value), width);
    }

    /** {@code %-<width>s}. */
    static StringBuilder left(StringBuilder out, String text, int width) {
        out.append(text);
        for (int i = text.length(); i < width; i++) {
            out.append(' ');
        }
        return out;
    }

    /** {@code Node %<nidWidth>d, zone %8s}. */
    static StringBuilder zone(StringBuilder out, int nid, int nidWidth, String zoneName) {
        right(out.append("Node "), nid, nidWidth);
        return right(out.append(", zone "), zoneName, 8);
    }
}
