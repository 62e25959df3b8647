package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code kunit completion}: scripts that make a shell complete commands, options, choices and, for globs, the names of
 * suites.
 */
final class Completion {
    private static final String USAGE = "usage: kunit completion {bash,zsh,fish}";

    private Completion() {
    }

    /**
     * Print the script for the shell that {@code words} name.
     *
     * @param commands every subcommand
     */
    static int run(List<String> words, Host host, List<String> commands) {
        if (words.size() == 1) {
            switch (words.getFirst()) {
                case "bash" -> {
                    host.out().print(bash(commands));
                    return 0;
                }
                case "zsh" -> {
                    host.out().print("#compdef kunit\nautoload -U +X bashcompinit && bashcompinit\n" + bash(commands));
                    return 0;
                }
                case "fish" -> {
                    host.out().print(fish(commands));
                    return 0;
                }
                case "-h", "--help" -> {
                    host.out().println(USAGE + "\n\nFor this shell only: eval \"$(bin/kunit completion bash)\"");
                    return 0;
                }
                default -> {
                    // Falls through to the error below.
                }
            }
        }
        host.err().println(USAGE);
        host.err().println("kunit completion: error: " + (words.isEmpty()
            ? "the following arguments are required: shell"
            : "argument shell: invalid choice: '" + words.getFirst() + "' (choose from 'bash', 'zsh', 'fish')"));
        return ExitCode.USAGE.code();
    }

    private static String bash(List<String> commands) {
        StringBuilder script = new StringBuilder("# bash completion for kunit; load it with: eval \"$(bin/kunit completion bash)\"\n_kunit() {\n");
        script.append("    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options=\n    COMPREPLY=()\n");
        script.append("    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"")
            .append(String.join(" ", commands)).append(" --help\" -- \"$cur\"))\n        return\n    fi\n");
        script.append("    case $prev in\n        =) prev=${COMP_WORDS[COMP_CWORD-2]} ;;\n    esac\n    [ \"$cur\" = = ] && cur=\n    case $prev in\n");
        for (Flag flag : Flag.values()) {
            String values = values(flag);
            if (!values.isEmpty()) {
                script.append("        ").append(flag.word()).append(") COMPREPLY=($(compgen ").append(values)
                    .append(" -- \"$cur\")); return ;;\n");
            }
        }
        script.append("    esac\n    case ${COMP_WORDS[1]} in\n");
        for (Command command : Command.ALL) {
            script.append("        ").append(command.word()).append(") options=\"--help ")
                .append(Flag.of(command).stream().map(Flag::word).collect(Collectors.joining(" "))).append("\" ;;\n");
        }
        return script.append("""
                esac
                case $cur in
                    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
                    *)
                        case ${COMP_WORDS[1]} in
                            run | exec)
                                COMPREPLY=($(compgen -W "$(KUNIT_NO_BUILD=1 "${COMP_WORDS[0]}" exec --list_suites 2>/dev/null)" -- "$cur")) ;;
                            parse) COMPREPLY=($(compgen -f -- "$cur")) ;;
                        esac ;;
                esac
            }
            complete -o default -F _kunit kunit bin/kunit ./bin/kunit
            """).toString();
    }

    /** The arguments of compgen that offer the values of {@code flag}; empty if only the user can know them. */
    private static String values(Flag flag) {
        List<String> choices = choices(flag);
        if (!choices.isEmpty()) {
            return "-W \"" + String.join(" ", choices) + "\"";
        }
        if (isFolder(flag)) {
            return "-d";
        }
        return flag == Flag.KUNITCONFIG || flag == Flag.QEMU_CONFIG ? "-f" : "";
    }

    private static List<String> choices(Flag flag) {
        if (flag != Flag.ARCH) {
            return flag.shape().choices();
        }
        List<String> names = new ArrayList<>(List.of("help"));
        names.addAll(Arch.names());
        return names;
    }

    private static boolean isFolder(Flag flag) {
        return flag == Flag.BUILD_DIR || flag == Flag.SUITE_PATH;
    }

    private static boolean isDescribed(String word) {
        return OwnCommand.words().contains(word)
            || Command.ALL.stream().anyMatch(command -> command.word().equals(word));
    }

    private static String fish(List<String> commands) {
        StringBuilder script =
            new StringBuilder("# fish completion for kunit; load it with: bin/kunit completion fish | source\n");
        for (Command command : Command.ALL) {
            script.append("complete -c kunit -n __fish_use_subcommand -f -a ").append(command.word()).append(" -d ")
                .append(fishQuote(command.summary())).append('\n');
        }
        for (OwnCommand command : OwnCommand.values()) {
            script.append("complete -c kunit -n __fish_use_subcommand -f -a ").append(command.word()).append(" -d ")
                .append(fishQuote(command.summary())).append('\n');
        }
        commands.stream().filter(word -> !isDescribed(word)).forEach(word -> script
            .append("complete -c kunit -n __fish_use_subcommand -f -a ").append(word).append('\n'));
        script.append("complete -c kunit -s h -l help -d 'Show help and end'\n");
        script.append("complete -c kunit -n '__fish_seen_subcommand_from run exec' -f -a '(")
            .append("env KUNIT_NO_BUILD=1 (commandline -po)[1] exec --list_suites 2>/dev/null)' -d suite\n");
        for (Flag flag : Flag.values()) {
            script.append("complete -c kunit -n '__fish_seen_subcommand_from ")
                .append(flag.commands().stream().sorted().map(Command::word).collect(Collectors.joining(" ")))
                .append("' -l ").append(flag.word().substring(2));
            if (flag.shape().kind() != OptionShape.Kind.SWITCH && flag.shape().kind() != OptionShape.Kind.OPTIONAL) {
                script.append(" -r");
            }
            List<String> values = choices(flag);
            if (!values.isEmpty()) {
                script.append(" -f -a '").append(String.join(" ", values)).append('\'');
            } else if (isFolder(flag)) {
                script.append(" -f -a '(__fish_complete_directories)'");
            }
            script.append(" -d ").append(fishQuote(flag.help())).append('\n');
        }
        return script.toString();
    }

    private static String fishQuote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
