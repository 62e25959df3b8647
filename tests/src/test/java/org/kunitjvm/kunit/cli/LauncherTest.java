package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/kunit} finds its JDK, builds when it must and only then, and says in one line why it cannot go on. */
class LauncherTest {
    @TempDir
    Path home;
    private LauncherSandbox sandbox;

    @BeforeEach
    void project() throws IOException {
        sandbox = new LauncherSandbox(home);
    }

    // ---- building ----

    @Test
    void firstStartBuildsThenRuns() throws Exception {
        LauncherSandbox.Result result = sandbox.run("run", "mermap.*");

        assertEquals(0, result.exit(), result.err());
        assertEquals("kunit: building, because nothing is built yet\n", result.err());
        assertTrue(result.out().startsWith("java " + home.resolve("jdk25/bin/java") + ": "), result.out());
        assertTrue(result.out().contains("org.kunitjvm.kunit.cli.Main run mermap.*"), result.out());
        assertEquals(1, sandbox.mavenRuns().lines().count());
        assertTrue(sandbox.mavenRuns().contains("-o") && sandbox.mavenRuns().contains("-DskipTests package"),
            sandbox.mavenRuns());
    }

    @Test
    void secondStartBuildsNothingAndUsesTheCache() throws Exception {
        sandbox.run("run");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals("", result.err());
        assertEquals(1, sandbox.mavenRuns().lines().count());
        assertEquals(1, sandbox.trainings());
        assertUsesArchive(result);
    }

    private void assertUsesArchive(LauncherSandbox.Result result) {
        Path target = sandbox.root().resolve("tests/target");
        assertTrue(result.out().contains("-XX:AOTCache=" + target.resolve("suites.aot") + " "), result.out());
        assertTrue(result.out().contains("-cp " + target.resolve("tests.jar") + ":" + target.resolve("suites.jar") + ":"
            + target.resolve("test-classes") + " "), result.out());
    }

    private void assertUsesFolder(LauncherSandbox.Result result) {
        Path target = sandbox.root().resolve("tests/target");
        assertTrue(result.out().contains("-XX:AOTCache=" + target.resolve("kunit.aot") + " "), result.out());
        assertTrue(result.out().contains("-cp " + target.resolve("tests.jar") + ":" + target.resolve("test-classes")
            + " "), result.out());
    }

