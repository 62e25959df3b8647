package org.kunitjvm.kunit.compile;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compiles the sources of the program that changed since Maven built it, into the {@link Overlay}.
 *
 * <p>The changed sources of a module are compiled against its other classes. If nothing that others can see of them
 * changed ({@link ClassFace}), that is all. Otherwise the whole module is compiled, and every module that depends on
 * it, and the suites are marked as behind. What comes of it takes its place when everything compiled.
 */
public final class ModelBuild {
    /** How a build ended. */
    public enum Result {
        /** The overlay is up to date. */
        DONE,
        /** A source does not compile; nothing was changed. */
        BROKEN,
        /** Something changed that only Maven can build. */
        MAVEN
    }

    private static final String STARTED = "kernel-model/target/build-started";
    private static final String LIBRARIES = "tests/target/lib";
    private static final String UNFINISHED = "compiling-";
    private static final String CLASS = ".class";
    private static final String BASE = "kernel-model";
    private static final String TOP = "tests";
    /** Times of files are coarser than the clock, though less than this: what was saved within it counts as changed. */
    private static final int TICK_MILLIS = 20;

    private final Path root;
    private final Overlay overlay;
    private final List<FileSystem> open = new ArrayList<>();
    /** Where the classes of each module are: in its jar, in the overlay, or among those compiled now. */
    private final Map<String, Path> classes = new LinkedHashMap<>();
    private final Set<String> compiled = new HashSet<>();
    /** The modules that may have changed for others. */
    private final Set<String> changed = new HashSet<>();
    private String errors = "";

    /** The build of the project at {@code root}. */
    public ModelBuild(Path root) {
        this.root = root;
        this.overlay = new Overlay(root);
    }

    /** What the compiler says if a source is broken. */
    public String errors() {
        return errors;
    }

    /**
     * Bring the overlay up to date.
     *
     * @param begins called when it is clear that Maven is not needed
     */
    public Result run(Runnable begins) throws IOException {
        boolean valid = overlay.isValid();
        if (!valid) {
            deleteTree(overlay.folder());
            Files.createDirectories(overlay.folder());
        }
        removeUnfinished();
        Path work = Files.createTempDirectory(overlay.folder(), UNFINISHED);
        try {
            FileTime begun = FileTime.fromMillis(Overlay.time(work).toMillis() - TICK_MILLIS);
            ModelSources sources = ModelSources.scan(root,
                Overlay.time(valid ? overlay.stamp() : root.resolve(STARTED)));
            findClasses();
            Set<String> listed = sources.listed();
            sources.compare(listed != null ? listed : compiledSources(sources));
            if (!sources.areAllThatChanged()) {
                return Result.MAVEN;
            }
            begins.run();
            for (String module : Overlay.MODULES) {
                if (!build(module, sources, work.resolve(module))) {
                    return Result.BROKEN;
                }
            }
            commit(work, begun);
            sources.remember();
            return Result.DONE;
        } finally {
            for (FileSystem jar : open) {
                jar.close();
            }
            deleteTree(work);
        }
    }

