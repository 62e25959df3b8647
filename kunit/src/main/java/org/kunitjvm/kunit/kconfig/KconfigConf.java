package org.kunitjvm.kunit.kconfig;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's {@code conf} as a command: the same arguments, environment variables, files, texts and exit codes.
 * Differs from Linux in that an unknown option ends the run (conf goes on to ask questions), and in that only
 * syncconfig writes below {@code include/}. Models scripts/kconfig/conf.c.
 */
public final class KconfigConf {
    private static final String PROGRAM = "conf";
    private static final String USAGE = """
            Usage: conf [options] <kconfig-file>

            Generic options:
              -h, --help              Print this message and exit.
              -s, --silent            Do not print log.
              --language <name>       Kconfig language: current (default), or linux-6.12 without later additions

            Mode options:
              --listnewconfig         List new options
              --helpnewconfig         List new options and help text
              --oldaskconfig          Start a new configuration using a line-oriented program
              --oldconfig             Update a configuration using a provided .config as base
              --syncconfig            Similar to oldconfig but generates configuration in
                                      include/{generated/,config/}
              --olddefconfig          Same as oldconfig but sets new symbols to their default value
              --defconfig <file>      New config with default defined in <file>
              --savedefconfig <file>  Save the minimal current configuration to <file>
              --allnoconfig           New config where all options are answered with no
              --allyesconfig          New config where all options are answered with yes
              --allmodconfig          New config where all options are answered with mod
              --alldefconfig          New config with all symbols set to default
              --randconfig            New config with random answer to all options
              --yes2modconfig         Change answers from yes to mod if possible
              --mod2yesconfig         Change answers from mod to yes if possible
              --mod2noconfig          Change answers from mod to no if possible
              (If none of the above is given, --oldaskconfig is the default)
            """;

    private final KconfigFiles files;
    private final ShellCommand shell;
    private final Map<String, String> environment;
    private final Answers input;
    private final Messages messages;

    private ConfMode mode = ConfMode.OLDASKCONFIG;
    private KconfigLanguage language = KconfigLanguage.CURRENT;
    private boolean silent;
    private String modeFile = "";
    private @Nullable String kconfigName;
    private GlibcRandom random = new GlibcRandom(1);

    private KconfigConf(KconfigFiles files, ShellCommand shell, Map<String, String> environment, Answers input,
            Messages messages) {
        this.files = files;
        this.shell = shell;
        this.environment = environment;
        this.input = input;
        this.messages = messages;
    }

    /**
     * Run conf.
     *
     * @param arguments as on conf's command line, without the program name
     * @param cwd the directory that relative names start from
     * @param environment the variables that Kconfig files and conf see
     * @param answers answers to questions
     * @param out what conf prints on stdout
     * @param err what conf prints on stderr
     * @return the exit code: 0, or 1 after a message
     */
    public static int run(List<String> arguments, Path cwd, Map<String, String> environment, Answers answers,
        Appendable out, Appendable err) {
        return run(arguments, KconfigFiles.in(cwd), ShellCommand.in(cwd, environment), environment, answers, out, err);
    }

    /** Run conf on any files, with any way to run commands. */
    public static int run(List<String> arguments, KconfigFiles files, ShellCommand shell,
        Map<String, String> environment, Answers answers, Appendable out, Appendable err) {
        try {
            return DeepStack.call(() -> runOnThisThread(arguments, files, shell, environment, answers, out, err));
        } catch (KconfigException e) {
            new Messages(out, err).err(PROGRAM + ": " + e.getMessage() + "\n");
            return 1;
        }
    }

    /** Run conf with the stack that the caller has. */
    static int runOnThisThread(List<String> arguments, KconfigFiles files, ShellCommand shell,
        Map<String, String> environment, Answers answers, Appendable out, Appendable err) {
        Messages messages = new Messages(out, err);
        try {
            return new KconfigConf(files, shell, environment, answers, messages).run(arguments);
        } catch (KconfigException e) {
            if (!e.isReported()) {
                messages.err(PROGRAM + ": " + e.getMessage() + "\n");
            }
            return 1;
        }
    }

    // ---- arguments ----

    private int run(List<String> arguments) {
        Integer early = parse(arguments);
        if (early != null) {
            return early;
        }
        if (kconfigName == null) {
            messages.err(PROGRAM + ": Kconfig file missing\n");
            messages.out(USAGE);
            return 1;
        }
        KconfigTree tree = KconfigTree.parse(kconfigName, files, environment, shell, language, messages);
        return new Session(tree).run();
    }

