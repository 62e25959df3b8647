package org.kunitjvm.mm.trace;

/** A recording cannot be understood; the message has the line. */
public final class TraceFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, and where. */
    public TraceFormatException(String message) {
        super(message);
    }
}