    /** What a build left that was stopped; {@code bin/kunit} sees to it that there is one at a time. */
    private void removeUnfinished() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(overlay.folder(), UNFINISHED + "*")) {
            for (Path folder : left) {
                deleteTree(folder);
            }
        }
    }

    private void findClasses() throws IOException {
        for (String module : Overlay.MODULES) {
            Path folder = overlay.folder(module);
            if (Files.isDirectory(folder)) {
                classes.put(module, folder);
            } else {
                FileSystem jar = FileSystems.newFileSystem(jar(module));
                open.add(jar);
                classes.put(module, jar.getPath("/"));
            }
        }
    }

    private Path jar(String module) throws IOException {
        if (module.equals(TOP)) {
            return root.resolve("tests/target/tests.jar");
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(root.resolve(LIBRARIES), module + "-*.jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        throw new IOException("no jar of " + module + " in " + LIBRARIES);
    }

    /** The sources that there must have been, because they have classes. */
    private Set<String> compiledSources(ModelSources sources) throws IOException {
        Set<String> known = new HashSet<>(sources.withoutClass());
        for (Map.Entry<String, Path> module : classes.entrySet()) {
            for (Path file : classFiles(module.getValue())) {
                String source = ClassFace.source(Files.readAllBytes(file));
                if (!source.isEmpty() && !source.equals("package-info.java")) {
                    String folder = module.getValue().relativize(file).getParent().toString();
                    known.add(ModelSources.name(module.getKey(), folder, source));
                }
            }
        }
        return known;
    }

    /** The modules that a module is compiled against. */
    private static List<String> dependencies(String module) {
        return switch (module) {
            case BASE -> List.of();
            case TOP -> Overlay.MODULES.subList(0, Overlay.MODULES.size() - 1);
            default -> List.of(BASE);
        };
    }

    // ---- compiling ----

    /** Compile what a module needs into {@code output}; false if that fails. */
    private boolean build(String module, ModelSources sources, Path output) throws IOException {
        boolean whole = sources.lost(module) || dependencies(module).stream().anyMatch(changed::contains);
        List<Path> stale = sources.changed(module);
        if (!whole && stale.isEmpty()) {
            return true;
        }
        Files.createDirectory(output);
        if (!whole) {
            if (!compile(module, stale, true, output)) {
                return false;
            }
            Set<String> replaced = replaced(stale, module);
            whole = !haveSameFaces(replaced, module, output);
            if (!whole) {
                addOthers(classes.get(module), replaced, output);
            }
        }
        if (whole) {
            changed.add(module);
            deleteTree(output);
            Files.createDirectory(output);
            if (!compile(module, sources.all(module), false, output)) {
                return false;
            }
        }
        if (areEqual(output, classes.get(module))) {
            // Saved again, or only a comment changed that moves no line.
            changed.remove(module);
        } else {
            compiled.add(module);
            classes.put(module, output);
        }
        return true;
    }

    private boolean compile(String module, List<Path> files, boolean withOthers, Path output) throws IOException {
        List<Path> classPath = new ArrayList<>();
        for (String dependency : dependencies(module)) {
            classPath.add(place(dependency));
        }
        classPath.addAll(libraries());
        if (withOthers) {
            // Last, because the manifest of the topmost jar brings all others behind it.
            classPath.add(place(module));
        }
        errors = Javac.compile(files, classPath, output);
        return errors.isEmpty();
    }

    /** The folder or jar with the classes of a module. */
    private Path place(String module) throws IOException {
        Path found = classes.get(module);
        return found.getFileSystem() == root.getFileSystem() ? found : jar(module);
    }

    /** The jars of others. */
    private List<Path> libraries() throws IOException {
        List<Path> libraries = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(root.resolve(LIBRARIES), "*.jar")) {
            for (Path jar : jars) {
                libraries.add(jar);
            }
        }
        for (String module : Overlay.MODULES.subList(0, Overlay.MODULES.size() - 1)) {
            libraries.remove(jar(module));
        }
        libraries.sort(Comparator.naturalOrder());
        return libraries;
    }

    // ---- comparing ----

    /** The names of the class files that {@code stale} sources of a module were compiled to before. */
    private Set<String> replaced(List<Path> stale, String module) throws IOException {
        Path before = classes.get(module);
        Path sourceRoot = root.resolve(module).resolve("src/main/java");
        Set<String> names = new HashSet<>();
        for (Path source : stale) {
            String folder = sourceRoot.relativize(source).getParent().toString();
            String file = source.getFileName().toString();
            Path there = before.resolve(folder);
            if (!Files.isDirectory(there)) {
                continue;
            }
            try (DirectoryStream<Path> classFiles = Files.newDirectoryStream(there, "*" + CLASS)) {
                for (Path classFile : classFiles) {
                    if (ClassFace.source(Files.readAllBytes(classFile)).equals(file)) {
                        names.add(folder + "/" + classFile.getFileName());
                    }
                }
            }
        }
        return names;
    }

    /** Whether the classes in {@code output} are, for others, those that they replace. */
    private boolean haveSameFaces(Set<String> replaced, String module, Path output) throws IOException {
        Set<String> visibleBefore = new HashSet<>();
        Path before = classes.get(module);
        for (String name : replaced) {
            if (ClassFace.of(Files.readAllBytes(before.resolve(name))) != null) {
                visibleBefore.add(name);
            }
        }
        for (Path file : classFiles(output)) {
            String name = output.relativize(file).toString();
            ClassFace now = ClassFace.of(Files.readAllBytes(file));
            if (now != null && !(visibleBefore.remove(name)
                && now.equals(ClassFace.of(Files.readAllBytes(before.resolve(name)))))) {
                return false;
            }
        }
        return visibleBefore.isEmpty();
    }

    private static List<Path> classFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(CLASS)).toList();
        }
    }

    /** Whether two places hold the same classes. */
    private static boolean areEqual(Path one, Path other) throws IOException {
        List<Path> files = classFiles(one);
        if (files.size() != classFiles(other).size()) {
            return false;
        }
        for (Path file : files) {
            Path twin = other.resolve(one.relativize(file).toString());
            if (!Files.exists(twin) || Files.mismatch(file, twin) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Complete {@code output} with the classes in {@code before} that were not compiled again. */
    private static void addOthers(Path before, Set<String> replaced, Path output) throws IOException {
        boolean linkable = before.getFileSystem() == output.getFileSystem();
        for (Path file : classFiles(before)) {
            String name = before.relativize(file).toString();
            Path target = output.resolve(name);
            if (replaced.contains(name)) {
                continue;
            }
            Files.createDirectories(target.getParent());
            if (linkable) {
                Files.createLink(target, file);
            } else {
                Files.copy(file, target);
            }
        }
    }

    // ---- putting in place ----

    private void commit(Path work, FileTime begun) throws IOException {
        // Without its stamp nobody uses the overlay, so it may be in pieces until that is written.
        Files.deleteIfExists(overlay.stamp());
        if (!changed.isEmpty()) {
            overlay.suitesFallBehind();
        }
        for (String module : compiled) {
            Path folder = overlay.folder(module);
            boolean undone = Files.exists(folder) && isAsMavenBuiltIt(module);
            if (Files.exists(folder)) {
                Files.move(folder, work.resolve(module + "-before"));
            }
            if (!undone) {
                Files.move(work.resolve(module), folder, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Path stamp = Files.createFile(work.resolve("stamp"));
        Files.setLastModifiedTime(stamp, begun);
        Files.move(stamp, overlay.stamp(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether the jar will do again, and with it the cache that makes starts fast. */
    private boolean isAsMavenBuiltIt(String module) throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(jar(module))) {
            return areEqual(classes.get(module), jar.getPath("/"));
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
