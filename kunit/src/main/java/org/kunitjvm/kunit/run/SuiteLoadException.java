package org.kunitjvm.kunit.run;

/** A class cannot be a suite. The message names the class, what is wrong, and what to do. */
public final class SuiteLoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SuiteLoadException(Class<?> type, String problem) {
        super(type.getName() + ": " + problem);
    }
}
