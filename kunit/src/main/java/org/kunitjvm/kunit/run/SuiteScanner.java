package org.kunitjvm.kunit.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
    /** The entry of a jar that lists its suites, one {@link Found#encode} a line. */
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
     */
    public record Found(String className, String name, String config, boolean init, int link,
        @Nullable StubReach stubs) {
        private static final Comparator<Found> LINK_ORDER = Found::compareLinkOrder;

        private static int compareLinkOrder(Found a, Found b) {
            return compareLinkOrder(a.init, a.link, a.className, b.init, b.link, b.className);
        }

        /** What the elements of {@link KunitSuite} say that are written out, and its defaults for the rest. */
        static Found of(String className, Map<String, String> elements) {
            return new Found(className, elements.getOrDefault("value", ""), elements.getOrDefault("config", ""),
                elements.getOrDefault("init", "0").equals("1"),
                Integer.parseInt(elements.getOrDefault("link", Integer.toString(DEFAULT_LINK))), null);
        }

        /** The same, with the answer to how far its stubs reach. */
        public Found withStubs(StubReach reach) {
            return new Found(className, name, config, init, link, reach);
        }

        /** Init suites first, then by place, then by class name. */
        static int compareLinkOrder(boolean initA, int linkA, String classA, boolean initB, int linkB, String classB) {
            if (initA != initB) {
                return initA ? -1 : 1;
            }
            return linkA != linkB ? Integer.compare(linkA, linkB) : classA.compareTo(classB);
        }

        /** One line of {@link #INDEX}. */
        public String encode() {
            return String.join("\t", className, name, config, Boolean.toString(init), Integer.toString(link),
                stubs == null ? "" : stubs.name());
        }

        private static Found decode(String line) throws IOException {
            String[] parts = line.split("\t", -1);
            if (parts.length != 6) {
                throw new IOException("not an index of suites: " + line);
            }
            return new Found(parts[0], parts[1], parts[2], Boolean.parseBoolean(parts[3]), Integer.parseInt(parts[4]),
                parts[5].isEmpty() ? null : StubReach.valueOf(parts[5]));
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
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            JarEntry index = file.getJarEntry(INDEX);
            if (index != null) {
                readIndex(file.getInputStream(index), found);
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

    private static void readIndex(InputStream index, List<Found> found) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(index, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                found.add(Found.decode(line));
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
