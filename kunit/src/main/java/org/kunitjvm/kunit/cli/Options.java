package org.kunitjvm.kunit.cli;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.KunitRelease;

/** The options of one command, with their defaults. */
final class Options {
    private static final int DEFAULT_TIMEOUT_SECONDS = 300;

    /** What decides which tests run, or where results go. */
    private static final Set<Flag> NOT_FOR_RERUN = EnumSet.of(Flag.FILTER, Flag.FILTER_ACTION, Flag.RUN_ISOLATED,
        Flag.RAW_OUTPUT,
        Flag.JSON, Flag.JUNIT, Flag.HTML, Flag.KCIDB, Flag.CODE_QUALITY, Flag.GITHUB, Flag.SUMMARY, Flag.FAILED,
        Flag.JOBS, Flag.DEBUG, Flag.RERUN_FAILED, Flag.FAIL_FAST,
            Flag.REPEAT,
        Flag.DURATIONS, Flag.SHARD, Flag.QUIET, Flag.VERBOSE, Flag.MACHINE);

    private final Command command;
    private final Map<String, List<String>> values = new HashMap<>();
    private @Nullable String positional;

    private Options(Command command) {
        this.command = command;
    }

    /**
     * Read the words behind a subcommand.
     *
     * @throws UsageException if they make no sense
     */
    static Options of(Command command, List<String> words) {
        return of(command, List.of(), words);
    }

    /**
     * Read the words behind a subcommand.
     *
     * @param unknownBefore words in front of it that mean nothing
     * @throws UsageException if there are any, or if the others make no sense
     */
    static Options of(Command command, List<String> unknownBefore, List<String> words) {
        Options options = new Options(command);
        List<String> ordered = Words.inOrder(command, unknownBefore, words);
        int end = ordered.indexOf("--");
        for (String word : end < 0 ? ordered : ordered.subList(0, end)) {
            int eq = word.indexOf('=');
            options.values.computeIfAbsent(eq < 0 ? word : word.substring(0, eq), _ -> new ArrayList<>())
                .add(eq < 0 ? "" : word.substring(eq + 1));
        }
        if (end >= 0) {
            options.positional = ordered.get(end + 1);
        }
        return options;
    }

    Command command() {
        return command;
    }

    /** Whether {@code -h} or {@code --help} was given. */
    boolean help() {
        return values.containsKey("-h") || values.containsKey("--help");
    }

    /** Whether the hidden {@code --list-opts} of the completion scripts was given. */
    boolean listOpts() {
        return values.containsKey("--list-opts");
    }

    boolean has(Flag flag) {
        return values.containsKey(flag.word());
    }

    /** The value of an option, or {@code null} if it was not given. */
    @Nullable String text(Flag flag) {
        List<String> given = values.get(flag.word());
        return given == null ? null : given.getLast();
    }

    /** The value of an option, or {@code fallback} if it was not given. */
    String text(Flag flag, String fallback) {
        String value = text(flag);
        return value == null ? fallback : value;
    }

    /** The values of an option that can be given several times. */
    List<String> list(Flag flag) {
        return values.getOrDefault(flag.word(), List.of());
    }

    /** The value of an option that is a whole number; one beyond the range of an int is the end of that range. */
    int integer(Flag flag, int fallback) {
        String value = text(flag);
        if (value == null) {
            return fallback;
        }
        BigInteger number = Objects.requireNonNull(PythonText.integer(value), value);
        return number.max(BigInteger.valueOf(Integer.MIN_VALUE)).min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
    }

    /**
     * Refuse numbers that make no sense before anything is done.
     *
     * @throws CliException if there is one
     */
    void checkNumbers() {
        atLeast(1, Flag.JOBS, Flag.CASE_TIMEOUT, Flag.REPEAT);
        atLeast(0, Flag.CASE_STEPS, Flag.DURATIONS);
    }

    private void atLeast(int least, Flag... flags) {
        for (Flag flag : flags) {
            String value = text(flag);
            if (value == null) {
                continue;
            }
            BigInteger number = PythonText.integer(value);
            if (number == null) {
                throw new CliException(flag.word() + "=" + value + ": not a whole number");
            }
            if (number.compareTo(BigInteger.valueOf(least)) < 0) {
                throw new CliException(flag.word() + "=" + value + ": at least " + least + " is needed");
            }
        }
    }

    @Nullable Long number(Flag flag) {
        String value = text(flag);
        return value == null ? null : Long.decode(value.strip());
    }

    /** The one positional word, or the empty text. */
    String positional() {
        String word = positional;
        return word == null ? "" : word;
    }

    /** Whether there is a positional word, be it empty. */
    boolean hasPositional() {
        return positional != null;
    }

    /** The whole command as somebody would type it, behind {@code program}. */
    List<String> commandLine(String program) {
        List<String> words = new ArrayList<>(List.of(program, command.word()));
        for (Flag flag : Flag.of(command)) {
            for (String value : list(flag)) {
                words.add(flag.shape().kind() == OptionShape.Kind.SWITCH ? flag.word() : flag.word() + "=" + value);
            }
        }
        if (!positional().isEmpty()) {
            words.add(positional());
        }
        return words;
    }

    /**
     * The command that runs one test again, as this one ran it, and prints it in full.
     *
     * @param machine the machine that it ran on; empty for those of this command, if it named any
     */
    List<String> rerunCommand(String program, String machine, String test) {
        List<String> words = new ArrayList<>(List.of(program, command.word()));
        for (Flag flag : Flag.of(command)) {
            if (!NOT_FOR_RERUN.contains(flag)) {
                for (String value : list(flag)) {
                    words.add(flag.shape().kind() == OptionShape.Kind.SWITCH ? flag.word() : flag.word() + "=" + value);
                }
            }
        }
        List<String> machines = machine.isEmpty() ? list(Flag.MACHINE) : List.of(machine);
        machines.forEach(name -> words.add(Flag.MACHINE.word() + "=" + name));
        words.add(test);
        return words;
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
