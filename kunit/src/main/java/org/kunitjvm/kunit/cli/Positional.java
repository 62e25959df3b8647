package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.Nullable;

/**
 * The one word that a command takes beside its options.
 *
 * @param metavar its name in help texts
 * @param help what it means
 */
record Positional(String metavar, String help) {
    static @Nullable Positional of(Command command) {
        return switch (command) {
            case RUN, EXEC -> new Positional("filter_glob",
                "Which tests: a suite, or suite.test, each with *, ? and [abc], such as 'mermap.*'. Default: all");
            case PARSE -> new Positional("FILE", "The log to read. Default: standard input");
            case CONFIG, BUILD -> null;
        };
    }
}