    /** Take the arguments; an exit code if they end the run. */
    private @Nullable Integer parse(List<String> arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--")) {
                names.addAll(arguments.subList(i + 1, arguments.size()));
                break;
            }
            if (!argument.startsWith("-") || argument.equals("-")) {
                names.add(argument);
            } else if (!argument.startsWith("--")) {
                Integer exit = shortOptions(argument);
                if (exit != null) {
                    return exit;
                }
            } else {
                int sign = argument.indexOf('=');
                String name = argument.substring(2, sign < 0 ? argument.length() : sign);
                String value = sign < 0 ? null : argument.substring(sign + 1);
                String option = complete(name);
                if (option == null) {
                    return usageError("unrecognized option '" + argument + "'");
                }
                if (needsValue(option) && value == null) {
                    if (i + 1 == arguments.size()) {
                        return usageError("option '--" + option + "' requires an argument");
                    }
                    value = arguments.get(++i);
                } else if (!needsValue(option) && value != null) {
                    return usageError("option '--" + option + "' doesn't allow an argument");
                }
                Integer exit = longOption(option, value == null ? "" : value);
                if (exit != null) {
                    return exit;
                }
            }
        }
        kconfigName = names.isEmpty() ? null : names.getFirst();
        return null;
    }

    private @Nullable Integer shortOptions(String argument) {
        for (int i = 1; i < argument.length(); i++) {
            char option = argument.charAt(i);
            if (option == 'h') {
                messages.out(USAGE);
                return 1;
            }
            if (option != 's') {
                return usageError("invalid option -- '" + option + "'");
            }
            silent = true;
        }
        return null;
    }

    private int usageError(String text) {
        messages.err(PROGRAM + ": " + text + "\n");
        messages.out(USAGE);
        return 1;
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>(List.of("help", "silent", "language"));
        for (ConfMode mode : ConfMode.values()) {
            options.add(mode.option());
        }
        return options;
    }

    /** The option of that name, or the only one that starts with it. */
    private static @Nullable String complete(String name) {
        String found = null;
        for (String option : options()) {
            if (option.equals(name)) {
                return option;
            }
            if (option.startsWith(name)) {
                if (found != null) {
                    return null;
                }
                found = option;
            }
        }
        return found;
    }

    private static boolean needsValue(String option) {
        return option.equals("language") || option.equals(ConfMode.DEFCONFIG.option())
                || option.equals(ConfMode.SAVEDEFCONFIG.option());
    }

    private @Nullable Integer longOption(String option, String value) {
        switch (option) {
            case "help":
                messages.out(USAGE);
                return 1;
            case "silent":
                silent = true;
                return null;
            case "language":
                return setLanguage(value);
            default:
                for (ConfMode candidate : ConfMode.values()) {
                    if (candidate.option().equals(option)) {
                        setMode(candidate, value);
                    }
                }
                return null;
        }
    }

    private @Nullable Integer setLanguage(String name) {
        switch (name) {
            case "current" -> language = KconfigLanguage.CURRENT;
            case "linux-6.12", "6.12" -> language = KconfigLanguage.LINUX_6_12;
            default -> {
                return usageError("unknown language '" + name + "', choose current or linux-6.12");
            }
        }
        return null;
    }

    private void setMode(ConfMode wanted, String value) {
        mode = wanted;
        if (wanted.hasFileArgument()) {
            modeFile = value;
        }
        if (wanted == ConfMode.SYNCCONFIG) {
            // Part of a build: what was written is of no interest.
            silent = true;
        }
        if (wanted == ConfMode.RANDCONFIG) {
            int seed = seed();
            messages.out("KCONFIG_SEED=0x" + Integer.toHexString(seed).toUpperCase(Locale.ROOT) + "\n");
            random = new GlibcRandom(seed);
        }
    }

    /** KCONFIG_SEED, or a seed that differs from run to run. */
    private int seed() {
        String wanted = environment.getOrDefault("KCONFIG_SEED", "");
        Numbers.Parsed number = Numbers.parse(wanted, 0, true);
        boolean valid = !wanted.isEmpty() && number.end() == wanted.length();
        return (int) (valid ? number.value() : System.nanoTime());
    }

    // ---- modes ----

    /** One parsed tree, and what is done with it. */
    private final class Session {
        private final KconfigTree tree;
        private final SymbolEvaluator evaluator;
        private final ConfigReader reader;
        private final ConfigWriter writer;

        Session(KconfigTree tree) {
            this.tree = tree;
            this.evaluator = new SymbolEvaluator(tree, environment);
            this.reader = new ConfigReader(tree, evaluator, files, environment, silent);
            this.writer = new ConfigWriter(tree, evaluator, environment, language);
        }

        int run() {
            if (!readInput() || reader.hasFatalWarnings()) {
                return 1;
            }
            boolean keepConfig = false;
            if (mode == ConfMode.SYNCCONFIG && !environment.getOrDefault("KCONFIG_NOSILENTUPDATE", "").isEmpty()) {
                if (evaluator.isChanged()) {
                    messages.err("\n*** The configuration requires explicit update.\n\n");
                    return 1;
                }
                keepConfig = true;
            }
            decide();
            return evaluator.hasFatalWarnings() ? 1 : write(keepConfig);
        }

        private boolean readInput() {
            if (mode.startsEmpty()) {
                return readFragment();
            }
            if (mode != ConfMode.DEFCONFIG) {
                reader.readDefault();
                return true;
            }
            if (!reader.read(modeFile)) {
                messages.err("***\n*** Can't find default configuration \"" + modeFile + "\"!\n***\n");
                return false;
            }
            return true;
        }

        /** Read what KCONFIG_ALLCONFIG names; empty or 1 means the usual names. */
        private boolean readFragment() {
            String name = environment.get("KCONFIG_ALLCONFIG");
            if (name == null) {
                return true;
            }
            if (!name.isEmpty() && !name.equals("1")) {
                if (!reader.readWishes(name)) {
                    messages.err("*** Can't read seed configuration \"" + name + "\"!\n");
                    return false;
                }
                return true;
            }
            if (!reader.readWishes(mode.fragmentName()) && !reader.readWishes("all.config")) {
                messages.err("*** KCONFIG_ALLCONFIG set, but no \"" + mode.fragmentName()
                        + "\" or \"all.config\" file found\n");
                return false;
            }
            return true;
        }

        private void decide() {
            switch (mode) {
                case ALLNOCONFIG -> answerAll(Tristate.NO);
                case ALLYESCONFIG -> answerAll(Tristate.YES);
                case ALLMODCONFIG -> answerAll(Tristate.MOD);
                case ALLDEFCONFIG, DEFCONFIG -> evaluator.recompute();
                case RANDCONFIG -> new RandomAnswers(tree, evaluator, random, environment).answerAll();
                case YES2MODCONFIG -> rewrite(Tristate.YES, Tristate.MOD);
                case MOD2YESCONFIG -> rewrite(Tristate.MOD, Tristate.YES);
                case MOD2NOCONFIG -> rewrite(Tristate.MOD, Tristate.NO);
                case OLDASKCONFIG, OLDCONFIG, SYNCCONFIG, LISTNEWCONFIG, HELPNEWCONFIG ->
                        new ConfDialog(tree, evaluator, writer, input,
                            mode == ConfMode.SYNCCONFIG ? ConfMode.OLDCONFIG : mode)
                            .run();
                case OLDDEFCONFIG, SAVEDEFCONFIG -> {
                    // The values follow from what was read.
                }
            }
        }

        private void answerAll(Tristate answer) {
            for (Menu menu : tree.entries()) {
                Symbol symbol = menu.symbol;
                if (symbol != null && isOpenQuestion(menu, symbol) && !symbol.isChoice()) {
                    symbol.userValue = answer;
                    symbol.hasUserValue = true;
                }
            }
            evaluator.recompute();
        }

        private void rewrite(Tristate old, Tristate replacement) {
            for (Symbol symbol : tree.symbols().inOrderOfMention()) {
                if (evaluator.effectiveType(symbol) == SymbolType.TRISTATE && symbol.userValue == old) {
                    symbol.userValue = replacement;
                }
            }
            evaluator.recompute();
        }

        private int write(boolean keepConfig) {
            try {
                switch (mode) {
                    case SAVEDEFCONFIG -> saveMinimal();
                    case LISTNEWCONFIG, HELPNEWCONFIG -> {
                        // These only print.
                    }
                    default -> {
                        if (!keepConfig) {
                            writer.writeDotConfig(files, silent);
                        }
                    }
                }
            } catch (IOException e) {
                messages.err(mode == ConfMode.SAVEDEFCONFIG
                        ? "n*** Error while saving defconfig to: " + modeFile + "\n\n"
                        : "\n*** Error during writing of the configuration.\n\n");
                return 1;
            }
            return mode == ConfMode.SYNCCONFIG ? writeForBuild() : 0;
        }

        /** Write where the user says, be it a link or a device; the folder must be there. */
        private void saveMinimal() throws IOException {
            String text = writer.minimalConfig();
            messages.flush();
            files.overwrite(modeFile, text);
        }

        private int writeForBuild() {
            try {
                files.write(environment.getOrDefault("KCONFIG_AUTOHEADER", "include/generated/autoconf.h"),
                        writer.autoHeader());
                files.write(environment.getOrDefault("KCONFIG_AUTOCONFIG", "include/config/auto.conf"),
                    writer.autoConf());
                return 0;
            } catch (IOException e) {
                messages.err("\n*** Error during sync of the configuration.\n\n");
                return 1;
            }
        }
    }

    /** Whether a mode that answers everything has to answer this one. */
    static boolean isOpenQuestion(Menu menu, Symbol symbol) {
        return menu.prompt != null && !symbol.hasUserValue && symbol.type.isLogic() && !symbol.isChoiceMember();
    }
}
