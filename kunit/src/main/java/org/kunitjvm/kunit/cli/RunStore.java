package org.kunitjvm.kunit.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.ResultsJournal;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * Keeps the run of one command in {@code runs/<n>} of the build folder: consoles, KTAP, a log for each case that said
 * something, configuration, machine, environment, command, and the results. {@code runs/latest} points to the last one.
 *
 * <p>Everything is written as it comes, a few things at a time while much comes at once, so that a run which was killed
 * can be read. As long as a run is not complete there is a file {@code incomplete} that says why; taking it away is the
 * last thing that is done, and needs no space on the disk.
 *
 * <p>A run is never lost because it cannot be kept: a write error is said once, what was kept stays, and the run goes
 * on.
 */
final class RunStore implements AutoCloseable {
    static final String FOLDER = "runs";
    static final String LATEST = "latest";
    static final String CONSOLE = "console.log";
    static final String COMMAND = "command";
    static final String INCOMPLETE = "incomplete";
    static final String RUNNING = "running";
    static final String PROC = "proc";
    private static final String KTAP = "results.ktap";
    private static final String LOGS = "logs";
    private static final String CONFIG = "config";
    private static final String MACHINE = "machine";
    private static final String ENVIRONMENT = "environment";
    private static final int MAX_NAME = 100;

    private final Host host;
    private final List<MachineResult> machines = new ArrayList<>();
    private @Nullable Path folder;
    private @Nullable Writer console;
    private @Nullable Writer ktap;
    private @Nullable ResultsJournal journal;
    private DebugfsFiles.@Nullable Keeper debugfs;
    private KtapFilter filter = new KtapFilter();
    private int kernelLine;
    /** The folder of the latest case's log, which is there. */
    private @Nullable Path logFolder;
    private @Nullable String trouble;
    /** Removes old runs while this one goes on. */
    private @Nullable Thread remover;
    private volatile @Nullable IOException removeTrouble;

    private RunStore(Host host) {
        this.host = host;
    }

    /**
     * Begin to keep a run.
     *
     * @param command what the user said
     * @param spared runs that must not be removed to make room, because they are being read
     */
    static RunStore begin(Host host, BuildDir buildDir, List<String> command, RunInfo info, Set<Path> spared) {
        RunStore store = new RunStore(host);
        try {
            store.open(buildDir.file(FOLDER), command, info, spared);
        } catch (IOException e) {
            store.giveUp(e);
        }
        return store;
    }

    private void open(Path runs, List<String> command, RunInfo info, Set<Path> spared) throws IOException {
        Files.createDirectories(runs);
        folder = makeNext(runs);
        write(INCOMPLETE, RUNNING + " " + ProcessHandle.current().pid() + "\n");
        write(COMMAND, ShellWords.join(command) + "\n");
        write(ENVIRONMENT, environment());
        console = writer(CONSOLE);
        ktap = writer(KTAP);
        journal = new ResultsJournal(writer(ResultsJournal.NAME), info);
        debugfs = new DebugfsFiles.Keeper(path(""));
        pointLatest(runs);
        Retention retention = Retention.of(host);
        remover = Thread.ofPlatform().daemon().name("kunit-remover").start(() -> remove(retention, runs, spared));
    }

    private BufferedWriter writer(String name) throws IOException {
        return Files.newBufferedWriter(path(name), StandardCharsets.UTF_8);
    }

    /** What can change a run from outside: never the whole environment, which holds secrets. */
    private String environment() {
        Map<String, String> kept = new TreeMap<>();
        host.environment().forEach((name, value) -> {
            if (name.startsWith("KUNIT_") || name.startsWith("TEST_") || name.startsWith("GTEST_")
                || name.equals("TESTBRIDGE_TEST_ONLY") || name.equals("KBUILD_OUTPUT")) {
                kept.put(name, value);
            }
        });
        kept.put("java", System.getProperty("java.vm.version", ""));
        StringBuilder text = new StringBuilder();
        kept.forEach((name, value) -> text.append(name).append('=').append(value.replace("\n", "\\n")).append('\n'));
        return text.toString();
    }

    private static Path makeNext(Path runs) throws IOException {
        int next = numbers(runs).stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        while (true) {
            try {
                return Files.createDirectory(runs.resolve(Integer.toString(next)));
            } catch (FileAlreadyExistsException e) {
                next++;
            }
        }
    }

