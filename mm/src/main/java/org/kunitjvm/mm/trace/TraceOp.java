package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;

import java.util.Arrays;

/** One operation of a recording: what was done, its result, and the state after it. Reused for every line. */
final class TraceOp {
    /** Letters of all kinds there are. */
    private static final String KINDS = "ALFDBGPNSXYVWwIUKkQd";

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
    final long[] state = new long[64];
    int stateLength;
    int[] frames = new int[64];
    int nrFrames;

    /** Read the line; the state columns in hexadecimal are those of flags. */
    void read(TraceInput in) {
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
        readState(in);
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

    private void readState(TraceInput in) {
        int columnsPerCpu = twoCpus ? 7 : 9;
        int cpuColumns = twoCpus ? 14 : Integer.MAX_VALUE;
        while (in.hasMore()) {
            if (in.peek() == '|') {
                in.skip();
                continue;
            }
            if (stateLength == state.length) {
                throw in.malformed("there are more state columns than any machine has");
            }
            int column = stateLength < cpuColumns ? stateLength % columnsPerCpu : stateLength - cpuColumns;
            boolean hex = stateLength < cpuColumns ? column == 4 || column == 8 : column == 3;
            state[stateLength++] = hex ? in.hex() : in.number();
        }
    }

    /**
     * Complain unless the operation has what its kind needs, and the state of so many zones, or of both CPUs, after it.
     */
    void check(int nrZones, int nrCpus) {
        if (cpu < 0 || cpu >= nrCpus) {
            throw new TraceFormatException(line, "operation " + number + " ran on CPU " + cpu + " of " + nrCpus);
        }
        int columns = twoCpus ? nrCpus * 7 + 4 : nrZones * 9;
        if (stateLength != columns) {
            throw new TraceFormatException(line, "operation " + number + " has " + stateLength + " state columns, not "
                + columns);
        }
        if ((kind == 'B' || kind == 'G') && nrFrames != pfn) {
            throw new TraceFormatException(line, "operation " + number + " has " + nrFrames + " page frames, not "
                + pfn);
        }
        boolean takesOrder = "ALFPS".indexOf(kind) >= 0;
        if (takesOrder && (order < 0 || order > MAX_PAGE_ORDER)) {
            throw new TraceFormatException(line, "operation " + number + " has order " + order);
        }
        if ("FPNSYWwIUKk".indexOf(kind) >= 0 && pfn < 0) {
            throw new TraceFormatException(line, "operation " + number + " names no page");
        }
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
