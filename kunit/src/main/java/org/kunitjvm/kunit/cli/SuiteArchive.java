package org.kunitjvm.kunit.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Initcalls;
import org.kunitjvm.kunit.run.SuiteIndex;
import org.kunitjvm.kunit.run.SuitePreparation;
import org.kunitjvm.kunit.run.SuiteScanner;
import org.kunitjvm.kunit.stub.WeavingLoader;

/**
 * {@code tests/target/suites.jar}: the suites as they were when the program was built, for quick starts. A jar, because
 * only jars get into an AOT cache; with a list of the suites, and with the classes that stubs need already woven.
 *
 * <p>The launcher puts it on the class path as long as no source and no class of a suite is newer than it, and the
 * folder of the classes alone otherwise. So whoever finds it there need not look whether suites changed.
 */
final class SuiteArchive {
    private static final String NAME = "tests/target/suites.jar";
    private static final String CLASS = ".class";

    private final Path root;

    SuiteArchive(Path root) {
        this.root = root;
    }

    /** The folder or jar that suites of the project are loaded from. */
    static Path classes(Path root) {
        return isUsed(root) ? root.resolve(NAME) : SuiteBuild.classes(root);
    }

    /** Whether this program was started with the archive, which is up to date then. */
    static boolean isUsed(Path root) {
        String jar = root.resolve(NAME).toString();
        return Arrays.asList(System.getProperty("java.class.path", "").split(File.pathSeparator)).contains(jar);
    }

    /** The classes of the program's initcalls, if the archive is there to tell them; else they are to be looked for. */
    static List<String> initcalls(Path root) {
        try {
            SuiteIndex index = isUsed(root) ? SuiteIndex.beside(root.resolve(NAME)) : null;
            return index == null ? List.of() : index.initcalls();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Make the archive from the classes of the suites, which are compiled first if need be. */
    void make() throws IOException {
        String errors = new SuiteBuild(root).run();
        if (!errors.isEmpty()) {
            throw new IOException("suites do not compile");
        }
        Path jar = root.resolve(NAME);
        Path fresh = jar.resolveSibling(jar.getFileName() + ".tmp");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh);
        try {
            // What changes from here on is newer than the archive, whether or not it gets in.
            FileTime begun = Files.getLastModifiedTime(fresh);
            TreeMap<String, Path> classes = new TreeMap<>();
            SuiteSources.walk(SuiteBuild.classes(root), (name, file, _) -> {
                if (name.endsWith(CLASS)) {
                    classes.put(name, file);
                }
            });
            SuitePreparation suites = prepare();
            SuiteIndex index = suites.index(Initcalls.names());
            try (OutputStream out = Files.newOutputStream(fresh); ZipOutputStream zip = new ZipOutputStream(out)) {
                put(zip, SuiteScanner.INDEX, index.text().getBytes(StandardCharsets.UTF_8));
                for (var generated : new TreeMap<>(suites.classes()).entrySet()) {
                    put(zip, generated.getKey(), generated.getValue());
                }
                fill(zip, classes);
            }
            Files.setLastModifiedTime(fresh, begun);
            Files.move(fresh, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            index.writeBeside(jar);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void fill(ZipOutputStream zip, TreeMap<String, Path> classes) throws IOException {
        putWovenOfProgram(zip);
        for (var entry : classes.entrySet()) {
            byte[] bytes = Files.readAllBytes(entry.getValue());
            byte[] woven = woven(entry.getKey(), bytes);
            // Woven where they are, classes of suites need no loader of their own as long as they alone are stubbed.
            put(zip, entry.getKey(), woven == null ? bytes : woven);
            putWoven(zip, entry.getKey(), woven);
        }
    }

    private static void putWoven(ZipOutputStream zip, String entry, byte @Nullable [] woven) throws IOException {
        if (woven != null) {
            put(zip, WeavingLoader.WOVEN + className(entry) + CLASS, woven);
        }
    }

    private static String className(String entry) {
        return entry.substring(0, entry.length() - CLASS.length()).replace('/', '.');
    }

    /** The class with its stubs woven in; {@code null} if it has none. */
    private static byte @Nullable [] woven(String entry, byte[] bytes) {
        if (!WeavingLoader.isMarked(bytes)) {
            return null;
        }
        try {
            return WeavingLoader.weave(className(entry), bytes, SuiteArchive.class.getClassLoader());
        } catch (IllegalStateException e) {
            // It mentions a class that only the project's own tests have, and is no suite's; a suite's is woven when it
            // is loaded.
            return null;
        }
    }

    private SuitePreparation prepare() throws IOException {
        SuitePreparation suites = new SuitePreparation(SuiteArchive.class.getClassLoader());
        for (SuiteScanner.Found found : SuiteScanner.scan(List.of(SuiteBuild.classes(root)))) {
            suites.add(found);
        }
        return suites;
    }

    private void putWovenOfProgram(ZipOutputStream zip) throws IOException {
        try (DirectoryStream<Path> libraries = Files.newDirectoryStream(root.resolve("tests/target/lib"), "mm-*.jar")) {
            for (Path library : libraries) {
                putWovenOf(zip, library);
            }
        }
    }

    private static void putWovenOf(ZipOutputStream zip, Path library) throws IOException {
        try (JarFile file = new JarFile(library.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (entry.getName().endsWith(CLASS)) {
                    try (InputStream in = file.getInputStream(entry)) {
                        putWoven(zip, entry.getName(), woven(entry.getName(), in.readAllBytes()));
                    }
                }
            }
        }
    }

    /** Add an entry as it is: there is nothing to inflate when it is read. */
    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