    /** The numbers of the runs that are kept, smallest first. */
    static List<Integer> numbers(Path runs) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(runs, "[0-9]*")) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.length() < 10 && name.chars().allMatch(Character::isDigit)) {
                    numbers.add(Integer.valueOf(name));
                }
            }
        }
        numbers.sort(Comparator.naturalOrder());
        return numbers;
    }

    private void pointLatest(Path runs) throws IOException {
        Path link = runs.resolve("." + LATEST + "." + ProcessHandle.current().pid());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, path("").getFileName());
        Files.move(link, runs.resolve(LATEST), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void remove(Retention retention, Path runs, Set<Path> spared) {
        try {
            retention.apply(runs, spared);
        } catch (IOException e) {
            removeTrouble = e;
        }
    }

    private void finishRemoving(Thread working) {
        try {
            working.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IOException trouble = removeTrouble;
        if (trouble != null) {
            host.err().println("kunit: note: old runs cannot be removed: " + BuildDir.reason(trouble));
        }
    }

    /** The folder of the run, or {@code null} if it could not be made. */
    @Nullable Path folder() {
        return folder;
    }

    /** The machines of the kernels so far. */
    List<MachineResult> machines() {
        return machines;
    }

    /** Another kernel boots; what follows is about it. */
    void kernel(BootRequest request, MachineResult machine) {
        kernel(machine, config(request), describe(machine, request));
    }

    /** A kernel of a merged run; what follows is its console. */
    void kernel(MachineResult machine, KeptRun from, int kernelThere) {
        String suffix = kernelThere == 1 ? "" : "." + kernelThere;
        kernel(machine, from.text(CONFIG + suffix), from.text(MACHINE + suffix));
    }

    private void kernel(MachineResult machine, String config, String description) {
        machines.add(machine);
        filter = new KtapFilter();
        attempt(() -> {
            write(numbered(CONFIG), config);
            write(numbered(MACHINE), description);
            if (journal != null) {
                journal.kernel(machine);
            }
        });
    }

    /** The name of a file that each kernel has one of. */
    private String numbered(String name) {
        return machines.size() == 1 ? name : name + "." + machines.size();
    }

    private static String config(BootRequest request) {
        StringBuilder config = new StringBuilder();
        request.config().values().forEach((name, value) -> config.append("CONFIG_").append(name).append('=')
            .append(value).append('\n'));
        return config.toString();
    }

    private static String describe(MachineResult machine, BootRequest request) {
        return (machine.name().isEmpty() ? "" : "name: " + machine.name() + "\nprofile: " + machine.profile() + "\n")
            + "cpus: " + machine.cpus() + "\nnodes: " + machine.nodes() + "\nmemory: " + machine.memoryBytes()
            + "\nkernel arguments: " + machine.kernelArgs() + "\n"
            + (request.seed().number() == null ? "" : "seed: " + request.seed().number() + "\n")
            + (request.seed().schedule() == null ? "" : "schedule: " + request.seed().schedule() + "\n");
    }

    /** A line of the console. */
    void line(String line) {
        kernelLine++;
        Writer writer = console;
        Writer results = ktap;
        if (writer != null && results != null) {
            attempt(() -> {
                writer.write(line);
                writer.write('\n');
                String kept = filter.accept(line);
                if (kept != null) {
                    results.write(kept);
                    results.write('\n');
                }
            });
        }
    }

    /** Lines of all consoles so far. */
    int lines() {
        return kernelLine;
    }

    void suite(SuiteResult suite) {
        attempt(() -> {
            if (journal != null) {
                journal.suite(suite);
            }
        });
    }

    void started(String name, int order) {
        attempt(() -> {
            if (journal != null) {
                journal.started(name, order);
            }
        });
    }

    void result(CaseResult result) {
        attempt(() -> {
            if (journal != null) {
                journal.result(result);
            }
        });
    }

    /**
     * Give what was kept to the system, so that it is there even if the process is killed: first the consoles, because
     * the journal names lines of theirs.
     */
    void flush() {
        attempt(() -> {
            if (console != null && ktap != null && journal != null) {
                console.flush();
                ktap.flush();
                journal.flush();
            }
        });
    }

    /** What keeps {@code /proc} of the latest kernel's suites, or {@code null} if the run is not kept. */
    @Nullable ProcKeeper procs() {
        Path run = folder;
        return run == null ? null : new ProcKeeper(run.resolve(numbered(PROC)));
    }

    /** What keeps the debugfs of this run's kernels, or {@code null} if the run is not kept. */
    DebugfsFiles.@Nullable Keeper debugfs() {
        return debugfs;
    }

    /**
     * Keep the lines of a case of the latest kernel in a file of its own; returns its name in the folder, or {@code
     * null} if it is not kept.
     */
    @Nullable String log(String suite, String name, List<String> lines) {
        Path run = folder;
        if (run == null || trouble != null) {
            return null;
        }
        String kernel = machines.size() > 1 ? machines.size() + "/" : "";
        String file = LOGS + "/" + kernel + fileName(suite) + "/" + fileName(name) + ".log";
        boolean[] kept = {false};
        attempt(() -> {
            Path path = run.resolve(file);
            Path parent = path.getParent();
            if (!parent.equals(logFolder)) {
                Files.createDirectories(parent);
                logFolder = parent;
            }
            Files.writeString(path, String.join("\n", lines) + "\n");
            kept[0] = true;
        });
        return kept[0] ? file : null;
    }

    private static boolean isSafe(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-';
    }

    /** A name that is one in any file system. */
    static String fileName(String name) {
        if (name.chars().allMatch(RunStore::isSafe) && name.length() <= MAX_NAME && !name.startsWith(".")) {
            return name;
        }
        String safe = name.replaceAll("[^A-Za-z0-9_.-]", "_");
        return "_" + safe.substring(0, Math.min(safe.length(), MAX_NAME)) + "." + Integer.toHexString(name.hashCode());
    }

    /**
     * Say how the run ended, and keep its results.
     *
     * @param end how the last kernel ended; {@code null} if there was none
     * @return the results, whether they could be kept or not
     */
    RunResults finish(RunInfo info, List<SuiteResult> suites, Booter.@Nullable End end, long hostNanos) {
        String why = why(end);
        return finish(new RunResults(info.ended(why.equals(RunInfo.FINISHED), why, hostNanos, machines), suites));
    }

    /** Keep results, and with them how the run ended. */
    RunResults finish(RunResults results) {
        attempt(() -> {
            closeAll();
            writeResults(results);
            Files.deleteIfExists(path(ResultsJournal.NAME));
        });
        attempt(() -> {
            // Asked again, because writing the results may have been what failed.
            String why = notKept() != null ? notKept() : results.info().end();
            if (why.equals(RunInfo.FINISHED)) {
                Files.deleteIfExists(path(INCOMPLETE));
            } else {
                write(INCOMPLETE, why + "\n");
            }
        });
        return results;
    }

    /** Keep what the latest kernel looked like when tests failed. */
    void snapshots(int kernel, List<SuiteResult> suites, FailureSnapshots taken) {
        attempt(() -> {
            for (SuiteResult suite : suites) {
                new CaseFiles(folder).keep(kernel, suite.cases(), taken);
            }
        });
    }

    /** Keep a picture that another run has of a case. */
    void snapshot(int kernel, CaseResult result, Snapshot snapshot) {
        attempt(() -> new CaseFiles(folder).keep(kernel, result, snapshot));
    }

    private @Nullable String notKept() {
        return trouble == null ? null : "not everything could be kept: " + trouble;
    }

    private String why(Booter.@Nullable End end) {
        String notKept = notKept();
        if (notKept != null) {
            return notKept;
        }
        return end == null ? "no kernel was booted" : switch (end) {
            case HALTED -> RunInfo.FINISHED;
            case TIMED_OUT -> "the time was up";
            case INTERRUPTED -> "interrupted by the user";
        };
    }

    /** The results appear whole or not at all. */
    private void writeResults(RunResults results) throws IOException {
        Path temporary = path("." + ResultsFile.NAME);
        try (Writer out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            ResultsFile.write(results, out);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        Files.move(temporary, path(ResultsFile.NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        attempt(this::closeAll);
    }

    private void closeAll() throws IOException {
        try (var _ = console; var _ = ktap; var _ = journal; var _ = debugfs) {
            console = null;
            ktap = null;
            journal = null;
        }
        if (remover != null) {
            finishRemoving(remover);
        }
    }

    private Path path(String name) {
        return Objects.requireNonNull(folder).resolve(name);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(path(name), text, StandardCharsets.UTF_8);
    }

    private interface Writing {
        void run() throws IOException;
    }

    /** Write something, unless that has failed already. */
    private void attempt(Writing writing) {
        try {
            if (folder != null) {
                writing.run();
            }
        } catch (IOException e) {
            giveUp(e);
        }
    }

    private void giveUp(IOException e) {
        if (trouble != null) {
            return;
        }
        trouble = BuildDir.reason(e);
        host.err().println("kunit: note: this run is not kept" + (folder == null ? "" : " to its end") + ": "
            + trouble);
        try {
            closeAll();
        } catch (IOException again) {
            // The same trouble: what is in the buffers cannot be written.
        }
    }
}
