package org.kunitjvm.kunit.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** {@code kunit warm-up}: does what users do, for the training run of the AOT cache, and throws the results away. */
final class WarmUp {
    private static final String LOG = """
        KTAP version 1
        1..1
            KTAP version 1
            # Subtest: s
            1..2
            # c: EXPECTATION FAILED at s.c:1
            not ok 1 c
            ok 2 d # SKIP e
        not ok 1 s
        """;

    private static final int LIMIT_SECONDS = 60;

    private final Host host;

    WarmUp(Host host) {
        this.host = host;
    }

    /**
     * Do everything once. With the suites among the trained jars they run, too; without, some suite is compiled, since
     * that is what a start without them is for.
     */
    int run() throws IOException {
        Path buildDir = Files.createTempDirectory("kunit-warm-up");
        try {
            String where = "--build_dir=" + buildDir;
            command(List.of("parse"));
            command(List.of("run", where, "--filter=speed>slow", "--timeout=" + LIMIT_SECONDS));
            command(List.of("exec", where, "--raw_output=all", "example*"));
            command(List.of("exec", where, "--list_tests"));
            if (!SuiteArchive.isUsed(host.root())) {
                new SuiteBuild(host.root()).rehearse(buildDir);
                loadModel();
            }
            return 0;
        } finally {
            SuiteBuild.deleteTree(buildDir);
        }
    }

    /**
     * Load every class of the model: suites cannot run in training, because they are not in the jars that are trained.
     */
    private void loadModel() throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(host.root().resolve("tests/target/lib"),
            "{kernel-model,mm,kunit}-*.jar")) {
            for (Path jar : jars) {
                loadAll(jar);
            }
        }
    }

    private static void loadAll(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    load(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, WarmUp.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It needs a library that is not there at run time, and is not needed then.
        }
    }

    private void command(List<String> words) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        // Old runs are removed, too: a class that is not trained makes the JVM open every jar to find it.
        Map<String, String> environment = new HashMap<>(host.environment());
        environment.put("KUNIT_KEEP_RUNS", "1");
        Host inner = new Host(host.root(), host.directory(), environment,
            new ByteArrayInputStream(LOG.getBytes(StandardCharsets.UTF_8)), nowhere, nowhere, "1", host.command(),
                host.nanos(),
            host.timeOfDay(), host.interrupt());
        new Cli(inner).run(words);
    }
}
