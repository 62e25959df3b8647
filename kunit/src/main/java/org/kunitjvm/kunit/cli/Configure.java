package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Configuration;
import org.kunitjvm.kunit.kconfig.KconfigException;
import org.kunitjvm.kunit.kconfig.KconfigFiles;
import org.kunitjvm.kunit.kconfig.KunitConfig;
import org.kunitjvm.kunit.kconfig.LostValue;
import org.kunitjvm.kunit.report.PrettyPrinter;

/**
 * Make {@code .config} in the build folder from kunitconfig fragments. Models kunit_kernel.py:
 * LinuxSourceTree.build_reconfig and its neighbours; what make does there is {@link Configuration} here.
 */
final class Configure {
    static final String KCONFIG = "Kconfig";
    static final String DOT_CONFIG = ".config";
    static final String OLD_DOT_CONFIG = ".config.old";
    static final String KUNITCONFIG = ".kunitconfig";
    static final String LAST_USED = "last_used_kunitconfig";
    private static final String DEFAULT_FRAGMENT = "kunit/configs/default.config";
    private static final String ALL_TESTS_FRAGMENT = "kunit/configs/all_tests.config";

    private final Options options;
    private final Host host;
    private final Arch arch;
    /** Where the user's fragment is. */
    private final BuildDir mainDir;
    /** Where the configuration goes: a folder of its own for a machine that has one. */
    private final BuildDir buildDir;
    private final PrettyPrinter printer;
    private final @Nullable MachineProfile profile;
    private @Nullable KunitConfig wanted;
    private @Nullable Configuration evaluated;

    /**
     * Configure for one machine.
     *
     * @param profile what it needs, or {@code null} for nothing
     */
    Configure(Options options, Host host, Arch arch, BuildDir buildDir, @Nullable MachineProfile profile,
        PrettyPrinter printer) {
        this.options = options;
        this.host = host;
        this.arch = arch;
        this.mainDir = buildDir;
        this.profile = profile;
        this.buildDir = profile == null || !profile.hasConfig() ? buildDir
            : new BuildDir(buildDir.nameOf("machine-" + profile.name()), buildDir.file("machine-" + profile.name()));
        this.printer = printer;
    }

    /**
     * Read the fragments; nothing is printed.
     *
     * @throws CliException if one is missing, wrong, or contradicts another
     */
    void readFragments() {
        try {
            KunitConfig merged = KunitConfig.merge(sources());
            for (String line : profile == null ? List.<String>of() : profile.config()) {
                merged = merged.overriddenBy(KunitConfig.parse(line));
            }
            for (String line : options.list(Flag.KCONFIG_ADD)) {
                merged = merged.overriddenBy(KunitConfig.parse(line));
            }
            wanted = merged;
        } catch (KconfigException e) {
            throw new CliException(e.getMessage() + hint(e.getMessage()));
        }
    }

    private static String hint(String message) {
        if (message.startsWith("Failed to parse")) {
            return " (write CONFIG_NAME=value or '# CONFIG_NAME is not set')";
        }
        return message.endsWith("does not exist") ? "; name a file, or a folder that has a .kunitconfig" : "";
    }

    private List<KunitConfig.Source> sources() {
        List<KunitConfig.Source> sources = new ArrayList<>();
        KconfigFiles files = KconfigFiles.in(host.root());
        if (options.has(Flag.ALLTESTS)) {
            sources.add(KunitConfig.read(ALL_TESTS_FRAGMENT, files));
        }
        List<String> paths = options.list(Flag.KUNITCONFIG);
        for (String path : paths) {
            sources.add(named(path, files));
        }
        if (paths.isEmpty()) {
            sources.add(own(files));
        }
        for (Path file : profile == null ? List.<Path>of() : profile.kunitconfigs()) {
            sources.add(KunitConfig.read(file.toString(), files));
        }
        return sources;
    }

    /** A fragment that the user named: from where they stand, or from the project's folder as in kunit.py. */
    private KunitConfig.Source named(String path, KconfigFiles rootFiles) {
        boolean isHere = Files.exists(host.directory().resolve(path));
        return KunitConfig.read(path, isHere ? KconfigFiles.in(host.directory()) : rootFiles);
    }

    /** The fragment of the build folder, made from the default one when it is not there. */
    private KunitConfig.Source own(KconfigFiles files) {
        String text = mainDir.read(KUNITCONFIG);
        if (text == null) {
            text = files.read(DEFAULT_FRAGMENT);
            if (text == null) {
                throw new CliException("Specified kunitconfig (" + DEFAULT_FRAGMENT + ") does not exist");
            }
            mainDir.make();
            mainDir.write(KUNITCONFIG, text);
        }
        return new KunitConfig.Source(mainDir.nameOf(KUNITCONFIG), KunitConfig.parse(text));
    }

