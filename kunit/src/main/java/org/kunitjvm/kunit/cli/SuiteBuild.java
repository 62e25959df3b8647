package org.kunitjvm.kunit.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.kunitjvm.kunit.compile.Javac;
import org.kunitjvm.kunit.compile.Overlay;

/**
 * Compiles the suites that changed, with the JDK's own compiler in this process: a fraction of a second instead of a
 * Maven run. Maven stays the build of record; this only brings its output up to date. New classes are made in a folder
 * of their own and take their places when all of them compiled.
 */
final class SuiteBuild {
    private static final String SOURCES = "tests/src/test/java";
    private static final String RESOURCES = "tests/src/test/resources";
    private static final String CLASSES = "tests/target/test-classes";
    /** What Maven noted down: the jars that tests are compiled against. */
    private static final String CLASS_PATH = "tests/target/build-finished";
    /** An import of something that is neither the JDK nor this project. */
    private static final Pattern OTHERS = Pattern.compile(
        "(?m)^import (?:static )?(?!java\\.|javax\\.|org\\.kunitjvm\\.|org\\.jspecify\\.)");

    private final Path root;
    private String note = "";

    SuiteBuild(Path root) {
        this.root = root;
    }

    /** The folder that suites are loaded from. */
    static Path classes(Path root) {
        return root.resolve(CLASSES);
    }

    /**
     * Bring the classes up to date.
     *
     * @return what the compiler says, empty if all is well
     */
    String run() {
        try {
            SuiteSources sources = SuiteSources.scan(root.resolve(SOURCES), root.resolve(CLASSES));
            copyResources(sources);
            Overlay overlay = new Overlay(root);
            boolean behind = overlay.suitesAreBehind();
            List<String> names = behind ? sources.staleOrNeededBySuites() : sources.changed();
            List<String> orphans = sources.orphans();
            String errors = names.isEmpty() && orphans.isEmpty() ? "" : update(sources, names, orphans, !behind);
            if (errors.isEmpty()) {
                overlay.suitesAreThere();
            }
            return errors;
        } catch (IOException e) {
            throw new CliException("cannot compile suites into " + CLASSES + ": " + BuildDir.reason(e));
        }
    }

    private void copyResources(SuiteSources sources) throws IOException {
        List<String> stale = new ArrayList<>();
        SuiteSources.walk(root.resolve(RESOURCES), (name, _, time) -> {
            if (sources.resourceTime(name) < time) {
                stale.add(name);
            }
        });
        for (String name : stale) {
            Path to = root.resolve(CLASSES).resolve(name);
            Files.createDirectories(to.resolveSibling("."));
            Files.copy(root.resolve(RESOURCES).resolve(name), to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What came of compiling some sources: classes in a folder of their own, or errors. */
    private record Attempt(List<String> names, Path output, String errors) {
        boolean failed() {
            return !errors.isEmpty();
        }
    }

    /**
     * Compile {@code names}, and what depends on them if that is to be looked for, without the classes of
     * {@code orphans} in sight; all of it happens or, with errors, nothing.
     */
    private String update(SuiteSources sources, List<String> names, List<String> orphans, boolean withDependents)
        throws IOException {
        Path work = Files.createTempDirectory(root.resolve("tests/target"), "suites-");
        Path aside = Files.createDirectory(work.resolve("orphans"));
        try {
            for (String orphan : orphans) {
                for (Path file : sources.classFiles(orphan)) {
                    move(file, aside.resolve(sources.classRoot().relativize(file)));
                }
            }
            Attempt done = compile(sources, names, work);
            if (withDependents && !done.failed()
                && (!orphans.isEmpty() || !sources.haveSameFaces(done.names(), done.output()))) {
                Set<String> all = new TreeSet<>(done.names());
                if (all.addAll(sources.dependents(done.names(), orphans))) {
                    done = compile(sources, List.copyOf(all), work);
                }
            }
            if (done.failed()) {
                moveAll(aside, sources.classRoot());
            } else {
                for (String name : done.names()) {
                    for (Path file : sources.classFiles(name)) {
                        Files.deleteIfExists(file);
                    }
                }
                moveAll(done.output(), sources.classRoot());
            }
            return done.errors();
        } finally {
            deleteTree(work);
        }
    }

    /** Compile {@code names}, or those of them that suites need if the others alone are broken. */
    private Attempt compile(SuiteSources sources, List<String> names, Path work) throws IOException {
        Attempt all = attempt(sources, names, work);
        if (!all.failed()) {
            return all;
        }
        List<String> needed = sources.neededBySuites(names);
        Attempt rest = needed.size() < names.size() ? attempt(sources, needed, work) : all;
        if (rest.failed()) {
            return all;
        }
        note = all.errors();
        return rest;
    }

    private Attempt attempt(SuiteSources sources, List<String> names, Path work) throws IOException {
        Path output = Files.createTempDirectory(work, "classes-");
        return new Attempt(names, output,
            names.isEmpty() ? "" : javac(names.stream().map(sources::source).toList(), output));
    }

    /**
     * Compile some suite into {@code output}, for the training of the AOT cache: the compiler is most of an edit's
     * time.
     */
    void rehearse(Path output) throws IOException {
        List<Path> suites = new ArrayList<>();
        SuiteSources.walk(root.resolve(SOURCES), (name, file, _) -> {
            if (name.endsWith("Kunit.java")) {
                suites.add(file);
            }
        });
        suites.sort(Comparator.naturalOrder());
        if (!suites.isEmpty()) {
            javac(suites.subList(0, 1), output);
            SuiteSources.scan(root.resolve(SOURCES), root.resolve(CLASSES)).haveSameFaces(List.of(), output);
        }
    }

    /** What the compiler says about sources that no suite needs; empty if all is well. */
    String note() {
        return note;
    }

    /** Compile {@code files} into {@code output}; returns what the compiler says if that fails, else the empty text. */
    String javac(List<Path> files, Path output) throws IOException {
        // The compiler opens each jar on its path. Suites run with few of those that the project's own tests need.
        if (!mentionOthers(files) && Javac.compile(files, programPath(), output).isEmpty()) {
            return "";
        }
        List<Path> classPath = programPath();
        for (String jar : Files.readString(root.resolve(CLASS_PATH), StandardCharsets.UTF_8).strip()
            .split(File.pathSeparator)) {
            classPath.add(Path.of(jar));
        }
        return Javac.compile(files, classPath, output);
    }

    private static boolean mentionOthers(List<Path> files) throws IOException {
        for (Path file : files) {
            if (OTHERS.matcher(Files.readString(file, StandardCharsets.UTF_8)).find()) {
                return true;
            }
        }
        return false;
    }

    /** What suites run with: what is in front of the jars, their own classes, and the program. */
    private List<Path> programPath() throws IOException {
        List<Path> classPath = new ArrayList<>(new Overlay(root).folders());
        classPath.add(root.resolve(CLASSES));
        classPath.add(root.resolve("tests/target/tests.jar"));
        return classPath;
    }

    private static void moveAll(Path from, Path to) throws IOException {
        List<Path> files = new ArrayList<>();
        SuiteSources.walk(from, (_, file, _) -> files.add(file));
        for (Path file : files) {
            move(file, to.resolve(from.relativize(file)));
        }
    }

    private static void move(Path file, Path target) throws IOException {
        Files.createDirectories(target.resolveSibling("."));
        Files.move(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static void deleteTree(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
