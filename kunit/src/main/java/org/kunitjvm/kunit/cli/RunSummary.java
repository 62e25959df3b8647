package org.kunitjvm.kunit.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * What somebody wants to know at the end of a run, on standard error: each failure with its place, its text, the seed
 * and the command that runs it again; skipped tests and why; slow tests that are not marked as such; the slowest tests.
 * Standard output stays kunit.py's.
 */
final class RunSummary {
    private static final int MAX_FAILURES = 20;
    private static final int MAX_LINES = 12;
    private static final int MAX_SKIPPED = 5;

    private final Options options;
    private final Host host;
    private final List<Entry> entries = new ArrayList<>();

    /** A case and the machine that it ran on. */
    private record Entry(CaseResult result, String machine) {
        String name() {
            return result.fullName() + (machine.isEmpty() ? "" : " [" + machine + "]");
        }
    }

    RunSummary(Options options, Host host, List<SuiteResult> suites) {
        this.options = options;
        this.host = host;
        suites.forEach(suite -> suite.cases().forEach(result -> entries.add(new Entry(result, suite.machine()))));
    }

    void print() {
        if (options.has(Flag.QUIET)) {
            return;
        }
        machines();
        skips();
        slow();
        if (options.has(Flag.DURATIONS)) {
            slowest();
        }
        failures();
    }

    /** How each of several machines did. */
    private void machines() {
        Map<String, Map<ResultStatus, Integer>> byMachine = new LinkedHashMap<>();
        for (Entry entry : entries) {
            byMachine.computeIfAbsent(entry.machine, _ -> new EnumMap<>(ResultStatus.class))
                .merge(entry.result.status(), 1, Integer::sum);
        }
        if (byMachine.size() < 2) {
            return;
        }
        byMachine.forEach((machine, counts) -> {
            int bad = counts.getOrDefault(ResultStatus.FAIL, 0) + counts.getOrDefault(ResultStatus.ERROR, 0);
            host.err().println("kunit: machine " + machine + ": " + counts.getOrDefault(ResultStatus.PASS, 0)
                + " passed, " + bad + " failed, " + counts.getOrDefault(ResultStatus.SKIP, 0) + " skipped");
        });
    }

    private void failures() {
        List<Entry> failed = entries.stream().filter(entry -> entry.result.status().isBad()).toList();
        if (failed.isEmpty()) {
            return;
        }
        PrintStream err = host.err();
        err.println("kunit: " + failedTests(failed));
        // A test that ran several times is told once.
        Map<String, List<Entry>> byName = new LinkedHashMap<>();
        failed.forEach(entry -> byName.computeIfAbsent(entry.name(), _ -> new ArrayList<>()).add(entry));
        byName.values().stream().limit(MAX_FAILURES).forEach(this::failure);
        if (byName.size() > MAX_FAILURES) {
            err.println("  and " + (byName.size() - MAX_FAILURES) + " more; all of them again: "
                + ShellWords.join(options.rerunCommand(host.command(), "", Flag.RERUN_FAILED.word())));
        }
    }

    /** In the numbers of kunit.py's summary line, where every parameter is a test. */
    private String failedTests(List<Entry> failed) {
        long all = entries.stream().mapToLong(entry -> Math.max(1, entry.result.params().size())).sum();
        long bad = failed.stream().mapToLong(entry -> badTests(entry.result)).sum();
        String text = bad + " of " + all + (all == 1 ? " test" : " tests") + " failed";
        return text + (bad == failed.size() ? ":" : failed.size() == 1 ? ", parameters of 1 case:"
            : ", in " + failed.size() + " cases:");
    }

    private static long badTests(CaseResult result) {
        return result.params().isEmpty() ? 1 : result.params().stream().filter(param -> param.status().isBad()).count();
    }

    private void failure(List<Entry> runs) {
        PrintStream err = host.err();
        Entry entry = runs.getFirst();
        CaseResult result = entry.result;
        FailureResult first = result.firstFailure();
        String place = first == null ? result.reason() : first.place();
        err.println(("  " + entry.name() + "  " + place).stripTrailing());
        if (first != null) {
            first.message().stream().limit(MAX_LINES).forEach(line -> err.println("    " + line.strip()));
            if (first.message().size() > MAX_LINES) {
                err.println("    … and " + (first.message().size() - MAX_LINES) + " more lines");
            }
        }
        if (result.failures().size() > 1) {
            err.println("    and " + (result.failures().size() - 1) + " more "
                + (result.failures().size() == 2 ? "failure" : "failures"));
        }
        if (runs.size() > 1) {
            err.println("    in " + runs.size() + " runs; this is the first of them");
        }
        if (options.has(Flag.SEED)) {
            err.println("    seed: " + options.text(Flag.SEED));
        }
        err.println("    again: " + ShellWords.join(options.rerunCommand(host.command(), entry.machine,
            result.fullName())));
    }

    /** Each reason once, with the tests that gave it; one by one if the user wants to know more. */
    private void skips() {
        List<Entry> skipped = entries.stream().filter(entry -> entry.result.status() == ResultStatus.SKIP).toList();
        if (options.has(Flag.VERBOSE)) {
            skipped.forEach(entry -> host.err().println("kunit: skipped " + entry.name()
                + (entry.result.reason().isEmpty() ? "" : ": " + entry.result.reason())));
            return;
        }
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (Entry entry : skipped) {
            // Without a reason it was a filter of the user's that skipped it.
            if (!entry.result.reason().isEmpty()) {
                byReason.computeIfAbsent(entry.result.reason(), _ -> new ArrayList<>()).add(entry.name());
            }
        }
        byReason.replaceAll((_, names) -> names.stream().distinct().toList());
        byReason.forEach((reason, names) -> host.err().println("kunit: skipped, " + reason + ": "
            + String.join(", ", names.subList(0, Math.min(MAX_SKIPPED, names.size())))
            + (names.size() > MAX_SKIPPED ? " and " + (names.size() - MAX_SKIPPED) + " more" : "")));
    }

    private void slow() {
        for (Entry entry : entries) {
            if (entry.result.slow()) {
                host.err().println(String.format(Locale.ROOT,
                    "kunit: slow: %s took %.1f s of the kernel's time; mark it with speed = Speed.SLOW", entry.name(),
                    entry.result.virtualNanos() / 1e9));
            }
        }
    }

    private void slowest() {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong((Entry entry) -> entry.result.hostNanos()).reversed());
        long wanted = options.integer(Flag.DURATIONS, 0);
        int count = (int) Math.min(sorted.size(), wanted);
        host.err().println("kunit: the " + count + " slowest tests:");
        for (Entry entry : sorted.subList(0, count)) {
            host.err().println(String.format(Locale.ROOT, "  %9.3f s  %s", entry.result.hostNanos() / 1e9,
                entry.name()));
        }
    }
}
