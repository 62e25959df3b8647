package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.compile.ModelBuild;
import org.kunitjvm.kunit.compile.Overlay;
import org.kunitjvm.kunit.kconfig.Answers;
import org.kunitjvm.kunit.kconfig.KconfigConf;

/**
 * The first word of the command line, and everything that all commands have in common. Models
 * tools/testing/kunit/kunit.py: main.
 */
final class Cli {
    /** What {@code compile-model} tells the launcher, and nobody else sees: a program that does not know it ends with 2. */
    private static final int MAVEN_MUST_BUILD = 75;
    private static final int WORDS_MAKE_NO_SENSE = 76;

    private final Host host;
    private final Booter booter;

    Cli(Host host) {
        this(host, new KernelBooter(host));
    }

    /** A command line whose kernels are booted by {@code booter}. */
    Cli(Host host, Booter booter) {
        this.host = host;
        this.booter = booter;
    }

    /** Run one command and return its exit code. No exception escapes but for faults of this program. */
    int run(List<String> args) {
        try {
            return dispatch(args);
        } catch (CliException e) {
            host.out().flush();
            host.err().println("kunit: " + e.getMessage());
            return e.exitCode();
        } catch (InvalidPathException e) {
            host.out().flush();
            host.err().println("kunit: no name of a file: " + host.safe(e.getInput())
                + "; in a locale such as C.UTF-8 any name will do");
            return ExitCode.FAILED.code();
        } finally {
            host.out().flush();
            host.err().flush();
        }
    }

    private int dispatch(List<String> args) {
        FirstWords first;
        try {
            first = FirstWords.of(args);
        } catch (UsageException e) {
            return wrongUsage(e.getMessage());
        }
        String word = first.command();
        if (first.help() || word == null && first.unknown().isEmpty() || args.equals(List.of("help"))) {
            host.out().print(Help.overview(tools()));
            return 0;
        }
        if (first.unknown().equals(List.of("--list-cmds"))) {
            host.out().println(Command.ALL.stream().map(Command::word).collect(Collectors.joining(" ")));
            return 0;
        }
        for (Command command : Command.ALL) {
            if (command.word().equals(word)) {
                return runCommand(command, first);
            }
        }
        if (word == null || !first.unknown().isEmpty() && words().contains(word)) {
            return wrongUsage("unrecognized arguments: " + String.join(" ", first.unknown())
                + " (options stand behind the subcommand; 'kunit --help' lists those)");
        }
        List<String> rest = first.rest();
        return switch (word) {
            case "conf" -> KconfigConf.run(rest, host.directory(), host.environment(), answers(), host.out(),
                host.err());
            case "completion" -> Completion.run(rest, host, words());
            case "show" -> ShowCommand.run(rest, host);
            case "merge" -> MergeCommand.run(rest, host);
            case "debugfs" -> DebugfsCommand.run(rest, host, this::dispatch);
            case "man" -> ManPage.run(rest, host, tools());
            case "check-words" -> checkWords(rest);
            case "compile-model" -> forTheLauncher(word, () -> compileModel(rest));
            case "warm-up" -> forTheLauncher(word, () -> new WarmUp(host).run());
            case "archive-suites" -> forTheLauncher(word, () -> {
                new SuiteArchive(host.root()).make();
                return 0;
            });
            case "help" -> dispatch(List.of(rest.getFirst(), "--help"));
            default -> runTool(word, rest);
        };
    }

    /** Answers to conf's questions; they need no echo if questions and answers meet on a terminal. */
    private Answers answers() {
        boolean typed = host.terminals().contains("0") && host.outIsTerminal();
        return typed ? Answers.typed(host.in()) : Answers.from(host.in());
    }

    private int runCommand(Command command, FirstWords first) {
        Options options = options(command, first);
        if (options == null) {
            return ExitCode.USAGE.code();
        }
        if (options.help()) {
            host.out().print(Help.of(command, host.colour()));
            return 0;
        }
        if (options.listOpts()) {
            host.out().println(Flag.of(command).stream().map(Flag::word)
                .collect(Collectors.joining(" ", "-h --help ", "")));
            return 0;
        }
        return switch (command) {
            case PARSE -> new ParseCommand(options, host).run();
            case RUN, CONFIG, BUILD, EXEC -> runTree(options);
        };
    }

