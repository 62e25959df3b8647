package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suites are found in folders and in jars, in link order, and nothing else is taken for one. */
final class SuiteScannerTest {
    @TempDir
    private Path folder = Path.of("");

    private static String file(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        try (InputStream in = Objects.requireNonNull(type.getClassLoader().getResourceAsStream(file(type)))) {
            return in.readAllBytes();
        }
    }

    private Path jar(String name, Class<?>... types) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> type : types) {
                out.putNextEntry(new JarEntry(file(type)));
                out.write(bytes(type));
            }
            out.putNextEntry(new JarEntry("README"));
            out.write(bytes(SuiteLoaderTest.ZZ.class));
        }
        return jar;
    }

    private static List<String> names(Path... places) throws IOException {
        return SuiteScanner.scan(List.of(places)).stream().map(SuiteScanner.Found::name).toList();
    }

    @Test
    void jarsAndFoldersAreSearched() throws IOException {
        Path jar = jar("suites.jar", SuiteLoaderTest.Loaded.class, SuiteLoaderTest.Base.class,
            SuiteLoaderTest.Ini.class);
        assertEquals(List.of("an_init_suite", "loaded"), names(jar));
        Path classes = Files.createDirectories(folder.resolve("classes/deep"));
        Files.write(classes.resolve("ZZ.class"), bytes(SuiteLoaderTest.ZZ.class));
        Files.write(classes.resolve("ZZ.txt"), bytes(SuiteLoaderTest.Ini.class));
        assertEquals(List.of("second_in_name"), names(folder.resolve("classes")));
        assertEquals(List.of("an_init_suite", "loaded", "second_in_name"), names(folder.resolve("classes"), jar));
    }

    @Test
    void whatIsNeitherFolderNorJarIsPassedOver() throws IOException {
        Path zip = Files.move(jar("suites.jar", SuiteLoaderTest.Loaded.class), folder.resolve("suites.zip"));
        assertEquals(List.of(), names(zip, folder.resolve("missing"), folder.resolve("missing.jar")));
    }

    @Test
    void whatIsFoundIsWhatTheAnnotationSays() throws IOException {
        SuiteScanner.Found found = SuiteScanner.scan(List.of(jar("one.jar", SuiteLoaderTest.Loaded.class))).getFirst();
        assertEquals(SuiteLoaderTest.Loaded.class.getName(), found.className());
        assertEquals("LOADED_TEST", found.config());
        assertEquals(7, found.link());
        SuiteScanner.Found plain = SuiteScanner.scan(List.of(jar("two.jar", SuiteLoaderTest.ZZ.class))).getFirst();
        assertEquals("KUNIT_PROBE_TEST", plain.config());
        assertEquals(1000, plain.link());
    }
}
