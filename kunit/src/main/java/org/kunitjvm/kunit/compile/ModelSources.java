package org.kunitjvm.kunit.compile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What became of the sources of the program since it was compiled. The files are those that {@code bin/kunit} looks at,
 * which lists those that the build knew in {@code tests/target/build-sources}.
 */
final class ModelSources {
    private static final String LIST = "tests/target/build-sources";
    private static final String FINISHED = "tests/target/build-finished";
    private static final String PACKAGE = "/package-info.java";
    private static final String POM = "pom.xml";
    private static final String JAVA = ".java";

    private final Path root;
    private final FileTime compiled;
    /** Every file, by its name below the root, and its time. */
    private final Map<String, FileTime> files = new TreeMap<>();
    private final TreeSet<String> gone = new TreeSet<>();
    private final TreeSet<String> changed = new TreeSet<>();

    private ModelSources(Path root, FileTime compiled) {
        this.root = root;
        this.compiled = compiled;
    }

    /**
     * Look at the sources.
     *
     * @param compiled what is newer than this has changed
     */
    static ModelSources scan(Path root, FileTime compiled) throws IOException {
        ModelSources sources = new ModelSources(root, compiled);
        sources.walk(root.resolve(POM));
        for (String module : Overlay.MODULES) {
            sources.walk(root.resolve(module).resolve(POM));
            // The tests' own sources are no part of the program.
            sources.walk(root.resolve(module).resolve(module.equals("tests") ? "src/main" : "src"));
        }
        return sources;
    }

    private void walk(Path start) throws IOException {
        if (!Files.exists(start)) {
            return;
        }
        int prefix = root.toString().length() + 1;
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return isHidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !isHidden(file)) {
                    files.put(file.toString().substring(prefix), attributes.lastModifiedTime());
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Editors keep their own files beside the sources. */
    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    /** The files that the last build knew, or {@code null} if it was not {@code bin/kunit} who started that. */
    @Nullable Set<String> listed() throws IOException {
        Path list = root.resolve(LIST);
        return Files.exists(list) && Overlay.time(list).compareTo(Overlay.time(root.resolve(FINISHED))) >= 0
            ? Set.copyOf(Files.readAllLines(list, StandardCharsets.UTF_8)) : null;
    }

    /** The files of which no class tells whether a build knew them. */
    Set<String> withoutClass() {
        return files.keySet().stream().filter(name -> !isSource(name) || name.endsWith(PACKAGE))
            .collect(Collectors.toSet());
    }

    /** The name of the source that a class file of a module was compiled from. */
    static String name(String module, String packageFolder, String file) {
        return folder(module) + packageFolder + "/" + file;
    }

    /** Compare the sources with those that the last build knew. */
    void compare(Set<String> known) {
        gone.addAll(known);
        gone.removeAll(files.keySet());
        files.forEach((name, time) -> {
            if (time.compareTo(compiled) > 0 || !known.contains(name)) {
                changed.add(name);
            }
        });
    }

    /** Whether all that changed are Java sources of modules; only Maven knows what to do with anything else. */
    boolean areAllThatChanged() {
        return changed.stream().allMatch(ModelSources::isSource) && gone.stream().allMatch(ModelSources::isSource);
    }

    private static boolean isSource(String name) {
        return Overlay.MODULES.stream().anyMatch(module -> name.startsWith(folder(module))) && name.endsWith(JAVA)
            && !name.endsWith("/module-info.java");
    }

    private static String folder(String module) {
        return module + "/src/main/java/";
    }

    /** The sources of a module that changed or are new. */
    List<Path> changed(String module) {
        return changed.stream().filter(name -> name.startsWith(folder(module))).map(root::resolve).toList();
    }

    /** All sources of a module. */
    List<Path> all(String module) {
        return files.keySet().stream().filter(name -> name.startsWith(folder(module)) && name.endsWith(JAVA))
            .map(root::resolve).toList();
    }

    /** Whether a source of a module is gone. */
    boolean lost(String module) {
        return gone.stream().anyMatch(name -> name.startsWith(folder(module)));
    }

    /** Make these the sources that the build knew, if they are others. */
    void remember() throws IOException {
        if (!files.keySet().equals(listed())) {
            Files.write(root.resolve(LIST), files.keySet(), StandardCharsets.UTF_8);
        }
    }
}
