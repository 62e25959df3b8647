package org.kunitjvm.kunit.engine;

/**
 * Standard output, which is the only road by which a log gets into Surefire's reports: it records what is printed while
 * a test runs and has no ear for report entries.
 */
final class StandardOutput {
    private StandardOutput() {
    }

    static void print(String text) {
        System.out.print(text);
        System.out.flush();
    }
}
