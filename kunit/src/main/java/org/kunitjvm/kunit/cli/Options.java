package org.kunitjvm.kunit.cli;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.KunitRelease;
import picocli.CommandLine;

/** The options of one command, with their defaults. */
final class Options {
    private static final int DEFAULT_TIMEOUT_SECONDS = 300;

    private final Command command;
    private final CommandLine.ParseResult parsed;

    private Options(Command command, CommandLine.ParseResult parsed) {
        this.command = command;
        this.parsed = parsed;
    }

    /**
     * Read the words behind a subcommand.
     *
     * @throws UsageException if they make no sense
     */
    static Options of(Command command, List<String> words) {
        List<String> ordered = Words.inOrder(command, words);
        return new Options(command, CommandSpecs.of(command).parseArgs(ordered.toArray(String[]::new)));
    }

    Command command() {
        return command;
    }

    /** Whether {@code -h} or {@code --help} was given. */
    boolean help() {
        return parsed.hasMatchedOption("--help");
    }

    /** Whether the hidden {@code --list-opts} of the completion scripts was given. */
    boolean listOpts() {
        return parsed.hasMatchedOption("--list-opts");
    }

    boolean has(Flag flag) {
        return flag.commands().contains(command) && parsed.hasMatchedOption(flag.word());
    }

    /** The value of an option, or {@code null} if it was not given. */
    @Nullable String text(Flag flag) {
        return has(flag) ? parsed.matchedOptionValue(flag.word(), (String) null) : null;
    }

    /** The value of an option, or {@code fallback} if it was not given. */
    String text(Flag flag, String fallback) {
        String value = text(flag);
        return value == null ? fallback : value;
    }

    /** The values of an option that can be given several times. */
    List<String> list(Flag flag) {
        return has(flag) ? parsed.matchedOptionValue(flag.word(), List.<String>of()) : List.of();
    }

    int integer(Flag flag, int fallback) {
        String value = text(flag);
        return value == null ? fallback : Integer.parseInt(value.strip());
    }

    @Nullable Long number(Flag flag) {
        String value = text(flag);
        return value == null ? null : Long.decode(value.strip());
    }

    /** The one positional word, or the empty text. */
    String positional() {
        return parsed.matchedPositionalValue(0, "");
    }

    /** Most seconds for one kernel. */
    int timeoutSeconds() {
        return integer(Flag.TIMEOUT, DEFAULT_TIMEOUT_SECONDS);
    }

    /** Which kunit.py to be. */
    KunitRelease release() {
        return newest() ? KunitRelease.V7_2 : KunitRelease.V6_12;
    }

    /** Whether the 7.x behaviour was asked for. */
    boolean newest() {
        return text(Flag.MODE, "6.12").equals("7.x");
    }
}
