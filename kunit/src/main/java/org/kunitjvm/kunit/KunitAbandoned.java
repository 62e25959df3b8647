package org.kunitjvm.kunit;

/** A test thread could not be ended. Its kernel is of no further use; the runner throws it away. */
public final class KunitAbandoned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KunitAbandoned(String message) {
        super(message);
    }
}
