package org.kunitjvm.kunit.assertion;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Finds the source file of a class: below the Maven module that the class was compiled in, else below the given source
 * roots. Results are kept, so that a file is read once however many checks fail in it.
 */
public final class SourceFinder {
    private static final List<String> TREES = List.of("src/test/java", "src/main/java");

    private final List<Path> extraRoots;
    private final Map<String, SourceFile> files = new HashMap<>();

    /**
     * A source file.
     *
     * @param shownPath how failures name it: relative to the project's root, with slashes
     * @param text its text, or {@code null} if it was not found
     */
    public record SourceFile(String shownPath, @Nullable String text) {
    }

    /** Look below {@code extraRoots} too; each is a directory that packages are in. */
    public SourceFinder(List<Path> extraRoots) {
        this.extraRoots = List.copyOf(extraRoots);
    }

    /** The source of {@code type}, compiled from a file called {@code fileName}. */
    public synchronized SourceFile find(Class<?> type, String fileName) {
        String packagePath = type.getPackageName().replace('.', '/');
        String relative = packagePath.isEmpty() ? fileName : packagePath + "/" + fileName;
        SourceFile known = files.get(relative);
        if (known == null) {
            known = locate(type, relative);
            files.put(relative, known);
        }
        return known;
    }

    private SourceFile locate(Class<?> type, String relative) {
        for (Path root : roots(type)) {
            Path file = root.resolve(relative);
            if (Files.isRegularFile(file)) {
                return new SourceFile(shown(file), read(file));
            }
        }
        return new SourceFile(relative, null);
    }

    private List<Path> roots(Class<?> type) {
        List<Path> roots = new ArrayList<>();
        Path module = moduleOf(type);
        if (module != null) {
            TREES.forEach(tree -> roots.add(module.resolve(tree)));
        }
        roots.addAll(extraRoots);
        return roots;
    }

    /** The directory above {@code target/}, where the class was compiled to or packed in. */
    private static @Nullable Path moduleOf(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null || !"file".equals(location.getProtocol())) {
            return null;
        }
        try {
            for (Path dir = Path.of(location.toURI()); dir != null; dir = dir.getParent()) {
                if (dir.getFileName() != null && dir.getFileName().toString().equals("target")) {
                    return dir.getParent();
                }
            }
        } catch (URISyntaxException e) {
            return null;
        }
        return null;
    }

    private static String shown(Path file) {
        Path root = null;
        for (Path dir = file.toAbsolutePath().getParent(); dir != null; dir = dir.getParent()) {
            if (Files.exists(dir.resolve("pom.xml"))) {
                root = dir;
            } else if (root != null) {
                break;
            }
        }
        Path shown = root == null ? file : root.relativize(file.toAbsolutePath());
        return shown.toString().replace('\\', '/');
    }

    private static @Nullable String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return null;
        }
    }
}
