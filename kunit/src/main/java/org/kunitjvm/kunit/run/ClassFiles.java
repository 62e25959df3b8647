package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

import org.jspecify.annotations.Nullable;

/**
 * The class files of some directories and jars. A class loader that is asked for one opens every jar of the class path
 * before it, which costs more than the loading of a class does.
 */
final class ClassFiles implements AutoCloseable {
    private final List<Path> where;
    private final Map<Path, @Nullable JarFile> places = new LinkedHashMap<>();

    /** Those of {@code places}; jars are opened when a file is wanted. What is not there has no classes. */
    ClassFiles(List<Path> places) {
        where = List.copyOf(places);
    }

    private void open() throws IOException {
        for (Path place : where) {
            if (Files.isDirectory(place)) {
                places.put(place, null);
            } else if (Files.isRegularFile(place)) {
                places.put(place, new JarFile(place.toFile(), false));
            }
        }
    }

    /** The file of a class in the first place that has it, or {@code null} if none has. */
    byte @Nullable [] read(String className) throws IOException {
        if (places.isEmpty()) {
            open();
        }
        String name = className.replace('.', '/') + ".class";
        for (Map.Entry<Path, @Nullable JarFile> place : places.entrySet()) {
            JarFile jar = place.getValue();
            if (jar == null) {
                Path file = place.getKey().resolve(name);
                if (Files.isRegularFile(file)) {
                    return Files.readAllBytes(file);
                }
                continue;
            }
            ZipEntry entry = jar.getEntry(name);
            if (entry != null) {
                try (InputStream in = jar.getInputStream(entry)) {
                    return in.readAllBytes();
                }
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        for (JarFile jar : places.values()) {
            if (jar != null) {
                jar.close();
            }
        }
    }
}
