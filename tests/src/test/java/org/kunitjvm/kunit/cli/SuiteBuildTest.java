package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.kunit.compile.Javac;

/**
 * After {@code build} the classes of suites are what a full compilation would make, and only what had to be compiled
 * was.
 */
class SuiteBuildTest {
    private static final String HELPER = "package p;\nclass Helper { static int size() { return 1; } }\n";
    private static final String USER =
        "package p;\n/* @KunitSuite */ class User { int twice() { return 2 * Helper.size(); } class Inner { } }\n";
    private static final String LONER = "package p;\nclass Loner { }\nclass Second { }\n";

    @TempDir
    Path root;
    private Path sources;
    private Path classes;

    @BeforeEach
    void project() throws IOException {
        sources = Files.createDirectories(root.resolve("tests/src/test/java/p"));
        classes = root.resolve("tests/target/test-classes/p");
        Files.createDirectories(root.resolve("tests/target"));
        Files.writeString(root.resolve("tests/target/build-finished"), "");
        Files.createDirectories(root.resolve("kernel-model/target"));
        Files.writeString(root.resolve("kernel-model/target/build-started"), "");
        source("Helper", HELPER);
        source("User", USER);
        source("Loner", LONER);
        assertEquals("", build());
        age();
    }

    private void source(String name, String text) throws IOException {
        Files.writeString(sources.resolve(name + ".java"), text);
    }

    private String build() {
        return new SuiteBuild(root).run();
    }

    private List<String> stale() throws IOException {
        return SuiteSources.scan(root.resolve("tests/src/test/java"), root.resolve("tests/target/test-classes"))
            .stale();
    }

