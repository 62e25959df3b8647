package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.page.PageFlags.MODEL_MOVABLE_OPS;

import java.util.Arrays;

import org.kunitjvm.mm.alloc.PageMigrator;
import org.kunitjvm.mm.page.PageMap;

/** The owner of the movable pages of a recording: lets them be moved, and remembers which went where. */
final class RecordedMigrations implements PageMigrator {
    /** Once the owner refuses, it refuses frames whose last six bits are these. */
    private static final int REFUSE_MASK = 63;
    private static final int REFUSED = 7;

    private final PageMap map;
    private boolean refusing;
    private int[] pairs = new int[64];
    private int count;
    private int checked;

    RecordedMigrations(PageMap map) {
        this.map = map;
    }

    void refuseSome(boolean refuse) {
        refusing = refuse;
    }

    void clear() {
        count = 0;
        checked = 0;
    }

    int total() {
        return count;
    }

    void check(int from, int to, Differences out) {
        if (checked == count) {
            out.add("migration of " + from + " to " + to + " did not happen");
            return;
        }
        out.check("migration " + checked + " from", from, pairs[checked * 2]);
        out.check("migration " + checked + " to", to, pairs[checked * 2 + 1]);
        checked++;
    }

    @Override
    public boolean isolate(int pfn) {
        // A page that only has the flag of an LRU list is on none: it looks pinned.
        return map.hasFlag(pfn, MODEL_MOVABLE_OPS) && !(refusing && (pfn & REFUSE_MASK) == REFUSED);
    }

    @Override
    public void migrate(int fromPfn, int toPfn) {
        map.addFlags(toPfn, MODEL_MOVABLE_OPS);
        map.clearFlags(fromPfn, MODEL_MOVABLE_OPS);
        if (count * 2 == pairs.length) {
            pairs = Arrays.copyOf(pairs, pairs.length * 2);
        }
        pairs[count * 2] = fromPfn;
        pairs[count * 2 + 1] = toPfn;
        count++;
    }
}
