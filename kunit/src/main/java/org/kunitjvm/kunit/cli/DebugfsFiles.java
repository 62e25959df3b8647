package org.kunitjvm.kunit.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.run.KunitDebugfs;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * What kernels had below {@code /sys/kernel/debug/kunit}, kept with the runs, where it outlives the kernels: for each
 * suite {@code results} of its latest run, and {@code run} if it can run again.
 *
 * <p>A run has one file for all suites, since a file for each would cost more time than a small suite runs. Each suite
 * is a line {@code suite NAME LINES}, or {@code init NAME LINES} for an init suite, and its results below.
 */
final class DebugfsFiles {
    static final String RESULTS = "results";
    static final String RUN = "run";
    private static final String FILE = "debugfs";
    private static final String SUITE = "suite";
    private static final String INIT = "init";

    /** What is known of one suite. */
    private record Entry(boolean init, String results) {
    }

    private final Map<String, Entry> entries = new TreeMap<>();

    private DebugfsFiles() {
    }

    /** Writes the file of one run; several threads may. A full disk loses what comes then. */
    static final class Keeper implements AutoCloseable {
        private final Path file;
        private @Nullable Writer out;

        /** Keep in the folder of a run. Nothing is made before the first results. */
        Keeper(Path run) {
            file = run.resolve(FILE);
        }

        synchronized void keep(TestSuite suite, String results) {
            long lines = results.chars().filter(each -> each == '\n').count();
            try {
                if (out == null) {
                    out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
                }
                out.write((suite.isInit() ? INIT : SUITE) + " " + suite.name() + " " + lines + "\n" + results);
            } catch (IOException e) {
                // The run itself has its own record of the results; this is a second look at them.
            }
        }

        @Override
        public synchronized void close() {
            try {
                if (out != null) {
                    out.close();
                }
            } catch (IOException e) {
                // As above.
            }
        }
    }

    /** What the runs of a build folder left. */
    static DebugfsFiles of(Path buildDir) {
        DebugfsFiles files = new DebugfsFiles();
        Path runs = buildDir.resolve(RunStore.FOLDER);
        try {
            List<Integer> numbers = Files.isDirectory(runs) ? RunStore.numbers(runs) : List.of();
            for (int number : numbers) {
                files.read(runs.resolve(Integer.toString(number)).resolve(FILE));
            }
        } catch (IOException e) {
            throw new CliException("cannot read " + runs + ": " + BuildDir.reason(e));
        }
        return files;
    }

    /** Take in the file of a later run. One that ends in the middle of a suite is the file of a killed run. */
    private void read(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String head = in.readLine(); head != null; head = in.readLine()) {
                String[] words = head.split(" ");
                StringBuilder results = new StringBuilder();
                if (words.length != 3 || !copyLines(in, Integer.parseInt(words[2]), results)) {
                    return;
                }
                entries.put(words[1], new Entry(words[0].equals(INIT), results.toString()));
            }
        } catch (NoSuchFileException | NumberFormatException e) {
            // A run without debugfs, one that is being removed, or a head that is not whole.
        }
    }

    private static boolean copyLines(BufferedReader in, int lines, StringBuilder to) throws IOException {
        for (int i = 0; i < lines; i++) {
            String line = in.readLine();
            if (line == null) {
                return false;
            }
            to.append(line).append('\n');
        }
        return true;
    }

    /** The suites that have results, by name. */
    List<String> suites() {
        return List.copyOf(entries.keySet());
    }

    /** The text of a file of a suite, or {@code null} if it does not have it. */
    @Nullable String read(String suite, String file) {
        Entry entry = entries.get(suite);
        if (entry == null) {
            return null;
        }
        return switch (file) {
            case RESULTS -> entry.results;
            case RUN -> entry.init ? null : KunitDebugfs.RUN_TEXT;
            default -> null;
        };
    }
}
