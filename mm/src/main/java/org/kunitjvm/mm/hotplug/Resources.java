package org.kunitjvm.mm.hotplug;

import java.util.Map;
import java.util.TreeMap;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;

/**
 * Which physical addresses are taken by "System RAM"; neighbours are kept as one. Models the part of kernel/resource.c
 * that memory hotplug uses.
 */
final class Resources {
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    /**
     * Take {@code [start, end)}.
     *
     * @throws ErrnoException {@code EEXIST} if some of it is taken
     */
    void request(long start, long end) throws ErrnoException {
        Map.Entry<Long, Long> before = ends.lowerEntry(end);
        if (before != null && before.getValue() > start) {
            throw new ErrnoException(Errno.EEXIST, String.format("Unable to reserve System RAM region: %016x->%016x",
                start, end));
        }
        long from = before != null && before.getValue() == start ? before.getKey() : start;
        Long nextEnd = ends.remove(end);
        ends.put(from, nextEnd != null ? nextEnd : end);
    }

    /** Give {@code [start, end)} back; it may be a part of something larger. */
    void release(long start, long end) {
        Map.Entry<Long, Long> around = ends.floorEntry(start);
        if (around == null || around.getValue() < end) {
            return;
        }
        long oldStart = around.getKey();
        long oldEnd = around.getValue();
        ends.remove(oldStart);
        if (oldStart < start) {
            ends.put(oldStart, start);
        }
        if (end < oldEnd) {
            ends.put(end, oldEnd);
        }
    }
}
