package org.kunitjvm.kunit.run;

/** Ends a host thread whose kernel was thrown away meanwhile: nobody listens to it any more. */
final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostException() {
        super("this kernel was abandoned", null, false, false);
    }
}
