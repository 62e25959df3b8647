package org.kunitjvm.kunit.report;

import org.kunitjvm.kunit.ktap.TestStatus;

/** The three colours of kunit.py. */
enum Colour {
    RED("\033[1;31m"),
    YELLOW("\033[1;33m"),
    GREEN("\033[1;32m");

    private static final String RESET = "\033[0;0m";

    private final String code;

    Colour(String code) {
        this.code = code;
    }

    String paint(String text) {
        return code + text + RESET;
    }

    static Colour of(TestStatus status) {
        return switch (status) {
            case SUCCESS -> GREEN;
            case SKIPPED, NO_TESTS -> YELLOW;
            case FAILURE, CRASHED, FAILURE_TO_PARSE -> RED;
        };
    }
}
