package org.kunitjvm.kunit.ktap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The diagnostic lines that belong to one test, with a ceiling. The first lines are kept, because the first report of a
 * crash is the one that matters; what does not fit is counted.
 */
public final class TestLog {
    /** Most units one log keeps; a line costs its characters and {@value #LINE_COST} more. */
    public static final long MAX_UNITS = 8L << 20;

    static final int LINE_COST = 64;

    private List<String> lines = List.of();
    private long units;
    private long dropped;

    /** Room that several logs share. */
    static final class Budget {
        private long left;

        Budget(long units) {
            left = units;
        }

        boolean take(long units) {
            if (units > left) {
                return false;
            }
            left -= units;
            return true;
        }

        void giveBack(long units) {
            left += units;
        }
    }

    /** Return the kept lines in order; a read-only view. */
    public List<String> lines() {
        return Collections.unmodifiableList(lines);
    }

    /** Return how many lines came after the ones kept. */
    public long dropped() {
        return dropped;
    }

    public boolean isEmpty() {
        return lines.isEmpty() && dropped == 0;
    }

    void add(String line, Budget budget) {
        long cost = line.length() + (long) LINE_COST;
        if (dropped > 0 || units + cost > MAX_UNITS || !budget.take(cost)) {
            dropped++;
            return;
        }
        if (lines.isEmpty()) {
            lines = new ArrayList<>(4);
        }
        lines.add(line);
        units += cost;
    }

    /** Take over all lines of {@code other}, which is empty afterwards; the room they use stays taken. */
    void takeAll(TestLog other, Budget budget) {
        if (isEmpty()) {
            List<String> swap = lines;
            lines = other.lines;
            units = other.units;
            dropped = other.dropped;
            other.lines = swap;
            other.units = 0;
            other.dropped = 0;
            return;
        }
        budget.giveBack(other.units);
        for (String line : other.lines) {
            add(line, budget);
        }
        dropped += other.dropped;
        other.lines = List.of();
        other.units = 0;
        other.dropped = 0;
    }

    /** Move this log from the room of open tests to that of finished ones; false, and emptied, if it does not fit. */
    boolean settle(Budget open, Budget kept) {
        open.giveBack(units);
        if (kept.take(units)) {
            return true;
        }
        dropped += lines.size();
        lines = List.of();
        units = 0;
        return false;
    }

    /** Forget everything. */
    void release(Budget open) {
        open.giveBack(units);
        lines = List.of();
        units = 0;
        dropped = 0;
    }
}
