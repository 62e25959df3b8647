package org.kunitjvm.kunit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.Kunit;

/**
 * A Maven project that depends on nothing but the artifacts of this one turns red when a KUnit case fails, in whatever
 * way, in Maven and on the command line. The project is {@code foreign-project} in the resources; Maven works offline,
 * on a local repository that is made of links to the present one and of the jars of this build.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class ForeignProjectIT {
    private static final String VERSION = "0.1.0";
    private static final long LIMIT_SECONDS = 300;

    private Path folder = Path.of("");

    private record Run(int exit, String output) {
    }

    @BeforeAll
    void copyProjectAndMakeRepository(@TempDir Path empty) throws IOException {
        folder = empty;
        copyTree(Path.of("src/test/resources/foreign-project"), folder.resolve("project"));
        Path present = Path.of(System.getProperty("localRepository",
            System.getProperty("user.home") + "/.m2/repository"));
        Path repository = Files.createDirectories(folder.resolve("repository"));
        link(present, repository, "org");
        link(present.resolve("org"), Files.createDirectories(repository.resolve("org")), "kunitjvm");
        Files.createDirectories(repository.resolve("org/kunitjvm"));
        install(repository, "kunit-jvm", Path.of("../pom.xml"), null);
        install(repository, "kernel-model", Path.of("../kernel-model/pom.xml"), Kernel.class);
        install(repository, "kunit", Path.of("../kunit/pom.xml"), Kunit.class);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    /** Link everything in {@code from} but {@code except}, which the test makes itself. */
    private static void link(Path from, Path to, String except) throws IOException {
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.filter(path -> !path.getFileName().toString().equals(except)).toList()) {
                Files.createSymbolicLink(to.resolve(child.getFileName()), child.toAbsolutePath());
            }
        }
    }

    private static void install(Path repository, String artifact, Path pom, @Nullable Class<?> inJar)
        throws IOException {
        Path target = Files.createDirectories(repository.resolve("org/kunitjvm").resolve(artifact).resolve(VERSION));
        Files.copy(pom, target.resolve(artifact + "-" + VERSION + ".pom"));
        if (inJar != null) {
            Path jar = Path.of(inJar.getProtectionDomain().getCodeSource().getLocation().getPath());
            assertTrue(Files.isRegularFile(jar),
                jar + " is no jar; run this test with mvn verify, which packs the modules");
            Files.copy(jar, target.resolve(artifact + "-" + VERSION + ".jar"));
        }
    }

    private Run mvnTest(String... options) throws IOException, InterruptedException {
        return run(Stream.concat(
            Stream.of("mvn", "-B", "-o", "-Dstyle.color=never", "-Dmaven.repo.local=" + folder.resolve("repository"),
            "test"), Stream.of(options)).toList());
    }

    /** The command line of this build, on the classes that Maven has compiled in the other project. */
    private Run kunitRun(String glob) throws IOException, InterruptedException {
        return run(List.of(Path.of("../bin/kunit").toAbsolutePath().normalize().toString(), "run",
            "--build_dir=" + folder.resolve("kunit-build"),
            "--suite_path=" + folder.resolve("project/target/test-classes"), glob));
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("run.log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.resolve("project").toFile())
            .redirectErrorStream(true).redirectOutput(log.toFile());
        // Variables of the build that runs this test must not get into the other one.
        builder.environment().keySet().removeAll(List.of("MAVEN_OPTS", "MAVEN_ARGS", "MAVEN_CMD_LINE_ARGS"));
        builder.environment().put("KUNIT_NO_BUILD", "1");
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Run(process.waitFor(), Files.readString(log, StandardCharsets.UTF_8));
    }

    private String report(String suite) throws IOException {
        return Files.readString(folder.resolve("project/target/surefire-reports/TEST-demo." + suite + ".xml"));
    }

    @Test
    void greenSuiteIsGreenAndOneFailingCaseTurnsTheBuildRed() throws Exception {
        Run green = mvnTest("-Dtest=GreenKunit");
        assertEquals(0, green.exit(), green.output());
        assertTrue(green.output().contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 1"), green.output());
        assertTrue(report("GreenKunit").contains("TestAbortedException: no device"), report("GreenKunit"));

        Run red = mvnTest();
        assertEquals(1, red.exit(), red.output());
        assertTrue(red.output().contains("Tests run: 10, Failures: 4, Errors: 1, Skipped: 1"), red.output());
        assertTrue(red.output().contains("RedCaseKunit.wrongSum:15 red_case.wrong_sum: EXPECTATION FAILED at "
            + "src/test/java/demo/RedCaseKunit.java:15"), red.output());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "RedCaseKunit | wrongSum | red_case.wrong_sum: EXPECTATION FAILED at src/test/java/demo/RedCaseKunit.java:15",
        "RedParamKunit | isAnOrder[3] | red_param.is_an_order (order 11): EXPECTATION FAILED at "
            + "src/test/java/demo/RedParamKunit.java:19",
        "RedCrashKunit | crashes | KernelBug: list is corrupted",
        "RedTimeoutKunit | neverEnds | red_timeout.never_ends: test case timed out",
        "RedSuiteInitKunit | initializationError | red_suite_init: failed to initialize (-12)"})
    void everyKindOfFailureIsRedByItselfAndInTheReport(String suite, String name, String text) throws Exception {
        Run run = mvnTest("-Dtest=" + suite);
        assertEquals(1, run.exit(), run.output());
        String report = report(suite);
        assertTrue(report.contains("<testcase name=\"" + name + "\" classname=\"demo." + suite + "\""), report);
        assertTrue(report.contains("<failure message=\"") && report.contains(text), report);
    }

    @Test
    void commandLineRunsTheSuitesOfTheOtherProject() throws Exception {
        Run compiled = mvnTest("-DskipTests");
        assertEquals(0, compiled.exit(), compiled.output());

        Run green = kunitRun("plain");
        assertEquals(0, green.exit(), green.output());
        assertTrue(green.output().contains("[PASSED] adds"), green.output());
        assertTrue(green.output().contains("Ran 1 tests: passed: 1"), green.output());

        Run red = kunitRun("red_*");
        assertEquals(1, red.exit(), red.output());
        for (String line : List.of("[FAILED] wrong_sum", "    sum == 4 (0x4)", "[PASSED] order 3", "[FAILED] order 11",
            "kernel BUG: list is corrupted", "[FAILED] crashes", "# never_ends: test case timed out",
            "[FAILED] never_ends", "# red_suite_init:     # failed to initialize (-12)", "[FAILED] red_suite_init",
            "Ran 7 tests: passed: 2, failed: 5", "at src/test/java/demo/RedCaseKunit.java:15")) {
            assertTrue(red.output().contains(line), line + " in:\n" + red.output());
        }
    }

    @Test
    void reportNamesSuiteCaseFileAndLineAndHoldsTheLog() throws Exception {
        mvnTest("-Dtest=RedCaseKunit");
        String report = report("RedCaseKunit");
        assertTrue(report.contains("at demo.RedCaseKunit.wrongSum(RedCaseKunit.java:15)"), report);
        assertTrue(report.contains("Expected sum == 5, but\n        sum == 4 (0x4)"), report);
        assertTrue(report.contains("<system-out><![CDATA[    # wrong_sum: sum is 4\n"), report);
    }
}
