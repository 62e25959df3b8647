package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The addresses that a recording has said something of: what is mapped there, or that nothing is. */
final class KnownRanges {
    private final TreeMap<Long, Long> endByStart = new TreeMap<>();

    /** {@code [start, end)}. */
    record Range(long start, long end) {
    }

    KnownRanges() {
    }

    KnownRanges(KnownRanges other) {
        endByStart.putAll(other.endByStart);
    }

    /** {@code [start, end)} is known from now on. */
    void add(long start, long end) {
        if (end <= start) {
            return;
        }
        long from = start;
        long to = end;
        Map.Entry<Long, Long> before = endByStart.floorEntry(to);
        while (before != null && before.getValue() >= from) {
            endByStart.remove(before.getKey());
            from = Math.min(from, before.getKey());
            to = Math.max(to, before.getValue());
            before = endByStart.floorEntry(to);
        }
        endByStart.put(from, to);
    }

    /** The parts of {@code [start, end)} that nothing is known of. */
    List<Range> unknownIn(long start, long end) {
        List<Range> unknown = new ArrayList<>();
        long at = start;
        while (at < end) {
            Map.Entry<Long, Long> here = endByStart.floorEntry(at);
            if (here != null && here.getValue() > at) {
                at = here.getValue();
                continue;
            }
            Long next = endByStart.higherKey(at);
            long to = next == null ? end : Math.min(end, next);
            unknown.add(new Range(at, to));
            at = to;
        }
        return unknown;
    }
}
