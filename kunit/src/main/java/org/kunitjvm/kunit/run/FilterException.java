package org.kunitjvm.kunit.run;

/** A filter makes no sense. The message is the line that the kernel logs. */
public final class FilterException extends Exception {
    private static final long serialVersionUID = 1L;

    FilterException(String what, String input) {
        super("kunit executor: " + what + ": " + input, null, false, false);
    }
}
