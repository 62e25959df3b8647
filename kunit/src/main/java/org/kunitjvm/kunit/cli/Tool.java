package org.kunitjvm.kunit.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A subcommand of {@code bin/kunit} that another module provides as a service, because this module cannot see it:
 * {@code trace}, {@code bench}, {@code proc}, {@code vma}.
 */
public interface Tool {
    /** What a tool may use of the outside. Nothing else: no {@code System.out}, no {@code System.exit}. */
    record Context(Path directory, Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
    }

    /** The word on the command line. */
    String name();

    /** One line for {@code --help}. */
    String summary();

    /**
     * Run with the words after {@link #name()}.
     *
     * @return the exit code: 0 for success, 1 for a failed check, 2 for wrong usage (with one line on {@code err} that
     * says what to do)
     */
    int run(List<String> args, Context context);
}
