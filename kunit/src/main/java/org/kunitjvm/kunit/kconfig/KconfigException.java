package org.kunitjvm.kunit.kconfig;

/**
 * The input cannot be used; what is wrong has been said, or is the message. Carries no stack trace: it reports on the
 * user's files, not on this program.
 */
public final class KconfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean reported;

    private KconfigException(String message, boolean reported) {
        super(message, null, false, false);
        this.reported = reported;
    }

    /** A failure whose message has not been shown yet. */
    static KconfigException of(String message) {
        return new KconfigException(message, false);
    }

    /** A failure that was already explained on the error stream; the message repeats it for programs. */
    static KconfigException reported(String message) {
        return new KconfigException(message, true);
    }

    /** Whether the message was already written to the error stream. */
    boolean isReported() {
        return reported;
    }

    /** The text to show, never absent. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
