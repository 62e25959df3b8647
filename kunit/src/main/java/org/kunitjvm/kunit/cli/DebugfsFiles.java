package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.run.KunitDebugfs;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * What a kernel has below {@code /sys/kernel/debug/kunit}, kept in the folder {@code debugfs/kunit} of the build
 * folder, where it outlives the kernel: for each suite {@code results} of its latest run, and {@code run} if it can run
 * again.
 *
 * @param root the folder of the suites
 */
record DebugfsFiles(Path root) {
    static final String RESULTS = "results";
    static final String RUN = "run";

    static DebugfsFiles of(Path buildDir) {
        return new DebugfsFiles(buildDir.resolve("debugfs").resolve("kunit"));
    }

    /** Keep what a suite's run gave; may be called by several threads for different suites. A full disk loses it. */
    void keep(TestSuite suite, String results) {
        Path folder = root.resolve(suite.name()).normalize();
        if (!root.equals(folder.getParent())) {
            // No file can have this name.
            return;
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(RESULTS), results, StandardCharsets.UTF_8);
            if (!suite.isInit()) {
                Files.writeString(folder.resolve(RUN), KunitDebugfs.RUN_TEXT, StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            // The run itself has its own record of the results; this is a second look at them.
        }
    }

    /** The suites that have results, by name. */
    List<String> suites() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file of a suite, or {@code null} if it does not have it. */
    @Nullable String read(String suite, String file) {
        Path path = root.resolve(suite).resolve(file);
        try {
            return Files.isRegularFile(path) ? Files.readString(path, StandardCharsets.UTF_8) : null;
        } catch (IOException e) {
            throw new CliException("cannot read " + path + ": " + BuildDir.reason(e));
        }
    }
}
