package org.kunitjvm.mm.trace;

import java.util.Arrays;

/** One operation of a recording: what was done, its result, and the state after it. Reused for every line. */
final class TraceOp {
    long number;
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
        twoCpus = Character.isDigit(in.peek());
        cpu = twoCpus ? in.integer() : 0;
        kind = in.word().charAt(0);
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
        return (int) (radix == 16 ? in.hex() : in.number());
    }

    private static long optionalResult(TraceInput in) {
        String word = in.word();
        return word.equals("-") ? -1 : Long.parseLong(word);
    }

    private void readState(TraceInput in) {
        int columnsPerCpu = twoCpus ? 7 : 9;
        int cpuColumns = twoCpus ? 14 : Integer.MAX_VALUE;
        while (in.hasMore()) {
            if (in.peek() == '|') {
                in.skip();
                continue;
            }
            int column = stateLength < cpuColumns ? stateLength % columnsPerCpu : stateLength - cpuColumns;
            boolean hex = stateLength < cpuColumns ? column == 4 || column == 8 : column == 3;
            state[stateLength++] = hex ? in.hex() : in.number();
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
