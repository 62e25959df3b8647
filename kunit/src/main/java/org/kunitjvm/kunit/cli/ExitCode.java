package org.kunitjvm.kunit.cli;

/**
 * Every exit code of {@code bin/kunit}, as docs/exit-codes.md explains them. The last five are the launcher's, not this
 * program's.
 */
enum ExitCode {
    OK(0, "all tests passed or were skipped; the log was printed raw; the list was printed"),
    FAILED(1, "a test failed or crashed, none ran, or configuring failed; a file cannot be read or written"),
    USAGE(2, "wrong usage"),
    NO_JDK(69, "no JDK 25 or newer was found"),
    BUILD_FAILED(70, "the build of kunit itself failed"),
    NO_MAVEN(72, "a build is needed and there is no Maven"),
    NO_PERMISSION(73, "a build is needed and its folders cannot be written"),
    INTERRUPTED(130, "Ctrl-C ended the command before there was any result");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    String meaning() {
        return meaning;
    }
}
