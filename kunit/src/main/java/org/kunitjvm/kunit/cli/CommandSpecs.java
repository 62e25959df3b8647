package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The command line as picocli sees it, for the pages of {@code --help}.
 *
 * <p>Parsing is {@link Words}' business: argparse's rules are not picocli's, and picocli's class files are so old that
 * the JVM leaves them out of its cache, so that every start would pay a tenth of a second for them.
 */
final class CommandSpecs {
    private CommandSpecs() {
    }

    /** One subcommand. */
    static CommandLine of(Command command) {
        CommandSpec spec = CommandSpec.create().name("kunit " + command.word());
        spec.usageMessage().customSynopsis("kunit " + command.word() + " [options]" + Help.positional(command))
            .description("", Help.sentence(command.summary()), "").sortOptions(false).width(WIDTH).autoWidth(false);
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help and end")
            .build());
        spec.addOption(OptionSpec.builder("--list-opts").type(boolean.class).hidden(true).build());
        spec.addArgGroup(group("Options of kunit.py", 1, command, flag -> !flag.since().equals("own")));
        spec.addArgGroup(group("Options of this project", 2, command, flag -> flag.since().equals("own")));
        Positional positional = Positional.of(command);
        if (positional != null) {
            spec.addPositional(PositionalParamSpec.builder().paramLabel(positional.metavar()).arity("0..1")
                .type(String.class)
                .description(positional.help()).build());
        }
        return new CommandLine(spec).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true).setTrimQuotes(false);
    }

    static final int WIDTH = 100;

    /** The text of an option is broken here, at blanks only; picocli would break {@code .kunit} behind its dot. */
    private static final int TEXT_WIDTH = 66;

    private static ArgGroupSpec group(String heading, int order, Command command, Predicate<Flag> member) {
        ArgGroupSpec.Builder group = ArgGroupSpec.builder().heading("%n" + heading + ":%n").order(order).validate(false)
            .exclusive(false);
        Flag.of(command).stream().filter(member).forEach(flag -> group.addArg(option(flag)));
        return group.build();
    }

    private static OptionSpec option(Flag flag) {
        OptionShape shape = flag.shape();
        OptionSpec.Builder option = OptionSpec.builder(flag.word()).description(description(flag));
        return switch (shape.kind()) {
            case SWITCH -> option.type(boolean.class).build();
            case LIST -> option.type(List.class).auxiliaryTypes(String.class).arity("1").paramLabel(shape.metavar())
                .build();
            case OPTIONAL -> option.type(String.class).arity("0..1").fallbackValue(shape.bare())
                .paramLabel(shape.metavar()).build();
            case TEXT, INT, LONG -> option.type(String.class).arity("1").paramLabel(shape.metavar()).build();
        };
    }

    private static String[] description(Flag flag) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        // picocli reads % as the start of a variable or of a format.
        for (String word : Help.text(flag).replace("%", "%%").split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > TEXT_WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines.toArray(String[]::new);
    }
}
