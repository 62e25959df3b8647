package org.kunitjvm.kunit.report;

/** The lines of {@code =} that frame suites: {@value #WIDTH} columns, text in the middle. */
final class Divider {
    static final int WIDTH = 60;

    /** A divider without text. */
    static final String FULL = "=".repeat(WIDTH);

    private static final int LEAST = 3;

    private Divider() {
    }

    /**
     * Centre {@code message}; one that is too long gets {@value #LEAST} signs on each side.
     *
     * @param columns what the message takes on the screen, without colour codes
     */
    static String around(String message, int columns) {
        int spare = WIDTH - columns - 2;
        int left = spare > 0 ? spare / 2 : LEAST;
        int right = spare > 0 ? spare - left : LEAST;
        return FULL.substring(0, left) + ' ' + message + ' ' + FULL.substring(0, right);
    }
}
