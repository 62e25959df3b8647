package org.kunitjvm.kunit.cli;

/** A command cannot go on, for a reason that the user can do something about. The message says which, in one line. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** A failure with exit code 1, as nearly all of kunit.py's. */
    CliException(String message) {
        this(1, message);
    }

    CliException(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
