package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

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
        String why = text(RunStore.INCOMPLETE).strip();
        if (!why.startsWith(RunStore.RUNNING + " ")) {
            return why.isEmpty() ? "incomplete" : "incomplete: " + why;
        }
        String pid = why.substring(RunStore.RUNNING.length() + 1);
        return isAlive(pid) ? "running, process " + pid : "incomplete: its process ended without finishing";
    }

    /** Whether the process that wrote the run is still there, and not another one with its number. */
    private boolean isAlive(String pid) {
        if (!pid.matches("[0-9]{1,18}")) {
            return false;
        }
        Instant begun = begun();
        return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive)
            .map(process -> process.info().startInstant().map(start -> !start.isAfter(begun)).orElse(true)).orElse(false);
    }

    private Instant begun() {
        try {
            return Files.getLastModifiedTime(folder.resolve(RunStore.INCOMPLETE)).toInstant();
        } catch (IOException e) {
            return Instant.MAX;
        }
    }
}
