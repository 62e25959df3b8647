package org.kunitjvm.mm.trace;

import java.util.List;

/**
 * What a replay found.
 *
 * @param operations operations in the recording
 * @param mismatches places that differ: operations, dumps, texts
 * @param firstOperation number of the operation at or after which the first difference was found, -1 if there is none
 * @param details the first difference with both sides, empty if there is none
 * @param events trace events that were compared
 * @param explanation decisions of the operation that was to be explained, in order
 */
public record TraceResult(long operations, long mismatches, long firstOperation, String details, long events,
        List<String> explanation) {
    /** Copy the list. */
    public TraceResult {
        explanation = List.copyOf(explanation);
    }

    /** Whether the model did what was recorded. */
    public boolean isExact() {
        return mismatches == 0;
    }
}