    private KunitConfig wanted() {
        if (wanted == null) {
            readFragments();
        }
        return Objects.requireNonNull(wanted);
    }

    /**
     * Make {@code .config} if it is missing, or not what is wanted. Returns whether it is now what is wanted; says what
     * happens.
     */
    boolean configure() {
        printer.timestamped("Configuring KUnit Kernel ...");
        mainDir.make();
        buildDir.make();
        String old = buildDir.read(DOT_CONFIG);
        if (old == null) {
            printer.plain("Generating .config ...");
        } else if (isCurrent(old)) {
            return true;
        } else {
            printer.plain("Regenerating .config ...");
        }
        echoMake("Populating config with:", "olddefconfig");
        Configuration configuration = evaluate();
        if (!satisfied(configuration)) {
            return false;
        }
        if (old != null) {
            buildDir.write(OLD_DOT_CONFIG, old);
        }
        buildDir.write(DOT_CONFIG, configuration.dotConfig());
        buildDir.write(LAST_USED, wanted().text());
        return true;
    }

    /** Whether the .config that is there was made from these fragments and these Kconfig files. */
    private boolean isCurrent(String dotConfig) {
        String last = buildDir.read(LAST_USED);
        if (last == null) {
            return false;
        }
        try {
            return wanted().isSubsetOf(KunitConfig.parse(dotConfig)) && KunitConfig.parse(last).equals(wanted())
                && !kconfigIsNewer();
        } catch (KconfigException e) {
            return false;
        }
    }

    /**
     * Whether a Kconfig file changed since .config was written; make would notice that by running olddefconfig again.
     */
    private boolean kconfigIsNewer() {
        try {
            var time = Files.getLastModifiedTime(buildDir.file(DOT_CONFIG));
            for (Path file : kconfigFiles()) {
                if (Files.getLastModifiedTime(file).compareTo(time) > 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private List<Path> kconfigFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var folders = Files.newDirectoryStream(host.root(), Files::isDirectory)) {
            for (Path folder : folders) {
                addIfThere(folder.resolve(KCONFIG), files);
            }
        }
        addIfThere(host.root().resolve(KCONFIG), files);
        return files;
    }

    private static void addIfThere(Path file, List<Path> files) {
        if (Files.isRegularFile(file)) {
            files.add(file);
        }
    }

    /** Print the command that kunit.py would run here. */
    void echoMake(String title, String... targets) {
        List<String> words = new ArrayList<>(List.of("make"));
        boolean last = targets[0].equals("olddefconfig");
        if (!last) {
            words.addAll(List.of(targets));
        }
        words.add("ARCH=" + arch.name());
        words.add("O=" + buildDir.name());
        String prefix = options.text(Flag.CROSS_COMPILE);
        if (prefix != null) {
            words.add("CROSS_COMPILE=" + prefix);
        }
        words.addAll(options.list(Flag.MAKE_OPTIONS));
        if (last) {
            words.addAll(List.of(targets));
        } else {
            words.add("--jobs=" + options.integer(Flag.JOBS, Runtime.getRuntime().availableProcessors()));
        }
        printer.plain(title);
        printer.plain("$ " + String.join(" ", words));
    }

    private Configuration evaluate() {
        try {
            return Configuration.evaluate(KconfigFiles.in(host.root()), KCONFIG, host.environment(), wanted());
        } catch (KconfigException e) {
            throw new CliException(e.getMessage());
        }
    }

    /** Whether everything wanted is there; if not, say what is lost and why, on standard error. */
    private boolean satisfied(Configuration configuration) {
        String message = wanted().missingMessage(configuration.generated(), arch.isUm());
        if (message == null) {
            return true;
        }
        host.out().flush();
        host.err().println("ERROR:root:" + message);
        for (LostValue lost : configuration.lost(wanted())) {
            host.err().println("kunit: " + lost.message());
        }
        return false;
    }

    /** Whether a Kconfig file of the project defines the symbol. */
    boolean isKnown(String symbol) {
        if (evaluated == null) {
            evaluated = evaluate();
        }
        return evaluated.isDefined(symbol);
    }

    /** The configuration that was made, or {@code null} if none was. */
    @Nullable String dotConfig() {
        return buildDir.read(DOT_CONFIG);
    }

    /** The name of its file, for texts. */
    String dotConfigName() {
        return buildDir.nameOf(DOT_CONFIG);
    }

    /** The fragments' names, for texts. */
    String fragmentNames() {
        List<String> paths = options.list(Flag.KUNITCONFIG);
        return paths.isEmpty() ? mainDir.nameOf(KUNITCONFIG) : paths.stream().collect(Collectors.joining(", "));
    }
}
