package org.kunitjvm.kunit.cli;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.cli.OptionShape.Kind;

/**
 * Puts the words behind a subcommand in order, by the rules of kunit.py, which are argparse's: first every word is
 * looked at by itself, and one that begins several options alike is an error whatever else is wrong; then options and
 * positional words are taken from left to right, and the first that makes no sense is reported; words that nobody took
 * are reported last. The result needs no rules any more: {@code --option=value} words, then {@code --}, then the
 * positional word.
 *
 * <p>As in kunit.py, an optional value stands behind an equals sign where the option is written out, and may stand in
 * the next word where it is abbreviated.
 *
 * <p>Differs from argparse: an option of this project counts only when it is written out, and an option that came after
 * 6.12 only where none of 6.12 begins alike, so that no beginning which kunit.py understands becomes ambiguous; and
 * {@code --option=--} gives the option the value {@code --}, which argparse loses. Models the parsers that
 * tools/testing/kunit/kunit.py: main makes, and its massage_argv.
 */
final class Words {
    private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-\\p{Nd}+\\n?|-\\p{Nd}*\\.\\p{Nd}+\\n?");

    /** The one short option of this project: {@code --rerun-failed} with a value. */
    private static final String RERUN = "-R";

    private static final String HELP = "--help";
    private static final String SHORT_HELP = "-h";

    /** What one word is, before any is taken. */
    private sealed interface Word {
        String text();

        /** No option: a value of the option before it, or a positional word. */
        record Value(String text) implements Word { }

        /** The first {@code --}: what follows are values. */
        record Dashes(String text) implements Word { }

        /** {@code --help}, with what stands behind the equals sign, if there is one. */
        record Help(String text, @Nullable String explicit) implements Word { }

        /** An option, with what stands behind the equals sign, if there is one. */
        record Option(String text, Flag flag, @Nullable String explicit) implements Word { }

        record Rerun(String text) implements Word { }

        record Unknown(String text) implements Word { }
    }

    private final Command command;
    private final List<Flag> flags;
    private final List<Word> words = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> unknown;
    private boolean positionalTaken;
    private @Nullable String positional;

    private Words(Command command, List<Flag> flags, List<String> unknownBefore) {
        this.command = command;
        this.flags = flags;
        this.unknown = new ArrayList<>(unknownBefore);
        positionalTaken = Positional.of(command) == null;
    }

    /**
     * Put {@code words} in order.
     *
     * @throws UsageException if a word is unknown, ambiguous or lacks its value
     */
    static List<String> inOrder(Command command, List<String> words) {
        return inOrder(command, List.of(), words);
    }

    /**
     * Put {@code words} in order.
     *
     * @param unknownBefore words in front of the subcommand that mean nothing
     * @throws UsageException if there are any, or if a word is unknown, ambiguous or lacks its value
     */
    static List<String> inOrder(Command command, List<String> unknownBefore, List<String> words) {
        Words result = new Words(command, Flag.of(command), unknownBefore);
        result.classify(words);
        if (result.takeAll()) {
            return List.of(HELP);
        }
        result.refuseUnknown();
        List<String> ordered = new ArrayList<>(result.options);
        if (result.positional != null) {
            ordered.add("--");
            ordered.add(result.positional);
        }
        return ordered;
    }

    /** Return {@code word}, with its default if it is one of kunit.py's options with an optional value, written out. */
    static String massaged(String word) {
        return switch (word) {
            case "--json", "--junit" -> word + "=stdout";
            case "--raw_output" -> word + "=kunit";
            default -> word;
        };
    }

    /** Tell a word that cannot be an option from one that can; what it could mean was asked before. */
    static boolean isValue(String word) {
        return word.length() < 2 || word.charAt(0) != '-' || NEGATIVE_NUMBER.matcher(word).matches()
            || word.indexOf(' ') >= 0;
    }

    /**
     * Tell whether a word in front of the subcommand, where there are no other options, asks for help.
     *
     * @throws UsageException if it does, and gives that a value
     */
    static boolean asksForHelp(String word) {
        if (!(new Words(Command.CONFIG, List.of(), List.of()).classify(word) instanceof Word.Help help)) {
            return false;
        }
        refuseValue(SHORT_HELP + "/" + HELP, help.explicit());
        return true;
    }