    /** What the launcher asks before a build: exit code 2, with the error on standard error, if words make no sense. */
    private int checkWords(List<String> args) {
        FirstWords first;
        try {
            first = FirstWords.of(args);
        } catch (UsageException e) {
            return wrongUsage(e.getMessage());
        }
        for (Command command : Command.ALL) {
            if (command.word().equals(first.command())) {
                return options(command, first) == null ? ExitCode.USAGE.code() : 0;
            }
        }
        return 0;
    }

    /**
     * Compile the sources of the program that changed, and the suites, if the words that follow make sense. The exit
     * code tells the launcher what came of it.
     */
    private int compileModel(List<String> args) throws IOException {
        if (checkWords(args) != 0) {
            return WORDS_MAKE_NO_SENSE;
        }
        ModelBuild build = new ModelBuild(host.root());
        String why = System.getProperty("kunit.why", "");
        return switch (build.run(() -> sayWhy(why))) {
            case DONE -> {
                if (args.contains("run") || args.contains("build") || new Overlay(host.root()).suitesAreBehind()) {
                    // What it says is said again by the command that runs them.
                    new SuiteBuild(host.root()).run();
                }
                yield 0;
            }
            case BROKEN -> {
                host.err().print(build.errors());
                yield ExitCode.BUILD_FAILED.code();
            }
            case MAVEN -> MAVEN_MUST_BUILD;
        };
    }

    private void sayWhy(String why) {
        if (!why.isEmpty()) {
            host.err().println("kunit: compiling, because " + why);
            host.err().flush();
        }
    }

    /** The options of a command, or {@code null} if they make no sense; then that was said. */
    private @Nullable Options options(Command command, FirstWords first) {
        try {
            return Options.of(command, first.unknown(), first.rest());
        } catch (UsageException e) {
            host.err().println("usage: kunit " + command.word() + " [-h] [options]" + Help.positional(command));
            host.err().println("kunit " + command.word() + ": error: " + e.getMessage());
            return null;
        }
    }

    private int runTree(Options options) {
        if ("help".equals(options.text(Flag.ARCH))) {
            Arch.names().forEach(host.out()::println);
            return 0;
        }
        if (options.list(Flag.MACHINE).contains("help")) {
            new MachineFinder(host, BuildDir.of(options, host)).lines().forEach(host.out()::println);
            return 0;
        }
        return new TreeCommand(options, host, booter).run();
    }

    private interface Preparation {
        int run() throws IOException;
    }

    /** What the launcher calls after a build. */
    private static int forTheLauncher(String word, Preparation preparation) {
        try {
            return preparation.run();
        } catch (IOException e) {
            throw new CliException(word + ": " + BuildDir.reason(e));
        }
    }

    private int runTool(String word, List<String> words) {
        Tool tool = tool(word);
        if (tool == null) {
            return wrongUsage(unknown(word));
        }
        return tool.run(words, new Tool.Context(host.directory(), host.environment(), host.in(), host.out(),
            host.err()));
    }

    private int wrongUsage(String error) {
        host.err().println("usage: kunit [-h] {" + Command.ALL.stream().map(Command::word)
            .collect(Collectors.joining(",")) + ",...} ...");
        host.err().println("kunit: error: " + error);
        return ExitCode.USAGE.code();
    }

    private String unknown(String word) {
        List<String> known = words();
        String near = Spelling.nearest(word, known);
        String remedy = near != null ? "did you mean " + near + "?" : "'kunit --help' explains them";
        return "argument subcommand: invalid choice: " + PythonText.repr(word) + " (choose from "
            + Command.ALL.stream().map(command -> "'" + command.word() + "'").collect(Collectors.joining(", "))
                + ") (" + remedy + ")";
    }

    /** Every subcommand. */
    private List<String> words() {
        List<String> words = new ArrayList<>(Command.ALL.stream().map(Command::word).toList());
        words.addAll(OwnCommand.words());
        tools().forEach(tool -> words.add(tool.name()));
        return words;
    }

    private @Nullable Tool tool(String word) {
        return tools().stream().filter(tool -> tool.name().equals(word)).findFirst().orElse(null);
    }

    private static List<Tool> tools() {
        return ServiceLoader.load(Tool.class, Cli.class.getClassLoader()).stream().map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(Tool::name)).toList();
    }
}
