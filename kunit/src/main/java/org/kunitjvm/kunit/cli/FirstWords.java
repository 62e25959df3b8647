package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The command line up to its subcommand, by argparse's rules: options of all kinds may stand there, but only those that
 * ask for help mean anything.
 *
 * @param unknown options in front of the subcommand
 * @param help whether one of them asks for help
 * @param command the subcommand, or what stands in its place; {@code null} if there is none
 * @param rest what follows the subcommand
 */
record FirstWords(List<String> unknown, boolean help, @Nullable String command, List<String> rest) {
    /**
     * Take a command line apart.
     *
     * @throws UsageException if an option that asks for help has a value
     */
    static FirstWords of(List<String> args) {
        List<String> unknown = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String word = args.get(i);
            if (word.equals("--") && i + 1 == args.size()) {
                unknown.add(word);
            } else if (!word.equals("--") && Words.asksForHelp(word)) {
                return new FirstWords(unknown, true, null, List.of());
            } else if (word.equals("--") || Words.isValue(word)) {
                return new FirstWords(unknown, false, word, args.subList(i + 1, args.size()));
            } else {
                unknown.add(Words.massaged(word));
            }
        }
        return new FirstWords(unknown, false, null, List.of());
    }
}
