package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;

/**
 * A run in the build folder, complete or not.
 *
 * @param folder where it is
 * @param results what is known of it
 */
record KeptRun(Path folder, RunResults results) {
    /**
     * Open a run.
     *
     * @param run its number, or {@code latest}
     * @throws CliException if it is not there, or cannot be read
     */
    static KeptRun open(Path buildDir, String run) {
        Path runs = buildDir.resolve(RunStore.FOLDER);
        if (!run.equals(RunStore.LATEST) && !run.matches("[0-9]+")) {
            throw new CliException("'" + run + "' is no run; name its number, or 'latest'");
        }
        Path folder = runs.resolve(run);
        if (!Files.isDirectory(folder)) {
            throw new CliException(run.equals(RunStore.LATEST) ? "there is no run in " + buildDir
                + "; 'kunit run' makes one" : "there is no run " + run + " in " + runs);
        }
        try {
            folder = folder.toRealPath();
            return new KeptRun(folder, ResultsFile.readFolder(folder));
        } catch (IOException e) {
            throw new CliException("cannot read " + folder + ": " + BuildDir.reason(e));
        }
    }

    /** The text of a file; empty if it is not there. */
    String text(String name) {
        return text(folder, name);
    }

    private static String text(Path folder, String name) {
        try {
            return new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    List<String> console() {
        return text(RunStore.CONSOLE).lines().toList();
    }

    /** How the run ended: {@code finished}, {@code running, …} or {@code incomplete: …}. */
    String status() {
        if (!Files.exists(folder.resolve(RunStore.INCOMPLETE))) {
            return RunInfo.FINISHED;
        }
        String pid = writer(folder);
        if (pid == null) {
            String why = text(RunStore.INCOMPLETE).strip();
            return why.isEmpty() ? "incomplete" : "incomplete: " + why;
        }
        return isRunning(folder) ? "running, process " + pid : "incomplete: its process ended without finishing";
    }

    /** Whether a process is still writing the run in {@code folder}. */
    static boolean isRunning(Path folder) {
        String pid = writer(folder);
        if (pid == null) {
            return false;
        }
        Instant begun = begun(folder);
        // A process that began after the run is another one with the same number.
        return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive)
            .map(process -> process.info().startInstant().map(start -> !start.isAfter(begun)).orElse(true))
            .orElse(false);
    }

    /** The number of the process that began to write a run and has not said how it ended, or {@code null}. */
    private static @Nullable String writer(Path folder) {
        String why = text(folder, RunStore.INCOMPLETE).strip();
        return why.matches(RunStore.RUNNING + " [0-9]{1,18}") ? why.substring(RunStore.RUNNING.length() + 1) : null;
    }

    private static Instant begun(Path folder) {
        try {
            return Files.getLastModifiedTime(folder.resolve(RunStore.INCOMPLETE)).toInstant();
        } catch (IOException e) {
            return Instant.MAX;
        }
    }
}
