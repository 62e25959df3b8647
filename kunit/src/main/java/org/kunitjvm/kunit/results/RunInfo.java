package org.kunitjvm.kunit.results;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is true of a run as a whole.
 *
 * @param complete whether everything that was planned has a result here
 * @param end {@code finished}, or why the run is not complete
 * @param command the command and its arguments
 * @param started when it began, as an ISO 8601 instant
 * @param hostNanos wall time
 * @param arch value of {@code --arch}
 * @param buildDir value of {@code --build_dir}
 * @param mode {@code 6.12} or {@code 7.x}
 * @param seed value of {@code --seed}, or {@code null}
 * @param schedule value of {@code --schedule}, or {@code null}
 * @param shuffle seed of a random order, or {@code null} for link order
 * @param shard {@code 1/4} for the first of four parts, or {@code null} for the whole
 * @param commit commit of the sources, 40 hexadecimal digits; {@code null} if they are not in a repository
 * @param config digest of the configuration, 8 hexadecimal digits; empty if it is not known
 * @param machines the machine of each kernel, in order
 */
public record RunInfo(boolean complete, String end, List<String> command, String started, long hostNanos, String arch,
    String buildDir, String mode, @Nullable Long seed, @Nullable String schedule, @Nullable Long shuffle,
    @Nullable String shard, @Nullable String commit, String config, List<MachineResult> machines) {
    /** What {@code end} says of a run that is complete. */
    public static final String FINISHED = "finished";

    /** Copy. */
    public RunInfo {
        command = List.copyOf(command);
        machines = List.copyOf(machines);
    }

    /** Wall time in nanoseconds from the start of another run until this one began; 0 if that is not known. */
    public long nanosAfter(RunInfo other) {
        try {
            return Duration.between(Instant.parse(other.started), Instant.parse(started)).toNanos();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    /** The same run, ended. */
    public RunInfo ended(boolean isComplete, String how, long nanos, List<MachineResult> kernels) {
        return new RunInfo(isComplete, how, command, started, nanos, arch, buildDir, mode, seed, schedule, shuffle,
            shard, commit, config, kernels);
    }
}
