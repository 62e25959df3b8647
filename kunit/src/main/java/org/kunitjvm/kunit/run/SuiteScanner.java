package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Finds suites in directories and jars by looking into class files, without loading a class. */
public final class SuiteScanner {
    private static final String ANNOTATION = "Lorg/kunitjvm/kunit/KunitSuite;";
    private static final byte[] ANNOTATION_BYTES = ClassFileSketch.utf8(ANNOTATION);
    private static final int DEFAULT_LINK = 1000;

    /**
     * A suite that was found.
     *
     * @param className binary name of its class
     * @param name name of the suite
     * @param config the CONFIG symbol that builds it, or empty
     * @param init whether it is an init-section suite
     * @param link place in link order
     */
    public record Found(String className, String name, String config, boolean init, int link) {
        private static final Comparator<Found> LINK_ORDER = Comparator.comparing((Found f) -> !f.init)
            .thenComparing(Found::link).thenComparing(Found::className);
    }

    private SuiteScanner() {
    }

    /** The suites in these directories and jars, in link order: init suites, then {@code link}, then class names. */
    public static List<Found> scan(List<Path> classPath) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path entry : classPath) {
            if (Files.isDirectory(entry)) {
                scanDirectory(entry, found);
            } else if (Files.isRegularFile(entry) && entry.toString().endsWith(".jar")) {
                scanJar(entry, found);
            }
        }
        found.sort(Found.LINK_ORDER);
        return found;
    }

    private static void scanDirectory(Path directory, List<Found> found) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".class"))::iterator) {
                look(Files.readAllBytes(file), found);
            }
        }
    }

    private static void scanJar(Path jar, List<Found> found) throws IOException {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements();) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".class")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        look(in.readAllBytes(), found);
                    }
                }
            }
        }
    }

    private static void look(byte[] classFile, List<Found> found) throws IOException {
        if (!ClassFileSketch.mentions(classFile, ANNOTATION_BYTES)) {
            return;
        }
        ClassFileSketch sketch = ClassFileSketch.read(classFile, ANNOTATION);
        Map<String, String> elements = sketch.annotation();
        if (elements != null) {
            found.add(new Found(sketch.className(), elements.getOrDefault("value", ""), elements.getOrDefault("config",
                ""),
                elements.getOrDefault("init", "0").equals("1"),
                Integer.parseInt(elements.getOrDefault("link", Integer.toString(DEFAULT_LINK)))));
        }
    }
}