    private void classify(List<String> given) {
        boolean ended = false;
        for (String word : given) {
            String massaged = massaged(word);
            if (ended) {
                words.add(new Word.Value(massaged));
            } else if (massaged.equals("--")) {
                words.add(new Word.Dashes(massaged));
                ended = true;
            } else {
                words.add(classify(massaged));
            }
        }
    }

    private Word classify(String word) {
        if (word.length() < 2 || word.charAt(0) != '-') {
            return new Word.Value(word);
        }
        int eq = word.indexOf('=');
        Word exact = exact(word, word, null);
        if (exact == null && eq >= 0) {
            exact = exact(word, word.substring(0, eq), word.substring(eq + 1));
        }
        if (exact != null) {
            return exact;
        }
        if (word.startsWith(SHORT_HELP)) {
            return shortHelp(word, word.substring(SHORT_HELP.length()));
        }
        Word begun = word.startsWith("--") ? begun(word, eq < 0 ? word : word.substring(0, eq),
            eq < 0 ? null : word.substring(eq + 1)) : null;
        if (begun != null) {
            return begun;
        }
        return isValue(word) ? new Word.Value(word) : new Word.Unknown(word);
    }

    private @Nullable Word exact(String word, String name, @Nullable String explicit) {
        if (name.equals(HELP)) {
            return new Word.Help(word, explicit);
        }
        if (name.equals(SHORT_HELP)) {
            return explicit == null ? new Word.Help(word, null) : shortHelp(word, explicit);
        }
        if (name.equals(RERUN) && explicit == null && flags.contains(Flag.RERUN_FAILED)) {
            return new Word.Rerun(word);
        }
        for (Flag flag : flags) {
            if (flag.word().equals(name)) {
                return new Word.Option(word, flag, explicit);
            }
        }
        return null;
    }

    /** The option that {@code name} is the beginning of, or null. */
    private @Nullable Word begun(String word, String name, @Nullable String explicit) {
        List<Flag> alike = flags.stream().filter(flag -> !isOwn(flag) && flag.word().startsWith(name)).toList();
        List<Flag> early = alike.stream().filter(flag -> flag.since().isEmpty()).toList();
        List<Flag> known = early.isEmpty() ? alike : early;
        boolean help = HELP.startsWith(name);
        if (known.size() + (help ? 1 : 0) > 1) {
            throw new UsageException("ambiguous option: " + word + " could match " + (help ? HELP + ", " : "")
                + known.stream().map(Flag::word).collect(Collectors.joining(", ")), "write one of them in full");
        }
        if (help) {
            return new Word.Help(word, explicit);
        }
        return known.isEmpty() ? null : new Word.Option(word, known.getFirst(), explicit);
    }

    /** Tell an option that kunit.py does not have at all, or not for this command. */
    private boolean isOwn(Flag flag) {
        return flag.since().equals("own") || flag == Flag.JOBS && command == Command.EXEC;
    }

    /** Take the words from left to right; return true at the first that asks for help. */
    private boolean takeAll() {
        int i = 0;
        while (i < words.size()) {
            switch (words.get(i)) {
                case Word.Help help -> {
                    refuseValue(SHORT_HELP + "/" + HELP, help.explicit());
                    return true;
                }
                case Word.Option option -> i = take(option, i + 1);
                case Word.Rerun _ -> i = takeRerun(i + 1);
                case Word.Value _, Word.Dashes _ -> i = takePositional(i);
                case Word.Unknown word -> {
                    // The hidden option of the completion scripts is not in the table.
                    (word.text().equals("--list-opts") ? options : unknown).add(word.text());
                    i++;
                }
            }
        }
        return false;
    }

