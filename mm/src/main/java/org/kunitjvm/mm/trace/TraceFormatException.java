package org.kunitjvm.mm.trace;

/** A recording cannot be understood. */
public final class TraceFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long line;

    /** What is wrong, and in which line, counted from 1. */
    public TraceFormatException(long line, String message) {
        super(message);
        this.line = line;
    }

    /** Number of the line. */
    public long line() {
        return line;
    }
}
