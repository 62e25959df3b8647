package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How many runs are kept: the latest ones, up to a number, an age and a size of all together. What is left over goes,
 * oldest first; neither the latest run, nor one that is being written.
 *
 * @param runs most runs
 * @param days age in days from which on a run goes; 0 for any
 * @param bytes most bytes of all runs together; 0 for any number, which also saves counting them
 */
record Retention(int runs, int days, long bytes) {
    private static final int KEPT_RUNS = 20;
    private static final long MIB = 1L << 20;

    /** What {@code KUNIT_KEEP_RUNS}, {@code KUNIT_KEEP_DAYS} and {@code KUNIT_KEEP_MIB} say. */
    static Retention of(Host host) {
        return new Retention(host.number("KUNIT_KEEP_RUNS", KEPT_RUNS), host.number("KUNIT_KEEP_DAYS", 0),
            host.number("KUNIT_KEEP_MIB", 0) * MIB);
    }

    /**
     * Remove what is left over.
     *
     * @param folder the folder of the runs
     * @param spared runs that somebody reads at the moment
     */
    void apply(Path folder, Set<Path> spared) throws IOException {
        List<Path> newestFirst = RunStore.numbers(folder).reversed().stream()
            .map(number -> folder.resolve(Integer.toString(number))).toList();
        Instant oldest = days == 0 ? Instant.MIN : Instant.now().minus(Duration.ofDays(days));
        long total = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            Path run = newestFirst.get(i);
            try {
                total += bytes == 0 ? 0 : sizeOf(run);
                boolean tooMany = i >= runs || bytes != 0 && total > bytes
                    || Files.getLastModifiedTime(run).toInstant().isBefore(oldest);
                if (i > 0 && tooMany && !spared.contains(run.toRealPath()) && !KeptRun.isRunning(run)) {
                    SuiteBuild.deleteTree(run);
                }
            } catch (NoSuchFileException e) {
                // Another process removes the same one at this moment.
            }
        }
    }

    private static long sizeOf(Path run) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                size += Files.size(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return size;
    }
}
