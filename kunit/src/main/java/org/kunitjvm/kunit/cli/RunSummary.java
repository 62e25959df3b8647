package org.kunitjvm.kunit.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kunit.KunitStatus;

/**
 * What somebody wants to know at the end of a run, on standard error: each failure with its place, its text and the
 * command that runs
 * it again; skipped tests and why; the slowest tests. Standard output stays kunit.py's.
 */
final class RunSummary {
    private static final int MAX_FAILURES = 20;
    private static final int MAX_LINES = 12;

    private final Options options;
    private final Host host;
    private final List<CaseResult> results;

    RunSummary(Options options, Host host, List<CaseResult> results) {
        this.options = options;
        this.host = host;
        this.results = results;
    }

    void print() {
        if (options.has(Flag.QUIET)) {
            return;
        }
        failures();
        if (options.has(Flag.VERBOSE)) {
            skips();
        }
        if (options.has(Flag.DURATIONS)) {
            slowest();
        }
    }

    private void failures() {
        List<CaseResult> failed = results.stream().filter(CaseResult::failed).toList();
        if (failed.isEmpty()) {
            return;
        }
        PrintStream err = host.err();
        err.println("kunit: " + failed.size() + " of " + results.size() + (results.size() == 1 ? " test" : " tests")
            + " failed:");
        for (CaseResult result : failed.subList(0, Math.min(MAX_FAILURES, failed.size()))) {
            err.println("  " + result.name() + (result.place().isEmpty() ? "" : "  " + result.place()));
            result.failure().lines().limit(MAX_LINES).forEach(line -> err.println("    " + line.strip()));
            err.println("    again: " + ShellWords.join(options.rerunCommand(host.command(), result.name())));
        }
        if (failed.size() > MAX_FAILURES) {
            err.println("  and " + (failed.size() - MAX_FAILURES) + " more; all of them again: "
                + ShellWords.join(options.rerunCommand(host.command(), Flag.RERUN_FAILED.word())));
        }
    }

    private void skips() {
        for (CaseResult result : results) {
            if (result.status() == KunitStatus.SKIPPED) {
                host.err().println("kunit: skipped " + result.name()
                    + (result.comment().isEmpty() ? "" : ": " + result.comment()));
            }
        }
    }

    private void slowest() {
        List<CaseResult> sorted = new ArrayList<>(results);
        sorted.sort(Comparator.comparingLong(CaseResult::hostNanos).reversed());
        int count = Math.min(sorted.size(), options.integer(Flag.DURATIONS, 0));
        host.err().println("kunit: the " + count + " slowest tests:");
        for (CaseResult result : sorted.subList(0, count)) {
            host.err().println(String.format(Locale.ROOT, "  %9.3f s  %s", result.hostNanos() / 1e9, result.name()));
        }
    }
}
