package org.kunitjvm.kunit.ktap;

/** What became of one test, as the tool side sees it. Models tools/testing/kunit/kunit_parser.py: TestStatus. */
public enum TestStatus {
    SUCCESS("[PASSED] "),
    FAILURE("[FAILED] "),
    SKIPPED("[SKIPPED] "),
    CRASHED("[CRASHED] "),
    NO_TESTS("[NO TESTS RUN] "),
    FAILURE_TO_PARSE("[FAILED] ");

    private final String marker;

    TestStatus(String marker) {
        this.marker = marker;
    }

    /** Return the marker of result and footer lines, with its trailing blank. */
    public String marker() {
        return marker;
    }

    /** Tell whether the test passed or was skipped. */
    public boolean ok() {
        return this == SUCCESS || this == SKIPPED;
    }
}
