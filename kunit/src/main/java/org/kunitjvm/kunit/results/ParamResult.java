package org.kunitjvm.kunit.results;

/**
 * One run of a parameterised case.
 *
 * @param number from 1, in the order of the log
 * @param name its description
 * @param reason why it was skipped, else empty
 * @param hostNanos wall time
 * @param virtualNanos time on the kernel's clock
 */
public record ParamResult(int number, String name, ResultStatus status, String reason, long hostNanos,
    long virtualNanos) {
}
