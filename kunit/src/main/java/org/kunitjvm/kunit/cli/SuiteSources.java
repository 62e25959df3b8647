package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kunitjvm.kunit.compile.ClassFace;

/**
 * The sources and the classes of the suites, and which of them no longer fit together.
 *
 * <p>A source has changed when it is newer than its class. What depends on it is everything that mentions one of its
 * types, and so on: that is more than needed, and never less, because a class can only depend on another through
 * types that stand in some source. If others see the same of the new classes as of the old ones, nothing depends on the
 * change.
 */
final class SuiteSources {
    private static final String JAVA = ".java";
    private static final String CLASS = ".class";
    private static final String SUITE_MARK = "@KunitSuite";
    private static final Pattern DECLARATION = Pattern.compile(
        "\\b(?:class|interface|record|enum)\\s+([A-Z]\\w*)");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");

    private final Path sourceRoot;
    private final Path classRoot;
    private final Map<String, Long> sources = new TreeMap<>();
    private final Map<String, Long> classes = new HashMap<>();
    private final Map<String, List<Path>> classFiles = new HashMap<>();
    /** What is among the classes and is none. */
    private final Map<String, Long> resources = new HashMap<>();

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
            if (!name.endsWith(CLASS)) {
                result.resources.put(name, time);
            } else if (!name.endsWith("-info.class")) {
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

    /** The names of the sources that are newer than their class, without ending, in name order. */
    List<String> changed() {
        return sources.entrySet().stream().filter(source -> {
            Long compiled = classes.get(source.getKey());
            return compiled == null || compiled < source.getValue();
        }).map(Map.Entry::getKey).toList();
    }

    /** The names of the sources that changed or may depend on a change, in name order; empty if all is up to date. */
    List<String> stale() throws IOException {
        Set<String> stale = new TreeSet<>(changed());
        stale.addAll(dependents(changed(), orphans()));
        return List.copyOf(stale);
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

    /**
     * The sources that mention a type of those that {@code changed} or are {@code gone}, or one of such a source, and
     * so on.
     */
    List<String> dependents(List<String> changed, List<String> gone) throws IOException {
        if (changed.isEmpty() && gone.isEmpty()) {
            return List.of();
        }
        Map<String, String> texts = new TreeMap<>();
        for (String name : sources.keySet()) {
            texts.put(name, Files.readString(source(name), StandardCharsets.UTF_8));
        }
        Set<String> types = new LinkedHashSet<>();
        gone.forEach(name -> types.add(simpleName(name)));
        changed.forEach(name -> types.addAll(types(name, texts.remove(name))));
        Set<String> dependents = new TreeSet<>();
        for (ArrayDeque<String> todo = new ArrayDeque<>(types); !todo.isEmpty();) {
            String type = todo.removeFirst();
            List<String> found = texts.entrySet().stream().filter(entry -> mentions(entry.getValue(), type))
                .map(Map.Entry::getKey).toList();
            for (String name : found) {
                dependents.add(name);
                types(name, texts.remove(name)).stream().filter(types::add).forEach(todo::add);
            }
        }
        return List.copyOf(dependents);
    }

    /**
     * The names without one of which no other source can mention a type of this one: those of its types that are not
     * nested. A nested type is named behind the one around it, in an import or in place, or inherited from it.
     */
    private Set<String> types(String name, String text) {
        String folder = name.substring(0, name.lastIndexOf('/') + 1);
        Set<String> types = declared(name, text);
        types.removeIf(type -> !type.equals(simpleName(name)) && !classFiles.containsKey(folder + type));
        return types;
    }

    /** The names of all types that a source declares. */
    private static Set<String> declared(String name, String text) {
        Set<String> types = new LinkedHashSet<>(Set.of(simpleName(name)));
        Matcher matcher = DECLARATION.matcher(text);
        while (matcher.find()) {
            types.add(matcher.group(1));
        }
        return types;
    }

    private static boolean mentions(String text, String type) {
        for (int at = text.indexOf(type); at >= 0; at = text.indexOf(type, at + 1)) {
            int end = at + type.length();
            if ((at == 0 || !Character.isJavaIdentifierPart(text.charAt(at - 1)))
                && (end == text.length() || !Character.isJavaIdentifierPart(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the classes in {@code compiled} are, for others, those that the sources {@code names} were compiled to
     * before.
     */
    boolean haveSameFaces(List<String> names, Path compiled) throws IOException {
        Set<Path> before = new HashSet<>();
        for (String name : names) {
            before.addAll(classFiles(name));
        }
        List<Path> now = new ArrayList<>();
        walk(compiled, (_, file, _) -> now.add(file));
        for (Path file : now) {
            ClassFace face = ClassFace.of(Files.readAllBytes(file));
            Path old = classRoot.resolve(compiled.relativize(file));
            before.remove(old);
            if (face != null && !(Files.exists(old) && face.equals(ClassFace.of(Files.readAllBytes(old))))) {
                return false;
            }
        }
        for (Path old : before) {
            if (ClassFace.of(Files.readAllBytes(old)) != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Those of {@code names} that a suite mentions, or something that a suite mentions, and so on; and suites
     * themselves.
     */
    List<String> neededBySuites(List<String> names) throws IOException {
        Map<String, Set<String>> mentions = new TreeMap<>();
        Map<String, Set<String>> types = new TreeMap<>();
        Set<String> needed = new LinkedHashSet<>();
        for (String name : sources.keySet()) {
            String text = Files.readString(source(name), StandardCharsets.UTF_8);
            mentions.put(name, words(text));
            types.put(name, declared(name, text));
            if (text.contains(SUITE_MARK)) {
                needed.add(name);
            }
        }
        boolean grown = true;
        while (grown) {
            Set<String> mentioned = new LinkedHashSet<>();
            needed.forEach(name -> mentioned.addAll(mentions.getOrDefault(name, Set.of())));
            grown = needed.addAll(sources.keySet().stream()
                .filter(name -> types.getOrDefault(name, Set.of()).stream().anyMatch(mentioned::contains)).toList());
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

    /** When a file that is no class was put among the classes, in milliseconds; the least number if there is none. */
    long resourceTime(String name) {
        return resources.getOrDefault(name, Long.MIN_VALUE);
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
