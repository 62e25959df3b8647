package org.kunitjvm.kunit.merge;

/** Runs that are not parts of one run; the message is one line that names the runs and what is different. */
public final class MergeException extends Exception {
    private static final long serialVersionUID = 1;

    MergeException(String message) {
        super(message);
    }
}