    private List<String> classNames() throws IOException {
        try (var files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Make everything look a minute old, so that what is written next is newer. */
    private void age() throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
            }
        }
    }

    private FileTime time(String name) throws IOException {
        return Files.getLastModifiedTime(classes.resolve(name));
    }

    @Test
    void everythingIsCompiledOnce() throws IOException {
        assertEquals(List.of("Helper.class", "Loner.class", "Second.class", "User$Inner.class", "User.class"),
            classNames());
        assertEquals(List.of(), stale());
    }

    @Test
    void changedLeafIsCompiledAlone() throws IOException {
        FileTime helper = time("Helper.class");
        source("User", USER.replace("2 *", "3 *"));

        assertEquals(List.of("p/User"), stale());
        assertEquals("", build());

        assertEquals(helper, time("Helper.class"));
        assertEquals(List.of(), stale());
    }

    @Test
    void dependentsOfAChangedSourceAreCompiledToo() throws IOException {
        source("Third", "package p;\nclass Third extends User { }\n");
        build();
        age();
        source("Helper", HELPER.replace("int size", "long size"));

        assertEquals(List.of("p/Helper", "p/Third", "p/User"), stale());
        assertTrue(build().contains("User.java:2"), "2 * long is no int");
    }

    @Test
    void aChangeThatOthersCannotSeeTouchesNothingElse() throws IOException {
        FileTime user = time("User.class");
        source("Helper", HELPER.replace("return 1", "return 2"));

        assertEquals("", build());

        assertEquals(user, time("User.class"));
        assertEquals(List.of(), stale());
    }

    @Test
    void constantsReachWhoeverCopiedThem() throws IOException {
        String helper = "package p;\nclass Helper { static final int MANY = 1; static int size() { return MANY; } }\n";
        source("Helper", helper);
        source("User", USER.replace("Helper.size()", "Helper.MANY"));
        build();
        age();
        FileTime user = time("User.class");
        source("Helper", helper.replace("MANY = 1", "MANY = 7"));

        assertEquals("", build());

        assertTrue(time("User.class").compareTo(user) > 0, "it has a copy of the constant");
    }

    @Test
    void nestedTypesAreLookedForBehindTheTypeAroundThem() throws IOException {
        source("Words", "package p;\nclass Words { static final String TEXT = \"Inner\"; }\n");
        source("Heir", "package p;\nclass Heir extends User { Inner inner; }\n");
        source("Guest", "package p;\nclass Guest { User.Inner inner; }\n");
        assertEquals("", build());
        age();

        source("User", USER.replace("2 *", "3 *"));

        assertEquals(List.of("p/Guest", "p/Heir", "p/User"), stale());
    }

    @Test
    void usersOfASecondTypeInASourceAreCompiledToo() throws IOException {
        source("Third",
            "package p;\n/* @KunitSuite */ class Third { Second second() { return new Second(); } }\n");
        build();
        age();
        source("Loner", LONER.replace("class Second { }", "class Second { private Second() { } }"));

        assertTrue(build().contains("Third.java:2: error: "), "no source is named Second");
    }

    @Test
    void suitesAreCompiledAgainstWhatIsInFrontOfTheJars() throws IOException {
        source("User", "package p;\n/* @KunitSuite */ class User { int size() { return m.Model.SIZE; } }\n");
        assertTrue(build().contains("package m does not exist"));
        Path model = Files.createDirectories(root.resolve("tests/target/model"));
        Path source = Files.writeString(root.resolve("Model.java"),
            "package m;\npublic class Model { public static final int SIZE = 1; }\n");
        assertEquals("", Javac.compile(List.of(source), List.of(), Files.createDirectory(model.resolve("mm"))));
        Files.setLastModifiedTime(Files.createFile(model.resolve("stamp")), FileTime.fromMillis(
            System.currentTimeMillis() + 1_000));

        assertEquals("", build());
        age();
        FileTime user = time("User.class");
        FileTime loner = time("Loner.class");
        Files.setLastModifiedTime(model.resolve("stamp"), FileTime.fromMillis(System.currentTimeMillis() + 1_000));
        Files.createFile(model.resolve("suites-behind"));

        assertEquals("", build());

        assertTrue(time("User.class").compareTo(user) > 0, "a suite falls behind what it was compiled against");
        assertEquals(loner, time("Loner.class"), "no suite needs it");
        assertFalse(Files.exists(model.resolve("suites-behind")));
    }

    @Test
    void errorKeepsTheOldClasses() throws IOException {
        List<String> before = classNames();
        FileTime time = time("User.class");
        source("User", USER.replace("return", "retrun"));

        String errors = build();

        assertTrue(errors.contains("User.java:2: error: "), errors);
        assertEquals(before, classNames());
        assertEquals(time, time("User.class"));
        assertEquals(List.of("p/User"), stale(), "it is tried again next time");
    }

    @Test
    void brokenSourceThatNoSuiteNeedsStopsNothing() throws IOException {
        source("Loner", LONER.replace("Second { }", "Second { int x = ; }"));
        source("User", "package p;\n/* @KunitSuite */ class User { int thrice() { return 3 * Helper.size(); } }\n");

        SuiteBuild suites = new SuiteBuild(root);
        assertEquals("", suites.run());

        assertTrue(suites.note().contains("Loner.java:3: error: "), suites.note());
        assertEquals(List.of("p/Loner"), stale());
        CliRun.Result result = new CliRun(root).run("build");
        assertEquals(0, result.exit(), result.err());
        assertTrue(result.err().startsWith("kunit: note: these do not compile, but no suite needs them:\n"),
            result.err());
    }

    @Test
    void brokenHelperOfASuiteIsAnError() throws IOException {
        source("User", "package p;\n/* @KunitSuite */ class User { int thrice() { return 3 * Helper.size(); } }\n");
        source("Helper", HELPER.replace("return 1", "return"));

        assertTrue(build().contains("Helper.java:2: error: "));
    }

    @Test
    void classesOfRemovedSourcesGo() throws IOException {
        Files.delete(sources.resolve("User.java"));

        assertEquals("", build());

        assertEquals(List.of("Helper.class", "Loner.class", "Second.class"), classNames());
    }

    @Test
    void removedSourceThatIsStillUsedIsAnError() throws IOException {
        Files.delete(sources.resolve("Helper.java"));

        assertTrue(build().contains("Helper"), "User needs it");
        assertTrue(Files.exists(classes.resolve("Helper.class")));
    }

    @Test
    void innerClassThatIsGoneGoes() throws IOException {
        source("User", USER.replace("class Inner { }", ""));

        build();

        assertFalse(Files.exists(classes.resolve("User$Inner.class")));
    }

    @Test
    void resourcesAreCopied() throws IOException {
        Path resources = Files.createDirectories(root.resolve("tests/src/test/resources/data"));
        Files.writeString(resources.resolve("x.txt"), "one");
        build();
        age();
        Files.writeString(resources.resolve("x.txt"), "two");
        build();

        assertEquals("two", Files.readString(root.resolve("tests/target/test-classes/data/x.txt")));
    }

    @Test
    void runStopsAtCompilerErrors() throws IOException {
        CliRun cli = new CliRun(root);
        source("User", USER.replace("return", "retrun"));

        CliRun.Result result = cli.run("run");

        assertEquals(1, result.exit());
        assertTrue(result.err().startsWith("ERROR:root:"), result.err());
        assertTrue(result.err().contains("User.java:2: error: "), result.err());
        assertEquals(List.of(), cli.boots());
    }
}
