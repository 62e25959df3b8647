package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.cli.OptionShape.Kind;

/**
 * Puts the words behind a subcommand in order, by argparse's rules: options anywhere, unambiguous beginnings of an
 * option stand for it, a value may stand in the next word, {@code --} ends the options. The result needs no rules any
 * more: {@code --option=value} words, then {@code --}, then the positional ones.
 *
 * <p>Differs from argparse: an option of this project counts only when it is written out, and an option that came after
 * 6.12 only where none of 6.12 begins alike, so that no beginning which kunit.py understands becomes ambiguous; and an
 * optional value must stand behind an equals sign even after an abbreviated option.
 */
final class Words {
    private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-\\d+|-\\d*\\.\\d+");

    /** The one short option: {@code --rerun-failed} with a value. */
    private static final String RERUN = "-R";

    private final Command command;
    private final List<Flag> flags;
    private final List<String> options = new ArrayList<>();
    private final List<String> positionals = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    private Words(Command command) {
        this.command = command;
        this.flags = Flag.of(command);
    }

    /**
     * Put {@code words} in order.
     *
     * @throws UsageException if a word is unknown, ambiguous or lacks its value
     */
    static List<String> inOrder(Command command, List<String> words) {
        Words result = new Words(command);
        result.take(words);
        List<String> ordered = new ArrayList<>(result.options);
        if (!result.positionals.isEmpty()) {
            ordered.add("--");
            ordered.addAll(result.positionals);
        }
        return ordered;
    }

    private void take(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                words.subList(i + 1, words.size()).forEach(this::positional);
                break;
            }
            if (isValue(word)) {
                positional(word);
                continue;
            }
            if (asksForHelp(word)) {
                // What stands behind does not matter any more, nor does what was wrong before.
                options.add("--help");
                return;
            }
            if (word.equals("--list-opts")) {
                options.add(word);
                continue;
            }
            if (word.equals(RERUN) && flags.contains(Flag.RERUN_FAILED)) {
                if (i + 1 == words.size() || !isValue(words.get(i + 1))) {
                    throw new UsageException("argument " + RERUN + ": expected one argument",
                        "write " + RERUN + " latest");
                }
                i++;
                option(Flag.RERUN_FAILED, words.get(i));
                continue;
            }
            int eq = word.indexOf('=');
            Flag flag = find(eq < 0 ? word : word.substring(0, eq), word);
            if (flag == null) {
                unknown.add(word);
            } else if (eq >= 0) {
                option(flag, word.substring(eq + 1));
            } else if (flag.shape().kind() == Kind.SWITCH) {
                options.add(flag.word());
            } else if (flag.shape().kind() == Kind.OPTIONAL) {
                option(flag, flag.shape().bare());
            } else if (i + 1 < words.size() && isValue(words.get(i + 1))) {
                i++;
                option(flag, words.get(i));
            } else {
                throw new UsageException("argument " + flag.word() + ": expected one argument", "write "
                    + flag.word() + "=" + flag.shape().metavar());
            }
        }
        refuseUnknown();
    }

    private void positional(String word) {
        if (positionals.isEmpty() && Positional.of(command) != null) {
            positionals.add(word);
        } else {
            unknown.add(word);
        }
    }

    private boolean asksForHelp(String word) {
        return word.equals("-h") || word.length() > 2 && "--help".startsWith(word) && matches(word).isEmpty();
    }

    /** Tell a value, or a positional word, from an option; a word with a blank in it is never an option. */
    private boolean isValue(String word) {
        return !word.startsWith("-") || word.length() == 1 || NEGATIVE_NUMBER.matcher(word).matches()
            || word.indexOf(' ') >= 0 && !startsWithOption(word);
    }

    private boolean startsWithOption(String word) {
        int eq = word.indexOf('=');
        return eq > 0 && !matches(word.substring(0, eq)).isEmpty();
    }

    private List<Flag> matches(String name) {
        for (Flag flag : flags) {
            if (flag.word().equals(name)) {
                return List.of(flag);
            }
        }
        if (!name.startsWith("--") || name.length() == 2) {
            return List.of();
        }
        List<Flag> alike = flags.stream().filter(flag -> !isOwn(flag) && flag.word().startsWith(name)).toList();
        List<Flag> early = alike.stream().filter(flag -> flag.since().isEmpty()).toList();
        return early.size() == 1 ? early : alike;
    }

    /** Tell an option that kunit.py does not have at all, or not for this command. */
    private boolean isOwn(Flag flag) {
        return flag.since().equals("own") || flag == Flag.JOBS && command == Command.EXEC;
    }

    private @Nullable Flag find(String name, String word) {
        List<Flag> matches = matches(name);
        if (matches.size() > 1) {
            throw new UsageException("ambiguous option: " + word + " could match "
                + matches.stream().map(Flag::word).collect(Collectors.joining(", ")), "write one of them in full");
        }
        return matches.isEmpty() ? null : matches.getFirst();
    }

    private void option(Flag flag, String value) {
        OptionShape shape = flag.shape();
        switch (shape.kind()) {
            case SWITCH -> throw new UsageException("argument " + flag.word() + ": ignored explicit argument '"
                + value + "'",
                "it takes no value");
            case INT -> parse(flag, "int", value, () -> Integer.parseInt(value.strip()));
            case LONG -> parse(flag, "int", value, () -> Long.decode(value.strip()));
            case TEXT, LIST, OPTIONAL -> {
                if (!shape.choices().isEmpty() && !shape.choices().contains(value)) {
                    throw new UsageException("argument " + flag.word() + ": invalid choice: '" + value
                        + "' (choose from "
                        + shape.choices().stream().map(choice -> "'" + choice + "'")
                            .collect(Collectors.joining(", ")) + ")", "");
                }
            }
        }
        options.add(flag.word() + "=" + value);
    }

    private static void parse(Flag flag, String type, String value, Runnable parser) {
        try {
            parser.run();
        } catch (NumberFormatException e) {
            throw new UsageException("argument " + flag.word() + ": invalid " + type + " value: '" + value + "'",
                "write a whole number");
        }
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
