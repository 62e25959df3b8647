package org.kunitjvm.kunit.results;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What became of one case.
 *
 * @param suite its suite
 * @param name its name in the suite
 * @param order its place in the suite as it is linked, from 0, whatever was selected and in which order it ran
 * @param reason why it was skipped, else empty
 * @param file source file of the suite, relative to the project if it is in there; empty if it is not known
 * @param line line of the case's method; 0 if it is not known
 * @param startNanos wall time from the start of the run until it began
 * @param hostNanos wall time that it took
 * @param virtualNanos time on the kernel's clock
 * @param slow whether it took longer than a case may that is not marked slow
 * @param fromLine its first line in the console, from 0
 * @param toLine the line behind its last
 * @param log file with its lines, relative to the run's folder; {@code null} if it said nothing but its result
 * @param failures what made it fail, in order
 * @param params its parameters in order; empty if it has none
 */
public record CaseResult(String suite, String name, int order, ResultStatus status, String reason, String file,
    int line, long startNanos, long hostNanos, long virtualNanos, boolean slow, int fromLine, int toLine,
    @Nullable String log, List<FailureResult> failures, List<ParamResult> params) {
    /** Copy. */
    public CaseResult {
        failures = List.copyOf(failures);
        params = List.copyOf(params);
    }

    /** The same with another file for its lines. */
    public CaseResult withLog(@Nullable String file) {
        return new CaseResult(suite, name, order, status, reason, this.file, line, startNanos, hostNanos, virtualNanos,
            slow, fromLine, toLine, file, failures, params);
    }

    /** {@code suite.case}, as filters take it. */
    public String fullName() {
        return suite + "." + name;
    }

    /** The first failure, or {@code null}. */
    public @Nullable FailureResult firstFailure() {
        return failures.isEmpty() ? null : failures.getFirst();
    }
}
