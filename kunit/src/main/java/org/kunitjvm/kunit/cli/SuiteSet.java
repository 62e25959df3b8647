package org.kunitjvm.kunit.cli;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.run.Glob;
import org.kunitjvm.kunit.run.SuiteLoadException;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.SuiteScanner;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * The suites that a configuration builds.
 *
 * @param names of all of them, in link order
 * @param loaded those of which something was asked for, in link order
 */
record SuiteSet(List<String> names, List<TestSuite> loaded) {
    /** A configuration without suites. */
    static final SuiteSet NONE = new SuiteSet(List.of(), List.of());

    private static final String KUNIT = "KUNIT";
    private static final String BUILT_IN = "y";
    private static final String MODULE = "m";

    /** Copy. */
    SuiteSet {
        names = List.copyOf(names);
        loaded = List.copyOf(loaded);
    }

    /** The suites of {@code folders} that are modules, in link order: a boot does not run them. */
    static List<String> modules(List<Path> folders, KernelConfig config) {
        boolean all = MODULE.equals(config.value(KUNIT));
        try {
            return SuiteScanner.scan(folders).stream()
                .filter(suite -> all ? config.isEnabled(suite.config()) : MODULE.equals(config.value(suite.config())))
                .map(SuiteScanner.Found::name).toList();
        } catch (IOException e) {
            throw new CliException("cannot read suites: " + BuildDir.reason(e));
        }
    }

    /** The suites of {@code folders} that name a symbol of which {@code .config} says nothing, in link order. */
    static List<SuiteScanner.Found> unmentioned(List<Path> folders, KernelConfig config) {
        try {
            return SuiteScanner.scan(folders).stream()
                .filter(suite -> !suite.config().isEmpty() && !config.values().containsKey(suite.config())).toList();
        } catch (IOException e) {
            throw new CliException("cannot read suites: " + BuildDir.reason(e));
        }
    }

    /**
     * Load the suites of {@code folders} whose CONFIG symbol is {@code y}, in link order.
     *
     * @param glob {@code kunit.filter_glob}: a suite that it cannot match is not loaded, which saves most of the time;
     *     {@code null} for all
     */
    static SuiteSet load(List<Path> folders, KernelConfig config, @Nullable String glob) {
        Glob suiteGlob = new Glob(glob == null ? "*" : glob.indexOf('.') < 0 ? glob
            : glob.substring(0, glob.indexOf('.')));
        try {
            List<SuiteScanner.Found> built = SuiteScanner.scan(folders).stream()
                .filter(suite -> suite.config().isEmpty() || BUILT_IN.equals(config.value(suite.config()))).toList();
            List<SuiteScanner.Found> wanted = built.stream().filter(suite -> suiteGlob.matches(suite.name())).toList();
            return new SuiteSet(built.stream().map(SuiteScanner.Found::name).toList(),
                SuiteLoader.loadFound(loader(folders), folders, wanted));
        } catch (IOException e) {
            throw new CliException("cannot read suites: " + BuildDir.reason(e));
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CliException("a suite does not fit its sources (" + e + "); run 'kunit build'");
        } catch (SuiteLoadException e) {
            throw new CliException(e.getMessage());
        }
    }

    /**
     * Folders on the class path share the model's loader, and so the packages of what they test; others get one of
     * their own.
     */
    private static ClassLoader loader(List<Path> folders) {
        Set<Path> classPath = new HashSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            classPath.add(Path.of(entry).toAbsolutePath().normalize());
        }
        List<URL> urls = new ArrayList<>();
        for (Path folder : folders) {
            try {
                if (!classPath.contains(folder.toAbsolutePath().normalize())) {
                    urls.add(folder.toUri().toURL());
                }
            } catch (MalformedURLException e) {
                throw new CliException(folder + " cannot be a class folder: " + e.getMessage());
            }
        }
        ClassLoader own = SuiteSet.class.getClassLoader();
        return urls.isEmpty() ? own : new URLClassLoader(urls.toArray(URL[]::new), own);
    }
}
