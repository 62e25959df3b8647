package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.stub.WeavingLoader;
import org.kunitjvm.mm.Mm;

/** What a jar says about its suites is believed; what is written there about stubs is what the class files say. */
class SuiteIndexTest {
    @TempDir
    Path folder;

    private Path jar(String index) throws IOException {
        Path jar = folder.resolve("suites.jar");
        try (OutputStream out = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(SuiteScanner.INDEX));
            zip.write(index.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return jar;
    }

    private static Class<?> suite(String name) throws ClassNotFoundException {
        return Class.forName("org.kunitjvm.kunit." + name, false, SuiteIndexTest.class.getClassLoader());
    }

    @Test
    void indexOfAJarIsReadBackInLinkOrder() throws IOException {
        SuiteScanner.Found late = new SuiteScanner.Found("x.Late", "late", "", false, 1000, null);
        SuiteScanner.Found early = new SuiteScanner.Found("x.Early", "early", "EARLY_KUNIT_TEST", false, 3,
            StubReach.PROGRAM);
        SuiteScanner.Found init = new SuiteScanner.Found("x.Init", "init", "A", true, 2000, StubReach.NONE);

        Path jar = jar(late.encode() + "\n" + early.encode() + "\n" + init.encode() + "\n");

        assertEquals(List.of(init, early, late), SuiteScanner.scan(List.of(jar)));
    }

    @Test
    void indexOfAnotherKindIsAnError() throws IOException {
        Path jar = jar("x.Suite\tname\n");

        assertThrows(IOException.class, () -> SuiteScanner.scan(List.of(jar)));
    }

    @Test
    void reachIsThatOfTheTestCode() throws Exception {
        assertEquals(StubReach.NONE, SuiteLoader.stubReach(suite("suites.KunitStatusKunit")));
        assertEquals(StubReach.SUITES, SuiteLoader.stubReach(suite("suites.ExampleKunit")));
        assertEquals(StubReach.PROGRAM, SuiteLoader.stubReach(suite("stub.StubSuites$OfMm")));
    }

    @Test
    void loaderOfOnePlaceLeavesTheProgramToItsParent() throws Exception {
        ClassLoader parent = SuiteIndexTest.class.getClassLoader();
        Class<?> suite = suite("suites.ExampleKunit");
        WeavingLoader loader = new WeavingLoader(parent, WeavingLoader.place(suite));

        assertSame(Mm.class, loader.loadClass(Mm.class.getName()));
        assertNotSame(suite, loader.loadClass(suite.getName()));
        assertNotSame(Mm.class, new WeavingLoader(parent).loadClass(Mm.class.getName()));
    }
}
