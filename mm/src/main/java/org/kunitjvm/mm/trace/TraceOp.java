package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.zone.Zone;

/** One operation of a recording: what was done, its result, and the state after it. Reused for every line. */
final class TraceOp {
    /** Letters of all kinds there are. */
    private static final String KINDS = "ALFDBGPNSXYVWwIUKkQd";
    /** Those whose second column is an order. */
    private static final String WITH_ORDER = "ALFPS";
    /** Those that name a page. */
    private static final String OF_A_PAGE = "FPNSYWwIUKk";
    /** Those whose second column is a number of pages. */
    private static final String OF_MANY = "BGXYIUKkQ";
    private static final int COLUMNS_PER_CPU = 7;
    private static final int COLUMNS_PER_ZONE = 9;
    private static final int COLUMNS_AT_END = 4;
    private static final int MAX_COLUMNS = 1 << 10;

    long number;
    /** Line of the recording that it stands in. */
    long line;
    int cpu;
    char kind;
    /** Order or number of pages; -1 if the line has none. */
    int order;
    /** Third column; hexadecimal for masks. -1 if the line has none. */
    int gfp;
    /** Result or argument. */
    long pfn;
    boolean twoCpus;
    long[] state = new long[64];
    int stateLength;
    int[] frames = new int[64];
    int nrFrames;

    /**
     * Read the line; the state columns in hexadecimal are those of flags.
     *
     * @param nrCpus how many CPUs have columns if the line names the one that it ran on
     */
    void read(TraceInput in, int nrCpus) {
        number = in.number();
        line = in.lineNumber();
        twoCpus = Character.isDigit(in.peek());
        cpu = twoCpus ? in.integer() : 0;
        String letter = in.word();
        if (letter.length() != 1 || KINDS.indexOf(letter.charAt(0)) < 0) {
            throw in.malformed("there is no operation '" + letter + "'");
        }
        kind = letter.charAt(0);
        order = optional(in, 10);
        gfp = optional(in, kind == 'U' ? 10 : 16);
        pfn = in.peek() == '-' ? optionalResult(in) : in.number();
        stateLength = 0;
        nrFrames = 0;
        readState(in, nrCpus);
    }

    private static int optional(TraceInput in, int radix) {
        if (in.peek() == '-') {
            in.skip();
            return -1;
        }
        return radix == 16 ? (int) in.hex() : in.integer();
    }

    private static long optionalResult(TraceInput in) {
        if (in.peekWord().equals("-")) {
            in.skip();
            return -1;
        }
        return in.number();
    }

    private void readState(TraceInput in, int nrCpus) {
        int columnsPerCpu = twoCpus ? COLUMNS_PER_CPU : COLUMNS_PER_ZONE;
        int cpuColumns = twoCpus ? COLUMNS_PER_CPU * nrCpus : Integer.MAX_VALUE;
        while (in.hasMore()) {
            if (in.peek() == '|') {
                in.skip();
                continue;
            }
            if (stateLength == state.length) {
                if (stateLength == MAX_COLUMNS) {
                    throw in.malformed("there are more state columns than any machine has");
                }
                state = Arrays.copyOf(state, stateLength * 2);
            }
            int column = stateLength < cpuColumns ? stateLength % columnsPerCpu : stateLength - cpuColumns;
            boolean hex = stateLength < cpuColumns ? column == 4 || column == 8 : column == 3;
            state[stateLength++] = hex ? in.hex() : in.number();
        }
    }

    /**
     * Complain unless the operation has what its kind needs, and the state of these zones, or of all CPUs, after it.
     */
    void check(List<Zone> zones, int nrCpus) {
        String fault = fault(zones, nrCpus);
        if (fault != null) {
            throw new TraceFormatException(line, "operation " + number + " " + fault);
        }
    }

    private @Nullable String fault(List<Zone> zones, int nrCpus) {
        if (cpu < 0 || cpu >= nrCpus) {
            return "ran on CPU " + cpu + " of " + nrCpus;
        }
        int columns = twoCpus ? nrCpus * COLUMNS_PER_CPU + COLUMNS_AT_END : zones.size() * COLUMNS_PER_ZONE;
        if (stateLength != columns) {
            return "has " + stateLength + " state columns, not " + columns;
        }
        if ((kind == 'B' || kind == 'G') && nrFrames != pfn) {
            return "has " + nrFrames + " page frames, not " + pfn;
        }
        if (WITH_ORDER.indexOf(kind) >= 0 && (order < 0 || order > MAX_PAGE_ORDER)) {
            return "has order " + order;
        }
        if (OF_MANY.indexOf(kind) >= 0 && (order <= 0 || order > maxPages(zones))) {
            return "is about " + order + " pages";
        }
        return pageFault(zones);
    }

    private @Nullable String pageFault(List<Zone> zones) {
        if (OF_A_PAGE.indexOf(kind) >= 0 && !isIn(zones, pfn)) {
            return pfn < 0 ? "names no page" : "names page " + pfn + ", which is in none of the recorded zones";
        }
        for (int i = 0; i < nrFrames && kind == 'G'; i++) {
            if (!isIn(zones, frames[i])) {
                return "names page " + frames[i] + ", which is in none of the recorded zones";
            }
        }
        return null;
    }

    private static boolean isIn(List<Zone> zones, long pfn) {
        for (Zone zone : zones) {
            if (pfn == (int) pfn && zone.spans((int) pfn)) {
                return true;
            }
        }
        return false;
    }

    private static int maxPages(List<Zone> zones) {
        int pages = 0;
        for (Zone zone : zones) {
            pages += zone.spannedPages;
        }
        return pages;
    }

    /** Whether a line with an error number follows. */
    boolean hasResultLine() {
        return "IUK".indexOf(kind) >= 0;
    }

    /** Add the frames of a continuation line. */
    void readFrames(TraceInput in) {
        in.skip();
        while (in.hasMore()) {
            if (nrFrames == frames.length) {
                frames = Arrays.copyOf(frames, nrFrames * 2);
            }
            frames[nrFrames++] = in.integer();
        }
    }
}