    /** Take the value of an option, from itself or from the word at {@code next}; return where to go on. */
    private int take(Word.Option word, int next) {
        Flag flag = word.flag();
        String explicit = word.explicit();
        if (flag.shape().kind() == Kind.SWITCH) {
            refuseValue(flag.word(), explicit);
            options.add(flag.word());
            return next;
        }
        if (explicit != null) {
            options.add(flag.word() + "=" + checked(flag, explicit));
            return next;
        }
        String value = next < words.size() && words.get(next) instanceof Word.Value follows ? follows.text() : null;
        if (flag.shape().kind() == Kind.OPTIONAL && (value == null || isOwn(flag))) {
            options.add(flag.word() + "=" + bare(flag));
            return next;
        }
        if (value == null) {
            throw new UsageException("argument " + flag.word() + ": expected one argument", "write "
                + flag.word() + "=" + flag.shape().metavar());
        }
        options.add(flag.word() + "=" + checked(flag, value));
        return next + 1;
    }

    /** kunit.py itself completes a bare option that is written out; for an abbreviated one argparse has a default. */
    private static String bare(Flag flag) {
        return flag == Flag.RAW_OUTPUT ? "all" : flag.shape().bare();
    }

    private int takeRerun(int next) {
        if (next < words.size() && words.get(next) instanceof Word.Value value) {
            options.add(Flag.RERUN_FAILED.word() + "=" + value.text());
            return next + 1;
        }
        throw new UsageException("argument " + RERUN + ": expected one argument", "write " + RERUN + " latest");
    }

    /** The first positional word takes a {@code --} on either side with it. */
    private int takePositional(int from) {
        if (positionalTaken) {
            unknown.add(words.get(from).text());
            return from + 1;
        }
        positionalTaken = true;
        int i = from;
        if (words.get(i) instanceof Word.Dashes) {
            i++;
        }
        if (i < words.size() && words.get(i) instanceof Word.Value value) {
            positional = value.text();
            i++;
        }
        return i < words.size() && words.get(i) instanceof Word.Dashes ? i + 1 : i;
    }

    /** More letters behind {@code -h} are more short options, and {@code h} is one. */
    private static Word shortHelp(String word, String letters) {
        String others = letters.replaceFirst("^h+", "");
        return new Word.Help(word, others.isEmpty() && !letters.isEmpty() ? null : others);
    }

    private static void refuseValue(String option, @Nullable String value) {
        if (value != null) {
            throw new UsageException("argument " + option + ": ignored explicit argument " + PythonText.repr(value),
                "it takes no value");
        }
    }

    /** Return {@code value} as the command gets it. */
    private static String checked(Flag flag, String value) {
        OptionShape shape = flag.shape();
        switch (shape.kind()) {
            case INT -> {
                BigInteger number = PythonText.integer(value);
                if (number == null) {
                    throw notANumber(flag, value);
                }
                return number.toString();
            }
            case LONG -> {
                try {
                    Long.decode(value.strip());
                } catch (NumberFormatException e) {
                    throw notANumber(flag, value);
                }
            }
            default -> {
                if (!shape.choices().isEmpty() && !shape.choices().contains(value)) {
                    throw new UsageException("argument " + flag.word() + ": invalid choice: " + PythonText.repr(value)
                        + " (choose from " + shape.choices().stream().map(PythonText::repr)
                            .collect(Collectors.joining(", ")) + ")", "");
                }
            }
        }
        return value;
    }

    private static UsageException notANumber(Flag flag, String value) {
        return new UsageException("argument " + flag.word() + ": invalid int value: " + PythonText.repr(value),
            "write a whole number");
    }

    private void refuseUnknown() {
        if (unknown.isEmpty()) {
            return;
        }
        String first = unknown.getFirst();
        int eq = first.indexOf('=');
        List<String> known = flags.stream().map(Flag::word).toList();
        String near = first.startsWith("-") ? Spelling.nearest(eq < 0 ? first : first.substring(0, eq), known) : null;
        String remedy = near != null ? "did you mean " + near + "?" : String.format(Locale.ROOT, remedyFor(first),
            command.word());
        throw new UsageException("unrecognized arguments: " + String.join(" ", unknown), remedy);
    }

    private String remedyFor(String word) {
        if (word.startsWith("-")) {
            return "'kunit %s --help' lists the options";
        }
        return Positional.of(command) == null ? "'kunit %s' takes options only" : "'kunit %s' takes one at most";
    }
}
