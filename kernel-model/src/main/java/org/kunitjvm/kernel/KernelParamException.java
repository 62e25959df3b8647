package org.kunitjvm.kernel;

/**
 * A kernel parameter has a value that cannot be used. The message names parameter, value and remedy, and is meant for
 * users.
 */
public final class KernelParamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** State the parameter, what was given and what is wanted. */
    public KernelParamException(String message) {
        super(message);
    }
}
