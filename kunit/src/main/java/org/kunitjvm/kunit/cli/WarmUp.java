package org.kunitjvm.kunit.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

    private final Host host;

    WarmUp(Host host) {
        this.host = host;
    }

    int run() throws IOException {
        Path buildDir = Files.createTempDirectory("kunit-warm-up");
        try {
            String where = "--build_dir=" + buildDir;
            command(List.of("parse"));
            command(List.of("run", where));
            command(List.of("run", where, "--raw_output=all"));
            command(List.of("exec", where, "--list_tests"));
            new SuiteBuild(host.root()).rehearse(buildDir);
            return 0;
        } finally {
            SuiteBuild.deleteTree(buildDir);
        }
    }

    private void command(List<String> words) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Host inner = new Host(host.root(), host.directory(), host.environment(),
            new ByteArrayInputStream(LOG.getBytes(StandardCharsets.UTF_8)), nowhere, nowhere, "1", host.command(),
                host.nanos(),
            host.timeOfDay(), host.interrupt());
        new Cli(inner).run(words);
    }
}
