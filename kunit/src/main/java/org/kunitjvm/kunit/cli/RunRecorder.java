package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.run.KunitEvent;

/** Collects one result for every test from the events of a run, and where in the console each stands. */
final class RunRecorder {
    private final List<CaseResult> results = new ArrayList<>();
    private final Consumer<CaseResult> listener;
    private int lines;
    private int caseFrom;
    private long caseStart;
    private @Nullable KunitFailure failure;

    /** Tell {@code listener} of each result, too. */
    RunRecorder(Consumer<CaseResult> listener) {
        this.listener = listener;
    }

    /** The console has one more line. */
    void line() {
        lines++;
    }

    /** Take in an event; the lines that it printed were counted before. */
    void event(TimedEvent timed) {
        switch (timed.event()) {
            case KunitEvent.CaseStarted _ -> {
                caseFrom = lines;
                caseStart = timed.hostNanos();
                failure = null;
            }
            case KunitEvent.Failed failed when failure == null -> failure = failed.failure();
            case KunitEvent.CaseFinished finished -> add(finished, timed.hostNanos() - caseStart);
            default -> {
                // Not about a case as a whole.
            }
        }
    }

    private void add(KunitEvent.CaseFinished e, long hostNanos) {
        KunitFailure first = failure;
        CaseResult result = new CaseResult(e.suite().name() + "." + e.testCase().name(), e.result().status(),
            e.result().comment(),
            caseFrom, lines, hostNanos, place(first), first == null ? "" : first.text());
        results.add(result);
        listener.accept(result);
        failure = null;
        caseFrom = lines;
    }

    private static String place(@Nullable KunitFailure failure) {
        return failure == null || failure.file().isEmpty() ? "" : failure.file() + ":" + failure.line();
    }

    /** The results so far. */
    List<CaseResult> results() {
        return results;
    }
}