    @Test
    void changedSourceIsNamedAndBuilt() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals("kunit: building, because mm/src/main/java/A.java changed\n", result.err());
        assertEquals(2, sandbox.mavenRuns().lines().count());
    }

    @Test
    void wrongWordsAreRefusedBeforeABuild() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");

        LauncherSandbox.Result result = sandbox.run("run", "--wrong");

        assertEquals("error: --wrong\n", result.err());
        assertEquals(2, result.exit());
        assertEquals(1, sandbox.mavenRuns().lines().count());
    }

    @Test
    void aChangedCommandLineMayKnowTheWords() throws Exception {
        String cli = "kunit/src/main/java/org/kunitjvm/kunit/cli/Flag.java";
        sandbox.file(cli, "");
        sandbox.run("run");
        sandbox.touch(cli);

        assertEquals("kunit: building, because " + cli + " changed\n", sandbox.run("run", "--wrong").err());
    }

    @Test
    void removedSourceIsNoticed() throws Exception {
        sandbox.file("mm/src/main/java/sub/B.java", "");
        sandbox.run("run");
        Files.delete(sandbox.root().resolve("mm/src/main/java/sub/B.java"));
        sandbox.touch("mm/src/main/java/sub");

        assertEquals("kunit: building, because sources came or went\n", sandbox.run("run").err());
    }

    // ---- sources that are compiled without Maven ----

    private void assertUsesOverlay(LauncherSandbox.Result result) {
        Path target = sandbox.root().resolve("tests/target");
        assertTrue(result.out().contains("-cp " + target.resolve("model/mm") + ":" + target.resolve("tests.jar") + ":"
            + target.resolve("test-classes") + " "), result.out());
        assertFalse(result.out().contains("-XX:AOTCache="), result.out());
    }

    @Test
    void changedJavaSourceIsCompiledInFrontOfTheJars() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");

        LauncherSandbox.Result result = sandbox.environment("COMPILE", "done").run("run", "x");

        assertEquals(0, result.exit(), result.err());
        assertUsesOverlay(result);
        assertEquals(1, sandbox.mavenRuns().lines().count());
        String compiled = sandbox.compilations();
        assertTrue(compiled.contains("-XX:AOTCache=" + sandbox.root().resolve("tests/target/kunit.aot") + " "), compiled);
        assertTrue(compiled.contains("-Dkunit.why=mm/src/main/java/A.java changed "), compiled);
        assertTrue(compiled.endsWith("compile-model run x\n"), compiled);
    }

    @Test
    void whatIsCompiledIsUsedAgainUntilMavenBuilds() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");
        sandbox.environment("COMPILE", "done").run("run");

        assertUsesOverlay(sandbox.run("run"));
        assertEquals(1, sandbox.compilations().lines().count());

        sandbox.touch("pom.xml", 4_000);
        assertUsesArchive(sandbox.run("run"));
        assertEquals(2, sandbox.mavenRuns().lines().count());
        assertEquals(1, sandbox.compilations().lines().count());
    }

    @Test
    void changedSuiteIsCompiledWithTheCacheThatHasTheCompiler() throws Exception {
        sandbox.file("tests/src/test/java/S.java", "");
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");
        sandbox.environment("COMPILE", "done").run("run");
        sandbox.touch("tests/src/test/java/S.java", 4_000);

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals("", result.err());
        assertTrue(sandbox.compilations().endsWith("compile-model run\n"), sandbox.compilations());
        assertEquals(2, sandbox.compilations().lines().count());
        sandbox.run("exec");
        assertEquals(2, sandbox.compilations().lines().count(), "exec compiles no suites");
    }

    @Test
    void sourceThatDoesNotCompileEndsWith70() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");

        LauncherSandbox.Result result = sandbox.environment("COMPILE", "broken").run("run");

        assertEquals(70, result.exit());
        assertEquals("A.java:1: error: ';' expected\nkunit: the sources do not compile\n", result.err());
        assertEquals("", result.out());
        assertEquals(1, sandbox.mavenRuns().lines().count());
        assertFalse(Files.exists(sandbox.root().resolve("target/build.lock")));
    }

    @Test
    void launcherThatIsNewerThanTheProgramLeavesItToMaven() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");
        sandbox.touch("bin/kunit");

        sandbox.environment("COMPILE", "done").run("run");

        assertEquals("", sandbox.compilations());
        assertEquals(2, sandbox.mavenRuns().lines().count());
    }

    @Test
    void editorsLeftoversAreNoSources() throws Exception {
        sandbox.run("run");
        sandbox.file("mm/src/main/java/.A.java.swp", "");
        sandbox.touch("mm/src/main/java/.A.java.swp");
        sandbox.touch("mm/src/main/java");

        assertEquals("", sandbox.run("run").err());
    }

    @Test
    void changedSuiteIsNotBuiltButLeavesTheArchiveOfSuitesAside() throws Exception {
        sandbox.file("tests/src/test/java/S.java", "");
        assertUsesArchive(sandbox.run("run"));
        sandbox.touch("tests/src/test/java/S.java");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals("", result.err());
        assertUsesFolder(result);
        assertEquals(1, sandbox.trainings());
    }

    @Test
    void removedSuiteLeavesTheArchiveAside() throws Exception {
        sandbox.file("tests/src/test/java/a/S.java", "");
        assertUsesArchive(sandbox.run("run"));
        Files.delete(sandbox.root().resolve("tests/src/test/java/a/S.java"));
        sandbox.touch("tests/src/test/java/a");

        assertUsesFolder(sandbox.run("run"));
    }

    @Test
    void suiteCompiledByOthersLeavesTheArchiveAside() throws Exception {
        assertUsesArchive(sandbox.run("run"));
        sandbox.file("tests/target/test-classes/S.class", "");
        sandbox.touch("tests/target/test-classes/S.class");

        assertUsesFolder(sandbox.environment("KUNIT_NO_BUILD", "1").run("run"));
    }

    @Test
    void startsWithoutAnArchiveIfThereIsNone() throws Exception {
        sandbox.environment("ARCHIVE_FAILS", "1");

        assertUsesFolder(sandbox.run("run"));
        assertUsesFolder(sandbox.run("run"));
        assertEquals(1, sandbox.trainings());
    }

    @Test
    void changedJarMakesTheCacheAnew() throws Exception {
        sandbox.run("run");
        sandbox.touch("tests/target/lib/a.jar");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals(2, sandbox.trainings());
        assertFalse(result.out().contains("-XX:AOTCache="), "a.jar is still newer than the new cache: " + result.out());
    }

    @Test
    void cacheOfAnotherJdkIsNotUsed() throws Exception {
        sandbox.run("run");
        sandbox.environment("KUNIT_JAVA_HOME", sandbox.jdk("jdk26", "26").toString());

        sandbox.run("run");

        assertEquals(2, sandbox.trainings());
    }

    @Test
    void projectThatMovedMakesItsCacheAnew() throws Exception {
        sandbox.run("run");
        Path moved = Files.move(sandbox.root(), sandbox.root().resolveSibling("moved project"));
        sandbox.environment("MAVEN_ROOT", moved.toString());

        LauncherSandbox.Result result = sandbox.run(moved.resolve("bin/kunit"), moved, "run");

        assertEquals(2, sandbox.trainings());
        assertTrue(result.out().contains("-XX:AOTCache=" + moved.resolve("tests/target/suites.aot") + " "), result.out());
    }

    /** The JVM would get its own first file as standard input, and read that. */
    @ParameterizedTest
    @ValueSource(strings = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"})
    void closedDescriptorsAreNotGivenToFilesOfTheJvm(String closed) throws Exception {
        Path descriptors = home.resolve("descriptors");
        sandbox.environment("DESCRIPTORS", descriptors.toString());

        sandbox.runLine("exec bin/kunit run " + closed);

        List<String> open = Files.readAllLines(descriptors);
        assertTrue(open.containsAll(List.of("0", "1", "2")), open.toString());
    }

    /** As Python does: a name need not be in ASCII where nobody has said anything about languages. */
    @ParameterizedTest
    @CsvSource({"LANG, C, C.UTF-8, ''", "LC_ALL, POSIX, C.UTF-8, C.UTF-8", "LANG, de_DE.UTF-8, '', ''",
            "LC_CTYPE, de_DE, de_DE, ''"})
    void theLocaleKnowsAllNames(String variable, String value, String ctype, String all) throws Exception {
        sandbox.environment(variable, value).environment("SHOW_LOCALE", "1");
        LauncherSandbox.Result result = sandbox.run("run");
        assertTrue(result.out().contains("LC_CTYPE=" + ctype + " LC_ALL=" + all + "\n"), result.out());
    }

    @Test
    void offlineFailureIsTriedAgainOnline() throws Exception {
        LauncherSandbox.Result result = sandbox.environment("MAVEN_OFFLINE_FAILS", "1").run("run");

        assertEquals(0, result.exit(), result.err());
        List<String> runs = sandbox.mavenRuns().lines().toList();
        assertEquals(2, runs.size());
        assertFalse(runs.get(1).contains(" -o "), runs.get(1));
    }

    @Test
    void failedBuildShowsTheErrorsAndEndsWith70() throws Exception {
        LauncherSandbox.Result result = sandbox.environment("MAVEN_FAILS", "1").run("run");

        assertEquals(70, result.exit());
        assertEquals("", result.out());
        assertEquals("kunit: building, because nothing is built yet\n[ERROR] /x/Page.java:[3,5] ';' expected\n"
            + "kunit: the build failed; all of its output is in " + sandbox.root().resolve("target/build.log") + "\n",
                result.err());
        assertFalse(Files.exists(sandbox.root().resolve("target/build.lock")));

        result = sandbox.without("MAVEN_FAILS").run("run");
        assertEquals(0, result.exit(), result.err());
    }

    @Test
    void noMavenEndsWith72() throws Exception {
        Path programs = sandbox.onlyPrograms("readlink", "find", "head", "mkdir", "rm", "sort", "cmp", "cat");
        LauncherSandbox.Result result = sandbox.environment("PATH", programs.toString()).run("run");

        assertEquals(72, result.exit(), result.err());
        assertEquals("kunit: must build (nothing is built yet), but there is no Maven on PATH; install Maven 3.6.3 or newer, or set"
            + " MAVEN_HOME\n", result.err());
    }

    @Test
    void noPermissionEndsWith73() throws Exception {
        sandbox.run("run");
        sandbox.touch("mm/src/main/java/A.java");
        Path target = sandbox.root().resolve("tests/target");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(target), "this user may write everywhere");
            LauncherSandbox.Result result = sandbox.run("run");
            assertEquals(73, result.exit());
            assertTrue(result.err()
                .startsWith("kunit: must build (mm/src/main/java/A.java changed), but cannot write to " + target),
                result.err());
        } finally {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void targetThatCannotBeMadeEndsWith73() throws Exception {
        Files.writeString(sandbox.root().resolve("target"), "in the way");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals(73, result.exit(), result.err());
        assertEquals(1, result.err().lines().filter(line -> line.startsWith("kunit: ")).count(), result.err());
    }

    @Test
    void noBuildVariableRunsWhatIsThere() throws Exception {
        LauncherSandbox.Result nothing = sandbox.environment("KUNIT_NO_BUILD", "1").run("run");
        assertEquals(70, nothing.exit());
        assertEquals("kunit: nothing is built yet and KUNIT_NO_BUILD is set; unset it, or run: mvn -B verify\n",
            nothing.err());

        sandbox.without("KUNIT_NO_BUILD").run("run");
        sandbox.touch("mm/src/main/java/A.java");
        assertEquals("", sandbox.environment("KUNIT_NO_BUILD", "1").run("run").err());
    }

    // ---- the lock ----

    @Test
    void twoStartsBuildOnce() throws Exception {
        sandbox.environment("MAVEN_SLEEP", "1");
        LauncherSandbox.Started first = sandbox.start(sandbox.root().resolve("bin/kunit"), sandbox.root(), "run");
        LauncherSandbox.Started second = sandbox.start(sandbox.root().resolve("bin/kunit"), sandbox.root(), "run");

        LauncherSandbox.Result one = LauncherSandbox.await(first);
        LauncherSandbox.Result two = LauncherSandbox.await(second);

        assertEquals(0, one.exit(), one.err());
        assertEquals(0, two.exit(), two.err());
        assertEquals(1, sandbox.mavenRuns().lines().count());
        assertTrue((one.err() + two.err()).contains("kunit: waiting for another build (process "), one.err()
            + two.err());
    }

    @Test
    void lockOfADeadBuilderIsTakenOver() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        sandbox.file("target/build.lock/pid", dead.pid() + "\n");

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals(0, result.exit(), result.err());
        assertEquals("kunit: building, because nothing is built yet\n", result.err());
        assertFalse(Files.exists(sandbox.root().resolve("target/build.lock")));
    }

    @Test
    void endedBuilderLeavesNoLock() throws Exception {
        sandbox.environment("MAVEN_SLEEP", "1");
        LauncherSandbox.Started started = sandbox.start(sandbox.root().resolve("bin/kunit"), sandbox.root(), "run");
        Path lock = sandbox.root().resolve("target/build.lock");
        for (int i = 0; i < 500 && !Files.exists(lock); i++) {
            Thread.sleep(10);
        }
        started.process().destroy();

        assertEquals(143, LauncherSandbox.await(started).exit());
        assertFalse(Files.exists(lock));
    }

    // ---- the JDK ----

    @Test
    void tooOldJavaHomeIsSkipped() throws Exception {
        sandbox.environment("JAVA_HOME", sandbox.jdk("jdk17", "17.0.9").toString());
        sandbox.environment("JAVA25_HOME", sandbox.jdk("other25", "25").toString()).without("KUNIT_JAVA_HOME");

        assertTrue(sandbox.run("run").out().startsWith("java " + home.resolve("other25/bin/java")));
    }

    @Test
    void noJdkEndsWith69() throws Exception {
        sandbox.wantJavaOfTheFuture();

        LauncherSandbox.Result result = sandbox.run("run");

        assertEquals(69, result.exit());
        assertEquals("kunit: needs a JDK 999 or newer; looked at KUNIT_JAVA_HOME, JAVA_HOME, JAVA25_HOME, PATH and /usr/lib/jvm."
            + " Install one, or set KUNIT_JAVA_HOME to its folder.\n", result.err());
        assertEquals("", sandbox.mavenRuns());
    }

    @Test
    void kunitJavaHomeComesFirst() throws Exception {
        sandbox.environment("JAVA_HOME", sandbox.jdk("jdk26", "26.0.1").toString());

        assertTrue(sandbox.run("run").out().startsWith("java " + home.resolve("jdk25/bin/java")));
    }

    @Test
    void javaOnPathIsFollowedThroughLinks() throws Exception {
        Path programs = sandbox.onlyPrograms("readlink", "find", "head", "mkdir", "rm", "sort", "cmp", "cat", "grep",
            "mv", "sleep");
        Files.createSymbolicLink(programs.resolve("java"), sandbox.jdk("jdk27", "27-ea").resolve("bin/java"));
        sandbox.environment("PATH", programs + ":" + home.resolve("maven")).without("KUNIT_JAVA_HOME");

        LauncherSandbox.Result result = sandbox.run("run");

        assertTrue(result.out().startsWith("java " + home.resolve("jdk27/bin/java")), result.out() + result.err());
    }

    // ---- the rest ----

    @Test
    void worksThroughLinksAndFromAnywhere() throws Exception {
        Path elsewhere = Files.createDirectories(home.resolve("else where"));
        Files.createSymbolicLink(elsewhere.resolve("inner"), sandbox.root().resolve("bin/kunit"));
        Files.createSymbolicLink(elsewhere.resolve("k"), Path.of("inner"));

        LauncherSandbox.Result result = sandbox.run(elsewhere.resolve("k"), elsewhere, "parse", "a b", "");

        assertEquals(0, result.exit(), result.err());
        assertTrue(result.out().contains("-Dkunit.home=" + sandbox.root() + " "), result.out());
        assertTrue(result.out().endsWith("Main parse a b \n" + elsewhere + "\n"), "the user's folder is kept: "
            + result.out());
    }

    @Test
    void portThatIsNoNumberIsRefused() throws Exception {
        LauncherSandbox.Result result = sandbox.run("run", "--debug=http");

        assertEquals(2, result.exit(), result.err());
        assertTrue(result.err().endsWith("kunit: --debug=http: write the number of a port, such as 5005\n"),
            result.err());
        assertEquals("", result.out());
    }

    @Test
    void javaOptionsAndDebugger() throws Exception {
        sandbox.run("run");
        LauncherSandbox.Result result = sandbox.environment("KUNIT_JAVA_OPTS", "-Xmx1g -Da=b")
            .run("run", "--debug=5100");

        assertTrue(result.out().contains(" -Xmx1g -Da=b "), result.out());
        assertTrue(result.out().contains("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=5100"),
            result.out());
        assertEquals("kunit: waiting for a debugger on port 5100\n", result.err());
    }

    @Test
    void messagesOfTheJvmAreOff() throws Exception {
        assertTrue(sandbox.run("run").out().contains("-Xlog:disable"));
    }
}
