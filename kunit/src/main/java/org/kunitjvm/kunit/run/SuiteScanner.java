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

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitSuite;

/**
 * Finds suites in directories and jars by looking into class files, without loading a class. A jar may hold the answer
 * as {@link #INDEX}, which saves the look.
 */
public final class SuiteScanner {
    /** The entry of a jar that lists its suites, as {@link SuiteIndex} has it. */
    public static final String INDEX = "META-INF/kunit/suites.tsv";

    private static final byte[] ANNOTATION_BYTES = ClassFileSketch.utf8(KunitSuite.class.descriptorString());
    private static final int DEFAULT_LINK = 1000;

    /**
     * A suite that was found.
     *
     * @param className binary name of its class
     * @param name name of the suite
     * @param config the CONFIG symbol that builds it, or empty
     * @param init whether it is an init-section suite
     * @param link place in link order
     * @param stubs how far its stubs reach, or {@code null} if that is not known
     * @param sketch what an index says of its class and the classes above it ({@link SketchText}); empty if their files
     *     must be read
     */
    public record Found(String className, String name, String config, boolean init, int link,
        @Nullable StubReach stubs, String sketch) {
        private static final Comparator<Found> LINK_ORDER = Found::compareLinkOrder;

        private static int compareLinkOrder(Found a, Found b) {
            return compareLinkOrder(a.init, a.link, a.className, b.init, b.link, b.className);
        }

        /** What the elements of {@link KunitSuite} say that are written out, and its defaults for the rest. */
        static Found of(String className, Map<String, String> elements) {
            return new Found(className, elements.getOrDefault("value", ""), elements.getOrDefault("config", ""),
                elements.getOrDefault("init", "0").equals("1"),
                Integer.parseInt(elements.getOrDefault("link", Integer.toString(DEFAULT_LINK))), null, "");
        }

        /** The same, with what only its class files can tell. */
        public Found known(StubReach reach, String sketchText) {
            return new Found(className, name, config, init, link, reach, sketchText);
        }

        /** Init suites first, then by place, then by class name. */
        static int compareLinkOrder(boolean initA, int linkA, String classA, boolean initB, int linkB, String classB) {
            if (initA != initB) {
                return initA ? -1 : 1;
            }
            return linkA != linkB ? Integer.compare(linkA, linkB) : classA.compareTo(classB);
        }
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
        SuiteIndex beside = SuiteIndex.beside(jar);
        if (beside != null) {
            found.addAll(beside.suites());
            return;
        }
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            JarEntry index = file.getJarEntry(INDEX);
            if (index != null) {
                found.addAll(SuiteIndex.read(file.getInputStream(index).readAllBytes()).suites());
                return;
            }
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
        ClassFileSketch sketch = ClassFileSketch.read(classFile);
        Map<String, String> elements = sketch.annotations().of(KunitSuite.class);
        if (elements != null) {
            found.add(Found.of(sketch.className(), elements));
        }
    }
}
