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
import java.util.TreeMap;

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
    private static final String CLASS_PATH = "tests/target/build-finished";

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
            copyResources();
            SuiteSources sources = SuiteSources.scan(root.resolve(SOURCES), root.resolve(CLASSES));
            List<String> orphans = sources.orphans();
            Overlay overlay = new Overlay(root);
            List<String> stale = overlay.suitesAreBehind() ? sources.staleOrNeededBySuites() : sources.stale();
            String errors = stale.isEmpty() && orphans.isEmpty() ? "" : update(sources, stale, orphans);
            if (errors.isEmpty()) {
                overlay.suitesAreThere();
            }
            return errors;
        } catch (IOException e) {
            throw new CliException("cannot compile suites into " + CLASSES + ": " + BuildDir.reason(e));
        }
    }

    private void copyResources() throws IOException {
        List<String> stale = new ArrayList<>();
        TreeMap<String, Long> copied = new TreeMap<>();
        SuiteSources.walk(root.resolve(CLASSES), (name, _, time) -> copied.put(name, time));
        SuiteSources.walk(root.resolve(RESOURCES), (name, _, time) -> {
            if (copied.getOrDefault(name, Long.MIN_VALUE) < time) {
                stale.add(name);
            }
        });
        for (String name : stale) {
            Path to = root.resolve(CLASSES).resolve(name);
            Files.createDirectories(to.resolveSibling("."));
            Files.copy(root.resolve(RESOURCES).resolve(name), to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Compile {@code stale} without the classes of {@code orphans} in sight; all of it happens or, with errors,
     * nothing.
     */
    private String update(SuiteSources sources, List<String> stale, List<String> orphans) throws IOException {
        Path fresh = Files.createTempDirectory(root.resolve("tests/target"), "suites-");
        Path aside = Files.createTempDirectory(root.resolve("tests/target"), "orphans-");
        try {
            for (String orphan : orphans) {
                for (Path file : sources.classFiles(orphan)) {
                    move(file, aside.resolve(sources.classRoot().relativize(file)));
                }
            }
            List<String> compiled = stale;
            String errors = javac(sources, stale, fresh);
            if (!errors.isEmpty()) {
                List<String> needed = sources.neededBySuites(stale);
                if (needed.size() < stale.size() && javac(sources, needed, fresh).isEmpty()) {
                    note = errors;
                    compiled = needed;
                    errors = "";
                }
            }
            if (errors.isEmpty()) {
                for (String name : compiled) {
                    for (Path file : sources.classFiles(name)) {
                        Files.deleteIfExists(file);
                    }
                }
                moveAll(fresh, sources.classRoot());
            } else {
                moveAll(aside, sources.classRoot());
            }
            return errors;
        } finally {
            deleteTree(fresh);
            deleteTree(aside);
        }
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
        }
    }

    private String javac(SuiteSources sources, List<String> names, Path output) throws IOException {
        return names.isEmpty() ? "" : javac(names.stream().map(sources::source).toList(), output);
    }

    /** What the compiler says about sources that no suite needs; empty if all is well. */
    String note() {
        return note;
    }

    /** Compile {@code files} into {@code output}; returns what the compiler says if that fails, else the empty text. */
    String javac(List<Path> files, Path output) throws IOException {
        return Javac.compile(files, classPath(), output);
    }

    /**
     * What suites are compiled against: what is in front of the jars, their own classes, the program, and what Maven
     * noted down.
     */
    private List<Path> classPath() throws IOException {
        List<Path> classPath = new ArrayList<>(new Overlay(root).folders());
        classPath.add(root.resolve(CLASSES));
        classPath.add(root.resolve("tests/target/tests.jar"));
        for (String jar : Files.readString(root.resolve(CLASS_PATH), StandardCharsets.UTF_8).strip()
            .split(File.pathSeparator)) {
            classPath.add(Path.of(jar));
        }
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
