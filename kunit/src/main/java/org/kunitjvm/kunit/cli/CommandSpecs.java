package org.kunitjvm.kunit.cli;

import java.util.List;

import org.kunitjvm.kunit.cli.OptionShape.Kind;
import picocli.CommandLine;
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
        spec.usageMessage().description(command.summary()).width(WIDTH).autoWidth(false);
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help and end")
            .build());
        spec.addOption(OptionSpec.builder("--list-opts").type(boolean.class).hidden(true).build());
        for (Flag flag : Flag.of(command)) {
            spec.addOption(option(flag));
        }
        Positional positional = Positional.of(command);
        if (positional != null) {
            spec.addPositional(PositionalParamSpec.builder().paramLabel(positional.metavar()).arity("0..1")
                .type(String.class)
                .description(positional.help()).build());
        }
        return new CommandLine(spec).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true).setTrimQuotes(false);
    }

    static final int WIDTH = 100;

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

    private static String description(Flag flag) {
        // picocli reads % as the start of a variable or of a format.
        String help = flag.help().replace("%", "%%");
        return flag.shape().kind() == Kind.LIST ? help + ". May be repeated" : help;
    }
}
