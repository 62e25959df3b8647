package org.kunitjvm.kunit.cli;

import java.util.List;

import picocli.CommandLine;

/** What {@code --help} prints. */
final class Help {
    private static final int SUMMARY_COLUMN = 15;

    private Help() {
    }

    /** The page of {@code kunit --help}: what somebody needs who has never seen the program. */
    static String overview(List<Tool> tools) {
        StringBuilder page = new StringBuilder("""
            usage: kunit [-h] COMMAND [options]

            Runs KUnit tests on a modelled Linux kernel, with the words of the kernel's own kunit.py.

            Start here:
              kunit run                        run every test of the default configuration
              kunit run 'mermap.*'             run one suite; suite.case runs one case
              kunit run --list_tests           see what there is
              dmesg | kunit parse              read the results of a real kernel; 'kunit parse FILE' reads a log
              kunit run --kunitconfig mm/.kunitconfig --arch=x86_64 --qemu_args="-m 4G -smp 2" \\
                        --kernel_args="movablecore=2G"
                                               choose the configuration, the machine and the kernel's parameters

            Commands of kunit.py:
            """);
        Command.ALL.forEach(command -> line(page, command.word(), command.summary()));
        page.append("\nMore commands:\n");
        for (OwnCommand command : OwnCommand.values()) {
            line(page, command.word(), command.summary());
        }
        page.append("\nTools around the model:\n");
        tools.forEach(tool -> line(page, tool.name(), tool.summary()));
        return page.append("""

            'kunit COMMAND --help' lists the options of a command. Quote patterns: to the shell they are names of files.
            Results are in .kunit: test.log is the whole log of the last kernel, .config the configuration it had.
            Exit codes: 0 all passed or skipped; 1 a test or the configuration failed; 2 wrong usage; 69 to 73 no JDK 25,
            failed build, no Maven, no permission (docs/exit-codes.md).
            """).toString();
    }

    private static void line(StringBuilder page, String word, String summary) {
        page.append("  ").append(word).append(" ".repeat(Math.max(1, SUMMARY_COLUMN - word.length()))).append(summary)
            .append('\n');
    }

    /** A summary as a sentence. */
    static String sentence(String summary) {
        return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".";
    }

    /** What an option does, in one or two sentences without the last full stop. */
    static String text(Flag flag) {
        return flag.shape().kind() == OptionShape.Kind.LIST ? flag.help() + ". May be repeated" : flag.help();
    }

    /** The page of one command. */
    static String of(Command command, boolean colour) {
        return CommandSpecs.of(command).getUsageMessage(colour ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF);
    }

    /** How the command's positional word stands in a usage line; empty if it takes none. */
    static String positional(Command command) {
        Positional positional = Positional.of(command);
        return positional == null ? "" : " [" + positional.metavar() + "]";
    }
}
