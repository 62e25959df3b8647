package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The allocator is edited in a copy of the built project, and the real launcher compiles and runs it without Maven. */
class EditIT {
    private static final String BUDDY = "mm/src/main/java/org/kunitjvm/mm/alloc/Buddy.java";
    private static final String RIGHT_HALF = "free.addFirst(high, type, pfn + (1 << high));";
    private static final List<String> PARTS = List.of("bin", "Kconfig", "pom.xml",
        "kernel-model/Kconfig", "kernel-model/pom.xml", "kernel-model/src", "kernel-model/target/build-started",
        "mm/Kconfig", "mm/.kunitconfig", "mm/pom.xml", "mm/src",
        "kunit/Kconfig", "kunit/.kunitconfig", "kunit/configs", "kunit/machines", "kunit/pom.xml", "kunit/src",
        "tests/Kconfig", "tests/pom.xml", "tests/src/main", "tests/src/test", "tests/target/tests.jar",
        "tests/target/lib", "tests/target/test-classes", "tests/target/build-finished");

    @TempDir
    Path copy;
    private String said = "";

    @BeforeEach
    void copyOfTheBuiltProject() throws IOException {
        Path root = LauncherSandbox.launcher().getParent().getParent();
        for (String part : PARTS) {
            try (Stream<Path> files = Files.walk(root.resolve(part))) {
                for (Path file : files.toList()) {
                    Path to = copy.resolve(root.relativize(file));
                    Files.createDirectories(to.getParent());
                    Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        // Says that no cache can be made, which saves the time of making one.
        Files.createFile(copy.resolve("tests/target/kunit.aot.none"));
    }

    private int run(String... words) throws IOException, InterruptedException {
        Path output = copy.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(copy.resolve("bin/kunit").toString());
        builder.command().addAll(List.of(words));
        builder.environment().put("MAVEN_HOME", copy.resolve("no-maven").toString());
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "bin/kunit did not end");
        said = Files.readString(output);
        return process.exitValue();
    }

    private void edit(String from, String to) throws IOException {
        Path file = copy.resolve(BUDDY);
        String text = Files.readString(file);
        assertTrue(text.contains(from), "the source has changed: " + from);
        Files.writeString(file, text.replace(from, to));
    }

    @Test
    void aMistakeInTheAllocatorIsSeenAndMendedWithoutMaven() throws Exception {
        String[] words = {"run", "page_alloc.test_*", "--filter=speed>slow"};
        assertEquals(0, run(words), said);

        edit(RIGHT_HALF, "free.addFirst(high, type, pfn);");
        assertEquals(1, run(words), said);
        assertTrue(said.contains("kunit: compiling, because " + BUDDY + " changed\n"), said);
        assertFalse(said.contains("kunit: building"), said);
        assertEquals(1, run(words), "the mistake is still there");
        assertFalse(said.contains("kunit: compiling"), said);

        edit("free.addFirst(high, type, pfn);", "free.addFirst(high, type, );");
        assertEquals(70, run(words), said);
        assertTrue(said.contains(BUDDY + ":") && said.contains(": error: illegal start of expression"), said);

        edit("free.addFirst(high, type, );", RIGHT_HALF);
        assertEquals(0, run(words), said);
        assertTrue(Files.notExists(copy.resolve("tests/target/model/mm")), "what Maven built will do again");
    }
}
