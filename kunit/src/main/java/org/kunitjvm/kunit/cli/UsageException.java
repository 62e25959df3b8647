package org.kunitjvm.kunit.cli;

/** The words on the command line make no sense. Exit code 2, as with argparse. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** State the error as argparse does, and the remedy. */
    UsageException(String error, String remedy) {
        super(remedy.isEmpty() ? error : error + " (" + remedy + ")", null, false, false);
    }
}
