package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.report.SnapshotFile;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * What the folder of a run holds about each of its cases besides the results: its log, and what its kernel looked like
 * when it failed.
 *
 * @param folder the folder, or {@code null} for a run that could not be kept
 */
record CaseFiles(@Nullable Path folder) {
    private static final String SNAPSHOTS = "snapshots";
    private static final int MAX_NAME = 100;

    /** The lines that the console had about a case; of a run that was not kept, the failures themselves. */
    List<String> log(CaseResult result) {
        Path run = folder;
        String name = result.log();
        if (run != null && name != null) {
            Path file = run.resolve(name).normalize();
            try {
                // Results may come from elsewhere: a name that leads out of the folder is none.
                if (file.startsWith(run)) {
                    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
                }
            } catch (IOException e) {
                // Somebody tidied up; the failures are still known.
            }
        }
        return result.failures().stream().map(FailureResult::message).flatMap(List::stream).toList();
    }

    /** What the kernel looked like when a case failed; {@code null} if there is no picture. */
    @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
        Path file = snapshotFile(suite.kernel(), result.fullName());
        if (file == null || !Files.exists(file)) {
            return null;
        }
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return SnapshotFile.read(in);
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Keep the pictures of one kernel's failures. A picture that cannot be kept is missing from later reports, and that
     * is all.
     */
    void keep(int kernel, List<CaseResult> results, FailureSnapshots snapshots) throws IOException {
        for (CaseResult result : results) {
            Snapshot snapshot = snapshots.of(result.fullName());
            if (snapshot != null) {
                keep(kernel, result, snapshot);
            }
        }
    }

    /** Keep the picture of one failure. */
    void keep(int kernel, CaseResult result, Snapshot snapshot) throws IOException {
        Path file = snapshotFile(kernel, result.fullName());
        if (file != null) {
            Files.createDirectories(file.resolveSibling("."));
            try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                SnapshotFile.write(snapshot, out);
            }
        }
    }

    private @Nullable Path snapshotFile(int kernel, String fullName) {
        Path run = folder;
        if (run == null) {
            return null;
        }
        String safe = fullName.replaceAll("[^A-Za-z0-9_.-]", "_");
        boolean same = safe.equals(fullName) && safe.length() <= MAX_NAME && !safe.startsWith(".");
        String name = same ? safe : "_" + safe.substring(0, Math.min(MAX_NAME, safe.length())) + "."
            + Integer.toHexString(fullName.hashCode());
        return run.resolve(SNAPSHOTS).resolve(Integer.toString(kernel)).resolve(name + ".json");
    }
}
