package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitAssert;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
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

    private static final SuiteScanner.Found LATE = new SuiteScanner.Found("x.Late", "late", "", false, 1000, null, "");
    private static final SuiteScanner.Found EARLY = new SuiteScanner.Found("x.Early", "early", "EARLY_KUNIT_TEST",
        false, 3, StubReach.PROGRAM, "class\tx.Early\nmethod\ta()V\t3\n");
    private static final SuiteScanner.Found INIT = new SuiteScanner.Found("x.Init", "init", "A", true, 2000,
        StubReach.NONE, "class\tx.Init\n");
    private static final SuiteIndex INDEX = new SuiteIndex(List.of("x.First", "x.Second"), List.of(LATE, EARLY, INIT));

    @Test
    void indexOfAJarIsReadBackInLinkOrder() throws IOException {
        assertEquals(List.of(INIT, EARLY, LATE), SuiteScanner.scan(List.of(jar(INDEX.text()))));
    }

    @Test
    void indexOfAnotherKindIsAnError() throws IOException {
        Path jar = jar("x.Suite\tname\n");
        assertThrows(IOException.class, () -> SuiteScanner.scan(List.of(jar)));

        Path cut = jar(INDEX.text().substring(0, INDEX.text().length() - 1));
        assertThrows(IOException.class, () -> SuiteScanner.scan(List.of(cut)));
    }

    @Test
    void indexBesideAJarIsReadInsteadOfIt() throws IOException {
        Path jar = jar("nobody reads this\n");

        INDEX.writeBeside(jar);

        assertEquals(INDEX, SuiteIndex.beside(jar));
        assertEquals(List.of(INIT, EARLY, LATE), SuiteScanner.scan(List.of(jar)));
    }

    @Test
    void indexBesideAnotherJarIsNotBelieved() throws IOException {
        Path jar = jar(new SuiteIndex(List.of(), List.of(INIT)).text());
        INDEX.writeBeside(jar);
        Files.write(jar, Files.readAllBytes(jar(new SuiteIndex(List.of(), List.of(EARLY, LATE)).text())));

        assertNull(SuiteIndex.beside(jar));
        assertEquals(List.of(EARLY, LATE), SuiteScanner.scan(List.of(jar)));
    }

    /** A suite whose annotations have everything that text could spoil. */
    @KunitSuite(value = "odd", config = "KUNIT_PROBE_TEST", module = "a\tb\\n\nc\rd\\")
    static class OddlyMarkedSuite extends OddlyMarkedSuiteBase {
        @KunitCase(name = "caller", params = "numbers", desc = "describe")
        void one(Kunit test, Integer number) {
            KunitAssert.KUNIT_EXPECT_EQ(test, number, number);
            sayCaller(test);
        }

        @KunitCase(name = "caller")
        void simple(Kunit test) {
            sayCaller(test);
        }

        @KunitCase(name = "hidden")
        private void hidden(Kunit test) {
            KunitAssert.KUNIT_EXPECT_FALSE(test, isGenerated());
        }

        private static void sayCaller(Kunit test) {
            test.info(isGenerated() ? "by generated code" : "by reflection");
        }

        private static boolean isGenerated() {
            return Arrays.stream(new Throwable().getStackTrace()).anyMatch(frame -> frame.getFileName() == null);
        }

        List<Integer> numbers() {
            return List.of(1, 2);
        }

        String describe(Integer number) {
            return "number " + number;
        }

        void nobodyNamesThis() {
        }
    }

    static class OddlyMarkedSuiteBase {
        @KunitInit
        int before(Kunit test) {
            return test.paramIndex() < 0 ? -1 : 0;
        }
    }

    private static SuitePreparation prepared() throws IOException {
        SuitePreparation preparation = new SuitePreparation(OddlyMarkedSuite.class.getClassLoader());
        preparation.add(new SuiteScanner.Found(OddlyMarkedSuite.class.getName(), "odd", "KUNIT_PROBE_TEST", false, 1000,
            null, ""));
        return preparation;
    }

    @Test
    void sketchesAreReadBackAsTheyWere() throws IOException {
        SuiteScanner.Found found = prepared().index(List.of()).suites().getFirst();

        List<ClassFileSketch> read = SketchText.decode(found.sketch());

        assertEquals(StubReach.NONE, found.stubs());
        assertEquals(List.of(OddlyMarkedSuite.class.getName(), OddlyMarkedSuiteBase.class.getName()),
            read.stream().map(ClassFileSketch::className).toList());
        assertEquals("a\tb\\n\nc\rd\\",
            Objects.requireNonNull(read.getFirst().annotations().of(KunitSuite.class)).get("module"));
        assertEquals(List.of("one", "simple", "hidden", "numbers", "describe"),
            read.getFirst().methods().stream().map(ClassFileSketch.MethodSketch::name).toList());
        assertTrue(read.getFirst().methods().getFirst().line() > 0);
        assertTrue(read.getLast().methods().getFirst().annotations().have(KunitInit.class));
    }

    @Test
    void preparedSuiteRunsAsTheClassItselfAndIsCalledByGeneratedCode() throws Exception {
        SuitePreparation preparation = prepared();
        SuiteScanner.Found found = preparation.index(List.of()).suites().getFirst();
        for (byte[] generated : preparation.classes().values()) {
            MethodHandles.lookup().defineClass(generated);
        }

        TestSuite prepared = SuiteLoader.loadFound(OddlyMarkedSuite.class.getClassLoader(), List.of(), List.of(found))
            .getFirst();
        TestSuite plain = SuiteLoader.load(OddlyMarkedSuite.class);

        assertEquals(plain.cases().stream().map(TestCase::line).toList(),
            prepared.cases().stream().map(TestCase::line).toList());
        String ktap = Runs.of(plain).run().text();
        assertEquals(ktap.replace("by reflection", "by generated code"), Runs.of(prepared).run().text());
        assertEquals(3, ktap.lines().filter(line -> line.contains("# caller: by reflection")).count(), ktap);
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
