package org.kunitjvm.kunit.ktap;

/**
 * What a {@link KtapParser} reports, each call at the moment the line that settles it has arrived. All calls come in
 * log order.
 */
public interface ParseListener {
    /** Does nothing with anything: for a caller that wants the tree only. */
    ParseListener NONE = new ParseListener() { };

    /** The parse begins. */
    default void start() {
    }

    /** A parent's header and plan have been read: {@code test.name()} may be empty. */
    default void header(TestResult test) {
    }

    /**
     * The log itself is wrong.
     *
     * @param test the test the parser was busy with, under the name it has so far
     */
    default void error(TestResult test, String text) {
    }

    /** The log of {@code test} is worth showing though the test did not fail. */
    default void log(TestResult test) {
    }

    /** A leaf is finished. */
    default void result(TestResult test) {
    }

    /** A parent is finished. */
    default void footer(TestResult test) {
    }

    /** All is read; {@code root} is complete. Not called when the parse was cut short. */
    default void end(TestResult root) {
    }
}
