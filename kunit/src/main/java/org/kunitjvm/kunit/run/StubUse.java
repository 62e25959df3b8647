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
import org.kunitjvm.kunit.stub.WeavingLoader;

/**
 * Finds out, without loading anything, whether a suite activates stubs: whether its class, or one that lies in the same
 * folder or jar and that it can reach, speaks of them. What was found clean is remembered for the suites that follow.
 */
final class StubUse {
    private static final byte[] STUB_API = ClassFileSketch.utf8("org/kunitjvm/kunit/stub/StaticStub");

    private final Set<String> clean = new HashSet<>();

    /**
     * The answer for a suite of a folder: exact, because a loader for stubs that has all of the program loads it once
     * more, but looked for only if there are stubs.
     */
    StubReach exactly(Class<?> suite) throws IOException {
        return in(suite) == StubReach.NONE ? StubReach.NONE : reach(suite);
    }

    /** A quick answer: a suite with stubs is taken to reach everything. */
    StubReach in(Class<?> suite) {
        return speaksOfStubs(suite) ? StubReach.PROGRAM : StubReach.NONE;
    }

    /** The exact answer, for which most of what the suite can reach is read. */
    static StubReach reach(Class<?> suite) throws IOException {
        Place place = Place.of(suite);
        if (place == null) {
            return StubReach.NONE;
        }
        WeavingLoader weaver = new WeavingLoader(place.loader());
        boolean stubs = false;
        boolean program = false;
        Set<String> seen = new HashSet<>(Set.of(suite.getName().replace('.', '/')));
        ArrayDeque<String> todo = new ArrayDeque<>(seen);
        while (!todo.isEmpty() && !(stubs && program)) {
            String name = todo.removeFirst();
            byte[] classFile = place.read(name);
            if (classFile == null) {
                program |= weaver.owns(name.replace('/', '.'));
                continue;
            }
            stubs |= ClassFileSketch.mentions(classFile, STUB_API);
            ClassFileSketch.classes(classFile).stream().filter(seen::add).forEach(todo::add);
        }
        return !stubs ? StubReach.NONE : program ? StubReach.PROGRAM : StubReach.SUITES;
    }

    private boolean speaksOfStubs(Class<?> suite) {
        Place place = Place.of(suite);
        if (place == null) {
            return false;
        }
        String first = suite.getName().replace('.', '/');
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
        /** Where a suite is; {@code null} if that is not known, or it is woven already. */
        static @Nullable Place of(Class<?> suite) {
            ClassLoader loader = suite.getClassLoader();
            String name = suite.getName().replace('.', '/') + ".class";
            URL file = loader == null || loader instanceof WeavingLoader ? null : loader.getResource(name);
            if (loader == null || file == null) {
                return null;
            }
            String text = file.toString();
            return new Place(loader, text.substring(0, text.length() - name.length()));
        }

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
