package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sources and the classes of the suites, and which of them no longer fit together.
 *
 * <p>A source is stale when it is newer than its class. With it everything is stale that mentions one of its type
 * names, and so on: that is more than needed, and never less, because a class can only depend on another through types
 * that stand in some source.
 */
final class SuiteSources {
    private static final String JAVA = ".java";
    private static final String CLASS = ".class";
    private static final String SUITE_MARK = "@KunitSuite";
    private static final Pattern WORD = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");

    private final Path sourceRoot;
    private final Path classRoot;
    private final Map<String, Long> sources = new TreeMap<>();
    private final Map<String, Long> classes = new HashMap<>();
    private final Map<String, List<Path>> classFiles = new HashMap<>();

    private SuiteSources(Path sourceRoot, Path classRoot) {
        this.sourceRoot = sourceRoot;
        this.classRoot = classRoot;
    }

    /** Look at both folders. */
    static SuiteSources scan(Path sourceRoot, Path classRoot) throws IOException {
        SuiteSources result = new SuiteSources(sourceRoot, classRoot);
        walk(sourceRoot, (name, file, time) -> {
            if (name.endsWith(JAVA) && !name.endsWith("-info.java")) {
                result.sources.put(name.substring(0, name.length() - JAVA.length()), time);
            }
        });
        walk(classRoot, (name, file, time) -> {
            if (name.endsWith(CLASS) && !name.endsWith("-info.class")) {
                result.addClass(name, file, time);
            }
        });
        return result;
    }

    private void addClass(String name, Path file, long time) {
        int nested = name.indexOf('$', name.lastIndexOf('/') + 2);
        String unit = name.substring(0, nested < 0 ? name.length() - CLASS.length() : nested);
        classFiles.computeIfAbsent(unit, _ -> new ArrayList<>()).add(file);
        if (nested < 0) {
            classes.put(unit, time);
        }
    }

    /** The names of the sources that must be compiled, without ending, in name order; empty if all is up to date. */
    List<String> stale() throws IOException {
        Set<String> stale = new LinkedHashSet<>();
        sources.forEach((name, time) -> {
            Long compiled = classes.get(name);
            if (compiled == null || compiled < time) {
                stale.add(name);
            }
        });
        Set<String> types = new LinkedHashSet<>();
        stale.forEach(name -> types.add(simpleName(name)));
        orphans().forEach(name -> types.add(simpleName(name)));
        if (!types.isEmpty()) {
            addDependents(stale, types);
        }
        return stale.stream().sorted().toList();
    }

    /**
     * The names of classes whose source is gone; a second class of some source has no source of its own and is not
     * meant.
     */
    List<String> orphans() throws IOException {
        List<String> orphans = new ArrayList<>();
        for (String name : classFiles.keySet().stream().filter(name -> !sources.containsKey(name)).sorted().toList()) {
            if (!isDeclaredBesideOthers(name)) {
                orphans.add(name);
            }
        }
        return orphans;
    }

    private boolean isDeclaredBesideOthers(String name) throws IOException {
        Pattern declaration = Pattern.compile("\\b(class|interface|record|enum)\\s+"
            + Pattern.quote(simpleName(name)) + "\\b");
        String folder = name.substring(0, name.lastIndexOf('/') + 1);
        for (String source : sources.keySet()) {
            if (source.startsWith(folder) && source.indexOf('/', folder.length()) < 0
                    && declaration.matcher(Files.readString(source(source), StandardCharsets.UTF_8)).find()) {
                return true;
            }
        }
        return false;
    }

    private void addDependents(Set<String> stale, Set<String> types) throws IOException {
        Map<String, Set<String>> mentions = new TreeMap<>();
        for (String name : sources.keySet()) {
            if (!stale.contains(name)) {
                mentions.put(name, words(Files.readString(source(name), StandardCharsets.UTF_8)));
            }
        }
        boolean grown = true;
        while (grown) {
            grown = mentions.entrySet().removeIf(entry -> {
                boolean depends = entry.getValue().stream().anyMatch(types::contains);
                if (depends) {
                    stale.add(entry.getKey());
                    types.add(simpleName(entry.getKey()));
                }
                return depends;
            });
        }
    }

    /**
     * Those of {@code names} that a suite mentions, or something that a suite mentions, and so on; and suites
     * themselves.
     */
    List<String> neededBySuites(List<String> names) throws IOException {
        Map<String, Set<String>> mentions = new TreeMap<>();
        Set<String> needed = new LinkedHashSet<>();
        for (String name : sources.keySet()) {
            String text = Files.readString(source(name), StandardCharsets.UTF_8);
            mentions.put(name, words(text));
            if (text.contains(SUITE_MARK)) {
                needed.add(name);
            }
        }
        boolean grown = true;
        while (grown) {
            Set<String> mentioned = new LinkedHashSet<>();
            needed.forEach(name -> mentioned.addAll(mentions.getOrDefault(name, Set.of())));
            grown = needed.addAll(sources.keySet().stream().filter(name -> mentioned.contains(simpleName(name)))
                .toList());
        }
        return names.stream().filter(needed::contains).toList();
    }

    /** What is stale, and everything that suites need: what they are compiled against has changed. */
    List<String> staleOrNeededBySuites() throws IOException {
        Set<String> names = new TreeSet<>(stale());
        names.addAll(neededBySuites(List.copyOf(sources.keySet())));
        return List.copyOf(names);
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    private static String simpleName(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** The source file of a name. */
    Path source(String name) {
        return sourceRoot.resolve(name + JAVA);
    }

    /** The class files that a source, or one that is gone, was compiled to. */
    List<Path> classFiles(String name) {
        return classFiles.getOrDefault(name, List.of());
    }

    Path classRoot() {
        return classRoot;
    }

    /**
     * What {@link #walk} calls for every file: its name below the root with slashes, itself, and its time in
     * milliseconds.
     */
    interface FileAction {
        void accept(String name, Path file, long time);
    }

    static void walk(Path root, FileAction action) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        int prefix = root.toString().length() + 1;
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                action.accept(file.toString().substring(prefix), file, attributes.lastModifiedTime().toMillis());
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
