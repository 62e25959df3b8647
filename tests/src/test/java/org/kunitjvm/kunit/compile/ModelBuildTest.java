package org.kunitjvm.kunit.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What runs after an edit is what Maven would have built: no class is left that was compiled against something else,
 * and an edit that does not compile changes nothing.
 */
class ModelBuildTest {
    private static final String CORE = "package k;\npublic class Core {\n    public static final int SIZE = 4;\n"
        + "    public static String name() { return \"core\"; }\n}\n";
    private static final String USER = "package m;\npublic class User {\n"
        + "    static int size() { return k.Core.SIZE; }\n"
        + "    public static String name() { return k.Core.name() + size() + Helper.help(); }\n}\n";
    private static final String HELPER = "package m;\nclass Helper {\n    static String help() { return \"!\"; }\n}\n"
        + "class Second { }\n";
    private static final String APART = "package q;\npublic class Apart { int size() { return k.Core.SIZE; } }\n";
    private static final String TOOL = "package t;\npublic class Tool { String name() { return m.User.name(); } }\n";

    @TempDir
    Path root;
    private Path core;
    private Path user;
    private Path helper;
    private String errors = "";

    @BeforeEach
    void builtByMaven() throws IOException {
        Files.writeString(root.resolve("pom.xml"), "");
        core = source("kernel-model", "k/Core", CORE);
        user = source("mm", "m/User", USER);
        helper = source("mm", "m/Helper", HELPER);
        source("kunit", "q/Apart", APART);
        source("tests", "t/Tool", TOOL);
        Files.createDirectories(root.resolve("kernel-model/target"));
        Files.createDirectories(root.resolve("tests/target/lib"));
        maven();
    }

