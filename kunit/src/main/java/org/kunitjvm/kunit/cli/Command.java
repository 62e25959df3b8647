package org.kunitjvm.kunit.cli;

import java.util.List;

/** The subcommands that share the option table {@link Flag}. */
enum Command {
    RUN("run", "configure, build and run tests, and print the results"),
    CONFIG("config", "make .config from kunitconfig fragments"),
    BUILD("build", "config, then compile suites that changed"),
    EXEC("exec", "run tests with the .config that is there"),
    PARSE("parse", "print the results in a log, from a file or from standard input");

    /** All words, in the order of the help. */
    static final List<Command> ALL = List.of(values());

    private final String word;
    private final String summary;

    Command(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    String word() {
        return word;
    }

    String summary() {
        return summary;
    }
}
