package org.kunitjvm.kunit.results;

/** How a test ended, in the words of kunit.py's JSON. Models tools/testing/kunit/kunit_json.py: STATUS_TO_STR. */
public enum ResultStatus {
    /** It passed. */
    PASS,
    /** Something in it failed. */
    FAIL,
    /** It was not run, or gave up because the machine lacks something. */
    SKIP,
    /** It began and has no result: the run ended in the middle. */
    ERROR;

    /** Whether somebody has to look at it. */
    public boolean isBad() {
        return this == FAIL || this == ERROR;
    }

    /** The worse of two, for a group. A group is skipped only if everything in it is. */
    ResultStatus and(ResultStatus other) {
        return weight() >= other.weight() ? this : other;
    }

    private int weight() {
        return switch (this) {
            case SKIP -> 0;
            case PASS -> 1;
            case FAIL -> 2;
            case ERROR -> 3;
        };
    }
}