    private Path source(String module, String name, String text) throws IOException {
        Path file = root.resolve(module).resolve("src/main/java").resolve(name + ".java");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Everything that Maven and the launcher leave behind, all of it a minute old. */
    private void maven() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String module : Overlay.MODULES) {
            Path classes = Files.createDirectories(root.resolve(module).resolve("target/classes"));
            assertEquals("", Javac.compile(sources(module), jars, classes));
            Path jar = root.resolve(module.equals("tests") ? "tests/target/tests.jar"
                : "tests/target/lib/" + module + "-0.1.jar");
            pack(classes, jar);
            jars.add(jar);
        }
        Files.writeString(root.resolve("kernel-model/target/build-started"), "");
        Files.writeString(root.resolve("tests/target/build-finished"), "");
        List<String> names = new ArrayList<>(List.of("pom.xml"));
        for (String module : Overlay.MODULES) {
            sources(module).forEach(file -> names.add(root.relativize(file).toString()));
        }
        Files.write(root.resolve("tests/target/build-sources"), names);
        age();
    }

    private List<Path> sources(String module) throws IOException {
        return files(root.resolve(module).resolve("src/main/java"), ".java");
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream zip = new JarOutputStream(out)) {
            for (Path file : files(classes, ".class")) {
                zip.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                zip.write(Files.readAllBytes(file));
            }
        }
    }

    private void age() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                FileTime time = Files.getLastModifiedTime(file);
                Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() - 60_000));
            }
        }
    }

    private void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains(from), text);
        Files.writeString(file, text.replace(from, to));
    }

    private ModelBuild.Result build() throws IOException {
        ModelBuild build = new ModelBuild(root);
        ModelBuild.Result result = build.run(() -> { });
        errors = build.errors();
        return result;
    }

    private void assertBuilds() throws IOException {
        assertEquals(ModelBuild.Result.DONE, build(), errors);
        assertTrue(new Overlay(root).isValid());
    }

    /** What {@code m.User.name()} says in a program with the overlay in front. */
    private String run() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path folder : new Overlay(root).folders()) {
            urls.add(url(folder));
        }
        for (Path jar : files(root.resolve("tests/target"), ".jar")) {
            urls.add(url(jar));
        }
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
            return (String) loader.loadClass("m.User").getMethod("name").invoke(null);
        }
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toUri().toURL();
    }

    private List<String> modules() throws IOException {
        return new Overlay(root).folders().stream().map(folder -> folder.getFileName().toString()).toList();
    }

    private boolean suitesAreBehind() throws IOException {
        return new Overlay(root).suitesAreBehind();
    }

    @Test
    void nothingToDo() throws Exception {
        assertBuilds();

        assertEquals(List.of(), modules());
        assertEquals("core4!", run());
    }

    @Test
    void anEditInsideAMethodTouchesItsModuleAlone() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();

        assertEquals(List.of("mm"), modules());
        assertEquals("core4?", run());
        assertFalse(suitesAreBehind());
        Path folder = new Overlay(root).folder("mm");
        assertEquals(List.of("Helper.class", "Second.class", "User.class"),
            files(folder, ".class").stream().map(file -> file.getFileName().toString()).toList(),
            "all classes of the module are there");
        assertArrayEquals(Files.readAllBytes(root.resolve("mm/target/classes/m/User.class")),
            Files.readAllBytes(folder.resolve("m/User.class")), "User was not compiled again");
    }

    @Test
    void editsAddUp() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();
        edit(user, "k.Core.name() +", "\"<\" + k.Core.name() +");
        assertBuilds();

        assertEquals("<core4?", run());
    }

    @Test
    void aConstantReachesWhoeverCopiedIt() throws Exception {
        edit(core, "SIZE = 4", "SIZE = 5");
        assertBuilds();

        assertEquals("core5!", run());
        assertEquals(List.of("kernel-model", "mm", "kunit"), modules(), "nothing that the tools see changed");
        assertTrue(suitesAreBehind());
    }

    @Test
    void suitesStayBehindUntilTheyAreCompiled() throws Exception {
        edit(core, "SIZE = 4", "SIZE = 5");
        assertBuilds();
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();
        assertTrue(suitesAreBehind());

        new Overlay(root).suitesAreThere();
        assertFalse(suitesAreBehind());
    }

    @Test
    void aSignatureThatBreaksAnotherModuleIsAnError() throws Exception {
        edit(core, "String name()", "Object[] name()");
        edit(core, "return \"core\"", "return null");
        assertEquals(ModelBuild.Result.BROKEN, build());
        edit(core, "Object[] name()", "void name()");
        edit(core, "return null", "return");

        assertEquals(ModelBuild.Result.BROKEN, build());

        assertTrue(errors.contains("User.java:4: error: "), errors);
        assertEquals(List.of(), modules());
        assertEquals("core4!", run(), "what is built stays as it is");
    }

    @Test
    void aSourceThatDoesNotCompileKeepsTheLastEdit() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();
        edit(helper, "return", "retrun");

        assertEquals(ModelBuild.Result.BROKEN, build());
        assertTrue(errors.contains("Helper.java:3: error: "), errors);
        assertEquals("core4?", run());

        edit(helper, "retrun \"?\"", "return \"#\"");
        assertBuilds();
        assertEquals("core4#", run());
    }

    @Test
    void aNewSourceIsCompiledWithItsUsers() throws Exception {
        source("mm", "m/More", "package m;\nclass More { static final String TEXT = \"more\"; }\n");
        edit(helper, "\"!\"", "More.TEXT");
        assertBuilds();

        assertEquals("core4more", run());
        assertTrue(Files.readString(root.resolve("tests/target/build-sources")).contains("/m/More.java\n"));
    }

    @Test
    void aSourceWithAnOldTimeIsNewAllTheSame() throws Exception {
        Path more = source("mm", "m/More", "package m;\nclass More { }\n");
        Files.setLastModifiedTime(more, FileTime.fromMillis(0));
        assertBuilds();

        assertTrue(Files.exists(new Overlay(root).folder("mm").resolve("m/More.class")));
    }

    @Test
    void theClassesOfARemovedSourceGo() throws Exception {
        edit(user, " + Helper.help()", "");
        Files.delete(helper);
        assertBuilds();

        assertEquals("core4", run());
        assertEquals(List.of("User.class"), files(new Overlay(root).folder("mm"), ".class").stream()
            .map(file -> file.getFileName().toString()).toList());
    }

    @Test
    void aRemovedSourceThatIsUsedIsAnError() throws Exception {
        Files.delete(helper);

        assertEquals(ModelBuild.Result.BROKEN, build());
        assertTrue(errors.contains("User.java:4: error: "), errors);
    }

    @Test
    void aSecondClassThatMovedAwayIsMissed() throws Exception {
        edit(user, "Helper.help()", "new Second()");
        assertBuilds();
        edit(helper, "class Second { }\n", "");

        assertEquals(ModelBuild.Result.BROKEN, build());
    }

    @Test
    void aBuildByHandLeavesNoListAndClassesTellWhatThereWas() throws Exception {
        Files.delete(root.resolve("tests/target/build-sources"));
        Files.delete(helper);
        assertEquals(ModelBuild.Result.BROKEN, build(), "User misses it");

        edit(user, " + Helper.help()", "");
        assertBuilds();
        assertEquals("core4", run());
    }

    @Test
    void whatOnlyMavenCanBuildIsLeftToIt() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        Files.createDirectories(root.resolve("mm/src/main/resources"));
        Files.writeString(root.resolve("mm/src/main/resources/x.txt"), "");

        assertEquals(ModelBuild.Result.MAVEN, build());
        assertEquals("core4!", run());
        Files.delete(root.resolve("mm/src/main/resources/x.txt"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        assertEquals(ModelBuild.Result.MAVEN, build());
    }

    @Test
    void theNextBuildOfMavenEndsTheOverlay() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();
        age();
        maven();
        Files.setLastModifiedTime(root.resolve("tests/target/build-finished"), FileTime.fromMillis(
            System.currentTimeMillis() - 30_000));
        Files.setLastModifiedTime(root.resolve("kernel-model/target/build-started"), FileTime.fromMillis(
            System.currentTimeMillis() - 40_000));

        assertEquals(List.of(), modules());
        edit(user, "k.Core.name() +", "\"<\" + k.Core.name() +");
        assertBuilds();
        assertEquals("<core4?", run());
    }

    @Test
    void theOverlayDoesNotCountWhileMavenBuilds() throws Exception {
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();

        Files.setLastModifiedTime(root.resolve("kernel-model/target/build-started"), FileTime.fromMillis(
            System.currentTimeMillis() + 1_000));

        assertFalse(new Overlay(root).isValid(), "tests of that build must not see it");
        assertEquals("core4!", run());
    }

    @Test
    void anEditThatIsUndoneLeavesTheJarAlone() throws Exception {
        edit(core, "SIZE = 4", "SIZE = 5");
        assertBuilds();
        edit(core, "SIZE = 5", "SIZE = 4");
        assertBuilds();

        assertEquals(List.of(), modules());
        assertEquals("core4!", run());
        assertTrue(suitesAreBehind(), "they may have copied the constant");
    }

    @Test
    void savedAgainWithoutAChange() throws Exception {
        Files.writeString(helper, HELPER);
        assertBuilds();

        assertEquals(List.of(), modules());
        assertFalse(suitesAreBehind());
    }

    @Test
    void whatAStoppedBuildLeftGoes() throws Exception {
        Path left = Files.createDirectories(root.resolve("tests/target/model/compiling-1/mm"));
        Files.writeString(left.resolve("x.class"), "");
        assertBuilds();

        assertEquals(List.of(), files(root.resolve("tests/target/model"), ".class"));
        edit(helper, "\"!\"", "\"?\"");
        assertBuilds();
        Files.delete(new Overlay(root).stamp());
        assertEquals("core4!", run(), "without its stamp it does not count");
        assertBuilds();
        assertEquals("core4?", run());
    }
}
