package org.kunitjvm.kunit.cli;

import java.util.Arrays;
import java.util.List;

/** The subcommands that kunit.py does not have, beside the {@link Tool}s: for help, completion and the manual page. */
enum OwnCommand {
    CONF("conf", "the kernel's conf: evaluate a Kconfig file, with conf's own arguments"),
    SHOW("show", "look at the last run, an earlier one, or what the log says about one test"),
    MERGE("merge", "join the results of shards into one report"),
    DEBUGFS("debugfs", "show the results of suites as KUnit does in debugfs, and run one again"),
    COMPLETION("completion", "print a completion script for bash, zsh or fish"),
    MAN("man", "print the manual page"),
    HELP("help", "explain a command, as COMMAND --help does");

    private final String word;
    private final String summary;

    OwnCommand(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    /** All words, in the order of the help. */
    static List<String> words() {
        return Arrays.stream(values()).map(OwnCommand::word).toList();
    }

    String word() {
        return word;
    }

    String summary() {
        return summary;
    }
}
