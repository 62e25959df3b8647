package org.kunitjvm.kunit.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a run in {@code runs/<n>} of the build folder: its console, a line for every test, configuration, machine and
 * command.
 * {@code runs/latest} points to the last one. Results are written as they come, so that a run that was killed can be
 * read; its
 * {@code status} then still says {@code running}.
 *
 * <p>A run is never lost because it cannot be kept: a write error is said once, and the run goes on.
 */
final class RunStore implements AutoCloseable {
    static final String FOLDER = "runs";
    static final String LATEST = "latest";
    static final String CONSOLE = "console.log";
    static final String RESULTS = "results.tsv";
    static final String STATUS = "status";
    static final String COMMAND = "command";
    static final String RUNNING = "running";
    private static final String CONFIG = "config";
    private static final String MACHINE = "machine";
    private static final String ENVIRONMENT = "environment";
    private static final int KEPT_RUNS = 20;

    private final Host host;
    private @Nullable Path folder;
    private @Nullable BufferedWriter console;
    private @Nullable BufferedWriter results;

    private RunStore(Host host) {
        this.host = host;
    }

    /** A store that keeps nothing. */
    static RunStore none(Host host) {
        return new RunStore(host);
    }

    /** Begin to keep a run. */
    static RunStore begin(Host host, BuildDir buildDir, Options options, BootRequest request) {
        RunStore store = new RunStore(host);
        store.attempt(() -> store.open(buildDir.file(FOLDER), options, request));
        return store;
    }

    private void open(Path runs, Options options, BootRequest request) throws IOException {
        Files.createDirectories(runs);
        folder = makeNext(runs);
        write(STATUS, RUNNING + " " + ProcessHandle.current().pid() + "\n");
        write(COMMAND, ShellWords.join(options.commandLine(host.command())) + "\n");
        StringBuilder config = new StringBuilder();
        request.config().values().forEach((name, value) -> config.append("CONFIG_").append(name).append('=')
            .append(value).append('\n'));
        write(CONFIG, config.toString());
        write(MACHINE, "cpus: " + request.machine().cpus() + "\nnodes: " + request.machine().nodes() + "\nmemory: "
            + request.machine().memoryBytes() + "\nkernel arguments: " + request.cmdline() + "\nseed: "
                + request.seed() + "\n");
        write(ENVIRONMENT, environment());
        console = Files.newBufferedWriter(path(CONSOLE), StandardCharsets.UTF_8);
        results = Files.newBufferedWriter(path(RESULTS), StandardCharsets.UTF_8);
        pointLatest(runs);
        removeOld(runs);
    }

    /** What can change a run from outside: never the whole environment, which holds secrets. */
    private String environment() {
        Map<String, String> kept = new TreeMap<>();
        host.environment().forEach((name, value) -> {
            if (name.startsWith("KUNIT_") || name.startsWith("TEST_") || name.startsWith("GTEST_")
                || name.equals("KBUILD_OUTPUT")) {
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

    private void removeOld(Path runs) throws IOException {
        String wish = host.variable("KUNIT_KEEP_RUNS");
        int keep = wish != null && wish.matches("[1-9][0-9]{0,6}") ? Integer.parseInt(wish) : KEPT_RUNS;
        List<Integer> numbers = numbers(runs);
        for (int number : numbers.subList(0, Math.max(0, numbers.size() - keep))) {
            SuiteBuild.deleteTree(runs.resolve(Integer.toString(number)));
        }
    }

    void line(String line) {
        BufferedWriter writer = console;
        if (writer != null) {
            attempt(() -> {
                writer.write(line);
                writer.write('\n');
            });
        }
    }

    void result(CaseResult result) {
        BufferedWriter writer = results;
        BufferedWriter log = console;
        if (writer != null && log != null) {
            attempt(() -> {
                log.flush();
                writer.write(result.encode());
                writer.write('\n');
                writer.flush();
            });
        }
    }

    /** Say how the run ended. */
    void finish(Booter.End end) {
        if (folder != null) {
            attempt(() -> write(STATUS, switch (end) {
                case HALTED -> "finished\n";
                case TIMED_OUT -> "incomplete: the time was up\n";
                case INTERRUPTED -> "incomplete: interrupted by the user\n";
            }));
        }
    }

    @Override
    public void close() {
        BufferedWriter log = console;
        BufferedWriter lines = results;
        if (log != null && lines != null) {
            attempt(() -> {
                log.close();
                lines.close();
            });
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

    private void attempt(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            console = null;
            results = null;
            folder = null;
            host.err().println("kunit: note: this run is not kept: " + BuildDir.reason(e));
        }
    }
}
