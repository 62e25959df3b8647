package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Finds out, without loading anything, whether a suite activates stubs: whether its class, or one that lies in the same
 * folder or jar and that it can reach, speaks of them. What was found clean is remembered for the suites that follow.
 */
final class StubUse {
    private static final byte[] STUB_API = ClassFileSketch.utf8("org/kunitjvm/kunit/stub/StaticStub");

    private final Set<String> clean = new HashSet<>();

    boolean in(Class<?> suite) {
        ClassLoader loader = suite.getClassLoader();
        String first = suite.getName().replace('.', '/');
        URL file = loader == null ? null : loader.getResource(first + ".class");
        if (loader == null || file == null) {
            return false;
        }
        String text = file.toString();
        Place place = new Place(loader, text.substring(0, text.length() - first.length() - ".class".length()));
        Set<String> seen = new HashSet<>(Set.of(first));
        ArrayDeque<String> todo = new ArrayDeque<>(seen);
        try {
            while (!todo.isEmpty()) {
                byte[] classFile = place.read(todo.removeFirst());
                if (classFile != null && ClassFileSketch.mentions(classFile, STUB_API)) {
                    return true;
                }
                for (String next : classFile == null ? Set.<String>of() : ClassFileSketch.classes(classFile)) {
                    if (!clean.contains(next) && seen.add(next)) {
                        todo.add(next);
                    }
                }
            }
        } catch (IOException e) {
            return false;
        }
        clean.addAll(seen);
        return false;
    }

    /** The folder or jar that a suite is in; {@code root} is its URL. */
    private record Place(ClassLoader loader, String root) {
        /** The class file, or {@code null} if it is not in this place. */
        byte @Nullable [] read(String className) throws IOException {
            String name = className + ".class";
            if (root.startsWith("file:")) {
                Path file = Path.of(URI.create(root)).resolve(name);
                return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
            }
            URL file = loader.getResource(name);
            if (file == null || !file.toString().equals(root + name)) {
                return null;
            }
            try (InputStream in = file.openStream()) {
                return in.readAllBytes();
            }
        }
    }
}
